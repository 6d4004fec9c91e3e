import { check } from '../check';
import { fromBase64, toBase64 } from './base64';
import type { Picture } from './types';

/**
 * `image` as a description holds it: the same bytes, and a `toJSON` (not enumerable: clones and comparisons do not see it) that writes
 * them as base64.
 */
export function makePicture(image: {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8ClampedArray | Uint8Array;
}): Picture {
  const { width, height, data } = image;
  const toJSON = (): Picture => ({ width, height, data: toBase64(data) });
  return Object.defineProperty({ width, height, data }, 'toJSON', { value: toJSON });
}

/** The RGBA bytes of a description's picture, decoded if they are base64. Throws `shape` when they are not width * height * 4. */
export function picturePixels(picture: Picture): Uint8ClampedArray {
  const { width, height } = picture;
  const bytes = bytesOf(picture.data);
  check(
    bytes.length === width * height * 4,
    'shape',
    () => `A picture of ${width} x ${height} pixels has ${bytes.length} bytes of data; RGBA needs ${width * height * 4}.`,
    { width, height, bytes: bytes.length },
  );
  return bytes instanceof Uint8ClampedArray ? bytes : new Uint8ClampedArray(bytes.buffer, bytes.byteOffset, bytes.length);
}

function bytesOf(data: Picture['data']): Uint8Array | Uint8ClampedArray {
  if (typeof data === 'string') return fromBase64(data);
  if (data instanceof Uint8Array || data instanceof Uint8ClampedArray) return data;
  // A typed array that JSON turned into a list or into an object of its indices.
  return Uint8ClampedArray.from(Object.values(data as object) as number[]);
}
