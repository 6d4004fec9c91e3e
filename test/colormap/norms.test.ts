import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  boundaryNorm,
  centeredNorm,
  colorize,
  createNorm,
  funcNorm,
  gray,
  type Limits,
  logNorm,
  type Norm,
  normalize,
  percentileNorm,
  percentiles,
  powerNorm,
  sharedLimits,
  symLogNorm,
  twoSlopeNorm,
  withLimits,
} from '../../src/colormap/index';
import { finiteFloat32, floats, random, thrown } from './fixtures';

const data = Float32Array.of(-2, -1, 0, 1, 4);

describe('limits', () => {
  it.each<[string, Norm, Limits]>([
    ['normalize: smallest and largest', normalize(), { vmin: -2, vmax: 4 }],
    ['normalize: those given', normalize({ vmin: -5 }), { vmin: -5, vmax: 4 }],
    ['logNorm: among those above zero', logNorm(), { vmin: 1, vmax: 4 }],
    ['powerNorm', powerNorm({ gamma: 2 }), { vmin: -2, vmax: 4 }],
    ['symLogNorm', symLogNorm({ linthresh: 1 }), { vmin: -2, vmax: 4 }],
    ['centeredNorm: as far as the data reaches', centeredNorm(), { vmin: -4, vmax: 4 }],
    ['centeredNorm: around another middle', centeredNorm({ vcenter: 1 }), { vmin: -2, vmax: 4 }],
    ['centeredNorm: as far as asked', centeredNorm({ halfrange: -3 }), { vmin: -3, vmax: 3 }],
    ['twoSlopeNorm', twoSlopeNorm({ vcenter: 0 }), { vmin: -2, vmax: 4 }],
    ['twoSlopeNorm: the empty side is made as long', twoSlopeNorm({ vcenter: 10 }), { vmin: -2, vmax: 22 }],
    ['boundaryNorm: the outer boundaries', boundaryNorm({ boundaries: [0, 1, 3] }), { vmin: 0, vmax: 3 }],
    ["percentileNorm: numpy's, between two values", percentileNorm({ low: 10, high: 90 }), { vmin: -1.6, vmax: 2.8 }],
    ['funcNorm: where the function is finite', funcNorm({ forward: Math.sqrt, inverse: (x) => x * x }), { vmin: 0, vmax: 4 }],
    ['createNorm: where it reaches 0 and 1', createNorm((x) => x / 8 + 0.5), { vmin: -4, vmax: 4 }],
  ])('%s', (_, norm, expected) => {
    const { vmin, vmax } = norm.limits(data);
    expect(vmin).toBeCloseTo(expected.vmin, 12);
    expect(vmax).toBeCloseTo(expected.vmax, 12);
  });

  it('are NaN with a NaN among the data, as in matplotlib, except where a norm leaves it out', () => {
    const poisoned = Float32Array.of(1, Number.NaN, 3);
    for (const norm of [normalize(), powerNorm({ gamma: 2 }), centeredNorm(), percentileNorm()]) {
      expect(norm.limits(poisoned)).toEqual({ vmin: Number.NaN, vmax: Number.NaN });
    }
    for (const norm of [logNorm(), symLogNorm({ linthresh: 1 })]) expect(norm.limits(poisoned)).toEqual({ vmin: 1, vmax: 3 });
  });
});

