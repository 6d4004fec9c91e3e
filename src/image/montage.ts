import { check, checkInteger, describe } from '../check';
import { checkMap, colorize } from '../colormap/colorize';
import { normalize } from '../colormap/norms/normalize';
import { sharedLimits } from '../colormap/norms/shared';
import { viridis } from '../colormap/tables/viridis';
import type { Colormap, Norm, RGBA, ScalarMap } from '../colormap/types';
import { checkImage, checkSize } from './check';
import { toRGBA } from './convert';
import type { PixelImage, RGBAImage } from './types';

/** Options of `montage`. */
export interface MontageOptions {
  /**
   * Pictures a row. Default: the fewest, from the square root on, that fill every row (32 pictures: 8; 64: 8; 128: 16); where that
   * would be more than twice the square root, the square root, rounded up.
   */
  readonly columns?: number | undefined;
  /** Pixels between pictures, not scaled. Default 1. */
  readonly gap?: number | undefined;
  /** Colour of gaps and of free cells. Default opaque white. */
  readonly background?: RGBA | undefined;
  /** Colours of maps. Default viridis. */
  readonly colormap?: Colormap | undefined;
  /** How a map's values become colours. Default `normalize()`. */
  readonly norm?: Norm | undefined;
  /** Whether all maps share the limits of all their values, instead of each having its own. Default false. */
  readonly shareLimits?: boolean | undefined;
  /** Every pixel becomes a square of this many pixels. An integer, default 1. */
  readonly scale?: number | undefined;
}

/**
 * Maps or images in rows from the top left, in one picture. Maps are coloured as `colorize` does, each with limits of its own unless
 * `shareLimits`; `colormap`, `norm` and `shareLimits` do nothing to images. Cells have the size of the largest; smaller pictures stand
 * in the middle of theirs.
 *
 * Throws `shape` when there is nothing to arrange, for maps and images whose data does not fit their size, and for options that are no
 * positive integers.
 *
 * @example
 * const maps = await sliceChannels(activations.get('conv2d_1'));
 * await writeFile('conv2d_1.png', await encodePNG(montage(maps, { columns: 8, colormap: viridis })));
 */
export function montage(items: readonly (ScalarMap | RGBAImage | PixelImage)[], options: MontageOptions = {}): RGBAImage {
  check(
    Array.isArray(items) && items.length > 0,
    'shape',
    () => `montage got ${Array.isArray(items) ? 'an empty list' : describe(items)}; give it at least one map or image.`,
  );
  const { columns = defaultColumns(items.length), gap = 1, background = [255, 255, 255, 255], scale = 1 } = options;
  checkInteger(columns, 'columns');
  checkInteger(gap, 'gap', 0);
  checkInteger(scale, 'scale');
  check(
    background.length === 4 && background.every((byte) => byte >= 0 && byte <= 255),
    'shape',
    () => `background is ${describe(background)}; it must be [red, green, blue, alpha], 0..255 each.`,
  );
  items.forEach((item, i) => {
    if (isMap(item)) checkMap(item);
    else checkImage(item, `Picture ${i} of the montage`);
  });
  const paint = painter(items, options);

  const cellWidth = Math.max(...items.map(({ width }) => width)) * scale;
  const cellHeight = Math.max(...items.map(({ height }) => height)) * scale;
  const used = Math.min(columns, items.length);
  const rows = Math.ceil(items.length / columns);
  const width = used * cellWidth + (used - 1) * gap;
  const height = rows * cellHeight + (rows - 1) * gap;
  checkSize(width, height, 4, 'the montage');

  const pixels = new Uint32Array(width * height);
  const data = new Uint8ClampedArray(pixels.buffer);
  pixels.fill(new Uint32Array(Uint8Array.from(background).buffer)[0]!);
  items.forEach((item, i) => {
    const image = paint(item);
    const left = (i % columns) * (cellWidth + gap) + ((cellWidth - image.width * scale) >> 1);
    const top = Math.floor(i / columns) * (cellHeight + gap) + ((cellHeight - image.height * scale) >> 1);
    copyScaled(image, pixels, width, left, top, scale);
  });
  return { width, height, data };
}

/** The columns that `montage` chooses for so many pictures. */
export function defaultColumns(count: number): number {
  const root = Math.sqrt(count);
  for (let columns = Math.ceil(root); columns <= 2 * root; columns++) if (count % columns === 0) return columns;
  return Math.ceil(root);
}

/** Turns an item into pixels. What a map is painted on is used again for the next one of its size. */
function painter(
  items: readonly (ScalarMap | RGBAImage | PixelImage)[],
  { colormap = viridis, norm = normalize(), shareLimits = false }: MontageOptions,
): (item: ScalarMap | RGBAImage | PixelImage) => RGBAImage {
  const maps = items.filter(isMap);
  const shared = shareLimits && maps.length > 0 ? sharedLimits(maps, norm) : norm;
  let canvas: RGBAImage | undefined;
  return (item) => {
    if (!isMap(item)) return toRGBA(item);
    const { width, height } = item;
    if (canvas?.width !== width || canvas.height !== height) canvas = undefined;
    canvas = colorize(item, { colormap, norm: shared, out: canvas });
    return canvas;
  };
}

function isMap(item: ScalarMap | RGBAImage | PixelImage): item is ScalarMap {
  return item?.data instanceof Float32Array;
}

function copyScaled(image: RGBAImage, target: Uint32Array, stride: number, left: number, top: number, scale: number): void {
  const { width, height, data } = image;
  // Whole pixels at once. A view that does not lie on a pixel's boundary is copied first.
  const source =
    data.byteOffset % 4 === 0 ? new Uint32Array(data.buffer, data.byteOffset, width * height) : new Uint32Array(data.slice().buffer);
  for (let y = 0; y < height; y++) {
    const row = (top + y * scale) * stride + left;
    if (scale === 1) {
      target.set(source.subarray(y * width, (y + 1) * width), row);
      continue;
    }
    for (let x = 0; x < width; x++) target.fill(source[y * width + x]!, row + x * scale, row + (x + 1) * scale);
    for (let repeat = 1; repeat < scale; repeat++) target.copyWithin(row + repeat * stride, row, row + width * scale);
  }
}
