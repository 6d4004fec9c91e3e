import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { axisTicks } from '../../src/figure/axis';
import { scalarLabels } from '../../src/figure/format';
import { logTicks } from '../../src/figure/log-ticks';
import { autoTicks, integerTicks, maxNTicks } from '../../src/figure/ticks';

const golden = JSON.parse(readFileSync(new URL('../fixtures/figure/ticks.json', import.meta.url), 'utf8')) as {
  matshow: [from: number, to: number, first: number, step: number, count: number][];
  'matshow one pixel': number[];
  auto: [low: number, high: number, space: number, ticks: number[], labels: string[] | null, offset: string | null][];
  log: [low: number, high: number, space: number, ticks: number[]][];
};

describe('integerTicks', () => {
  it('equals MaxNLocator(9, [1, 2, 5, 10], integer) for every size from 2 to 2000 and some larger ones', () => {
    let sizes = 0;
    for (const [from, to, first, step, count] of golden.matshow) {
      for (let size = from; size <= to; size++, sizes++) {
        const expected = Array.from({ length: count }, (_, i) => first + i * step);
        expect(integerTicks(-0.5, size - 0.5), `${size} pixels`).toEqual(expected);
      }
    }
    expect(sizes).toBe(2005);
  });

  it('gives a single pixel the fractions that matplotlib gives it', () => {
    expect(integerTicks(-0.5, 0.5)).toEqual(golden['matshow one pixel']);
  });

  it('does not care which limit is the larger one', () => {
    expect(integerTicks(147.5, -0.5)).toEqual([0, 20, 40, 60, 80, 100, 120, 140]);
  });
});

describe('autoTicks', () => {
  it('equals AutoLocator', () => {
    for (const [low, high, space, ticks] of golden.auto) expect(autoTicks(low, high, space), `${low} to ${high}, ${space}`).toEqual(ticks);
  });

  it('has none for limits that are not finite', () => {
    expect(maxNTicks(Number.NaN, 1)).toEqual([]);
    expect(maxNTicks(0, Number.POSITIVE_INFINITY)).toEqual([]);
  });
});

describe('scalarLabels', () => {
  it('equals ScalarFormatter, offset included', () => {
    for (const [low, high, , ticks, labels, offset] of golden.auto) {
      if (labels !== null) expect(scalarLabels(ticks, low, high), `${low} to ${high}`).toEqual({ labels, offset });
    }
  });
});

describe('logTicks', () => {
  it('equals LogLocator where it draws powers of ten inside the limits', () => {
    for (const [low, high, space, ticks] of golden.log) {
      const ours = logTicks(low, high, space);
      expect(ours.length, `${low} to ${high}, ${space}`).toBe(ticks.length);
      ours.forEach((tick, i) => {
        expect(tick / ticks[i]!).toBeCloseTo(1, 12);
      });
    }
  });
});

describe('axisTicks', () => {
  it('takes a list as it is, and drops what lies outside', () => {
    const { ticks } = axisTicks([0, 5, 99], [-0.5, 9.5], 9, ['a', 'b', 'c']);
    expect(ticks).toEqual([
      { value: 0, position: 0.05, label: 'a' },
      { value: 5, position: 0.55, label: 'b' },
    ]);
  });
});
