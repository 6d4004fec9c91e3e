import { check, describe } from '../check';
import type { PixelImage, RGBAImage } from './types';

/** The most bytes that a picture made here may have; typed arrays end soon after, and a mistyped size should not take the memory. */
const MOST_BYTES = 2 ** 31 - 1;

/** Throws `shape` unless `image` is a picture whose data has width x height x channels samples. */
export function checkImage(image: unknown, name = 'The image'): asserts image is PixelImage | RGBAImage {
  const { width, height, data, channels } = (image ?? {}) as Partial<PixelImage>;
  check(
    typeof width === 'number' && typeof height === 'number' && isSamples(data),
    'shape',
    () => `${name} is ${describe(image)}; it must be an image { width, height, data } of bytes, as loadImage or colorize make it.`,
  );
  check(
    Number.isInteger(width) && Number.isInteger(height) && width > 0 && height > 0,
    'shape',
    () => `${name} is ${width} x ${height} pixels; width and height must be integers of at least 1.`,
    { width, height },
  );
  check(
    channels === undefined || channels === 1 || channels === 3 || channels === 4,
    'shape',
    () => `${name} has ${describe(channels)} channels; an image has 1 (grey), 3 (RGB) or 4 (RGBA).`,
    { channels },
  );
  const samples = width * height * (channels ?? 4);
  check(
    data.length === samples,
    'shape',
    () => `${name}'s data has ${data.length} samples; ${width} x ${height} pixels of ${channels ?? 4} channels are ${samples}.`,
    { width, height, channels: channels ?? 4, length: data.length },
  );
}

function isSamples(data: unknown): data is PixelImage['data'] {
  return data instanceof Uint8ClampedArray || data instanceof Uint8Array || data instanceof Uint16Array;
}

/** Throws `shape` unless a picture of `width` x `height` pixels can be made. `what` is its name in the message. */
export function checkSize(width: unknown, height: unknown, channels: number, what: string): void {
  for (const [name, value] of [
    ['width', width],
    ['height', height],
  ] as const) {
    check(
      Number.isInteger(value) && (value as number) > 0,
      'shape',
      () => `The ${name} of ${what} is ${describe(value)}; it must be an integer of at least 1.`,
      { width, height },
    );
  }
  check(
    (width as number) * (height as number) * channels <= MOST_BYTES,
    'shape',
    () => `${what} would be ${width} x ${height} pixels of ${channels} channels, more than ${MOST_BYTES} bytes. Ask for a smaller one.`,
    { width, height, channels },
  );
}

/** Samples a pixel: an RGBAImage (and a browser's ImageData) says none and has 4. */
export function channelsOf(image: PixelImage | RGBAImage): 1 | 3 | 4 {
  return 'channels' in image ? image.channels : 4;
}
