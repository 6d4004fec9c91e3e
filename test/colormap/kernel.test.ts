import fc from 'fast-check';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { createColormap, type Limits, palette, tab10, twilight, viridis } from '../../src/colormap/index';
import { simdExtent, simdPaint } from '../../src/colormap/kernel/map';
import { CHUNK, hasKernel } from '../../src/colormap/kernel/module';
import { plan } from '../../src/colormap/kernel/plan';
import { asWords, paint } from '../../src/colormap/kernel/scalar';
import { extent } from '../../src/colormap/norms/limits';
import { anyFloat32, random } from './fixtures';

// This machine has WebAssembly SIMD, as every one with a current Node has: without it nothing here would be tested.
it('there is a kernel to test', () => expect(hasKernel()).toBe(true));

const maps = [
  viridis,
  tab10,
  twilight,
  createColormap(
    'many',
    new Uint8Array(1000 * 4).map((_, i) => i * 37),
  ),
].map((colormap) => ({
  ...colormap,
  under: [1, 2, 3, 4] as const,
  over: [5, 6, 7, 8] as const,
  bad: [9, 10, 11, 12] as const,
}));

function both(data: Float32Array, limits: Limits, colours: Uint8Array): [simd: Uint32Array, scalar: Uint32Array] | undefined {
  const fast = plan(limits, colours.length / 4 - 4);
  if (fast === undefined) return undefined;
  const simd = new Uint8ClampedArray(data.length * 4);
  simdPaint(data, limits, fast, colours, simd);
  const scalar = new Uint32Array(data.length);
  paint(data, 0, 1, limits, asWords(colours), scalar, 0, data.length, 1, 0);
  return [asWords(simd), scalar];
}

const quadruples = (value: fc.Arbitrary<number>): fc.Arbitrary<Float32Array> =>
  fc.array(fc.tuple(value, value, value, value), { minLength: 1, maxLength: 60 }).map((four) => Float32Array.from(four.flat()));

describe('the SIMD kernel and its scalar twin', () => {
  it('find the same limits', () => {
    fc.assert(
      fc.property(quadruples(anyFloat32), (data) => {
        const { vmin, vmax } = simdExtent(data);
        const expected = extent(data);
        // 0 and -0 are one limit.
        expect([vmin + 0, vmax + 0]).toEqual([expected.vmin + 0, expected.vmax + 0]);
      }),
      { seed: 8, numRuns: 300 },
    );
  });

  it('give the same colours at limits of any kind', () => {
    const limit = fc.oneof(
      anyFloat32.filter(Number.isFinite),
      fc.double({ min: -2, max: 2, noNaN: true }),
      fc.constantFrom(0, 1, 255, 1000, 1000.001),
    );
    fc.assert(
      fc.property(quadruples(anyFloat32), limit, limit, fc.constantFrom(...maps), (data, a, b, colormap) => {
        const pair = both(data, { vmin: Math.min(a, b), vmax: Math.max(a, b) }, palette(colormap));
        if (pair) expect(pair[0]).toEqual(pair[1]);
      }),
      { seed: 9, numRuns: 400 },
    );
  });

  it('give the same colours next to every edge, where multiplying is in doubt', () => {
    const next = random(10);
    for (const colormap of maps) {
      for (const limits of [
        { vmin: 0, vmax: 1 },
        { vmin: -1.7, vmax: 0.3 },
        { vmin: Math.fround(0.1), vmax: Math.fround(0.9) },
        { vmin: 1000, vmax: 1000.25 },
        { vmin: 0, vmax: 2 ** -90 },
        { vmin: -1e30, vmax: 1e30 },
        { vmin: 0, vmax: 255 },
      ]) {
        const data = Float32Array.from({ length: 4096 }, () => {
          const edge = limits.vmin + (Math.floor(next() * (colormap.rows + 3) - 1) / colormap.rows) * (limits.vmax - limits.vmin);
          return edge * (1 + Math.floor(next() * 9 - 4) * 2 ** -23) + (next() < 0.2 ? (next() - 0.5) * 2 ** -149 : 0);
        });
        for (let i = 0; i < data.length; i += 7) data[i] = i % 2 ? limits.vmax : limits.vmin;
        const [simd, scalar] = both(data, limits, palette(colormap))!;
        expect(simd).toEqual(scalar);
      }
    }
  });

  it('agree on a map of several chunks, NaN and infinities among its values', () => {
    const next = random(11);
    const data = Float32Array.from({ length: CHUNK * 2 + 400 }, () => next() ** 3);
    for (let i = 0; i < data.length; i += 997)
      data[i] = [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, -0, 2 ** -149][i % 5]!;
    const [simd, scalar] = both(data, { vmin: 0, vmax: 0.75 }, palette(maps[0]!))!;
    expect(simd).toEqual(scalar);
  });
});

describe('where there is no WebAssembly', () => {
  afterEach(() => {
    vi.unstubAllGlobals();
    vi.resetModules();
  });

  it.each([
    ['at all', undefined],
    [
      'that the page allows',
      {
        Module: class {
          constructor() {
            throw new EvalError('Refused to compile or instantiate WebAssembly module');
          }
        },
      },
    ],
  ])('%s, colorize and colorizeChannels give the same bytes', async (_, webAssembly) => {
    const next = random(14);
    const data = Float32Array.from({ length: 33 * 21 * 6 }, () => next() - 0.3);
    data[40] = Number.NaN;
    const [withExtremes] = maps;
    const draw = (library: typeof import('../../src/colormap/index')) => {
      const { colorize, colorizeChannels, normalize } = library;
      return [
        colorize({ width: 33, height: 126, data }, { norm: normalize({ vmin: 0, vmax: 0.5 }), colormap: withExtremes }),
        colorizeChannels({ data, shape: [33, 21, 6] }, { columns: 4 }),
        colorizeChannels({ data, shape: [33, 21, 6] }, { gap: 0, norm: normalize({ vmin: 0, vmax: 1 }), channels: [5, 0] }),
      ];
    };
    const expected = draw(await import('../../src/colormap/index'));
    vi.resetModules();
    vi.stubGlobal('WebAssembly', webAssembly);
    const { hasKernel: hasOne } = await import('../../src/colormap/kernel/module');
    expect(draw(await import('../../src/colormap/index'))).toEqual(expected);
    expect(hasOne()).toBe(false);
  });
});

describe('plan', () => {
  it('leaves to the scalar twin what multiplying cannot tell', () => {
    expect(plan({ vmin: 0, vmax: 0 }, 256)).toBeUndefined();
    expect(plan({ vmin: Number.NaN, vmax: Number.NaN }, 256)).toBeUndefined();
    expect(plan({ vmin: 0, vmax: Number.POSITIVE_INFINITY }, 256)).toBeUndefined();
    expect(plan({ vmin: 0, vmax: 2 ** -140 }, 256)).toBeUndefined();
    expect(plan({ vmin: 0, vmax: 1 }, 1)).toBeUndefined();
    expect(plan({ vmin: 0, vmax: 1 }, 2000)).toBeUndefined();
    expect(plan({ vmin: 1e9 + 0.3, vmax: 1e9 + 1 }, 256)).toBeUndefined();
  });
});
