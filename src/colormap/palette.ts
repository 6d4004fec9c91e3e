import { check, describe } from '../check';
import type { Colormap, RGBA } from './types';

/** Places in a palette, and what a value's rank counts to: see `palette`. */
export const BAD = 0;
export const UNDER = 1;
export const FIRST_ROW = 2;

const palettes = /* @__PURE__ */ new WeakMap<Colormap, Uint8Array>();

/**
 * All colours of a colormap in the order in which values meet them: bad, under, row 0, ..., row `rows` - 1, over, bad: RGBA bytes,
 * (`rows` + 4) * 4 of them. It lists bad twice because a norm may have no place for the smallest values (a logarithm) or for the
 * largest. Cached by colormap; do not write into it.
 *
 * Throws `shape` for a table without rows or whose length is not `rows` * 4.
 */
export function palette(colormap: Colormap): Uint8Array {
  let colours = palettes.get(colormap);
  if (colours === undefined) {
    const { name, rows, table } = colormap;
    check(
      Number.isInteger(rows) && rows >= 1 && table?.length === rows * 4,
      'shape',
      () =>
        `Colormap ${describe(name)} says it has ${describe(rows)} rows and its table has ${describe(table?.length)} bytes; it needs at least 1 row, and 4 bytes (RGBA) for each.`,
      { rows, bytes: table?.length },
    );
    colours = new Uint8Array((rows + 4) * 4);
    const bad: RGBA = colormap.bad ?? [0, 0, 0, 0];
    colours.set(bad, BAD);
    colours.set(colormap.under ?? table.subarray(0, 4), UNDER * 4);
    colours.set(table, FIRST_ROW * 4);
    colours.set(colormap.over ?? table.subarray(-4), (rows + 2) * 4);
    colours.set(bad, (rows + 3) * 4);
    palettes.set(colormap, colours);
  }
  return colours;
}
