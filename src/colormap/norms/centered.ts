import { check, describe } from '../../check';
import type { Limits, Norm } from '../types';
import { extent } from './limits';
import { linear } from './linear';

/** Options of `centeredNorm`. */
export interface CenteredNormOptions {
  /** The value of the middle colour. Default 0. */
  vcenter?: number | undefined;
  /** How far from `vcenter` the first and the last colour are. Default: as far as the data reaches on either side. */
  halfrange?: number | undefined;
  /** Values further away take the first or last colour's place instead of being under or over. Default false. */
  clip?: boolean | undefined;
}

/**
 * Straight, with `vcenter` in the middle and as much room on both sides, as `matplotlib.colors.CenteredNorm`: for signed maps under a
 * diverging colormap. One NaN among the data makes the limits NaN and the picture 'bad', unless `halfrange` is given.
 *
 * Throws `shape` if `vcenter` or `halfrange` is not a number.
 */
export function centeredNorm(options: CenteredNormOptions = {}): Norm {
  const { vcenter = 0, halfrange, clip = false } = options;
  for (const [name, value] of Object.entries({ vcenter, halfrange })) {
    check(
      value === undefined || (typeof value === 'number' && !Number.isNaN(value)),
      'shape',
      () => `centeredNorm: ${name} is ${describe(value)}; it must be a number.`,
      { [name]: value },
    );
  }
  const own = (): Limits => {
    check(
      halfrange !== undefined,
      'shape',
      () => 'centeredNorm was made without halfrange: hand over limits, such as those of norm.limits(data).',
    );
    return limitsAround(vcenter, vcenter - Math.abs(halfrange), vcenter + Math.abs(halfrange));
  };
  const fromExtent = (all: Limits): Limits => (halfrange === undefined ? extentLimits(all, vcenter) : own());
  return linear(clip, { limits: (data) => (halfrange === undefined ? fromExtent(extent(data)) : own()), own, fromExtent });
}

/** The half range of float32 data is float32 in matplotlib, and so are the sums with it. */
function extentLimits({ vmin, vmax }: Limits, vcenter: number): Limits {
  const center = Math.fround(vcenter);
  const halfrange = Math.abs(Math.max(Math.fround(center - vmin), Math.fround(vmax - center)));
  return limitsAround(vcenter, Math.fround(center - halfrange), Math.fround(center + halfrange));
}

/** matplotlib sets vmin first and makes vmax its mirror image, then sets vmax, and vmin to its mirror image if it differed. */
function limitsAround(vcenter: number, low: number, high: number): Limits {
  return 2 * vcenter - low === high ? { vmin: low, vmax: high } : { vmin: 2 * vcenter - high, vmax: high };
}