describe('apply and invert', () => {
  const norms: [string, Norm][] = [
    ['normalize', normalize({ vmin: -3, vmax: 7 })],
    ['logNorm', logNorm({ vmin: 0.01, vmax: 100 })],
    ['powerNorm', powerNorm({ gamma: 0.5, vmin: 0, vmax: 9 })],
    ['symLogNorm', symLogNorm({ linthresh: 0.1, vmin: -10, vmax: 10 })],
    ['centeredNorm', centeredNorm({ vcenter: 2, halfrange: 3 })],
    ['twoSlopeNorm', twoSlopeNorm({ vcenter: 0, vmin: -1, vmax: 5 })],
    ['funcNorm', funcNorm({ forward: Math.sqrt, inverse: (x) => x * x, vmin: 1, vmax: 4 })],
    ['createNorm', createNorm((x) => Math.tanh(x) / 2 + 0.5)],
  ];

  it.each(norms)("%s: each undoes the other, to float32's precision", (_, norm) => {
    for (const position of [0, 0.1, 0.25, 0.5, 0.75, 0.9, 1]) {
      const value = norm.invert(position);
      // Two roundings to float32 and numpy's logarithm, which is up to 4 units off.
      if (Number.isFinite(value)) expect(norm.apply(Math.fround(value))).toBeCloseTo(position, 5);
    }
  });

  it.each(norms)('%s: says the same with limits handed over', (_, norm) => {
    const limits = norm.limits(data);
    expect(norm.apply(0.7, limits)).toBe(norm.apply(0.7));
    expect(norm.withLimits?.(limits).apply(0.7) ?? norm.apply(0.7)).toBe(norm.apply(0.7));
  });

  it('put what has no logarithm, and what is infinite, nowhere', () => {
    const norm = logNorm({ vmin: 1, vmax: 10 });
    for (const value of [0, -1, Number.NaN, Number.POSITIVE_INFINITY]) expect(norm.apply(value)).toBeNaN();
    expect(logNorm({ vmin: 1, vmax: 10, clip: true }).apply(-5)).toBe(0);
    expect(symLogNorm({ linthresh: 1, vmin: -1, vmax: 1 }).apply(Number.POSITIVE_INFINITY)).toBeNaN();
  });

  it('boundaryNorm: invert spaces its bins evenly, apply points at the middle of a colour', () => {
    const norm = boundaryNorm({ boundaries: [0, 1, 10, 100] });
    expect([0, 1 / 3, 0.5, 1].map((position) => norm.invert(position))).toEqual([0, 1, 5.5, 100]);
    expect([-1, 0.5, 5, 50, 100].map((value) => norm.apply(value))).toEqual([-0.5 / 3, 0.5 / 3, 0.5, 2.5 / 3, 3.5 / 3]);
    expect(norm.boundaries).toEqual([0, 1, 10, 100]);
  });

  it('ask for limits when the norm has none', () => {
    expect(thrown(() => normalize({ vmax: 1 }).apply(0))).toMatchObject({
      code: 'shape',
      message: 'normalize was made without vmin: hand over limits, such as those of norm.limits(data).',
    });
    expect(thrown(() => centeredNorm().invert(0)).message).toBe(
      'centeredNorm was made without halfrange: hand over limits, such as those of norm.limits(data).',
    );
    expect(thrown(() => percentileNorm().apply(0)).message).toContain('percentileNorm takes its limits from data: hand over limits');
  });
});

describe('percentiles', () => {
  it("are numpy's, interpolated between the two nearest values", () => {
    // np.percentile(np.array([3, 1, 4, 1, 5, 9, 2, 6], np.float32), [0, 2, 25, 50, 77.7, 98, 100])
    const values = Float32Array.of(3, 1, 4, 1, 5, 9, 2, 6);
    expect(percentiles(values, [0, 2, 25, 50, 77.7, 98, 100])).toEqual([1, 1, 1.75, 3.5, 5.439, 8.579999999999998, 9]);
  });

  it('of many values are the same, counted', () => {
    const next = random(13);
    const values = Float32Array.from({ length: 20_001 }, () => (next() - 0.5) * 10 ** Math.floor(next() * 8));
    const sorted = values.slice().sort();
    expect(percentiles(values, [0, 25, 50, 75, 100])).toEqual([0, 5000, 10_000, 15_000, 20_000].map((place) => sorted[place]));
  });

  it('lie where a sorted copy has them', () => {
    fc.assert(
      fc.property(floats(finiteFloat32, { minLength: 1, maxLength: 60 }), (values) => {
        const sorted = values.slice().sort();
        const wanted = Array.from(sorted, (_, i) => (sorted.length === 1 ? 0 : (100 * i) / (sorted.length - 1)));
        for (const [i, percentile] of percentiles(values, wanted).entries()) {
          const near = [sorted[i - 1] ?? sorted[i]!, sorted[i + 1] ?? sorted[i]!];
          expect(percentile).toBeGreaterThanOrEqual(near[0]!);
          expect(percentile).toBeLessThanOrEqual(near[1]!);
        }
        expect(percentiles(values, [0, 100])).toEqual([sorted[0]!, sorted.at(-1)!].map((value) => value + 0));
      }),
      { seed: 4 },
    );
  });
});

