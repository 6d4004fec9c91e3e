import { check } from '../../check';
import type { Limits, Norm, ScalarMap } from '../types';
import { extent } from './limits';
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
  const limits = norm.fromExtent === undefined ? norm.limits(together(all)) : norm.fromExtent(extentOfAll(all));
  return withLimits(norm, limits);
}

/** The same norm with these limits, whatever the data; any norm, one of your own too. */
export function withLimits(norm: Norm, limits: Limits): Norm {
  const fixed = { value: () => limits };
  return norm.withLimits?.(limits) ?? Object.create(norm, { limits: fixed, fromExtent: fixed });
}

/** NaN as soon as one map holds one. */
function extentOfAll(maps: readonly Pick<ScalarMap, 'data'>[]): Limits {
  return maps.map(({ data }) => extent(data)).reduce((a, b) => ({ vmin: Math.min(a.vmin, b.vmin), vmax: Math.max(a.vmax, b.vmax) }));
}

function together(maps: readonly Pick<ScalarMap, 'data'>[]): Float32Array {
  if (maps.length === 1) return maps[0]!.data;
  const values = new Float32Array(maps.reduce((length, { data }) => length + data.length, 0));
  let start = 0;
  for (const { data } of maps) {
    values.set(data, start);
    start += data.length;
  }
  return values;
}
