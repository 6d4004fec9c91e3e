import { check, describe } from '../../check';
import { floatKey, keyFloat } from '../edges';
import type { Norm } from '../types';
import { linear } from './linear';

/** Options of `percentileNorm`. */
export interface PercentileNormOptions {
  /** Percentile of the data at position 0; 0 to 100. Default 2. */
  low?: number | undefined;
  /** Percentile of the data at position 1; `low` to 100. Default 98. */
  high?: number | undefined;
  /** Values outside take the first or last colour instead of being under or over. Default false. */
  clip?: boolean | undefined;
}

/**
 * Straight between two percentiles of the data, so that a few extreme values do not use up the colours:
 * `Normalize(*np.percentile(x, [low, high]))`, with numpy's default, linear percentile. NaN among the data makes the limits NaN, as
 * there.
 *
 * Throws `shape` unless 0 <= low <= high <= 100.
 */
export function percentileNorm(options: PercentileNormOptions = {}): Norm {
  const { low = 2, high = 98, clip = false } = options;
  check(
    0 <= low && low <= high && high <= 100,
    'shape',
    () => `percentileNorm: low is ${describe(low)} and high is ${describe(high)}; they must be 0 <= low <= high <= 100.`,
    { low, high },
  );
  return linear(clip, {
    limits(data) {
      const [vmin, vmax] = percentiles(data, [low, high]);
      return { vmin: vmin!, vmax: vmax! };
    },
    own() {
      check(false, 'shape', () => 'percentileNorm takes its limits from data: hand over limits, such as those of norm.limits(data).');
    },
  });
}

/** Up to so many values sorting is faster than counting. */
const FEW = 8192;

/**
 * `np.percentile(data, wanted)` for a list of percentiles: positions between two values are interpolated in double. Throws `shape` for
 * no data.
 */
export function percentiles(data: Float32Array, wanted: readonly number[]): number[] {
  check(data.length > 0, 'shape', () => 'There are no values to take percentiles of: the array is empty.');
  for (const value of data) if (Number.isNaN(value)) return wanted.map(() => value);
  const find = orderStatistics(data);
  return wanted.map((percentile) => {
    const place = (data.length - 1) * (percentile / 100);
    const below = Math.floor(place);
    const part = place - below;
    const a = find(below);
    const b = find(Math.min(below + 1, data.length - 1));
    const step = Math.fround(b - a);
    return part >= 0.5 ? b - step * (1 - part) : a + step * part;
  });
}

/** A function that gives the n-th smallest value (0-based). Many are counted rather than sorted: one pass, and one more for what is asked. */
function orderStatistics(data: Float32Array): (n: number) => number {
  if (data.length <= FEW) {
    const sorted = data.slice().sort();
    return (n) => sorted[n]!;
  }
  const offset = 0x8000;
  const upper = new Uint32Array(0x10000);
  for (const value of data) upper[(floatKey(value) >> 16) + offset]!++;
  return (n) => {
    let left = n;
    let bucket = 0;
    while (left >= upper[bucket]!) left -= upper[bucket++]!;
    const lower = new Uint32Array(0x10000);
    for (const value of data) {
      const key = floatKey(value);
      if ((key >> 16) + offset === bucket) lower[key & 0xffff]!++;
    }
    let rest = 0;
    while (left >= lower[rest]!) left -= lower[rest++]!;
    return keyFloat(((bucket - offset) << 16) | rest);
  };
}
