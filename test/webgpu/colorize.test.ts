import { afterAll, describe, expect, it } from 'vitest';
import * as maps from '../../src/colormap/all';
import { colorize } from '../../src/colormap/colorize';
import { binEdges } from '../../src/colormap/edges';
import { centeredNorm } from '../../src/colormap/norms/centered';
import { normalize } from '../../src/colormap/norms/normalize';
import { sharedLimits } from '../../src/colormap/norms/shared';
import { palette } from '../../src/colormap/palette';
import type { Colormap, Norm } from '../../src/colormap/types';
import type { LinearScale } from '../../src/webgpu/picture';
import { openDawn } from './dawn';
import { channelOf, mapOf, type Numbers, openDevice, type RunOptions, random, runPicture } from './harness';

const { gpu, reason } = await openDawn();
const device = gpu ? await openDevice(gpu) : undefined;
const plain = gpu ? await openDevice(gpu, []) : undefined;
const next = random(11);

const viridis = (maps as unknown as Record<string, Colormap>).viridis!;
/** A colormap of so many rows whose colours are all different, under, over and bad among them. */
function rainbow(rows: number): Colormap {
  const table = new Uint8Array(rows * 4);
  for (let i = 0; i < rows; i++) table.set([i & 255, i >> 8, (i * 37) & 255, 255 - (i & 7)], i * 4);
  return { name: `rainbow${rows}`, rows, table, under: [1, 2, 255, 4], over: [5, 6, 254, 8], bad: [9, 10, 253, 12] };
}

const word = new DataView(new ArrayBuffer(4));
/** Any 32 bits: NaN with any payload, infinities, subnormals. */
function anyBits(): number {
  word.setUint32(0, Math.floor(next() * 2 ** 32));
  return word.getFloat32(0);
}
const fill = (width: number, height: number, channels: number, value: (channel: number, i: number) => number): Numbers => ({
  width,
  height,
  channels,
  data: Float32Array.from({ length: width * height * channels }, (_, i) => value(i % channels, Math.floor(i / channels))),
});
const relu = (scale: number) => () => Math.max(0, next() - 0.4) * scale;

/** Every kind of channel that a picture may hold, side by side. */
const kinds: ((i: number) => number)[] = [
  relu(1),
  () => next() - 0.5,
  () => 1000 + next(),
  () => (next() - 0.5) * 1e-40,
  () => (next() < 0.5 ? 0 : -0),
  () => 7,
  () => 0,
  (i) => (i === 3 ? Number.NaN : next()),
  (i) => (i === 3 ? Number.POSITIVE_INFINITY : next()),
  (i) => (i === 3 ? Number.NEGATIVE_INFINITY : next()),
  () => (next() - 0.5) * 6e38,
  () => (next() < 0.5 ? 1e-30 : 1e30) * next(),
  (i) => i * 2 ** -149,
  () => Math.round(next() * 6) / 2,
  () => Math.min(6, Math.max(0, next() * 12 - 3)),
  () => 1 + Math.floor(next() * 300) * 2 ** -23,
  () => Number.NaN,
  () => Number.POSITIVE_INFINITY,
];
const mixed = (width: number, height: number) => fill(width, height, kinds.length, (channel, i) => kinds[channel]!(i));

