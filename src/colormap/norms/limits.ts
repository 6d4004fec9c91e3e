import { check, describe } from '../../check';
import type { Limits } from '../types';

/** Limits that the caller fixed; what is left out is taken from the data. */
export interface LimitOptions {
  /** The value at position 0. Default: the data's smallest. */
  vmin?: number | undefined;
  /** The value at position 1. Default: the data's largest. */
  vmax?: number | undefined;
}

/**
 * Smallest and largest value, as numpy's `min` and `max`: both NaN as soon as one value is.
 * Throws `shape` for no data at all.
 */
export function extent(data: ArrayLike<number>): Limits {
  check(data.length > 0, 'shape', () => 'There are no values to take limits from: the array is empty. Give vmin and vmax.');
  let vmin = data[0]!;
  let vmax = vmin;
  for (let i = 0; i < data.length; i++) {
    const value = data[i]!;
    if (value < vmin) vmin = value;
    else if (value > vmax) vmax = value;
    else if (Number.isNaN(value)) return { vmin: value, vmax: value };
  }
  return Number.isNaN(vmin) ? { vmin, vmax: vmin } : { vmin, vmax };
}

/** The given limits, with what is missing taken from `found`. Throws `shape` if `vmin` comes out above `vmax`. */
export function fill(of: string, { vmin, vmax }: LimitOptions, found: () => Limits): Limits {
  if (vmin !== undefined && vmax !== undefined) return { vmin, vmax };
  const all = found();
  const limits = { vmin: vmin ?? all.vmin, vmax: vmax ?? all.vmax };
  checkOrder(of, limits);
  return limits;
}

/** Throws `shape` if a given limit is not a number or both are out of order; `of` begins the sentence. */
export function checkLimitOptions(of: string, { vmin, vmax }: LimitOptions): void {
  for (const [name, value] of Object.entries({ vmin, vmax })) {
    check(
      value === undefined || (typeof value === 'number' && !Number.isNaN(value)),
      'shape',
      () => `${of}: ${name} is ${describe(value)}; it must be a number, or be left out to be taken from the data.`,
      { [name]: value },
    );
  }
  if (vmin !== undefined && vmax !== undefined) checkOrder(of, { vmin, vmax });
}

/** Throws `shape` if `vmin` is above `vmax`. */
export function checkOrder(of: string, { vmin, vmax }: Limits): void {
  check(!(vmin > vmax), 'shape', () => `${of}: vmin is ${vmin} and vmax is ${vmax}; vmin must not be above vmax.`, { vmin, vmax });
}

/** The limits that a norm was made with, for `apply` without any. Throws `shape` when one is missing. */
export function fixedLimits(of: string, { vmin, vmax }: LimitOptions): Limits {
  check(
    vmin !== undefined && vmax !== undefined,
    'shape',
    () => `${of} was made without ${vmin === undefined ? 'vmin' : 'vmax'}: hand over limits, such as those of norm.limits(data).`,
  );
  return { vmin, vmax };
}
