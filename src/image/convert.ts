import { channelsOf } from './check';
import type { PixelImage, RGBAImage } from './types';

/**
 * The image with `channels` samples a pixel, as Pillow's `convert('L' | 'RGB' | 'RGBA')`: grey is the ITU-R 601-2 luma in 16-bit fixed
 * point, alpha is dropped (colours stay as they are) or added as 255, 16-bit grey is clipped to 255 when it becomes 3 or 4 channels.
 * What has `channels` already is returned as it is, 16-bit grey too: Keras' greyscale keeps it.
 */
export function convert(image: PixelImage | RGBAImage, channels: 1 | 3 | 4): PixelImage {
  const { width, height, data } = image;
  const from = channelsOf(image);
  if (from === channels) return 'channels' in image ? image : { width, height, channels, data };
  const pixels = width * height;
  const out = new Uint8Array(pixels * channels);
  if (channels === 1) {
    for (let p = 0, i = 0; p < pixels; p++, i += from) out[p] = luma(data[i]!, data[i + 1]!, data[i + 2]!);
  } else if (from === 1) {
    for (let p = 0, o = 0; p < pixels; p++, o += channels) {
      const grey = Math.min(255, data[p]!);
      out[o] = grey;
      out[o + 1] = grey;
      out[o + 2] = grey;
      if (channels === 4) out[o + 3] = 255;
    }
  } else {
    for (let i = 0, o = 0; o < out.length; i += from, o += channels) {
      out[o] = data[i]!;
      out[o + 1] = data[i + 1]!;
      out[o + 2] = data[i + 2]!;
      if (channels === 4) out[o + 3] = 255;
    }
  }
  return { width, height, channels, data: out };
}

function luma(red: number, green: number, blue: number): number {
  return (red * 19595 + green * 38470 + blue * 7471 + 0x8000) >> 16;
}

/** The image as RGBA bytes, ready for a canvas. Shares memory with `image` when that is RGBA already. */
export function toRGBA(image: PixelImage | RGBAImage): RGBAImage {
  const { width, height, data } = convert(image, 4);
  return {
    width,
    height,
    data: data instanceof Uint8ClampedArray ? data : new Uint8ClampedArray(data.buffer, data.byteOffset, data.length),
  };
}
