import type { Limits } from '../types';

/** Pixels as whole words, to read and write in one go: 4 bytes each, in the order they lie in memory. */
export function asWords(bytes: Uint8Array | Uint8ClampedArray): Uint32Array {
  return new Uint32Array(bytes.buffer, bytes.byteOffset, bytes.length / 4);
}

/**
 * Colours every `stride`-th value, from `first` on, with the arithmetic of matplotlib's `Normalize` and `Colormap`: `width` pixels a row,
 * to `out` from pixel `target` on, a row every `pitch` pixels.
 *
 * @param colours The palette, as words (see `palette`).
 */
export function paint(
  data: Float32Array,
  first: number,
  stride: number,
  { vmin, vmax }: Limits,
  colours: Uint32Array,
  out: Uint32Array,
  target: number,
  width: number,
  height: number,
  pitch: number,
): void {
  const rows = colours.length - 4;
  const range = vmax - vmin;
  let at = first;
  for (let y = 0; y < height; y++) {
    const row = target + y * pitch;
    // Limits that are one value send all to the first colour, NaN too.
    if (vmin === vmax) out.fill(colours[2]!, row, row + width);
    else {
      for (let x = 0; x < width; x++) {
        const scaled = Math.fround(Math.fround(Math.fround(data[at]! - vmin) / range) * rows);
        const place = scaled >= rows ? (scaled === rows ? rows + 1 : rows + 2) : scaled >= 0 ? (scaled | 0) + 2 : scaled < 0 ? 1 : 0;
        out[row + x] = colours[place]!;
        at += stride;
      }
    }
  }
}
