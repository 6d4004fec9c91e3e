import { check, describe } from '../../check';
import { floatKey, keyFloat } from '../edges';
import { paintByEdges } from '../paint-edges';
import type { Limits, Norm } from '../types';
import { checkLimitOptions, extent, fill, fixedLimits } from './limits';
import type { NormalizeOptions } from './normalize';

/**
 * A norm from one function that never decreases: `position` sends a value to 0 (first colour) .. 1 (last colour). Its limits, for
 * colorbars, are where it reaches 0 and 1; its inverse is found by bisection.
 *
 * @example
 * createNorm((x) => Math.tanh(x) / 2 + 0.5)
 */
export function createNorm(position: (value: number) => number): Norm {
  check(typeof position === 'function', 'shape', () => `createNorm: got ${describe(position)}; it takes a function from a value to 0..1.`);
  const invert = (at: number): number => {
    let low = floatKey(Number.NEGATIVE_INFINITY);
    let high = floatKey(Number.POSITIVE_INFINITY);
    while (high - low > 1) {
      const middle = low + Math.floor((high - low) / 2);
      if (position(keyFloat(middle)) >= at) high = middle;
      else low = middle;
    }
    return keyFloat(high);
  };
  let limits: Limits | undefined;
  return {
    limits() {
      limits ??= { vmin: invert(0), vmax: invert(1) };
      return limits;
    },
    apply: (value) => position(value),
    invert: (at) => invert(at),
    paint: paintByEdges,
  };
}

export interface FuncNormOptions extends NormalizeOptions {
  /** Rises over the values that are of interest; NaN or infinite where it has no meaning. */
  forward: (value: number) => number;
  /** What undoes `forward`. */
  inverse: (value: number) => number;
}

/**
 * Straight in `forward(x)`, as `matplotlib.colors.FuncNorm`: `(forward(x) - forward(vmin)) / (forward(vmax) - forward(vmin))`, each step
 * rounded to float32. Values for which that is not finite are bad. Limits that are left out are the smallest and largest value for which
 * `forward` is finite.
 *
 * @example
 * funcNorm({ forward: Math.sqrt, inverse: (x) => x * x, vmin: 0, vmax: 6 })
 *
 * Throws `shape` if a limit is NaN, has no finite `forward`, or `vmin` is above `vmax`.
 */
export function funcNorm(options: FuncNormOptions): Norm {
  const { forward, inverse, clip = false } = options;
  checkLimitOptions('funcNorm', options);
  const own = (): Limits => fixedLimits('funcNorm', options);
  return {
    limits(data) {
      const limits = fill('funcNorm', options, () => {
        const finite = data.filter((value) => Number.isFinite(forward(value)));
        check(finite.length > 0, 'shape', () => `funcNorm: forward is finite for none of the ${data.length} values. Give vmin and vmax.`);
        return extent(finite);
      });
      for (const [name, value] of Object.entries(limits)) {
        check(
          limits.vmin === limits.vmax || Number.isFinite(forward(value)),
          'shape',
          () => `funcNorm: forward(${name}) is ${forward(value)} for ${name} ${value}; it must be finite.`,
          { [name]: value },
        );
      }
      return limits;
    },
    apply(value, { vmin, vmax } = own()) {
      if (vmin === vmax) return 0;
      const low = forward(vmin);
      const inside = clip ? Math.min(Math.max(value, Math.fround(vmin)), Math.fround(vmax)) : value;
      const position = Math.fround(Math.fround(Math.fround(forward(inside)) - low) / (forward(vmax) - low));
      return Number.isFinite(position) ? position : Number.NaN;
    },
    invert: (at, { vmin, vmax } = own()) => inverse(at * (forward(vmax) - forward(vmin)) + forward(vmin)),
    paint: paintByEdges,
    withLimits: ({ vmin, vmax }) => funcNorm({ ...options, vmin, vmax }),
  };
}