describe('withLimits', () => {
  it('holds for a norm that has limits of its own, and for one that someone else wrote', () => {
    const own: Norm = { limits: () => ({ vmin: 0, vmax: 1 }), apply: (x, { vmax } = { vmin: 0, vmax: 1 }) => x / vmax, invert: (x) => x };
    for (const norm of [normalize({ vmin: 0, vmax: 1 }), centeredNorm(), own]) {
      const fixed = withLimits(norm, { vmin: 0, vmax: 8 });
      expect(fixed.limits(data)).toEqual({ vmin: 0, vmax: 8 });
      expect([...colorize({ width: 1, height: 1, data: Float32Array.of(4) }, { norm: fixed, colormap: gray }).data]).toEqual([
        128, 128, 128, 255,
      ]);
    }
  });
});

describe('sharedLimits', () => {
  const maps = [Float32Array.of(0, 2), Float32Array.of(-1, 1), Float32Array.of(5)].map((values) => ({ data: values }));

  it('takes the limits of all maps together', () => {
    expect(sharedLimits(maps).limits(Float32Array.of(100))).toEqual({ vmin: -1, vmax: 5 });
    expect(sharedLimits(maps, centeredNorm()).limits(data)).toEqual({ vmin: -5, vmax: 5 });
    expect(sharedLimits(maps, logNorm()).limits(data)).toEqual({ vmin: 1, vmax: 5 });
    expect(sharedLimits(maps, percentileNorm({ low: 25, high: 75 })).limits(data)).toEqual({ vmin: 0, vmax: 2 });
    expect(sharedLimits(maps, twoSlopeNorm({ vcenter: 0 })).apply(2.5)).toBe(0.75);
  });

  it('keeps twoSlopeNorm right where its limits meet in the middle', () => {
    const flat = sharedLimits([{ data: Float32Array.of(3, 3) }], twoSlopeNorm({ vcenter: 3 }));
    expect(flat.limits(data)).toEqual({ vmin: 3, vmax: 3 });
    expect(flat.withLimits?.({ vmin: 0, vmax: 6 }).apply(6)).toBe(1);
  });

  it('fixes the limits of a norm that someone else wrote', () => {
    class Own implements Norm {
      limits(values: Float32Array): Limits {
        return { vmin: 0, vmax: values.length };
      }
      apply(value: number, { vmax }: Limits = { vmin: 0, vmax: 1 }): number {
        return value / vmax;
      }
      invert(position: number, { vmax }: Limits = { vmin: 0, vmax: 1 }): number {
        return position * vmax;
      }
    }
    const norm = sharedLimits(maps, Object.freeze(new Own()));
    expect(norm.limits(Float32Array.of(1))).toEqual({ vmin: 0, vmax: 5 });
    expect([...colorize({ width: 1, height: 1, data: Float32Array.of(2.5) }, { norm, colormap: gray }).data]).toEqual([128, 128, 128, 255]);
  });

  it('is NaN everywhere when one map holds a NaN', () => {
    expect(sharedLimits([...maps, { data: Float32Array.of(Number.NaN) }]).limits(data)).toEqual({ vmin: Number.NaN, vmax: Number.NaN });
  });

  it('asks for a map', () => {
    expect(thrown(() => sharedLimits([]))).toMatchObject({
      code: 'shape',
      message: 'sharedLimits got no maps; it needs at least one to take limits from.',
    });
  });
});

