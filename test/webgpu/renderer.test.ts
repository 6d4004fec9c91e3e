import type { Tensor4D } from '@tensorflow/tfjs-core';
import { afterAll, describe, expect, it } from 'vitest';
import * as colors from '../../src/colormap/index';
import { defaultColumns, montage } from '../../src/image/montage';
import type { ActivationLike } from '../../src/webgpu/device';
import { fitPanels, flowPanels } from '../../src/webgpu/layout';
import { paint } from '../../src/webgpu/paint';
import { createGPURenderer, type GPURendererOptions } from '../../src/webgpu/renderer';
import { openDawn, openTensorFlow } from './dawn';
import { channelOf, checked, countWork, type Numbers, random } from './harness';

const { gpu, reason } = await openDawn();
const tensorflow = gpu ? await openTensorFlow() : undefined;
const next = random(8);

function numbersOf(width: number, height: number, channels: number): Numbers {
  return { width, height, channels, data: Float32Array.from({ length: width * height * channels }, () => Math.max(0, next() - 0.3)) };
}
const first = numbersOf(9, 6, 5);
const second = numbersOf(4, 7, 3);
const mapsOf = (numbers: Numbers) => Array.from({ length: numbers.channels }, (_, channel) => channelOf(numbers, channel));

describe.skipIf(!gpu)(`createGPURenderer${reason ? ` (${reason})` : ''}`, () => {
  const { tf, backend } = tensorflow ?? ({} as NonNullable<typeof tensorflow>);
  const device = backend?.device;
  const tensorOf = ({ width, height, channels, data }: Numbers): ActivationLike => ({
    tensor: tf.tensor4d(data.slice(), [1, height, width, channels]),
  });
  const [one, two] = tensorflow ? [tensorOf(first), tensorOf(second)] : [];
  afterAll(() => {
    one?.tensor.dispose();
    two?.tensor.dispose();
  });

  /** What may be copied to as well is drawn another way at the maps' own size. */
  const textureOf = (width: number, height: number, usage = 0, format: GPUTextureFormat = 'rgba8unorm') =>
    device.createTexture({ size: [width, height], format, usage: GPUTextureUsage.RENDER_ATTACHMENT | GPUTextureUsage.COPY_SRC | usage });

  async function pixelsOf(texture: GPUTexture): Promise<Uint8ClampedArray> {
    const bytesPerRow = Math.ceil((texture.width * 4) / 256) * 256;
    const buffer = device.createBuffer({ size: bytesPerRow * texture.height, usage: GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST });
    const encoder = device.createCommandEncoder();
    encoder.copyTextureToBuffer({ texture }, { buffer, bytesPerRow }, [texture.width, texture.height]);
    device.queue.submit([encoder.finish()]);
    await buffer.mapAsync(GPUMapMode.READ);
    const padded = new Uint8Array(buffer.getMappedRange());
    const pixels = new Uint8ClampedArray(texture.width * texture.height * 4);
    for (let y = 0; y < texture.height; y++)
      pixels.set(padded.subarray(y * bytesPerRow, y * bytesPerRow + texture.width * 4), y * texture.width * 4);
    buffer.destroy();
    return pixels;
  }

  async function drawn(
    width: number,
    height: number,
    activations: ActivationLike | ActivationLike[],
    options: GPURendererOptions,
    usage?: number,
  ) {
    return checked(device, async () => {
      const texture = textureOf(width, height, usage);
      const renderer = createGPURenderer(texture, options);
      expect(renderer.path).toBe('webgpu');
      await renderer.draw(activations);
      const pixels = await pixelsOf(texture);
      renderer.dispose();
      texture.destroy();
      return pixels;
    });
  }

  it.each([1, 2, 3])('draws a montage at %i times its size, byte for byte', async (scale) => {
    for (const norm of [colors.normalize(), colors.powerNorm({ gamma: 2, vmin: 0, vmax: 0.5 })]) {
      const options = { norm, colormap: colors.tab10, columns: 3, gap: 2, background: [7, 8, 9, 255] as const };
      const expected = montage(mapsOf(first), { ...options, scale });
      expect(await drawn(expected.width, expected.height, one!, { ...options, scale })).toEqual(expected.data);
    }
  });

  it.each([
    [100, 61],
    [37, 90],
    [211, 40],
    [19, 23],
    [28, 12],
  ])('fits several activations into %i x %i, as the CPU does', async (width, height) => {
    const sets = [first, second].map((numbers) => ({ width: numbers.width, height: numbers.height, count: numbers.channels }));
    const layout = fitPanels(sets, width, height, { gap: 1, panelGap: 5 });
    const norm = colors.normalize();
    const panels = [first, second].map((numbers) => mapsOf(numbers).map((map) => ({ map, norm })));
    const style = { colormap: colors.viridis, background: [250, 250, 250, 255] as const };
    const options = { ...style, panelGap: 5 };
    const nearest = paint(layout, panels, { ...style, scaling: 'nearest' }).data;
    expect(await drawn(width, height, [one!, two!], options)).toEqual(nearest);
    expect(await drawn(width, height, [one!, two!], options, GPUTextureUsage.COPY_DST)).toEqual(nearest);
    // The GPU rounds products of floats in its own way: one step of 255 is allowed.
    const linear = await drawn(width, height, [one!, two!], { ...options, scaling: 'linear' });
    const expected = paint(layout, panels, { ...style, scaling: 'linear' }).data;
    expect(linear.reduce((most, byte, i) => Math.max(most, Math.abs(byte - expected[i]!)), 0)).toBeLessThanOrEqual(1);
  });

  it('shares limits among all maps of the picture', async () => {
    const all = colors.sharedLimits([...mapsOf(first), ...mapsOf(second)]);
    const sets = [first, second].map((numbers) => ({ width: numbers.width, height: numbers.height, count: numbers.channels }));
    const layout = flowPanels(sets, 1, () => 2, { gap: 1, panelGap: 8 });
    const panels = [first, second].map((numbers) => mapsOf(numbers).map((map) => ({ map, norm: all })));
    const expected = paint(layout, panels, { colormap: colors.viridis, background: [255, 255, 255, 255], scaling: 'nearest' });
    expect(await drawn(layout.width, layout.height, [one!, two!], { shareLimits: 'all', scale: 1, columns: 2 })).toEqual(expected.data);
  });

  it.each(['rgba8unorm', 'bgra8unorm'] as const)('copies maps of their own size to a texture of %s as it draws them', async (format) => {
    const red = format === 'bgra8unorm' ? 2 : 0;
    const colormap = { ...colors.withAlpha(colors.magma, 0.3), over: [255, 0, 0, 255] as const };
    const options: GPURendererOptions = {
      scale: 1,
      colormap,
      norm: colors.normalize({ vmin: 0, vmax: 0.5 }),
      background: [10, 200, 30, 128],
    };
    const { width, height } = flowPanels(
      [first, second].map((numbers) => ({ width: numbers.width, height: numbers.height, count: numbers.channels })),
      1,
      defaultColumns,
      { gap: 1, panelGap: 8 },
    );
    const expected = await drawn(width, height, [one!, two!], options);
    const got = await checked(device, async () => {
      const texture = textureOf(width, height, GPUTextureUsage.COPY_DST, format);
      const renderer = createGPURenderer(texture, options);
      await renderer.draw([one!, two!]);
      const pixels = await pixelsOf(texture);
      renderer.dispose();
      texture.destroy();
      return pixels;
    });
    for (let i = 0; i < got.length; i += 4) if (red) [got[i], got[i + 2]] = [got[i + 2]!, got[i]!];
    // Colours times alpha are rounded by a float here and by an integer there.
    expect(got.reduce((most, byte, i) => Math.max(most, Math.abs(byte - expected[i]!)), 0)).toBeLessThanOrEqual(1);
    const opaque = await drawn(width, height, [one!, two!], { scale: 1 });
    const texture = textureOf(width, height, GPUTextureUsage.COPY_DST, format);
    const renderer = createGPURenderer(texture, { scale: 1 });
    await checked(device, () => renderer.draw([one!, two!]));
    const copied = await pixelsOf(texture);
    for (let i = 0; i < copied.length; i += 4) if (red) [copied[i], copied[i + 2]] = [copied[i + 2]!, copied[i]!];
    expect(copied).toEqual(opaque);
    renderer.dispose();
    texture.destroy();
  });

  it('multiplies colours by their alpha, as a canvas wants them', async () => {
    const colormap = colors.withAlpha(colors.viridis, 0.5);
    const expected = montage(mapsOf(first), { colormap, gap: 0, columns: 5 });
    const got = await drawn(expected.width, expected.height, one!, { colormap, gap: 0, columns: 5, scale: 1 });
    for (let i = 0; i < got.length; i += 4) {
      expect(got[i + 3]).toBe(127);
      // Vulkan and Direct3D let a float end up 0.6 of a step from its byte; NVIDIA's GPUs do.
      for (let c = i; c < i + 3; c++) expect(Math.abs(got[c]! - (expected.data[c]! * 127) / 255)).toBeLessThanOrEqual(0.6);
    }
  });

  it('makes nothing and reads nothing in a steady state, over 1000 frames', async () => {
    await checked(device, async () => {
      const texture = textureOf(20, 16);
      const renderer = createGPURenderer(texture, { scale: 1 });
      const image = tf.randomUniform([1, 6, 6, 1]) as Tensor4D;
      const kernel = tf.randomNormal([3, 3, 1, 4]) as Tensor4D;
      const frame = () => {
        const tensor = tf.tidy(() => tf.relu(tf.conv2d(image, kernel, 1, 'same')));
        void renderer.draw({ tensor });
        tensor.dispose();
      };
      for (let i = 0; i < 5; i++) frame();
      await device.queue.onSubmittedWorkDone();

      const tensors = tf.memory().numTensors;
      const work = countWork();
      for (let i = 0; i < 1000; i++) {
        frame();
        expect(tf.memory().numTensors).toBe(tensors);
        // tfjs submits of itself after so many dispatches only, which one convolution is not.
        if (i % 100 === 99) await device.queue.onSubmittedWorkDone();
      }
      work.stop();
      expect(work.counts).toEqual({ buffers: 0, textures: 0, submits: 1000, readbacks: 0 });
      expect(renderer.statistics).toMatchObject({ frames: 1005, submits: 1005, bytesMoved: 36 * 4 * 12 });
      renderer.dispose();
      tf.dispose([image, kernel]);
      texture.destroy();
    });
    // A software adapter on a busy machine is slow.
  }, 120_000);

  it('keeps measured limits, for any norm', async () => {
    const norm = colors.percentileNorm();
    const texture = textureOf(200, 20);
    const renderer = createGPURenderer(texture, { norm, scale: 1, columns: 5 });
    await expect(renderer.draw(one!)).rejects.toMatchObject({ code: 'backend', message: expect.stringContaining('autoscale') });
    await renderer.autoscale(one!);
    await renderer.draw(one!);
    const expected = montage(mapsOf(first), { norm, columns: 5 });
    const rows = (pixels: Uint8ClampedArray, width: number) =>
      Array.from({ length: expected.height }, (_, y) => [...pixels.subarray(y * width * 4, (y * width + expected.width) * 4)]);
    expect(rows(await pixelsOf(texture), 200)).toEqual(rows(expected.data, expected.width));
    // The limits stay those of the first frame.
    const doubled = tf.tidy(() => tf.mul(one!.tensor, 2));
    await renderer.draw({ tensor: doubled });
    const fixed = mapsOf(first).map(({ width, height, data }) => ({
      map: { width, height, data: data.map((x) => x * 2) },
      norm: norm.withLimits!(norm.limits(data)),
    }));
    const layout = { ...flowPanels([{ width: 9, height: 6, count: 5 }], 1, () => 5, { gap: 1, panelGap: 8 }) };
    const again = paint(layout, [fixed], { colormap: colors.viridis, background: [255, 255, 255, 255], scaling: 'nearest' });
    expect(rows(await pixelsOf(texture), 200)).toEqual(rows(again.data, again.width));
    await expect(renderer.draw(two!)).rejects.toMatchObject({ code: 'shape', message: expect.stringContaining('autoscale') });
    doubled.dispose();
    renderer.dispose();
    texture.destroy();
  });

  it('tells which value is under the pointer', async () => {
    const texture = textureOf(100, 61);
    const renderer = createGPURenderer(texture, { channels: (_, i) => (i === 0 ? [4, 1] : undefined), scale: 2, columns: 2, gap: 3 });
    expect(renderer.pick(0, 0)).toBeUndefined();
    await renderer.draw([one!, two!]);
    expect(renderer.pick(0, 0)).toMatchObject({ index: 0, channel: 4, row: 0, column: 0 });
    expect(renderer.pick(17.9, 11.9)).toMatchObject({ index: 0, channel: 4, row: 5, column: 8 });
    expect(renderer.pick(18, 0)).toBeUndefined();
    expect(renderer.pick(21, 3)).toMatchObject({ index: 0, channel: 1, row: 1, column: 0 });
    expect(renderer.pick(2, 12 + 8)).toMatchObject({ index: 1, channel: 0, row: 0, column: 1, activation: two });
    expect(renderer.pick(2, 60)).toBeUndefined();
    renderer.dispose();
    texture.destroy();
  });

  it('measures its own time where the device has timestamps', async () => {
    const texture = textureOf(100, 61);
    const renderer = createGPURenderer(texture);
    const milliseconds = await checked(device, () => renderer.time(one!));
    if (device.features.has('timestamp-query')) expect(milliseconds).toBeGreaterThan(0);
    else expect(milliseconds).toBeUndefined();
    renderer.dispose();
    texture.destroy();
  });

  it('says what is wrong', async () => {
    expect(() => createGPURenderer(3 as never)).toThrow(
      expect.objectContaining({ code: 'shape', message: expect.stringContaining('give a canvas') }),
    );
    const sampled = device.createTexture({ size: [2, 2], format: 'rgba8unorm', usage: GPUTextureUsage.TEXTURE_BINDING });
    expect(() => createGPURenderer(sampled)).toThrow(
      expect.objectContaining({ code: 'shape', message: expect.stringContaining('RENDER_ATTACHMENT') }),
    );
    const texture = textureOf(10, 10);
    expect(() => createGPURenderer(texture, { scale: 0 })).toThrow(expect.objectContaining({ code: 'shape' }));
    expect(() => createGPURenderer(texture, { scaling: 'cubic' as never })).toThrow(expect.objectContaining({ code: 'shape' }));
    expect(() => createGPURenderer(texture, { shareLimits: 'some' as never })).toThrow(expect.objectContaining({ code: 'shape' }));
    const huge = createGPURenderer(texture, { scale: 1, columns: 1 });
    const tall: ActivationLike = { tensor: tf.zeros([1, 3, 2, 3000]) };
    await expect(huge.draw(tall)).resolves.toBeUndefined();
    const blank = { width: 4, height: 4, getContext: () => null };
    await expect(createGPURenderer(blank).draw(one!)).rejects.toMatchObject({
      code: 'backend',
      message: expect.stringContaining("no 'webgpu' context"),
    });
    await expect(createGPURenderer(blank, { scale: 1, columns: 1 }).draw(tall)).rejects.toMatchObject({
      code: 'backend',
      message: expect.stringContaining('The picture is 2 x 11999 pixels'),
    });
    tall.tensor.dispose();
    const renderer = createGPURenderer(texture);
    await expect(renderer.draw([])).rejects.toMatchObject({ code: 'shape' });
    renderer.set({ channels: [9] });
    await expect(renderer.draw(one!)).rejects.toMatchObject({ code: 'channel-range' });
    renderer.dispose();
    await expect(renderer.draw(one!)).rejects.toMatchObject({ code: 'disposed' });
    texture.destroy();
    sampled.destroy();
  });
});
