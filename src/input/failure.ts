import { ActivationLensError } from '../errors';
import { MOST_PIXELS } from '../png/header';

/** The error for a picture whose inside is wrong. `problem` completes "is a JPEG file that ...". */
export function broken(name: string, format: string, problem: string, cause?: unknown): ActivationLensError {
  return new ActivationLensError('image', `'${name}' is a ${format} file that ${problem}. Save or copy it again.`, {
    cause,
    details: { source: name },
  });
}

/** Throws `image` for sizes that no picture has, or that Pillow refuses as well ("decompression bomb"). */
export function checkPixels(name: string, format: string, width: number, height: number): void {
  if (!(width > 0 && height > 0)) throw broken(name, format, `says it has ${width} x ${height} pixels`);
  if (width * height > MOST_PIXELS) {
    throw broken(name, format, `says it has ${width} x ${height} pixels; more than ${MOST_PIXELS} are not decoded`);
  }
}
