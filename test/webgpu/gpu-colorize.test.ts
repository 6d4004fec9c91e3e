import { afterAll, describe, expect, it } from 'vitest';
import { colorize } from '../../src/colormap/colorize';
import * as colors from '../../src/colormap/index';
import type { Norm } from '../../src/colormap/types';
import { montage } from '../../src/image/montage';
import type { ActivationLike } from '../../src/webgpu/device';
import { type GPUColorizeOptions, gpuColorize } from '../../src/webgpu/gpu-colorize';
import { openDawn, openTensorFlow } from './dawn';
import { channelOf, checked, type Numbers, random } from './harness';

const { gpu, reason } = await openDawn();
const tensorflow = gpu ? await openTensorFlow() : undefined;
const { magma, tab10, twilight, viridis } = colors;

const next = random(3);
const numbers: Numbers = {
  width: 13,
  height: 9,
  channels: 7,
  data: Float32Array.from({ length: 13 * 9 * 7 }, (_, i) => (i % 7 === 2 ? 4 : (next() - 0.3) * 10 ** ((i % 7) - 2))),
};
const maps = Array.from({ length: numbers.channels }, (_, channel) => channelOf(numbers, channel));

/** Every norm there is, with limits and without. */
const norms: [string, Norm][] = [
  ['normalize()', colors.normalize()],
  ['normalize({ vmin })', colors.normalize({ vmin: -4000 })],
  ['normalize({ vmin, vmax })', colors.normalize({ vmin: -0.25, vmax: 1 / 3 })],
  ['normalize({ clip })', colors.normalize({ vmin: 0, vmax: 0.2, clip: true })],
  ['normalize({ clip }) of the data', colors.normalize({ clip: true })],
  ['centeredNorm()', colors.centeredNorm()],
  ['centeredNorm({ vcenter: 0.5 })', colors.centeredNorm({ vcenter: 0.5 })],
  ['centeredNorm({ vcenter: 0.1 })', colors.centeredNorm({ vcenter: 0.1 })],
  ['centeredNorm({ halfrange })', colors.centeredNorm({ vcenter: 0.2, halfrange: 0.3 })],
  ['logNorm()', colors.logNorm({ vmin: 0.01, vmax: 20 })],
  ['logNorm() of the data', colors.logNorm()],
  ['symLogNorm()', colors.symLogNorm({ linthresh: 0.03, vmin: -1, vmax: 1 })],
  ['symLogNorm() of the data', colors.symLogNorm({ linthresh: 0.03 })],
  ['powerNorm()', colors.powerNorm({ gamma: 0.5, vmin: 0, vmax: 3 })],
  ['powerNorm() of the data', colors.powerNorm({ gamma: 0.5 })],
  ['twoSlopeNorm()', colors.twoSlopeNorm({ vcenter: 0.1, vmin: -1, vmax: 5 })],
  ['boundaryNorm()', colors.boundaryNorm({ boundaries: [-1, 0, 0.1, 0.5, 7], ncolors: 256 })],
  ['percentileNorm()', colors.percentileNorm({ low: 5, high: 95 })],
  ['createNorm()', colors.createNorm((x) => Math.tanh(x) / 2 + 0.5)],
];

