import { afterAll, describe, expect, it } from 'vitest';
import { binEdges } from '../../src/colormap/edges';
import { normalize } from '../../src/colormap/norms/normalize';
import { openDawn } from './dawn';
import { openDevice, random, runPicture } from './harness';

const { gpu, reason } = await openDawn();
const device = gpu ? await openDevice(gpu) : undefined;
const plain = gpu ? await openDevice(gpu, []) : undefined;

const next = random(5);
const word = new DataView(new ArrayBuffer(4));
/** Any finite float32, all exponents alike. */
function anyFloat(): number {
  for (;;) {
    word.setUint32(0, Math.floor(next() * 2 ** 32));
    const value = word.getFloat32(0);
    if (Number.isFinite(value)) return value;
  }
}
const ordinary = () => Math.fround((next() - 0.3) * 10 ** Math.floor(next() * 8 - 4));
const neighbour = (value: number) => Math.fround(value + Math.abs(value) * 2 ** -22 * Math.ceil(next() * 8));
const tiny = () => (Math.floor(next() * 4000) - 2000) * 2 ** -149;

const FLT_MAX = 3.4028234663852886e38;
const special: [number, number][] = [
  [0, 1],
  [-1, 1],
  [0, 0],
  [-0, 0],
  [2, 2],
  [-0, 2 ** -149],
  [2 ** -149, 2 ** -148],
  [-FLT_MAX, FLT_MAX],
  [0, FLT_MAX],
  [-FLT_MAX, 0],
  [FLT_MAX / 2, FLT_MAX],
  [-(2 ** -126), 2 ** -126],
  [0, 2 ** -126],
  [0, 255],
  [1, 1 + 2 ** -23],
  [-1e30, 1e-30],
  [1e-30, 1e30],
  [-(2 ** -149), FLT_MAX],
  [0, Number.POSITIVE_INFINITY],
  [-3e38, Number.POSITIVE_INFINITY],
  [3e38, Number.POSITIVE_INFINITY],
  [Number.NEGATIVE_INFINITY, 1],
  [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY],
  [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY],
  [Number.NEGATIVE_INFINITY, Number.NEGATIVE_INFINITY],
  [Number.NaN, 1],
  [1, Number.NaN],
  [Number.NaN, Number.NaN],
];

describe.skipIf(!gpu)(`edges made on the GPU${reason ? ` (${reason})` : ''}`, () => {
  afterAll(() => {
    device?.destroy();
    plain?.destroy();
  });

  /** One channel a pair, so that each table is of one pair's limits. */
  async function tablesFor(pairs: readonly [number, number][], rows: number, given: { vmin?: number; vmax?: number } = {}, on = device!) {
    const data = new Float32Array(pairs.length * 2);
    pairs.forEach(([a, b], i) => {
      data[i] = a;
      data[pairs.length + i] = b;
    });
    const palette = new Uint8Array((rows + 4) * 4);
    const input = { width: 1, height: 2, channels: pairs.length, data };
    const { tables, stride } = await runPicture(on, [input], { scale: { kind: 'auto', share: 'none', ...given }, palette });
    return pairs.map((_, i) => ({ keys: tables.slice(i * stride + 1, i * stride + rows + 4), nan: tables[i * stride + rows + 5] }));
  }

  const check = async (pairs: readonly [number, number][], rows: number, given: { vmin?: number; vmax?: number } = {}, on = device!) => {
    const norm = normalize(given);
    const made = await tablesFor(pairs, rows, given, on);
    const wrong: unknown[] = [];
    pairs.forEach((pair, i) => {
      const limits = norm.limits(Float32Array.from(pair));
      const { keys, nan } = binEdges(norm, limits, rows);
      const differs = keys.findIndex((key, k) => key !== made[i]!.keys[k]);
      if (differs >= 0 || nan !== made[i]!.nan)
        wrong.push({ pair, limits, differs, expected: keys[differs], got: made[i]!.keys[differs], nan: [nan, made[i]!.nan] });
    });
    expect(wrong).toEqual([]);
  };

  const rows = [8, 9, 10, 12, 20, 256, 510];

  it.each(rows)('are those of the CPU at every kind of limits: %i rows', async (count) => {
    await check(special, count);
  });

  it.each(rows)('are those of the CPU at random limits: %i rows', async (count) => {
    const sorted = (a: number, b: number): [number, number] => (a < b ? [a, b] : [b, a]);
    const pairs = Array.from({ length: 160 }, (_, i): [number, number] => {
      if (i % 4 === 0) return sorted(anyFloat(), anyFloat());
      if (i % 4 === 1) return sorted(ordinary(), ordinary());
      if (i % 4 === 2) return sorted(tiny(), tiny());
      const value = ordinary();
      return sorted(value, neighbour(value));
    });
    await check(pairs, count);
  });

  it.each([[{ vmin: 0 }], [{ vmin: -0.1 }], [{ vmin: 1e-300 }], [{ vmin: -1 / 3 }], [{ vmin: -1e39 }], [{ vmin: -123456.789e-12 }]])(
    'are those of the CPU when %j is given',
    async (given) => {
      const values = Array.from({ length: 120 }, () => Math.abs(next() < 0.5 ? ordinary() : anyFloat()));
      await check(
        values.filter((value) => value > (given.vmin ?? 0)).map((value) => [value, value]),
        256,
        given,
      );
    },
  );

  it.each([[{ vmax: 0 }], [{ vmax: 0.1 }], [{ vmax: 1e39 }], [{ vmax: 7 / 3 }]])('are those of the CPU when %j is given', async (given) => {
    const values = Array.from({ length: 120 }, () => -Math.abs(next() < 0.5 ? ordinary() : anyFloat()));
    await check(
      values.map((value) => [value, value]),
      256,
      given,
    );
  });

  it('are the same without subgroups', async () => {
    expect(plain!.features.has('subgroups' as GPUFeatureName)).toBe(false);
    await check(special, 256, {}, plain!);
  });
});
