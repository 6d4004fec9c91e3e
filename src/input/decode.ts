import { ActivationLensError } from '../errors';
import type { PixelImage } from '../image/types';
import { sniff } from './sniff';

/** A decoded file in the mode in which Pillow opens it (palettes looked up, CMYK as RGB), before any conversion. */
export interface DecodedImage extends PixelImage {
  /** The sample, or the three, that becomes transparent when the picture is converted to RGBA. */
  readonly transparent?: readonly number[] | undefined;
}

/**
 * Decodes an image file: PNG, JPEG, WebP, GIF (first frame) or BMP, told from the bytes. The pixels are those of Pillow 13's
 * `Image.open`: no colour profile is applied, and the EXIF orientation is not followed. Decoders load when first needed.
 *
 * Throws `image` for anything else, and for files that are damaged or cut short. `name` is what messages call the file.
 */
export async function decodeImage(bytes: Uint8Array, name = 'the given bytes'): Promise<DecodedImage> {
  const kind = sniff(bytes);
  if ('instead' in kind) {
    throw new ActivationLensError('image', `'${name}' is ${kind.instead}. Images may be PNG, JPEG, WebP, GIF or BMP files.`, {
      details: { source: name },
    });
  }
  switch (kind.format) {
    case 'png':
      return (await import('../png/decode')).decodePNG(bytes, name);
    case 'jpeg':
      return (await import('./jpeg')).decodeJPEG(bytes, name);
    case 'webp':
      return (await import('./webp')).decodeWebP(bytes, name);
    case 'gif':
      return (await import('./gif')).decodeGIF(bytes, name);
    case 'bmp':
      return (await import('./bmp')).decodeBMP(bytes, name);
  }
}
