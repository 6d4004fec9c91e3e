import type { Norm } from '../types';
import { checkLimitOptions, extent, fill, fixedLimits, type LimitOptions } from './limits';
import { linear } from './linear';

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
  checkLimitOptions('normalize', options);
  return linear(options.clip ?? false, {
    limits: (data) => fill('normalize', options, () => extent(data)),
    own: () => fixedLimits('normalize', options),
    fromExtent: (all) => fill('normalize', options, () => all),
  });
}
