import { check, describe } from '../check';
import { palette } from './palette';
import { codes, flips } from './table';
import type { Colormap, RGBA } from './types';

const opposites = /* @__PURE__ */ new WeakMap<Colormap, Colormap>();

/**
 * The same colours from high to low, under and over exchanged; named `name_r`, as matplotlib's are, and equal to them byte for byte.
 * Reversing twice gives the very object back.
 */
export function reversed(colormap: Colormap): Colormap {
  let opposite = opposites.get(colormap);
  if (opposite === undefined) {
    const { name, rows, under, over, bad } = colormap;
    let table: Uint8Array | undefined;
    opposite = {
      name: `${name}_r`,
      rows,
      get table() {
        table ??= backwards(colormap.table);
        return table;
      },
      under: over,
      over: under,
      bad,
    };
    opposites.set(colormap, opposite);
    opposites.set(opposite, colormap);
  }
  return opposite;
}

/**
 * The same colormap with one transparency everywhere, the under, over and bad colours included, as matplotlib's `Colormap.with_alpha`.
 *
 * @param alpha 0 (transparent) to 1 (opaque); the byte is `alpha * 255` cut down. Throws `shape` for anything else.
 */
export function withAlpha(colormap: Colormap, alpha: number): Colormap {
  check(alpha >= 0 && alpha <= 1, 'shape', () => `alpha is ${describe(alpha)}; it must be between 0 (transparent) and 1 (opaque).`, {
    alpha,
  });
  const colours = palette(colormap).slice();
  for (let i = 3; i < colours.length; i += 4) colours[i] = alpha * 255;
  const at = (place: number): RGBA => colours.slice(place * 4, place * 4 + 4) as unknown as RGBA;
  const { name, rows } = colormap;
  return { name, rows, table: colours.slice(8, 8 + rows * 4), under: at(1), over: at(rows + 2), bad: at(0) };
}

function backwards(table: Uint8Array): Uint8Array {
  const odd = flips.get(table);
  if (typeof odd === 'function') return odd();
  const rows = table.length / 4;
  const flip = new Uint8Array(table.length);
  for (let row = 0; row < rows; row++) flip.set(table.subarray(row * 4, row * 4 + 4), (rows - 1 - row) * 4);
  let place = 0;
  for (const step of codes(odd ?? '')) {
    place += step >> 1;
    const channel = Math.floor(place / rows);
    // A step of 50 only moves on.
    if (step < 50) flip[(rows - 1 - (place - channel * rows)) * 4 + channel]! += step & 1 ? 1 : -1;
  }
  return flip;
}
