import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  binEdges,
  boundaryNorm,
  type Colormap,
  centeredNorm,
  colorize,
  createNorm,
  floatKey,
  keyFloat,
  type Limits,
  logNorm,
  type Norm,
  normalize,
  palette,
  powerNorm,
  symLogNorm,
  tab10,
  twilight,
  twoSlopeNorm,
  viridis,
  withLimits,
} from '../../src/colormap/index';
import { anyFloat32, floats, random } from './fixtures';

/** What the edges make of a value: how many are at or below it. */
function place(edges: ReturnType<typeof binEdges>, value: number): number {
  return Number.isNaN(value) ? edges.nan : edges.keys.filter((edge) => edge <= floatKey(value)).length;
}

function expectSame(norm: Norm, limits: Limits, colormap: Colormap, data: Float32Array): void {
  const edges = binEdges(norm, limits, colormap.rows);
  // Not by its own withLimits: logNorm, say, would check them again.
  const fixed = withLimits({ ...norm, withLimits: undefined }, limits);
  const painted = colorize({ width: data.length, height: 1, data }, { norm: fixed, colormap }).data;
  const colours = palette(colormap);
  for (const [i, value] of data.entries()) {
    const at = place(edges, value) * 4;
    expect([...painted.subarray(i * 4, i * 4 + 4)], `${value}`).toEqual([...colours.subarray(at, at + 4)]);
  }
}

/** The edges themselves and what is next to them on both sides. */
function around({ keys }: ReturnType<typeof binEdges>): Float32Array {
  const nearby = [...keys].flatMap((key) => [key - 2, key - 1, key, key + 1]);
  return Float32Array.from(
    nearby.filter((key) => key >= -0x7f800001 && key <= 0x7f800000),
    keyFloat,
  );
}

const extremes = { under: [1, 2, 3, 4], over: [5, 6, 7, 8], bad: [9, 10, 11, 12] } as const;
const maps = [viridis, tab10, twilight].map((colormap): Colormap => ({ ...colormap, ...extremes }));

const norms: [string, Norm, Limits][] = [
  ['normalize', normalize(), { vmin: -0.3, vmax: 0.7 }],
  ['normalize of float32 limits', normalize(), { vmin: Math.fround(-0.3), vmax: Math.fround(0.7) }],
  ['normalize, clipped', normalize({ clip: true }), { vmin: -0.3, vmax: 0.7 }],
  ['normalize, constant', normalize(), { vmin: 2, vmax: 2 }],
  ['normalize, NaN', normalize(), { vmin: Number.NaN, vmax: Number.NaN }],
  ['normalize, infinite', normalize(), { vmin: 0, vmax: Number.POSITIVE_INFINITY }],
  ['normalize, subnormal', normalize(), { vmin: 0, vmax: 2 ** -140 }],
  ['normalize, as wide as float32 goes', normalize(), { vmin: -3e38, vmax: 3e38 }],
  ['logNorm', logNorm(), { vmin: 0.01, vmax: 100 }],
  ['powerNorm', powerNorm({ gamma: 0.5 }), { vmin: 0, vmax: 1 }],
  ['powerNorm, negative limits', powerNorm({ gamma: 2.2 }), { vmin: -4, vmax: -1 }],
  ['symLogNorm', symLogNorm({ linthresh: 0.1 }), { vmin: -10, vmax: 3 }],
  ['centeredNorm', centeredNorm(), { vmin: -2, vmax: 2 }],
  ['twoSlopeNorm', twoSlopeNorm({ vcenter: 0 }), { vmin: -1, vmax: 5 }],
  ['boundaryNorm', boundaryNorm({ boundaries: [-1, 0, 0.1, 3] }), { vmin: -1, vmax: 3 }],
  ['boundaryNorm, extended', boundaryNorm({ boundaries: [-1, 0, 0.7], extend: 'both' }), { vmin: -1, vmax: 0.7 }],
  ['a norm of one function', createNorm((x) => Math.atan(x) / Math.PI + 0.5), { vmin: 0, vmax: 1 }],
  [
    'a norm whose invert is no help',
    { limits: () => ({ vmin: 0, vmax: 1 }), apply: (x) => x / 3, invert: () => Number.NaN },
    { vmin: 0, vmax: 1 },
  ],
  [
    'a norm whose invert throws',
    {
      limits: () => ({ vmin: 0, vmax: 1 }),
      apply: (x) => x / 3,
      invert: () => {
        throw new Error('no inverse');
      },
    },
    { vmin: 0, vmax: 1 },
  ],
];

describe('floatKey', () => {
  it('rises with the value and comes back', () => {
    fc.assert(
      fc.property(anyFloat32, anyFloat32, (a, b) => {
        if (!Number.isNaN(a)) expect(keyFloat(floatKey(a))).toBe(a);
        if (a < b) expect(floatKey(a)).toBeLessThan(floatKey(b));
      }),
      { seed: 5 },
    );
    expect(floatKey(-0)).toBe(floatKey(0) - 1);
    expect(floatKey(Number.NEGATIVE_INFINITY)).toBe(-0x7f800001);
    expect(floatKey(Number.POSITIVE_INFINITY)).toBe(0x7f800000);
  });
});

describe('binEdges', () => {
  it('begin where one would say by hand', () => {
    const { values, keys, nan } = binEdges(normalize(), { vmin: 0, vmax: 4 }, 4);
    // Not bad; row 0 (a quarter of that subnormal rounds to -0); rows 1 to 3; over (4 itself is still the last row); bad again: never.
    expect([...values]).toEqual([Number.NEGATIVE_INFINITY, -(2 ** -148), 1, 2, 3, 4 + 2 ** -21, Number.NaN]);
    expect(keys.at(-1)).toBe(0x7f800001);
    expect(nan).toBe(0);
  });

  it.each(norms)('agree with colorize around every edge: %s', (_, norm, limits) => {
    for (const colormap of maps) expectSame(norm, limits, colormap, around(binEdges(norm, limits, colormap.rows)));
  });

  it.each(norms)('agree with colorize on any float32: %s', (_, norm, limits) => {
    fc.assert(
      fc.property(floats(anyFloat32, { minLength: 1, maxLength: 40 }), fc.constantFrom(...maps), (data, colormap) =>
        expectSame(norm, limits, colormap, data),
      ),
      { seed: 6, numRuns: 30 },
    );
  });

  it.each(norms.filter(([, norm]) => norm.paint !== undefined))('paint large maps: %s', (_, norm, limits) => {
    const next = random(7);
    const data = Float32Array.from({ length: 10_000 }, () => keyFloat(Math.floor((next() - 0.5) * 2 ** 32)));
    for (let i = 0; i < 5000; i++) data[i] = (next() - 0.5) * 8;
    const out = new Uint32Array(data.length);
    norm.paint!(data, limits, palette(maps[0]!), out);
    const small = new Uint32Array(10);
    for (let i = 0; i < data.length; i += 10) {
      norm.paint!(data.subarray(i, i + 10), limits, palette(maps[0]!), small);
      expect([...out.subarray(i, i + 10)]).toEqual([...small]);
    }
  });

  it('can be written into edges that are there', () => {
    const out = binEdges(normalize(), { vmin: 0, vmax: 1 }, 10);
    const again = binEdges(normalize(), { vmin: 0, vmax: 5 }, 10, out);
    expect(again.values).toBe(out.values);
    expect(again.values).toEqual(binEdges(normalize(), { vmin: 0, vmax: 5 }, 10).values);
  });
});
