import { rowOfFloat32, rowOfFloat64 } from '../rank';
import type { Limits, Norm } from '../types';

/** Where a norm's limits come from. */
export interface LimitSource {
  limits(data: Float32Array): Limits;
  /** Those the norm was made with; throws if there are none. */
  own(): Limits;
  fromExtent?(extent: Limits): Limits;
}

/** matplotlib's `Normalize` between limits. */
export function linear(clip: boolean, { limits, own, fromExtent }: LimitSource): Norm {
  return {
    limits,
    ...(fromExtent && { fromExtent }),
    apply: (value, limits = own()) => (clip ? clipped : straight)(value, limits.vmin, limits.vmax),
    invert: (position, limits = own()) => limits.vmin + position * (limits.vmax - limits.vmin),
    row: (value, limits, rows) =>
      // matplotlib's clip leaves float32 behind, and all that follows is double.
      clip && limits.vmin !== limits.vmax
        ? rowOfFloat64(clipped(value, limits.vmin, limits.vmax), rows)
        : rowOfFloat32(straight(value, limits.vmin, limits.vmax), rows),
    withLimits: (limits) => linear(clip, { limits: () => limits, own: () => limits, fromExtent: () => limits }),
    linear: !clip,
  };
}

/** numpy takes a double from a float32 in double and rounds the result to float32; so it does when it divides. */
function straight(value: number, vmin: number, vmax: number): number {
  return vmin === vmax ? 0 : Math.fround(Math.fround(value - vmin) / (vmax - vmin));
}

function clipped(value: number, vmin: number, vmax: number): number {
  return vmin === vmax ? 0 : (Math.min(Math.max(value, vmin), vmax) - vmin) / (vmax - vmin);
}
