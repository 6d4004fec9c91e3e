import { openSource, readDrawable } from '#platform';
import { check, checkNotAborted, describe } from '../check';
import { checkImage, checkSize } from '../image/check';
import { convert } from '../image/convert';
import { checkInterpolation, resize } from '../image/resize';
import type { Box, Interpolation, PixelImage, RGBAImage } from '../image/types';
import type { BytesInput } from '../platform/types';
import { type DecodedImage, decodeImage } from './decode';

/** How many channels, by Keras' names: 3, 1 or 4. */
export type ColorMode = 'rgb' | 'grayscale' | 'rgba';

/**
 * Where a picture may come from: a path (Node), a URL, a `Blob` or `File`, the bytes of an image file, pixels (`ImageData`, `RGBAImage`,
 * `PixelImage`), or what a browser draws: an image element, canvas, ImageBitmap, video (its current frame) or VideoFrame.
 */
export type ImageSource =
  | BytesInput
  | RGBAImage
  | PixelImage
  | HTMLImageElement
  | HTMLCanvasElement
  | OffscreenCanvas
  | ImageBitmap
  | HTMLVideoElement
  | VideoFrame;

/** Options of `loadImage`; names and defaults are those of Keras' `load_img`. */
export interface LoadImageOptions {
  /** Pixels of the result, height first. Default: the picture's own size. */
  readonly size?: readonly [height: number, width: number] | undefined;
  /** How pixels are chosen or mixed when the size changes. Default 'nearest'. */
  readonly interpolation?: Interpolation | undefined;
  /** Default 'rgb'. */
  readonly colorMode?: ColorMode | undefined;
  /** Crop the centre to the aspect ratio of `size` first, so that nothing is stretched. Default false. */
  readonly keepAspectRatio?: boolean | undefined;
  /** Aborting it rejects with `aborted`. */
  readonly signal?: AbortSignal | undefined;
  /** Called while the bytes arrive: how many so far, and of how many where that is known. */
  readonly onProgress?: ((loaded: number, total: number | undefined) => void) | undefined;
}

const CHANNELS: Readonly<Record<ColorMode, 1 | 3 | 4>> = { rgb: 3, grayscale: 1, rgba: 4 };

/**
 * Loads a picture as Keras 3.15's `keras.utils.load_img` does, to the byte: decoded, converted to `colorMode`, then resized with Pillow
 * 13's filters. The format is told from the bytes: PNG, JPEG, WebP, GIF (first frame), BMP. Colour profiles are not applied and the EXIF
 * orientation is not followed, as in Keras. What a browser draws (elements, canvases, frames) is read as it is shown. The result never
 * shares memory with the source.
 *
 * @returns width x height pixels of 3 (RGB), 1 (grey) or 4 (RGBA, not premultiplied) samples in a `Uint8ClampedArray`, so that with
 * colorMode 'rgba' it is an RGBAImage. A 16-bit greyscale PNG loaded with colorMode 'grayscale' keeps its 16 bits (`Uint16Array`), as in Keras.
 *
 * Rejects with `image` when there is no such file or it cannot be decoded, `shape` for a bad size, colour mode or interpolation, `aborted`.
 *
 * @example
 * const image = await loadImage('photo.jpg', { size: [150, 150] });
 * const input = imageToTensor(image, { scale: 1 / 255 });
 */
export async function loadImage(source: ImageSource, options: LoadImageOptions = {}): Promise<PixelImage> {
  checkOptions(options);
  const { size, interpolation = 'nearest', colorMode = 'rgb', signal } = options;
  checkNotAborted(signal, 'loading an image');
  const decoded = await readPixels(source, options);
  checkNotAborted(signal, 'loading an image');

  const image = decoded.transparent && colorMode === 'rgba' ? keyOut(decoded, decoded.transparent) : convert(decoded, CHANNELS[colorMode]);
  if (size && (size[0] !== image.height || size[1] !== image.width)) {
    const box = options.keepAspectRatio ? centerCrop(image, size) : undefined;
    return clamped(resize(image, size, { interpolation, box }));
  }
  return clamped(image.data === decoded.data ? { ...image, data: image.data.slice() } : image);
}

/** The same memory as a Uint8ClampedArray, so that RGBA pixels are an RGBAImage; 16 bits stay. */
function clamped({ width, height, channels, data }: PixelImage): PixelImage {
  if (!(data instanceof Uint8Array)) return { width, height, channels, data };
  return { width, height, channels, data: new Uint8ClampedArray(data.buffer, data.byteOffset, data.length) };
}

function checkOptions({ size, interpolation, colorMode }: LoadImageOptions): void {
  if (size !== undefined) {
    check(
      Array.isArray(size) && size.length === 2,
      'shape',
      () => `size is ${describe(size)}; it must be [height, width] in pixels, height first as in Keras.`,
      { size },
    );
    checkSize(size[1], size[0], 4, 'the loaded image');
  }
  if (interpolation !== undefined) checkInterpolation(interpolation);
  check(
    colorMode === undefined || Object.hasOwn(CHANNELS, colorMode),
    'shape',
    () => `Unknown colorMode ${describe(colorMode)}. There are: ${Object.keys(CHANNELS).join(', ')}.`,
    { colorMode },
  );
}

async function readPixels(source: ImageSource, options: LoadImageOptions): Promise<DecodedImage> {
  if (isPixels(source)) {
    checkImage(source, 'The image');
    const { width, height, data } = source;
    return { width, height, channels: 'channels' in source ? source.channels : 4, data };
  }
  if (typeof source === 'object' && source !== null) {
    const drawn = await readDrawable(source);
    if (drawn) return { ...drawn, channels: 4 };
  }
  const opened = await openSource(source as BytesInput, { ...options, code: 'image', what: 'image' });
  let bytes: Uint8Array;
  try {
    bytes = await opened.read(0, opened.size);
  } finally {
    await opened.close?.();
  }
  checkNotAborted(options.signal, `reading '${opened.name}'`);
  return decodeImage(bytes, opened.name);
}

function isPixels(source: ImageSource): source is RGBAImage | PixelImage {
  return typeof source === 'object' && source !== null && 'data' in source && 'width' in source && ArrayBuffer.isView(source.data);
}

/** RGBA with alpha 0 where the picture has its transparent colour; the colours stay. */
function keyOut(image: DecodedImage, key: readonly number[]): PixelImage {
  const rgba = convert(image, 4);
  const [red, green = red, blue = red] = key;
  const { data } = rgba;
  for (let i = 0; i < data.length; i += 4) if (data[i] === red && data[i + 1] === green && data[i + 2] === blue) data[i + 3] = 0;
  return rgba;
}

/** The largest box of the wanted aspect ratio in the middle of the image, in the integer arithmetic of Keras' `load_img`. */
export function centerCrop(
  { width, height }: { readonly width: number; readonly height: number },
  [targetHeight, targetWidth]: readonly [number, number],
): Box {
  const cropHeight = Math.min(height, Math.floor((width * targetHeight) / targetWidth));
  const cropWidth = Math.min(width, Math.floor((height * targetWidth) / targetHeight));
  const top = Math.floor((height - cropHeight) / 2);
  const left = Math.floor((width - cropWidth) / 2);
  return [left, top, left + cropWidth, top + cropHeight];
}
