// What share of the memory bandwidth that a plain copy kernel reaches the colour passes reach, on Dawn in Node by the GPU's own timestamps:
// on SwiftShader, or with ACTIVATION_LENS_GPU=native on the machine's GPU.
import { bundleTests, LESSON, summary } from './harness.mjs';

export const title = 'WebGPU bandwidth: limits, norm, colormap and montage beside a kernel that only copies';

/** Bytes a millisecond, read and written, of the fastest of the kernels that copy. */
function copySpeed(copies, bytes) {
  const speeds = copies.map(({ how, times }) => ({ how, speed: (2 * bytes) / summary(times).median }));
  return speeds.reduce((best, next) => (next.speed > best.speed ? next : best));
}

export async function run(note) {
  const { open, copies, measure } = await bundleTests("export * from './bench/bandwidth-node'", 'test/webgpu/dawn.ts');
  const { device, adapter, reason } = await open();
  if (!device) {
    note(`left out: ${reason}`);
    return [];
  }
  const software = /swiftshader|llvmpipe/i.test(adapter);
  note(`on ${adapter}; ${software ? 'a processor: these figures say nothing about a GPU' : 'median of 20 frames'}`);
  const side = software ? 64 : 1024;
  const plainBytes = side * side * 64 * 4;
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
    const before = copySpeed(await copies(device, plainBytes, runs), plainBytes);
    const { times, kernels, bytes } = await measure(device, shape, runs);
    const after = copySpeed(await copies(device, plainBytes, runs), plainBytes);
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
      name: `ours (${kernels.map((kernel) => `${kernel.name} ${summary(kernel.times).median.toFixed(3)}`).join(', ')})`,
      values: shape.reduce((sum, size) => sum + size.reduce((a, b) => a * b), 0),
      ms: summary(times),
      counts: { 'MB moved': (bytes / 1e6).toFixed(1), "copy's speed": `${((100 * plain) / summary(times).median).toFixed(0)}%` },
    });
  }
  device.destroy();
  return rows;
}
