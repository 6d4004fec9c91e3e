import { check, describe } from '../../check';
import { paintByEdges } from '../paint-edges';
import { rowOfFloat64 } from '../rank';
import type { Limits, Norm } from '../types';
import { checkLimitOptions, extent, fixedLimits, type LimitOptions } from './limits';

export interface TwoSlopeNormOptions extends LimitOptions {
  /** The value of the middle colour. */
  vcenter: number;
}

/**
 * Straight from `vmin` to `vcenter` and, with another slope, from there to `vmax`, as `matplotlib.colors.TwoSlopeNorm`. Where the data
 * lies all on one side, the other side is made as long.
 *
 * Throws `shape` unless vmin < vcenter < vmax as far as they are given, and when the data that limits are to be taken from has a NaN.
 */
export function twoSlopeNorm(options: TwoSlopeNormOptions): Norm {
  const { vcenter } = options;
  checkLimitOptions('twoSlopeNorm', options);
  const { vmin = Number.NEGATIVE_INFINITY, vmax = Number.POSITIVE_INFINITY } = options;
  check(
    vmin < vcenter && vcenter < vmax,
    'shape',
    () =>
      `twoSlopeNorm: vmin is ${describe(options.vmin)}, vcenter ${describe(vcenter)}, vmax ${describe(options.vmax)}; they must be in rising order.`,
    { vmin: options.vmin, vcenter, vmax: options.vmax },
  );
  return build(options);
}

function build(options: TwoSlopeNormOptions): Norm {
  const { vcenter } = options;
  const own = (): Limits => fixedLimits('twoSlopeNorm', options);
  const apply = (value: number, { vmin, vmax }: Limits = own()): number => interpolate(value, [vmin, vcenter, vmax]);
  return {
    limits(data) {
      const all = options.vmin === undefined || options.vmax === undefined ? extent(data) : undefined;
      let vmin = options.vmin ?? all!.vmin;
      let vmax = options.vmax ?? all!.vmax;
      if (vmin >= vcenter) vmin = vcenter - (vmax - vcenter);
      if (vmax <= vcenter) vmax = vcenter + (vcenter - vmin);
      check(
        vmin <= vcenter && vcenter <= vmax,
        'shape',
        () =>
          `twoSlopeNorm: vmin is ${vmin}, vcenter ${vcenter}, vmax ${vmax}; they must not fall. Does the data hold NaN? Then give vmin and vmax.`,
        { vmin, vcenter, vmax },
      );
      return { vmin, vmax };
    },
    apply,
    invert: (position, { vmin, vmax } = own()) =>
      position < 0.5 ? vmin + 2 * position * (vcenter - vmin) : vcenter + (2 * position - 1) * (vmax - vcenter),
    row: (value, limits, rows) => rowOfFloat64(apply(value, limits), rows),
    // Not through twoSlopeNorm: limits found in data may coincide with vcenter.
    paint: paintByEdges,
    withLimits: ({ vmin, vmax }) => build({ vcenter, vmin, vmax }),
  };
}

/** `np.interp(value, points, [0, 0.5, 1], left=-inf, right=inf)`, in double as numpy does it. */
function interpolate(value: number, points: readonly [number, number, number]): number {
  if (Number.isNaN(value)) return value;
  if (value < points[0]) return Number.NEGATIVE_INFINITY;
  if (value > points[2]) return Number.POSITIVE_INFINITY;
  const piece = value >= points[2] ? 2 : value >= points[1] ? 1 : 0;
  if (piece === 2 || points[piece] === value) return piece / 2;
  const slope = 0.5 / (points[piece + 1]! - points[piece]!);
  const position = slope * (value - points[piece]!) + piece / 2;
  // An infinite limit: from the other end.
  return Number.isNaN(position) ? slope * (value - points[piece + 1]!) + (piece + 1) / 2 : position;
}