describe.skipIf(!gpu)(`colours of the GPU${reason ? ` (${reason})` : ''}`, () => {
  afterAll(() => {
    device?.destroy();
    plain?.destroy();
  });

  /** Runs the kernels and compares every channel's bytes with the CPU's. */
  async function compare(
    inputs: readonly Numbers[],
    {
      colormap = viridis,
      norm = normalize(),
      scale,
      on = device!,
      ...rest
    }: Partial<Omit<RunOptions, 'palette'>> & { colormap?: Colormap; norm?: Norm; on?: GPUDevice },
  ): Promise<void> {
    const used = scale ?? { kind: 'linear', share: 'none' };
    const { montages } = await runPicture(on, inputs, { palette: palette(colormap), scale: used, ...rest });
    const drawn = (numbers: Numbers) => rest.channels ?? Array.from({ length: numbers.channels }, (_, i) => i);
    const values = inputs.map((numbers) => drawn(numbers).map((channel) => channelOf(numbers, channel)));
    const share = used.kind === 'linear' ? used.share : 'none';
    const all = share === 'all' ? sharedLimits(values.flat(), norm) : undefined;
    inputs.forEach((numbers, layer) => {
      const layerNorm = share === 'layer' ? sharedLimits(values[layer]!, norm) : undefined;
      drawn(numbers).forEach((channel, position) => {
        const whole = colorize(values[layer]![position]!, { colormap, norm: all ?? layerNorm ?? norm }).data;
        const size = rest.shown ?? numbers;
        const got = mapOf(montages[layer]!, size, position, drawn(numbers).length);
        expect(got.length).toBe(size.width * size.height * 4);
        const colors = (bytes: Uint8ClampedArray, pixel: number) => [...bytes.subarray(pixel * 4, pixel * 4 + 4)].join(',');
        for (let pixel = 0; pixel < size.width * size.height; pixel++) {
          const source = (axis: 'width' | 'height', i: number) => Math.floor(((i + 0.5) * numbers[axis]) / size[axis]);
          const from = source('height', Math.floor(pixel / size.width)) * numbers.width + source('width', pixel % size.width);
          const [is, wanted] = [colors(got, pixel), colors(whole, from)];
          if (is === wanted) continue;
          expect.fail(`layer ${layer} channel ${channel} pixel ${pixel} = ${values[layer]![position]!.data[from]}: ${is}, not ${wanted}`);
        }
      });
    });
  }

  const rows = [8, 9, 10, 12, 20, 256, 510];

  it.each(rows)('are those of colorize for every kind of values: %i rows', async (count) => {
    await compare([mixed(13, 7)], { colormap: rainbow(count) });
  });

  it('are those of colorize for tables of other sizes, even enormous ones', async () => {
    for (const count of [1, 2, 3, 1000]) await compare([mixed(5, 7)], { colormap: rainbow(count) });
    await compare([fill(40, 30, 2, () => next())], { colormap: rainbow(70_000) });
  });

  it('are those of colorize on every edge of every row, and near it', async () => {
    // In units of the last place: floats are off by a few at most, and not trusted within some twenty.
    const around = [-25, -13, -7, -4, -3, -2, -1, 0, 1, 2, 3, 4, 7, 13, 25];
    for (const colormap of [viridis, rainbow(10)]) {
      for (const [vmin, vmax] of [
        [0, 1],
        [-0.7, 1.9],
        [0, 5.3e-39],
        [100, 101],
      ].map((pair) => pair.map(Math.fround)) as [number, number][]) {
        const { keys } = binEdges(normalize({ vmin, vmax }), { vmin, vmax }, colormap.rows);
        const near = [...keys].flatMap((key) => around.map((away) => key + away)).filter((key) => Math.abs(key) < 0x7f800000);
        const bits = Int32Array.from([...near, ...near.slice(-1)], (key) => key ^ ((key >> 31) & 0x7fffffff));
        const data = new Float32Array(bits.buffer);
        const inside = data.filter((value) => value >= vmin && value <= vmax);
        await compare([{ width: inside.length, height: 1, channels: 1, data: inside }], { colormap });
        await compare([{ width: data.length, height: 1, channels: 1, data }], {
          colormap,
          norm: normalize({ vmin, vmax }),
          scale: { kind: 'linear', vmin, vmax, share: 'none' },
        });
      }
    }
  });

  it('are those of colorize where every value is in doubt', async () => {
    const edges = fill(23, 71, 6, (channel, i) => (i < 2 ? i : Math.round(next() * 256) / 256) * (channel + 1));
    for (const cooperative of [true, false]) {
      await compare([edges], { cooperative });
      const limits = { vmin: 0, vmax: 3 };
      await compare([edges], { cooperative, norm: normalize(limits), scale: { kind: 'linear', ...limits, share: 'none' } });
    }
  });

  it.each([
    [1, 1, 1],
    [1, 1, 5],
    [3, 1, 2],
    [1, 3, 3],
    [7, 7, 128],
    [5, 9, 33],
    [17, 2, 300],
    [16, 16, 64],
    [97, 53, 1],
    [64, 3, 7],
    [33, 9, 31],
    [2, 70, 16],
    [300, 2, 20],
  ])('are those of colorize at %i x %i with %i channels', async (width, height, channels) => {
    await compare([fill(width, height, channels, relu(3))], {});
    await compare([fill(width, height, channels, relu(3))], { cooperative: true });
  });

  it('are those of colorize where threads work together, with and without subgroups', async () => {
    const inputs = [mixed(11, 6), fill(40, 40, 1, () => next() - 0.3), fill(9, 9, 260, relu(2))];
    for (const on of [device!, plain!]) {
      for (const share of ['none', 'layer', 'all'] as const) {
        await compare(share === 'none' ? inputs : inputs.slice(1), { cooperative: true, on, scale: { kind: 'linear', share } });
      }
    }
  });

  it('are those of colorize with limits shared by a layer or by all', async () => {
    const inputs = [fill(12, 5, 6, relu(1)), fill(4, 4, 10, () => next() - 0.5), fill(3, 3, 1, () => 2)];
    for (const share of ['layer', 'all'] as const) await compare(inputs, { scale: { kind: 'linear', share } });
    await compare(inputs, { scale: { kind: 'linear', share: 'all' }, channels: [0] });
  });

  it.each<[Omit<LinearScale, 'kind' | 'share'>, Norm]>([
    [{ vmin: 0 }, normalize({ vmin: 0 })],
    [{ vmin: -0.3 }, normalize({ vmin: -0.3 })],
    [{ vmax: 1.1 }, normalize({ vmax: 1.1 })],
    [{ vmin: 0.2, vmax: 0.6 }, normalize({ vmin: 0.2, vmax: 0.6 })],
    [{ vmin: 0.5, vmax: 0.5 }, normalize({ vmin: 0.5, vmax: 0.5 })],
    [{ center: 0 }, centeredNorm()],
    [{ center: 0.25 }, centeredNorm({ vcenter: 0.25 })],
  ])('are those of colorize with %j', async (given, norm) => {
    await compare([fill(23, 11, 4, relu(1))], { norm, scale: { kind: 'linear', share: 'none', ...given }, colormap: rainbow(256) });
    if (given.vmax === undefined) return;
    // With both given, infinities and NaN may turn up beside ordinary values.
    if (given.vmin !== undefined)
      await compare([mixed(9, 4)], { norm, scale: { kind: 'linear', share: 'none', ...given }, colormap: rainbow(256) });
  });

  it('are those of colorize for any bits at all, of any norm with limits', async () => {
    const numbers = fill(60, 50, 3, anyBits);
    const scales: [number, number][] = [
      [0, 1],
      [-1e38, 3e38],
      [1e-44, 1e-42],
      [-1 / 3, 2 / 3],
    ];
    for (const [vmin, vmax] of scales) {
      await compare([numbers], {
        norm: normalize({ vmin, vmax }),
        scale: { kind: 'linear', share: 'none', vmin, vmax },
        colormap: rainbow(256),
      });
      const norm = normalize({ vmin, vmax, clip: true });
      for (const cooperative of [true, false]) {
        const tables = [binEdges(norm, { vmin, vmax }, 256)];
        await compare([numbers], { norm, scale: { kind: 'edges', tables, share: 'all' }, colormap: rainbow(256), cooperative });
      }
    }
  });

  it.each([true, false])('are those of colorize for NaN of every payload, cooperative %s', async (cooperative) => {
    // GPUs make NaNs of their own: NVIDIA's has all bits but the sign.
    const payloads = [0x7fc00000, 0x7fffffff, 0xffffffff, 0x7f800001, 0xffc00000];
    const bits = Int32Array.from({ length: 12 * 7 }, (_, i) => (i % 3 === 0 ? payloads[(i / 3) % payloads.length]! : 0x3f000000 + i * 997));
    const numbers = { width: 12, height: 7, channels: 1, data: new Float32Array(bits.buffer) };
    for (const limits of [
      { vmin: 0.1, vmax: 0.9 },
      { vmin: 0, vmax: 0.7 },
      { vmin: 0.25, vmax: 0.75 },
    ]) {
      const scale: LinearScale = { kind: 'linear', share: 'none', ...limits };
      await compare([numbers], { norm: normalize(limits), scale, colormap: rainbow(256), cooperative });
    }
  });

  it('are those of colorize when a dispatch has to go round several times', async () => {
    const inputs = [fill(61, 47, 3, relu(1)), fill(30, 5, 40, relu(1))];
    await compare(inputs, { maxGroups: 2 });
    await compare(inputs, { maxGroups: 2, cooperative: true });
  });

  it('are those of colorize beyond what one row of a dispatch can count', async () => {
    // 2^21 pixels and some: more than 65,535 workgroups of the 32 pixels that one has at a time.
    const numbers = fill(2048, 1031, 1, () => next());
    await compare([numbers], {});
  });

  it('are those of colorize where there are pixels for several tiles a workgroup', async () => {
    // More values than 1,024 workgroups colour in one go.
    for (const [width, height, channels] of [[611, 433, 4] as const, [1031, 1100, 1] as const]) {
      await compare([fill(width, height, channels, relu(1))], { cooperative: true });
    }
  });

  it.each([true, false])('are those of colorize with channels first, cooperative %s', async (cooperative) => {
    const { height, width, channels, data } = fill(19, 23, 5, relu(2));
    const strides = { batch: data.length, row: width, column: 1, channel: width * height };
    await compare([{ width, height, channels, data, strides }], { cooperative });
  });

  it.each([
    [3, 2],
    [7, 12],
    [13, 7],
    [31, 40],
    [200, 3],
  ])('are those of colorize for maps shown at %i x %i', async (width, height) => {
    const shown = { width, height };
    const first = fill(9, 22, 4, relu(1));
    const strides = { batch: first.data.length, row: 9, column: 1, channel: 9 * 22 };
    for (const cooperative of [true, false]) {
      await compare([mixed(13, 7), fill(40, 31, 70, relu(2))], { shown, cooperative });
      await compare([{ ...first, strides }, first], { shown, cooperative, channels: [3, 1], scale: { kind: 'linear', share: 'all' } });
      const tables = [binEdges(normalize({ vmin: 0, vmax: 1 }), { vmin: 0, vmax: 1 }, 256)];
      const norm = normalize({ vmin: 0, vmax: 1 });
      await compare([first], { shown, cooperative, norm, scale: { kind: 'edges', tables, share: 'all' }, colormap: rainbow(256) });
      await compare([fill(61, 47, 3, relu(1))], { shown, cooperative, maxGroups: 2 });
    }
  });

  it('are those of colorize when all is in doubt', async () => {
    // Values so close to each other that floats cannot tell rows apart: every one has to be settled.
    await compare([fill(64, 64, 2, () => (next() - 0.5) * 1e-41)], {});
  });
});
