/**
 * An RGBA picture, row-major from the top left, 4 bytes a pixel, not premultiplied. A browser's `ImageData` is one, and
 * `new ImageData(image.data, image.width, image.height)` takes one.
 */
export interface RGBAImage {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8ClampedArray;
}

/**
 * Decoded pixels as Pillow holds them: `channels` bytes a pixel, interleaved, row-major from the top left. 1 channel is Pillow's mode
 * 'L', 3 is 'RGB', 4 is 'RGBA'.
 */
export interface PixelImage {
  readonly width: number;
  readonly height: number;
  readonly channels: 1 | 3 | 4;
  readonly data: Uint8Array | Uint8ClampedArray;
}
