export type { RGBAImage } from '../colormap/types';

/**
 * Decoded pixels as Pillow holds them: `channels` samples a pixel, interleaved, row-major from the top left. 1 channel is Pillow's mode
 * 'L', 3 is 'RGB', 4 is 'RGBA' (not premultiplied), samples 0..255. Only a 16-bit greyscale PNG that was loaded as greyscale has a
 * `Uint16Array`, samples 0..65535: Pillow's mode 'I;16', which Keras leaves as it is.
 */
export interface PixelImage {
  readonly width: number;
  readonly height: number;
  readonly channels: 1 | 3 | 4;
  readonly data: Uint8Array | Uint8ClampedArray | Uint16Array;
}

/** How `resize` and `loadImage` choose or mix source pixels: Pillow's six filters, by Keras' names. */
export type Interpolation = 'nearest' | 'bilinear' | 'bicubic' | 'box' | 'hamming' | 'lanczos';

/** A region of an image in pixels, ends exclusive; fractions are allowed. */
export type Box = readonly [left: number, top: number, right: number, bottom: number];