describe('what a norm refuses', () => {
  const map = { width: 5, height: 1, data };
  const empty = new Float32Array(0);
  const paint = (norm: Norm) => () => colorize(map, { norm });
  it.each<[() => unknown, string]>([
    [() => normalize({ vmin: 2, vmax: 1 }), 'normalize: vmin is 2 and vmax is 1; vmin must not be above vmax.'],
    [() => normalize({ vmin: Number.NaN }), 'normalize: vmin is NaN; it must be a number, or be left out to be taken from the data.'],
    [() => normalize({ vmax: '1' as never }), "normalize: vmax is '1'; it must be a number, or be left out to be taken from the data."],
    [paint(normalize({ vmin: 5 })), 'normalize: vmin is 5 and vmax is 4; vmin must not be above vmax.'],
    [paint(powerNorm({ gamma: 2, vmax: -3 })), 'powerNorm: vmin is -2 and vmax is -3; vmin must not be above vmax.'],
    [() => powerNorm({ gamma: 0 }), 'powerNorm: gamma is 0; it must be a number above 0.'],
    [() => powerNorm({} as never), 'powerNorm: gamma is undefined; it must be a number above 0.'],
    [() => logNorm({ vmin: 0, vmax: 1 }), 'logNorm: vmin is 0; a logarithmic scale needs finite limits above zero.'],
    [
      () => colorize({ width: 2, height: 1, data: Float32Array.of(0, -1) }, { norm: logNorm() }),
      'logNorm: none of the 2 values is finite and above zero, so there are no limits to take from them. Give vmin and vmax, or use symLogNorm.',
    ],
    [() => symLogNorm({ linthresh: 0 }), 'symLogNorm: linthresh is 0; it must be a number above 0.'],
    [() => symLogNorm({ linthresh: 1, base: 1 }), 'symLogNorm: base is 1; it must be a number above 1.'],
    [() => symLogNorm({ linthresh: 1, linscale: -1 }), 'symLogNorm: linscale is -1; it must be a number above 0.'],
    [paint(symLogNorm({ linthresh: 1, vmax: Number.POSITIVE_INFINITY })), 'symLogNorm: vmax is Infinity; its limits must be finite.'],
    [paint(symLogNorm({ linthresh: 1, vmin: 10 })), 'symLogNorm: vmin is 10 and vmax is 4; vmin must not be above vmax.'],
    [() => centeredNorm({ halfrange: Number.NaN }), 'centeredNorm: halfrange is NaN; it must be a number.'],
    [() => centeredNorm({ vcenter: '0' as never }), "centeredNorm: vcenter is '0'; it must be a number."],
    [() => twoSlopeNorm({ vmin: 0, vcenter: 0, vmax: 1 }), 'twoSlopeNorm: vmin is 0, vcenter 0, vmax 1; they must be in rising order.'],
    [() => twoSlopeNorm({} as never), 'twoSlopeNorm: vmin is undefined, vcenter undefined, vmax undefined; they must be in rising order.'],
    [
      () => twoSlopeNorm({ vcenter: 0 }).limits(Float32Array.of(1, Number.NaN)),
      'twoSlopeNorm: vmin is NaN, vcenter 0, vmax NaN; they must not fall. Does the data hold NaN? Then give vmin and vmax.',
    ],
    [() => boundaryNorm({ boundaries: [1] }), 'boundaryNorm: there are 1 boundaries; it needs at least 2.'],
    [() => boundaryNorm({ boundaries: [0, 2, 1] }), 'boundaryNorm: boundary 2 is 1 after 2; boundaries must be numbers in rising order.'],
    [() => boundaryNorm({ boundaries: [Number.NaN, 2] }), 'boundaryNorm: boundary 0 is NaN; boundaries must be numbers in rising order.'],
    [() => boundaryNorm({ boundaries: [0, 1, 2], ncolors: 1 }), 'boundaryNorm: 2 bins need at least as many colours; there are 1.'],
    [
      () => boundaryNorm({ boundaries: [0, 1, 2], ncolors: 3, extend: 'both' }),
      'boundaryNorm: 4 bins (extensions included) need at least as many colours; there are 3.',
    ],
    [() => boundaryNorm({ boundaries: [0, 1], ncolors: 1.5 }), 'ncolors is 1.5; it must be an integer of at least 1.'],
    [
      () => boundaryNorm({ boundaries: [0, 1], clip: true, extend: 'min' }),
      "boundaryNorm: clip leaves nothing for extend 'min'; ask for one of them.",
    ],
    [() => percentileNorm({ low: 60, high: 40 }), 'percentileNorm: low is 60 and high is 40; they must be 0 <= low <= high <= 100.'],
    [() => percentileNorm({ high: 101 }), 'percentileNorm: low is 2 and high is 101; they must be 0 <= low <= high <= 100.'],
    [() => normalize().limits(empty), 'There are no values to take limits from: the array is empty. Give vmin and vmax.'],
    [() => percentileNorm().limits(empty), 'There are no values to take percentiles of: the array is empty.'],
    [() => createNorm(5 as never), 'createNorm: got 5; it takes a function from a value to 0..1.'],
    [
      () => funcNorm({ forward: Math.sqrt, inverse: (x) => x * x }).limits(Float32Array.of(-1)),
      'funcNorm: forward is finite for none of the 1 values. Give vmin and vmax.',
    ],
    [
      paint(funcNorm({ forward: Math.sqrt, inverse: (x) => x * x, vmin: -1 })),
      'funcNorm: forward(vmin) is NaN for vmin -1; it must be finite.',
    ],
  ])('%#', (call, text) => {
    const { code, message } = thrown(call);
    expect(message).toBe(text);
    expect(code).toBe('shape');
  });
});
