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

const LOWEST = -0x7f800001; // -Infinity's key
const UNREACHED = 0x7f800001; // one past +Infinity's

const word = /* @__PURE__ */ new Int32Array(1);
const float = /* @__PURE__ */ new Float32Array(word.buffer);

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
 * The edges of any norm at these limits for a table of `rows` colours, found by bisection over all float32 values in order. They give
 * what `colorize` gives as long as the norm never decreases; a built-in norm's differ from matplotlib's nowhere that tests have found.
 *
 * @param out Edges of the same number of rows to write into instead of making new ones.
 */
export function binEdges(norm: Norm, limits: Limits, rows: number, out?: BinEdges): BinEdges {
  const keys = out?.keys ?? new Int32Array(rows + 3);
  const values = out?.values ?? new Float32Array(rows + 3);
  const last = rows + 3;
  const middle = aRankedValue(norm, limits, rows);
  // Ranks never fall from the first key that is not bad to the last: bad values can only lie outside.
  const at = (key: number): number => {
    const place = rank(norm, keyFloat(key), limits, rows);
    return place > 0 ? place : key < middle ? 0 : last;
  };
  const lowest = at(LOWEST);
  keys.fill(LOWEST, 0, lowest);
  search(at, keys, LOWEST, UNREACHED, lowest, last);
  for (let i = 0; i < last; i++) {
    const key = keys[i]!;
    values[i] = key === UNREACHED ? Number.NaN : keyFloat(key);
  }
  return { rows, values, keys, nan: rank(norm, Number.NaN, limits, rows) };
}

/** Fills keys[lowRank..highRank) with the first key in (low, high] whose rank is above the index, given the ranks at both ends. */
function search(at: (key: number) => number, keys: Int32Array, low: number, high: number, lowRank: number, highRank: number): void {
  if (lowRank >= highRank) return;
  if (high - low === 1) {
    keys.fill(high, lowRank, highRank);
    return;
  }
  const half = low + Math.floor((high - low) / 2);
  const rankThere = Math.min(Math.max(at(half), lowRank), highRank);
  search(at, keys, low, half, lowRank, rankThere);
  search(at, keys, half, high, rankThere, highRank);
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
