// What share of the memory bandwidth that a plain copy kernel reaches the colour passes reach, on Dawn in Node by the GPU's own timestamps:
// on SwiftShader, or with ACTIVATION_LENS_GPU=native on the machine's GPU.
import { bundleTests } from './harness.mjs';

export const title = 'WebGPU bandwidth: limits, norm, colormap and montage beside a kernel that only copies';

const LESSON = [
  [148, 148, 32],
  [74, 74, 32],
  [72, 72, 64],
  [36, 36, 64],
  [34, 34, 128],
  [17, 17, 128],
  [15, 15, 128],
  [7, 7, 128],
];

export async function run(note) {
  const { open, copySpeed, measure } = await bundleTests("export * from './bench/bandwidth-node'", 'test/webgpu/dawn.ts');
  const { device, adapter, reason } = await open([]);
  if (!device) {
    note(`left out: ${reason}`);
    return [];
  }
  const software = /swiftshader|llvmpipe/i.test(adapter);
  note(`on ${adapter}; ${software ? 'a processor: these figures say nothing about a GPU' : 'median of 20 frames'}`);
  const side = software ? 64 : 1024;
  const runs = software ? 2 : 20;
  const shapes = software
    ? [[[side, side, 64]], LESSON]
    : [
        [[side, side, 64]],
        [[2048, 2048, 16]],
        [[512, 512, 256]],
        [[128, 128, 2048]],
        [[2048, 2048, 3]],
        [[1023, 1021, 61]],
        [[256, 256, 64]],
        LESSON,
      ];
  const rows = [];
  for (const shape of shapes) {
    // The copy before and after, for clocks change.
    const before = await copySpeed(device, side * side * 64 * 4, runs);
    const { times, kernels, bytes } = await measure(device, shape, runs);
    const after = await copySpeed(device, side * side * 64 * 4, runs);
    const copied = (before.speed + after.speed) / 2;
    const group = shape === LESSON ? "the lesson's eight activations" : shape[0].join(' x ');
    const plain = bytes / copied;
    rows.push({
      group,
      name: `a copy of as many bytes (${before.how}, ${(copied / 1e6).toFixed(0)} GB/s)`,
      ms: { best: plain, median: plain, runs },
      counts: { 'MB moved': (bytes / 1e6).toFixed(1), "copy's speed": '100%' },
    });
    rows.push({
      group,
      name: `ours (${kernels.map((kernel) => `${kernel.name} ${kernel.times.median.toFixed(3)}`).join(', ')})`,
      values: shape.reduce((sum, size) => sum + size.reduce((a, b) => a * b), 0),
      ms: times,
      counts: { 'MB moved': (bytes / 1e6).toFixed(1), "copy's speed": `${((100 * plain) / times.median).toFixed(0)}%` },
    });
  }
  device.destroy();
  return rows;
}
