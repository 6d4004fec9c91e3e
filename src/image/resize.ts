import { check, describe } from '../check';
import { channelsOf, checkImage, checkSize } from './check';
import { FILTERS, INTERPOLATIONS } from './filters';
import { stretch, stretchWide } from './stretch';
import type { Box, Interpolation, PixelImage, RGBAImage } from './types';

/** Options of `resize`. */
export interface ResizeOptions {
  /** Default 'nearest', as Keras' `load_img`. */
  readonly interpolation?: Interpolation | undefined;
  /** The part of the image to stretch to the new size. Default: all of it. */
  readonly box?: Box | undefined;
}

/**
 * The image stretched to `[height, width]` pixels; the bytes of Pillow 13's `Image.resize((width, height), resample, box)`. Pixels with
 * alpha are mixed premultiplied, as Pillow does it; 'nearest' only chooses pixels. The source is not changed.
 *
 * Throws `shape` for a size below 1, an unknown interpolation, and a box that is inside out or leaves the image. (An empty box is
 * a point or a line that is stretched, as in Pillow.)
 */
export function resize(
  image: PixelImage | RGBAImage,
  size: readonly [height: number, width: number],
  options: ResizeOptions = {},
): PixelImage {
  checkImage(image);
  const { interpolation = 'nearest' } = options;
  checkInterpolation(interpolation);
  check(Array.isArray(size) && size.length === 2, 'shape', () => `size is ${describe(size)}; it must be [height, width] in pixels.`);
  const [height, width] = size;
  const channels = channelsOf(image);
  checkSize(width, height, channels, 'the resized image');
  const box = options.box ?? [0, 0, image.width, image.height];
  checkBox(box, image);

  const whole = box[0] === 0 && box[1] === 0 && box[2] === image.width && box[3] === image.height;
  if (whole && width === image.width && height === image.height) return { width, height, channels, data: image.data.slice() };
  if (interpolation === 'nearest') return { width, height, channels, data: pickNearest(image, channels, width, height, box) };
  const filter = FILTERS[interpolation];
  const { data } = image;
  if (data instanceof Uint16Array) return { width, height, channels, data: stretchWide(data, image, filter, width, height, box) };
  if (channels < 4) return { width, height, channels, data: stretch(data, image, channels, filter, width, height, box) };
  return { width, height, channels, data: unpremultiply(stretch(premultiply(data), image, channels, filter, width, height, box)) };
}

/** Throws `shape` unless `value` names one of Pillow's filters. */
export function checkInterpolation(value: unknown): asserts value is Interpolation {
  check(
    INTERPOLATIONS.includes(value as Interpolation),
    'shape',
    () => `Unknown interpolation ${describe(value)}. There are: ${INTERPOLATIONS.join(', ')}.`,
    { interpolation: value },
  );
}

function checkBox(box: Box, { width, height }: { width: number; height: number }): void {
  const [left, top, right, bottom] = box;
  check(
    box.length === 4 && left >= 0 && top >= 0 && right <= width && bottom <= height && left <= right && top <= bottom,
    'shape',
    () =>
      `box is ${describe(box)}; it must be [left, top, right, bottom] in this order and inside the image of ${width} x ${height} pixels.`,
    { box, width, height },
  );
}

/**
 * Pillow's `ImagingScaleAffine`: positions are summed up step by step, and one that rounding carries off the image picks nothing (0).
 * For 16-bit samples Pillow works each position out afresh (`ImagingGenericTransform`); in doubles the two differ now and then.
 */
function pickNearest(image: PixelImage | RGBAImage, channels: number, width: number, height: number, box: Box): PixelImage['data'] {
  const [left, top, right, bottom] = box.map(Math.fround) as unknown as Box;
  const { data } = image;
  const positions = data instanceof Uint16Array ? exactPositions : summedPositions;
  const columns = positions(left, Math.fround(right - left) / width, width, image.width);
  const rows = positions(top, Math.fround(bottom - top) / height, height, image.height);
  const out = new (data.constructor as Uint8ArrayConstructor)(width * height * channels);
  for (let y = 0, o = 0; y < height; y++) {
    const row = rows[y]!;
    for (let x = 0; x < width; x++) {
      const column = columns[x]!;
      if (row < 0 || column < 0) {
        o += channels;
        continue;
      }
      const i = (row * image.width + column) * channels;
      for (let c = 0; c < channels; c++) out[o++] = data[i + c]!;
    }
  }
  return out;
}

/** Which source pixel each pixel of the result is, along one axis; -1 for none. */
export function summedPositions(start: number, step: number, outSize: number, inSize: number): Int32Array {
  const chosen = new Int32Array(outSize);
  let position = start + step * 0.5;
  for (let i = 0; i < outSize; i++) {
    const index = Math.trunc(position);
    chosen[i] = index < inSize ? index : -1;
    position += step;
  }
  return chosen;
}

function exactPositions(start: number, step: number, outSize: number, inSize: number): Int32Array {
  return Int32Array.from({ length: outSize }, (_, i) => {
    const index = Math.trunc(step * (i + 0.5) + start);
    return index < inSize ? index : -1;
  });
}

/** Pillow's 'RGBA' to 'RGBa'. */
function premultiply(data: Uint8Array | Uint8ClampedArray): Uint8Array {
  const out = new Uint8Array(data.length);
  for (let i = 0; i < data.length; i += 4) {
    const alpha = data[i + 3]!;
    for (let c = i; c < i + 3; c++) {
      const product = data[c]! * alpha + 128;
      out[c] = ((product >> 8) + product) >> 8;
    }
    out[i + 3] = alpha;
  }
  return out;
}

/** Pillow's 'RGBa' to 'RGBA', in place. */
function unpremultiply(data: Uint8ClampedArray): Uint8ClampedArray {
  for (let i = 0; i < data.length; i += 4) {
    const alpha = data[i + 3]!;
    if (alpha === 0 || alpha === 255) continue;
    for (let c = i; c < i + 3; c++) data[c] = Math.trunc((255 * data[c]!) / alpha);
  }
  return data;
}
