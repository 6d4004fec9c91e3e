import { rowOfFloat32, rowOfFloat64 } from '../rank';
import type { Limits, Norm } from '../types';
import { checkLimitOptions, checkOrder, extent, fixedLimits, type LimitOptions } from './limits';

export interface NormalizeOptions extends LimitOptions {
  /** Values outside the limits take the nearest limit's place instead of being under or over. Default false. */
  clip?: boolean | undefined;
}

/**
 * Straight from `vmin` (0) to `vmax` (1), as `matplotlib.colors.Normalize`. Limits that are left out are the data's smallest and largest
 * value; one NaN among the data then makes them NaN, and the whole picture 'bad', as in matplotlib. Data that is all one value goes to
 * the first colour.
 *
 * Throws `shape` if a limit is NaN or `vmin` is above `vmax`.
 */
export function normalize(options: NormalizeOptions = {}): Norm {
  const { vmin, vmax, clip = false } = options;
  checkLimitOptions('normalize', options);
  const own = (): Limits => fixedLimits('normalize', options);
  return {
    limits: (data) => autoscale('normalize', data, vmin, vmax),
    apply: (value, limits = own()) => (clip ? clipped : straight)(value, limits.vmin, limits.vmax),
    invert: (position, limits = own()) => limits.vmin + position * (limits.vmax - limits.vmin),
    row: (value, limits, rows) =>
      // matplotlib's clip leaves float32 behind, and all that follows is double.
      clip && limits.vmin !== limits.vmax
        ? rowOfFloat64(clipped(value, limits.vmin, limits.vmax), rows)
        : rowOfFloat32(straight(value, limits.vmin, limits.vmax), rows),
    withLimits: (limits) => normalize({ vmin: limits.vmin, vmax: limits.vmax, clip }),
    linear: !clip,
  };
}

/** Limits with what is missing taken from the data. */
export function autoscale(of: string, data: Float32Array, vmin?: number, vmax?: number): Limits {
  if (vmin !== undefined && vmax !== undefined) return { vmin, vmax };
  const all = extent(data);
  const limits = { vmin: vmin ?? all.vmin, vmax: vmax ?? all.vmax };
  checkOrder(of, limits);
  return limits;
}

/** numpy takes a double from a float32 in double and rounds the result to float32; so does the division. */
function straight(value: number, vmin: number, vmax: number): number {
  return vmin === vmax ? 0 : Math.fround(Math.fround(value - vmin) / (vmax - vmin));
}

function clipped(value: number, vmin: number, vmax: number): number {
  if (vmin === vmax) return 0;
  return (Math.min(Math.max(value, vmin), vmax) - vmin) / (vmax - vmin);
}
