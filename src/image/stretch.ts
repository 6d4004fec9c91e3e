import { precompute } from './coefficients';
import type { Filter } from './filters';
import { resampleColumns, resampleRows, resampleWideColumns, resampleWideRows } from './resample';
import type { Box } from './types';

/** Width and height of the source. */
export interface Size {
  readonly width: number;
  readonly height: number;
}

/** Pillow's two passes over 8-bit samples. A pass that would change nothing is left out. */
export function stretch(
  data: Uint8Array | Uint8ClampedArray,
  image: Size,
  channels: number,
  filter: Filter,
  width: number,
  height: number,
  box: Box,
): Uint8ClampedArray {
  const { rowsFirst, horizontal, vertical, top, rows } = planPasses(image, filter, width, height, box);
  let out = data;
  if (rowsFirst) {
    if (horizontal) out = resampleRows(out, image.width, channels, top, rows, horizontal);
    if (vertical) out = resampleColumns(out, width, channels, horizontal ? top : 0, vertical);
  } else {
    if (vertical) out = resampleColumns(out, image.width, channels, 0, vertical);
    if (horizontal) out = resampleRows(out, image.width, channels, 0, height, horizontal);
  }
  return out as Uint8ClampedArray;
}

/** The same over 16-bit or float32 samples of one channel. */
export function stretchWide<T extends Uint16Array | Float32Array>(
  data: T,
  image: Size,
  filter: Filter,
  width: number,
  height: number,
  box: Box,
): T {
  const { rowsFirst, horizontal, vertical, top, rows } = planPasses(image, filter, width, height, box);
  let out = data;
  if (rowsFirst) {
    if (horizontal) out = resampleWideRows(out, image.width, top, rows, horizontal);
    if (vertical) out = resampleWideColumns(out, width, horizontal ? top : 0, vertical);
  } else {
    if (vertical) out = resampleWideColumns(out, image.width, 0, vertical);
    if (horizontal) out = resampleWideRows(out, image.width, 0, height, horizontal);
  }
  return out;
}

/** Which passes there are, and in which order: their rounding makes the order count. With rows first, only rows in use are made. */
export function planPasses(image: Size, filter: Filter, width: number, height: number, box: Box) {
  const [left, top, right, bottom] = box.map(Math.fround) as unknown as Box;
  const vertical = precompute(filter, image.height, top, bottom, height);
  const firstRow = vertical.first[0]!;
  const lostRows = image.height - height;
  return {
    // New in Pillow 13: columns go first when the height shrinks by more than twice what the width does. Before, rows always did.
    rowsFirst: !(lostRows > 0 && lostRows > (image.width - width) * 2),
    horizontal: width !== image.width || left !== 0 || right !== width ? precompute(filter, image.width, left, right, width) : undefined,
    vertical: height !== image.height || top !== 0 || bottom !== height ? vertical : undefined,
    top: firstRow,
    rows: vertical.first[height - 1]! + vertical.count[height - 1]! - firstRow,
  };
}
