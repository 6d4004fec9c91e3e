import { binEdges, floatKey } from './edges';
import { asWords } from './kernel/scalar';
import { rank } from './rank';
import type { Limits, Norm } from './types';

/** From so many values on, a table's edges (each found by some 20 calls of the norm) cost less than a call for every value. */
const MANY = 8192;

/** Colours values under any norm: one call of it for each, or one comparison with each of the halves of its edges. */
export function paintByRank(data: Float32Array, norm: Norm, limits: Limits, colours: Uint8Array, out: Uint32Array): void {
  const palette = asWords(colours);
  const rows = palette.length - 4;
  if (data.length < MANY) {
    for (let i = 0; i < data.length; i++) out[i] = palette[rank(norm, data[i]!, limits, rows)]!;
    return;
  }
  const { keys, nan } = binEdges(norm, limits, rows);
  const bits = new Int32Array(data.buffer, data.byteOffset, data.length);
  for (let i = 0; i < data.length; i++) {
    const pattern = bits[i]!;
    const key = pattern ^ ((pattern >> 31) & 0x7fffffff);
    out[i] = palette[key > INFINITY || key < MINUS_INFINITY ? nan : countUpTo(keys, key)]!;
  }
}

const INFINITY = /* @__PURE__ */ floatKey(Number.POSITIVE_INFINITY);
const MINUS_INFINITY = /* @__PURE__ */ floatKey(Number.NEGATIVE_INFINITY);

/** How many of the rising keys are at or below `key`. */
function countUpTo(keys: Int32Array, key: number): number {
  let low = 0;
  let high = keys.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (keys[middle]! <= key) low = middle + 1;
    else high = middle;
  }
  return low;
}