describe.skipIf(!gpu)(`gpuColorize${reason ? ` (${reason})` : ''}`, () => {
  const { tf, backend } = tensorflow ?? ({} as NonNullable<typeof tensorflow>);
  const activation = tensorflow && { tensor: tf.tensor4d(numbers.data.slice(), [1, numbers.height, numbers.width, numbers.channels]) };
  afterAll(() => activation?.tensor.dispose());

  const onGPU = (options: GPUColorizeOptions, of: ActivationLike = activation!) => checked(backend.device, () => gpuColorize(of, options));

  it.each(norms)('gives the bytes of colorize and montage: %s', async (_, norm) => {
    const before = tf.memory().numTensors;
    for (const shareLimits of [false, true]) {
      const expected = attempt(() => montage(maps, { norm, shareLimits, colormap: magma, columns: 3, gap: 2, background: [1, 2, 3, 4] }));
      const got = await attempt(() => onGPU({ norm, shareLimits, colormap: magma, columns: 3, gap: 2, background: [1, 2, 3, 4] }));
      const wanted = await expected;
      expect(typeof wanted).toBe('object');
      expect(got).toEqual(wanted);
    }
    expect(tf.memory().numTensors).toBe(before);
  });

  it('gives one channel as a picture of its own, of any table', async () => {
    for (const colormap of [viridis, tab10, twilight, colors.reversed(viridis), colors.withAlpha(viridis, 0.5)]) {
      for (const channel of [0, 2, 6]) expect(await onGPU({ channel, colormap })).toEqual(colorize(maps[channel]!, { colormap }));
    }
  });

  it('gives chosen channels in the order asked for', async () => {
    expect(await onGPU({ channels: [5, 0, 5] })).toEqual(montage([maps[5]!, maps[0]!, maps[5]!]));
  });

  it('gives another picture of the batch', async () => {
    const two = tf.tidy(() => tf.concat([tf.mul(activation!.tensor, 0), activation!.tensor]));
    expect(await onGPU({ batch: 1 }, { tensor: two })).toEqual(montage(maps));
    two.dispose();
  });

  it('follows a layer that has its channels first', async () => {
    const tensor = tf.tidy(() => tf.transpose(activation!.tensor, [0, 3, 1, 2]));
    const got = await onGPU({}, { tensor, layer: { path: 'conv', dataFormat: 'channels_first' } });
    expect(got).toEqual(montage(maps));
    tensor.dispose();
  });

  it('takes what tfjs has computed but not submitted yet, and what it still has on the CPU', async () => {
    const doubled = tf.tidy(() => tf.mul(activation!.tensor, 2));
    const expected = montage(maps.map(({ width, height, data }) => ({ width, height, data: data.map((x) => x * 2) })));
    const pending = onGPU({}, { tensor: doubled });
    // Gone before the bytes are back.
    doubled.dispose();
    expect(await pending).toEqual(expected);
    const fresh = tf.tensor4d([1, 2, 3, 4], [1, 2, 2, 1]);
    expect(await onGPU({}, { tensor: fresh })).toEqual(colorize({ width: 2, height: 2, data: Float32Array.of(1, 2, 3, 4) }));
    fresh.dispose();
  });

  it('takes int32 through the CPU, as Activation.data() would give it', async () => {
    const tensor = tf.tensor4d([1, 2, 3, 4], [1, 2, 2, 1], 'int32');
    expect(await onGPU({}, { tensor })).toEqual(colorize({ width: 2, height: 2, data: Float32Array.of(1, 2, 3, 4) }));
    tensor.dispose();
  });

  it('says what is wrong', async () => {
    await expect(onGPU({ channel: 7 })).rejects.toMatchObject({
      code: 'channel-range',
      message: 'Channel 7 was asked for; there are 7, 0 to 6.',
    });
    await expect(onGPU({ batch: 1 })).rejects.toMatchObject({
      code: 'channel-range',
      message: 'The tensor holds 1 picture; there is no batch index 1.',
    });
    await expect(onGPU({ channels: [] })).rejects.toMatchObject({ code: 'shape' });
    await expect(onGPU({ gap: -1 })).rejects.toMatchObject({ code: 'shape' });
    await expect(onGPU({ norm: colors.normalize({ vmin: 1e9 }) })).rejects.toMatchObject({ code: 'shape', message: /vmin/ });
    await expect(gpuColorize({} as never)).rejects.toMatchObject({ code: 'shape', message: /is no activation/ });
    const gone = tf.zeros([1, 2, 2, 1]);
    gone.dispose();
    await expect(gpuColorize({ tensor: gone })).rejects.toMatchObject({ code: 'disposed' });
    const flat = tf.zeros([3]);
    await expect(gpuColorize({ tensor: flat })).rejects.toMatchObject({ code: 'shape' });
    flat.dispose();
  });
});

/** What it gives, or the message of what it throws: both must be alike. */
async function attempt<T>(work: () => T | Promise<T>): Promise<T | string> {
  try {
    return await work();
  } catch (error) {
    return (error as Error).message;
  }
}
