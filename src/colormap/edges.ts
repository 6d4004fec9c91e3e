import { rank } from './rank';
import type { Limits, Norm } from './types';

/**
 * The exact float32 at which each colour of a palette begins, so that comparing replaces arithmetic: a value's place in the palette is
 * how many edges are at or below it. No rounding is left to differ between a CPU, a GPU and matplotlib.
 */
export interface BinEdges {
  /** Rows of the colormap they were made for. */
  readonly rows: number;
  /**
   * `rows` + 3 float32, never falling: the first value that is not bad, the first of row 0, of row 1, ..., of row `rows` - 1, the first
   * that is over, the first that is bad again. NaN: no value gets there (`value >= NaN` is false). -Infinity: every value is past it.
   */
  readonly values: Float32Array;
  /** The same edges as ordered keys (`floatKey`), 0x7f800001 for one that no value reaches. Compare as signed integers. */
  readonly keys: Int32Array;
  /** NaN's place in the palette: 0 ('bad') with nearly every norm; matplotlib's constant limits and boundaries colour NaN. */
  readonly nan: number;
}

/** -Infinity's key. */
export const LOWEST = -0x7f800001;
/** One past +Infinity's. */
export const UNREACHED = 0x7f800001;

const room = /* @__PURE__ */ new ArrayBuffer(4);
const word = /* @__PURE__ */ new Int32Array(room);
const float = /* @__PURE__ */ new Float32Array(room);

/**
 * A float32's bits as a signed integer that rises with its value: the bits themselves for a positive sign, `bits ^ 0x7fffffff` for a
 * negative one. -0 is one below +0; every NaN is outside [-0x7f800001, 0x7f800000].
 */
export function floatKey(value: number): number {
  float[0] = value;
  const bits = word[0]!;
  return bits ^ ((bits >> 31) & 0x7fffffff);
}

/** The float32 that has this key: the inverse of `floatKey`. */
export function keyFloat(key: number): number {
  word[0] = key ^ ((key >> 31) & 0x7fffffff);
  return float[0]!;
}

/**
 * The edges of any norm at these limits for a table of `rows` colours, found among all float32 values in order, by bisection from where
 * the norm's `invert` points. They give what `colorize` gives as long as the norm never decreases.
 *
 * @param out Edges of the same number of rows to write into instead of making new ones.
 */
export function binEdges(norm: Norm, limits: Limits, rows: number, out?: BinEdges): BinEdges {
  const keys = out?.keys ?? new Int32Array(rows + 3);
  const values = out?.values ?? new Float32Array(rows + 3);
  const last = rows + 3;
  const middle = aRankedValue(norm, limits, rows);
  // Ranks never fall from the first key that is not bad to the last: bad values can only lie outside.
  const rankAt = (key: number): number => {
    const place = rank(norm, keyFloat(key), limits, rows);
    return place > 0 ? place : key < middle ? 0 : last;
  };
  let low = LOWEST;
  let reached = rankAt(low);
  for (let i = 0; i < last; i++) {
    if (reached <= i) {
      const past = (key: number): boolean => rankAt(key) > i;
      low = firstPast(past, low, guess(norm, limits, (i - 1) / rows));
      reached = low === UNREACHED ? last : rankAt(low);
    }
    keys[i] = low;
    values[i] = low === UNREACHED ? Number.NaN : keyFloat(low);
  }
  return { rows, values, keys, nan: rank(norm, Number.NaN, limits, rows) };
}

/** The first key above `low` that is past: close to `start` if that is any good. Nothing is past at `low`, UNREACHED is. */
function firstPast(past: (key: number) => boolean, low: number, start: number): number {
  let before = low;
  let after = UNREACHED;
  if (start > before && start < after) {
    let step = 1;
    if (past(start)) {
      after = start;
      for (; after - step > before && past(after - step); step *= 2) after -= step;
      before = Math.max(before, after - step);
    } else {
      before = start;
      for (; before + step < after && !past(before + step); step *= 2) before += step;
      after = Math.min(after, before + step);
    }
  }
  while (after - before > 1) {
    const half = before + Math.floor((after - before) / 2);
    if (past(half)) after = half;
    else before = half;
  }
  return after;
}

/** The key that the norm itself names for a position; UNREACHED if it cannot say. */
function guess(norm: Norm, limits: Limits, position: number): number {
  if (!(position >= 0 && position <= 1)) return UNREACHED;
  try {
    const value = norm.invert(position, limits);
    return Number.isNaN(value) ? UNREACHED : floatKey(value);
  } catch {
    // A guess saves time and no more.
    return UNREACHED;
  }
}

/** The key of some value that the norm has a colour for; beyond everything when there is none. */
function aRankedValue(norm: Norm, limits: Limits, rows: number): number {
  const { vmin, vmax } = limits;
  for (const value of [vmin, vmax, vmin / 2 + vmax / 2, 0, 1, -1, Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY]) {
    const nearby = Math.fround(value);
    if (!Number.isNaN(nearby) && rank(norm, nearby, limits, rows) > 0) return floatKey(nearby);
  }
  return UNREACHED;
}
