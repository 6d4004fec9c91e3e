import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { Activation } from '../../src/extract/activations';
import { sliceChannel, sliceChannels } from '../../src/extract/slice';
import { describeChannels } from '../../src/extract/statistics';
import type { LayerInfo } from '../../src/model/types';

const layer = (shape: number[], dataFormat?: 'channels_first'): LayerInfo => ({
  name: 'a',
  path: 'a',
  index: 0,
  className: 'Conv2D',
  outputShape: shape,
  outputShapes: [shape],
  parameters: 0,
  ...(dataFormat && { dataFormat }),
});

const activation = (values: number[] | Float32Array, shape: number[], dataFormat?: 'channels_first') =>
  new Activation(layer(shape, dataFormat), [tf.tensor(values, shape, 'float32')]);

beforeAll(async () => {
  await tf.setBackend('cpu');
});

describe('sliceChannel', () => {
  const range = (n: number) => Float32Array.from({ length: n }, (_, i) => i);

  it('takes one channel, rows by columns', async () => {
    const map = await sliceChannel(activation(range(12), [1, 2, 3, 2]), 1);
    expect(map).toMatchObject({ width: 3, height: 2, channel: 1 });
    expect([...map.data]).toEqual([1, 3, 5, 7, 9, 11]);
    expect(map.layer.name).toBe('a');
  });

  it('of any picture of the batch, and of channels that stand first', async () => {
    expect([...(await sliceChannel(activation(range(24), [2, 2, 3, 2]), 0, { batch: 1 })).data]).toEqual([12, 14, 16, 18, 20, 22]);
    const first = await sliceChannel(activation(range(12), [1, 2, 2, 3], 'channels_first'), 1);
    expect(first).toMatchObject({ width: 3, height: 2 });
    expect([...first.data]).toEqual([6, 7, 8, 9, 10, 11]);
  });

  it('sequences are one row, units one pixel', async () => {
    expect(await sliceChannel(activation(range(6), [1, 3, 2]), 1)).toMatchObject({ width: 3, height: 1, data: Float32Array.of(1, 3, 5) });
    expect(await sliceChannel(activation(range(4), [1, 4]), 2)).toMatchObject({ width: 1, height: 1, data: Float32Array.of(2) });
  });

  it('stacking all channels gives the activation back, with one readback', async () => {
    const source = activation(range(2 * 5 * 4 * 3), [2, 5, 4, 3]);
    const read = vi.spyOn(source.tensors[0]!, 'data');
    const maps = await sliceChannels(source, undefined, { batch: 1 });
    expect(read).toHaveBeenCalledTimes(1);
    const stacked = Float32Array.from({ length: 60 }, (_, i) => maps[i % 3]!.data[Math.floor(i / 3)]!);
    expect(stacked).toEqual(range(120).subarray(60));
    expect((await sliceChannels(source, [2, 0])).map(({ channel }) => channel)).toEqual([2, 0]);
  });

  it.each([[3], [-1], [0.5], [Number.NaN]])('channel %s of 3', async (channel) => {
    await expect(sliceChannel(activation(range(12), [1, 2, 2, 3]), channel)).rejects.toMatchObject({
      code: 'channel-range',
      message: expect.stringContaining('it has 3, 0 to 2'),
    });
  });

  it('a batch, a rank and an activation that are not there', async () => {
    await expect(sliceChannel(activation(range(12), [1, 2, 2, 3]), 0, { batch: 1 })).rejects.toMatchObject({ code: 'channel-range' });
    await expect(sliceChannel(activation(range(8), [1, 2, 2, 1, 2]), 0)).rejects.toMatchObject({ code: 'shape' });
    const gone = activation(range(12), [1, 2, 2, 3]);
    gone.dispose();
    await expect(sliceChannel(gone, 0)).rejects.toMatchObject({ code: 'disposed' });
  });
});

describe('describeChannels', () => {
  it('min, max, mean, std, zeros, dead', async () => {
    const [first, second, third] = await describeChannels(activation([0, 5, -1, 0, 5, 1, 4, 5, -1, 4, 5, 1], [1, 2, 2, 3]));
    expect(first).toEqual({ channel: 0, min: 0, max: 4, mean: 2, std: 2, zeros: 0.5, dead: false });
    expect(second).toEqual({ channel: 1, min: 5, max: 5, mean: 5, std: 0, zeros: 0, dead: true });
    expect(third).toMatchObject({ min: -1, max: 1, mean: 0, std: 1, dead: false });
  });

  it('NaN and infinity are neither hidden nor called dead', async () => {
    const [nan, infinite, both] = await describeChannels(
      activation([Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 1, 1, Number.POSITIVE_INFINITY], [1, 1, 2, 3]),
    );
    expect(nan).toMatchObject({ min: Number.NaN, max: Number.NaN, mean: Number.NaN, dead: false });
    expect(infinite).toMatchObject({ min: 1, max: Number.POSITIVE_INFINITY, mean: Number.POSITIVE_INFINITY, dead: false });
    expect(both).toMatchObject({ min: Number.NEGATIVE_INFINITY, max: Number.POSITIVE_INFINITY, mean: Number.NaN, dead: false });
  });

  it('one pixel is dead whatever it holds', async () => {
    expect((await describeChannels(activation([3], [1, 1])))[0]).toMatchObject({ dead: true, min: 3, max: 3 });
  });
});
