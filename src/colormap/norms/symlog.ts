import { check, describe } from '../../check';
import { log } from '../numpy/log';
import { paintByEdges } from '../paint-edges';
import { rowOfFloat64 } from '../rank';
import type { Limits, Norm } from '../types';
import { checkLimitOptions, checkOrder, fixedLimits } from './limits';
import type { NormalizeOptions } from './normalize';

export interface SymLogNormOptions extends NormalizeOptions {
  /** Straight between -linthresh and linthresh, logarithmic outside. Above 0. */
  linthresh: number;
  /** How many decades (powers of `base`) of colour each half of the straight part takes. Default 1. */
  linscale?: number | undefined;
  /** Of the logarithm; above 1. Default 10. */
  base?: number | undefined;
}

/** What `symLogNorm` makes: colorbars tick the powers of its base, from `linthresh` on. */
export interface SymLogNorm extends Norm {
  readonly linthresh: number;
  readonly base: number;
}

/**
 * Logarithmic in both directions from zero, straight close to it, as `matplotlib.colors.SymLogNorm`. NaN and infinities are bad (with
 * `clip` only NaN is). Limits that are left out are the smallest and largest finite value.
 *
 * Throws `shape` for options out of range, limits that are not finite, and `vmin` above `vmax`.
 */
export function symLogNorm(options: SymLogNormOptions): SymLogNorm {
  const { linthresh, linscale = 1, base = 10, clip = false } = options;
  const above = { linthresh: 0, linscale: 0, base: 1 };
  for (const [name, value] of Object.entries({ linthresh, linscale, base })) {
    const bound = above[name as keyof typeof above];
    check(
      value > bound && value < Number.POSITIVE_INFINITY,
      'shape',
      () => `symLogNorm: ${name} is ${describe(value)}; it must be a number above ${bound}.`,
      { [name]: value },
    );
  }
  checkLimitOptions('symLogNorm', options);
  const straight = linscale / (1 - 1 / base);
  const perStep = Math.log(base);
  const offset = straight - Math.log(linthresh) / perStep;
  const own = (): Limits => fixedLimits('symLogNorm', options);

  // All in double but for the logarithm, which numpy takes of the float32.
  const forward = (value: number, logarithm = Math.log): number =>
    Math.abs(value) <= linthresh ? value * straight : Math.sign(value) * linthresh * (offset + logarithm(Math.abs(value)) / perStep);
  const backward = (value: number): number =>
    Math.abs(value) <= forward(linthresh)
      ? value / straight
      : Math.sign(value) * linthresh * Math.exp((Math.abs(value) / linthresh - straight) * perStep);

  const apply = (value: number, { vmin, vmax }: Limits = own()): number => {
    if (vmin === vmax) return 0;
    const low = forward(vmin);
    const inside = clip ? Math.min(Math.max(value, Math.fround(vmin)), Math.fround(vmax)) : value;
    const position = (forward(inside, log) - low) / (forward(vmax) - low);
    return Number.isFinite(position) ? position : Number.NaN;
  };

  return {
    linthresh,
    base,
    limits(data) {
      const limits = finiteLimits(data, options);
      checkOrder('symLogNorm', limits);
      for (const [name, value] of Object.entries(limits)) {
        check(Number.isFinite(value), 'shape', () => `symLogNorm: ${name} is ${value}; its limits must be finite.`, { [name]: value });
      }
      return limits;
    },
    apply,
    invert: (position, { vmin, vmax } = own()) => {
      const low = forward(vmin);
      return backward(position * (forward(vmax) - low) + low);
    },
    row: (value, limits, rows) => rowOfFloat64(apply(value, limits), rows),
    paint: paintByEdges,
    withLimits: ({ vmin, vmax }) => symLogNorm({ ...options, vmin, vmax }),
  };
}

/** matplotlib's limits of data without a finite value are 0 and 0: everything is the first colour. */
function finiteLimits(data: Float32Array, { vmin, vmax }: NormalizeOptions): Limits {
  if (vmin !== undefined && vmax !== undefined) return { vmin, vmax };
  let low = Number.POSITIVE_INFINITY;
  let high = Number.NEGATIVE_INFINITY;
  for (const value of data) {
    if (Number.isFinite(value)) {
      if (value < low) low = value;
      if (value > high) high = value;
    }
  }
  return low > high ? { vmin: vmin ?? 0, vmax: vmax ?? 0 } : { vmin: vmin ?? low, vmax: vmax ?? high };
}
