import { check, describe } from '../check';
import { palette } from './palette';
import { flipped, flips } from './table';
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
        if (table === undefined) {
          const forwards = colormap.table;
          table = flips.get(forwards)?.() ?? flipped(forwards);
        }
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
