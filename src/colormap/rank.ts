import { asWords } from './kernel/scalar';
import type { Limits, Norm } from './types';

/**
 * The table row of a position that is a float32, as matplotlib's `Colormap.__call__` finds it in a float32 array: times `rows`, rounded to
 * float32; exactly `rows` belongs to the last row; cut towards zero. Below 0 is under, `rows` is over, NaN is bad.
 */
export function rowOfFloat32(position: number, rows: number): number {
  return cut(Math.fround(position * rows), rows);
}

/** The same for a float64 array: norms that clip, and those of several pieces, leave float32 in matplotlib. */
export function rowOfFloat64(position: number, rows: number): number {
  return cut(position * rows, rows);
}

function cut(scaled: number, rows: number): number {
  if (scaled === rows) return rows - 1;
  return scaled < 0 ? -1 : scaled >= rows ? rows : Math.floor(scaled);
}

/**
 * Where a value's colour stands in a palette (see `palette`): 0 bad, 1 under, 2 + row, rows + 2 over. A norm without a `row` method
 * has its position rounded to float32 first, as matplotlib's norms of float32 arrays are.
 */
export function rank(norm: Norm, value: number, limits: Limits, rows: number): number {
  const row = norm.row === undefined ? rowOfFloat32(Math.fround(norm.apply(value, limits)), rows) : norm.row(value, limits, rows);
  return row >= 0 ? (row >= rows ? rows + 2 : Math.floor(row) + 2) : row < 0 ? 1 : 0;
}

/** Colours each value as the norm says. */
export function paintEach(norm: Norm, data: Float32Array, limits: Limits, colours: Uint8Array, out: Uint32Array): void {
  const palette = asWords(colours);
  for (let i = 0; i < data.length; i++) out[i] = palette[rank(norm, data[i]!, limits, palette.length - 4)]!;
}

/** Colours values under any norm. */
export function paintAny(norm: Norm, data: Float32Array, limits: Limits, colours: Uint8Array, out: Uint32Array): void {
  if (norm.paint === undefined) paintEach(norm, data, limits, colours, out);
  else norm.paint(data, limits, colours, out);
}
