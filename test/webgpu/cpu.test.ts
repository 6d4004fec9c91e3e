import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
import { createCanvas } from '@napi-rs/canvas';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as colors from '../../src/colormap/index';
import { montage } from '../../src/image/montage';
import { createGPURenderer, gpuColorize } from '../../src/webgpu/index';

const numbers = Float32Array.from({ length: 4 * 3 * 2 }, (_, i) => Math.sin(i));
const maps = [0, 1].map((channel) => ({ width: 3, height: 4, data: numbers.filter((_, i) => i % 2 === channel) }));

describe('without WebGPU', () => {
  let activation: { tensor: tf.Tensor };
  beforeAll(async () => {
    await tf.setBackend('cpu');
    activation = { tensor: tf.tensor4d(numbers, [1, 4, 3, 2]) };
  });
  afterAll(() => activation.tensor.dispose());

  it('has no navigator.gpu here, which this is about', () => {
    expect((globalThis.navigator as Navigator | undefined)?.gpu).toBeUndefined();
  });

  it('colours on the CPU', async () => {
    const before = tf.memory().numTensors;
    expect(await gpuColorize(activation)).toEqual(montage(maps));
    expect(await gpuColorize(activation, { channel: 1, norm: colors.percentileNorm() })).toEqual(
      montage([maps[1]!], { norm: colors.percentileNorm() }),
    );
    expect(tf.memory().numTensors).toBe(before);
  });

  it('draws by the 2D context, and says so', async () => {
    const canvas = createCanvas(5, 5);
    const renderer = createGPURenderer(canvas, { scale: 3, norm: colors.percentileNorm() });
    expect(renderer.path).toBe('cpu');
    expect(renderer.reason).toBe(
      "Colours are computed on the CPU: tfjs computes on 'cpu', not on 'webgpu': there is no navigator.gpu here.",
    );
    await renderer.draw(activation);
    const expected = montage(maps, { scale: 3, norm: colors.percentileNorm() });
    expect([canvas.width, canvas.height]).toEqual([expected.width, expected.height]);
    expect(new Uint8ClampedArray(canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data)).toEqual(expected.data);
    expect(renderer.statistics).toEqual({ frames: 1, submits: 0, bytesMoved: 24 * 8 });
    expect(renderer.pick(0, 0)).toMatchObject({ channel: 0, row: 0, column: 0 });
    expect(await renderer.time(activation)).toBeUndefined();
    renderer.dispose();
  });

  it('keeps measured limits there, too', async () => {
    const canvas = createCanvas(5, 5);
    const renderer = createGPURenderer(canvas, { scale: 1, shareLimits: true });
    await renderer.autoscale(activation);
    const doubled = { tensor: tf.mul(activation.tensor, 2) };
    await renderer.draw(doubled);
    const shared = colors.sharedLimits(maps);
    const expected = montage(
      maps.map(({ width, height, data }) => ({ width, height, data: data.map((x) => x * 2) })),
      { norm: shared },
    );
    expect(new Uint8ClampedArray(canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data)).toEqual(expected.data);
    doubled.tensor.dispose();
    renderer.dispose();
  });

  it('says when the canvas is of no use', async () => {
    const blank = { width: 4, height: 4, getContext: () => null };
    await expect(createGPURenderer(blank).draw(activation)).rejects.toMatchObject({
      code: 'backend',
      message: expect.stringContaining('no 2D context'),
    });
    const texture = { width: 4, height: 4, usage: 16, dimension: '2d', createView() {} } as unknown as GPUTexture;
    (globalThis as { GPUTextureUsage?: unknown }).GPUTextureUsage ??= { RENDER_ATTACHMENT: 16 };
    expect(() => createGPURenderer(texture)).toThrow(
      expect.objectContaining({ code: 'backend', message: expect.stringContaining("tfjs computes on 'cpu'") }),
    );
  });
});
