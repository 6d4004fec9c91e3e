import { check, describe } from '../../check';
import { power } from '../numpy/power';
import { paintByEdges } from '../paint-edges';
import type { Limits, Norm } from '../types';
import { checkLimitOptions, extent, fill, fixedLimits } from './limits';
import type { NormalizeOptions } from './normalize';

export interface PowerNormOptions extends NormalizeOptions {
  /** Above 0. Below 1 it brightens (spreads the small values), above 1 it darkens. */
  gamma: number;
}

/**
 * `((x - vmin) / (vmax - vmin)) ** gamma`, as `matplotlib.colors.PowerNorm`: what is below `vmin` stays linear and so is under.
 *
 * The last place of a float32 power differs between processors in numpy, as with `logNorm`; ours is numpy's on AVX-512.
 *
 * Throws `shape` if `gamma` is not a finite number above 0, a limit is NaN, or `vmin` is above `vmax`.
 */
export function powerNorm(options: PowerNormOptions): Norm {
  const { gamma, clip = false } = options;
  check(
    gamma > 0 && gamma < Number.POSITIVE_INFINITY,
    'shape',
    () => `powerNorm: gamma is ${describe(gamma)}; it must be a number above 0.`,
    { gamma },
  );
  checkLimitOptions('powerNorm', options);
  const own = (): Limits => fixedLimits('powerNorm', options);
  const exponent = Math.fround(gamma);
  return {
    limits: (data) => fill('powerNorm', options, () => extent(data)),
    apply(value, { vmin, vmax } = own()) {
      if (vmin === vmax) return 0;
      // Python's own floats, unlike numpy's doubles in `normalize`, become float32 before they meet a float32 array.
      const low = Math.fround(vmin);
      const inside = clip ? Math.min(Math.max(value, low), Math.fround(vmax)) : value;
      const position = Math.fround(Math.fround(inside - low) / Math.fround(vmax - vmin));
      return position > 0 ? power(position, exponent) : position;
    },
    invert: (position, { vmin, vmax } = own()) => (position > 0 ? position ** (1 / gamma) : position) * (vmax - vmin) + vmin,
    paint: paintByEdges,
    withLimits: ({ vmin, vmax }) => powerNorm({ gamma, vmin, vmax, clip }),
  };
}
