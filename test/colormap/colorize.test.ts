import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { colorize, createNorm, gray, type Norm, normalize, viridis } from '../../src/colormap/index';
import { anyFloat32, floats, thrown } from './fixtures';

/** Paints each value by its rank among the table's rows: 256 greys say which. */
function ranks(data: Float32Array, norm: Norm): number[] {
  const { data: pixels } = colorize({ width: data.length, height: 1, data }, { colormap: gray, norm });
  return Array.from(data, (_, i) => pixels[i * 4]!);
}

describe('colorize', () => {
  it('is right on a map one can do by hand', () => {
    const { width, height, data } = colorize({ width: 2, height: 2, data: Float32Array.of(0, 1, 2, 4) });
    expect({ width, height }).toEqual({ width: 2, height: 2 });
    const row = (index: number): number[] => [...viridis.table.subarray(index * 4, index * 4 + 4)];
    expect([...data]).toEqual([...row(0), ...row(64), ...row(128), ...row(255)]);
  });

  it('sends a constant map to the first colour, and a map with a NaN to bad, as matplotlib does', () => {
    const constant = colorize({ width: 2, height: 1, data: Float32Array.of(7, 7) });
    expect([...constant.data]).toEqual([68, 1, 84, 255, 68, 1, 84, 255]);
    const poisoned = colorize({ width: 2, height: 1, data: Float32Array.of(7, Number.NaN) });
    expect([...poisoned.data]).toEqual([0, 0, 0, 0, 0, 0, 0, 0]);
    const fixed = colorize({ width: 2, height: 1, data: Float32Array.of(7, Number.NaN) }, { norm: normalize({ vmin: 0, vmax: 7 }) });
    expect([...fixed.data]).toEqual([253, 231, 36, 255, 0, 0, 0, 0]);
  });

  it('never gives a larger value an earlier colour', () => {
    fc.assert(
      fc.property(floats(fc.float({ noNaN: true }), { minLength: 2, maxLength: 60 }), (data) => {
        const rising = data.slice().sort();
        const colours = ranks(rising, normalize({ vmin: -1, vmax: 1 }));
        for (let i = 1; i < colours.length; i++) expect(colours[i]!).toBeGreaterThanOrEqual(colours[i - 1]!);
      }),
      { seed: 2 },
    );
  });

  it('writes into out and returns it, with the same bytes', () => {
    fc.assert(
      fc.property(floats(anyFloat32, { minLength: 1, maxLength: 50 }), (data) => {
        const map = { width: data.length, height: 1, data };
        const out = { width: data.length, height: 1, data: new Uint8ClampedArray(data.length * 4).fill(77) };
        expect(colorize(map, { out })).toBe(out);
        expect(out.data).toEqual(colorize(map).data);
      }),
      { seed: 3 },
    );
  });

  it('allocates no picture when it is given one', () => {
    const made: number[] = [];
    const watch = (name: 'Uint8ClampedArray' | 'Uint8Array' | 'Float32Array' | 'Uint32Array' | 'ArrayBuffer'): (() => void) => {
      const original = globalThis[name];
      const proxy = new Proxy(original as new (...given: unknown[]) => object, {
        construct(target, given, newTarget) {
          if (typeof given[0] === 'number') made.push(given[0]);
          return Reflect.construct(target, given, newTarget);
        },
      });
      Object.assign(globalThis, { [name]: proxy });
      return () => Object.assign(globalThis, { [name]: original });
    };
    const map = { width: 300, height: 200, data: Float32Array.from({ length: 60_000 }, (_, i) => Math.sin(i)) };
    const out = { width: 300, height: 200, data: new Uint8ClampedArray(240_000) };
    colorize(map, { out });
    const restore = (['Uint8ClampedArray', 'Uint8Array', 'Float32Array', 'Uint32Array', 'ArrayBuffer'] as const).map(watch);
    try {
      for (let i = 0; i < 10; i++) colorize(map, { out });
      colorize(map);
    } finally {
      for (const undo of restore) undo();
    }
    // The one picture that was not given, and nothing for the other ten.
    expect(made).toEqual([240_000]);
  });

  it('takes the bytes of a picture for out as well', () => {
    const out = new Uint8ClampedArray(8);
    const image = colorize({ width: 2, height: 1, data: Float32Array.of(0, 1) }, { out });
    expect(image.data).toBe(out);
    expect([...out]).toEqual([68, 1, 84, 255, 253, 231, 36, 255]);
  });

  it('does not mind where in a buffer the arrays lie', () => {
    const room = new ArrayBuffer(4 * 7 + 4);
    const data = new Float32Array(room, 4, 7);
    data.set([3, 1, 4, 1, 5, 9, 2]);
    const out = { width: 7, height: 1, data: new Uint8ClampedArray(new ArrayBuffer(40), 3, 28) };
    expect([...colorize({ width: 7, height: 1, data }, { out }).data]).toEqual([
      ...colorize({ width: 7, height: 1, data: data.slice() }).data,
    ]);
  });

  it('reads no further than width * height', () => {
    const data = Float32Array.of(0, 1, 2, 1000);
    expect([...colorize({ width: 3, height: 1, data }).data]).toEqual([...colorize({ width: 3, height: 1, data: data.slice(0, 3) }).data]);
  });

  it('takes a norm that someone else wrote', () => {
    const halves: Norm = {
      limits: () => ({ vmin: 0, vmax: 10 }),
      apply: (value, { vmin, vmax } = { vmin: 0, vmax: 10 }) => (value - vmin) / (vmax - vmin),
      invert: (position, { vmin, vmax } = { vmin: 0, vmax: 10 }) => vmin + position * (vmax - vmin),
    };
    expect(ranks(Float32Array.of(0, 5, 10), halves)).toEqual([0, 128, 255]);
    expect(
      ranks(
        Float32Array.of(-50, 0, 50),
        createNorm((x) => Math.tanh(x) / 2 + 0.5),
      ),
    ).toEqual([0, 128, 255]);
  });

  it.each([
    [{ width: 3, height: 2, data: new Float32Array(5) }, {}, 'The map is 3 x 2 and its data has 5 values; it needs 6.'],
    [{ width: 0, height: 0, data: new Float32Array(0) }, {}, 'The map is 0 x 0; width and height must be whole numbers of at least 1.'],
    [{ width: 1.5, height: 2, data: new Float32Array(4) }, {}, 'The map is 1.5 x 2; width and height must be whole numbers of at least 1.'],
    [
      { width: 1, height: 1, data: [1] as never },
      {},
      "The map's data is [1]; it must be a Float32Array. Convert it with Float32Array.from(data).",
    ],
    [
      { width: 2, height: 1, data: new Float32Array(2) },
      { out: { width: 2, height: 2, data: new Uint8ClampedArray(16) } },
      'out is 2 x 2 with 16 bytes; the picture is 2 x 1 and needs 8.',
    ],
    [
      { width: 2, height: 1, data: new Float32Array(2) },
      { out: { width: 2, height: 1, data: new Uint8ClampedArray(4) } },
      'out is 2 x 1 with 4 bytes; the picture is 2 x 1 and needs 8.',
    ],
    [
      { width: 2, height: 1, data: new Float32Array(2) },
      { out: new Uint8ClampedArray(12) },
      'out is 2 x 1 with 12 bytes; the picture is 2 x 1 and needs 8.',
    ],
  ])('refuses what does not fit, with the numbers: %#', (map, options, text) => {
    const { code, message } = thrown(() => colorize(map, options));
    expect(code).toBe('shape');
    expect(message).toBe(text);
  });
});
