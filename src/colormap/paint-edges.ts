import { binEdges, LOWEST, UNREACHED } from './edges';
import { asWords } from './kernel/scalar';
import { paintEach } from './rank';
import type { Limits, Norm } from './types';

/** From so many values on, a table's edges (each found by a few calls of the norm) cost less than a call for every value. */
const MANY = 4096;

/** By a key's upper half (plus 0x8000): how many edges are at or below the smallest key with it. Kept from one call to the next. */
let starts: Uint16Array | undefined;

/** A norm's `paint`: compares the values of a large array with its edges, and asks the norm about each one of a small array. */
export function paintByEdges(this: Norm, data: Float32Array, limits: Limits, colours: Uint8Array, out: Uint32Array): void {
  if (data.length < MANY) {
    paintEach(this, data, limits, colours, out);
    return;
  }
  const palette = asWords(colours);
  const rows = palette.length - 4;
  const { keys: edges, nan } = binEdges(this, limits, rows);
  starts ??= new Uint16Array(0x10000);
  for (let half = 0, passed = 0; half < 0x10000; half++) {
    while (edges[passed]! <= (half - 0x8000) * 0x10000) passed++;
    starts[half] = passed;
  }
  const bits = new Int32Array(data.buffer, data.byteOffset, data.length);
  for (let i = 0; i < data.length; i++) {
    const pattern = bits[i]!;
    const key = pattern ^ ((pattern >> 31) & 0x7fffffff);
    let place = nan;
    if (key < UNREACHED && key >= LOWEST) {
      place = starts[(key >> 16) + 0x8000]!;
      while (edges[place]! <= key) place++;
    }
    out[i] = palette[place]!;
  }
}
