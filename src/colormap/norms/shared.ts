import { check } from '../../check';
import type { Norm, ScalarMap } from '../types';
import { normalize } from './normalize';

/**
 * One norm for many maps, so that a colour means the same value in all of them: the limits that `norm` takes from all their values
 * together, fixed.
 *
 * @param maps Any number of maps, at least one.
 * @param norm Default `normalize()`.
 *
 * Throws `shape` if there are no maps, and what the norm throws for these values.
 */
export function sharedLimits(maps: Iterable<Pick<ScalarMap, 'data'>>, norm: Norm = normalize()): Norm {
  const all = [...maps];
  check(all.length > 0, 'shape', () => 'sharedLimits got no maps; it needs at least one to take limits from.');
  let values = all[0]!.data;
  if (all.length > 1) {
    values = new Float32Array(all.reduce((length, { data }) => length + data.length, 0));
    let start = 0;
    for (const { data } of all) {
      values.set(data, start);
      start += data.length;
    }
  }
  const limits = norm.limits(values);
  return norm.withLimits?.(limits) ?? Object.create(norm, { limits: { value: () => limits } });
}
