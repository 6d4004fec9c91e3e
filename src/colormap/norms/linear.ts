import { rowOfFloat32, rowOfFloat64 } from '../rank';
import type { Limits, Norm } from '../types';

/** matplotlib's `Normalize` between limits that `limits` finds in the data; `own` gives those it was made with, or throws. */
export function linear(clip: boolean, limits: (data: Float32Array) => Limits, own: () => Limits): Norm {
  return {
    limits,
    apply: (value, limits = own()) => (clip ? clipped : straight)(value, limits.vmin, limits.vmax),
    invert: (position, limits = own()) => limits.vmin + position * (limits.vmax - limits.vmin),
    row: (value, limits, rows) =>
      // matplotlib's clip leaves float32 behind, and all that follows is double.
      clip && limits.vmin !== limits.vmax
        ? rowOfFloat64(clipped(value, limits.vmin, limits.vmax), rows)
        : rowOfFloat32(straight(value, limits.vmin, limits.vmax), rows),
    withLimits: (limits) =>
      linear(
        clip,
        () => limits,
        () => limits,
      ),
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
