import { check } from '../../check';
import { log10 } from '../numpy/log10';
import { paintByEdges } from '../paint-edges';
import type { Limits, Norm } from '../types';
import { checkLimitOptions, fill, fixedLimits } from './limits';
import type { NormalizeOptions } from './normalize';

/**
 * Equal ratios take equal steps of colour, as `matplotlib.colors.LogNorm`. Values that are not above zero, NaN and infinities are bad
 * (with `clip` only NaN is). Limits that are left out are the smallest and largest finite value above zero.
 *
 * The last place of a float32 logarithm differs between processors in numpy, so matplotlib's own bytes do, now and then, where a value
 * sits on a bin's edge; ours are those of numpy on AVX-512.
 *
 * Throws `shape` if a limit is NaN, infinite or not above zero, if `vmin` is above `vmax`, and when limits are to be taken from data
 * without a finite value above zero.
 */
export function logNorm(options: NormalizeOptions = {}): Norm {
  const { clip = false } = options;
  checkLimitOptions('logNorm', options);
  for (const [name, value] of Object.entries({ vmin: options.vmin, vmax: options.vmax })) {
    check(
      value === undefined || (value > 0 && value < Number.POSITIVE_INFINITY),
      'shape',
      () => `logNorm: ${name} is ${value}; a logarithmic scale needs finite limits above zero.`,
      { [name]: value },
    );
  }
  const own = (): Limits => fixedLimits('logNorm', options);
  let last: Limits | undefined;
  let low = 0;
  let range = 0;
  const prepare = (limits: Limits): void => {
    if (limits === last) return;
    last = limits;
    low = doubleLog10(limits.vmin);
    range = doubleLog10(limits.vmax) - low;
  };
  return {
    limits: (data) => fill('logNorm', options, () => positiveExtent(data)),
    apply(value, limits = own()) {
      const { vmin, vmax } = limits;
      if (vmin === vmax) return 0;
      prepare(limits);
      const inside = clip ? Math.min(Math.max(value, Math.fround(vmin)), Math.fround(vmax)) : value;
      const position = inside > 0 ? Math.fround(Math.fround(log10(inside) - low) / range) : Number.NaN;
      return position === Number.POSITIVE_INFINITY ? Number.NaN : position;
    },
    invert(position, limits = own()) {
      prepare(limits);
      return limits.vmin === limits.vmax ? limits.vmin : 10 ** (position * range + low);
    },
    paint: paintByEdges,
    withLimits: ({ vmin, vmax }) => logNorm({ vmin, vmax, clip }),
  };
}

function positiveExtent(data: Float32Array): Limits {
  let vmin = Number.POSITIVE_INFINITY;
  let vmax = 0;
  for (const value of data) {
    if (value > 0 && value < Number.POSITIVE_INFINITY) {
      if (value < vmin) vmin = value;
      if (value > vmax) vmax = value;
    }
  }
  check(
    vmax > 0,
    'shape',
    () =>
      `logNorm: none of the ${data.length} values is finite and above zero, so there are no limits to take from them. Give vmin and vmax, or use symLogNorm.`,
    { length: data.length },
  );
  return { vmin, vmax };
}

/** Math.log10, exact at powers of ten, where it is not on every engine. */
function doubleLog10(value: number): number {
  const log = Math.log10(value);
  const whole = Math.round(log);
  return Number(`1e${whole}`) === value ? whole : log;
}
