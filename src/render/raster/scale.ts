import type { Box } from '../../figure';
import type { RGBAImage } from '../../image/types';

/**
 * Draws a picture into a box of whole pixels, each canvas pixel the picture's pixel under its middle, as matplotlib's 'nearest'. What is
 * transparent lets the canvas through.
 *
 * @param frame Where the picture lies; its edges may be up to half a pixel away from those of the box.
 */
export function drawScaled(canvas: RGBAImage, picture: RGBAImage, box: Box, frame: Box = box): void {
  const left = Math.max(0, box.x);
  const right = Math.min(canvas.width, box.x + box.width);
  const top = Math.max(0, box.y);
  const bottom = Math.min(canvas.height, box.y + box.height);
  if (right <= left) return;
  const columns = new Int32Array(right - left);
  for (let x = left; x < right; x++) columns[x - left] = source(x - frame.x, frame.width, picture.width);
  const out = words(canvas.data, canvas.width * canvas.height);
  const from = words(picture.data, picture.width * picture.height);
  let before = -1;
  let opaque = true;
  for (let y = top; y < bottom; y++) {
    const row = source(y - frame.y, frame.height, picture.height);
    const at = y * canvas.width + left;
    if (row === before && opaque) {
      out.copyWithin(at, at - canvas.width, at - canvas.width + columns.length);
      continue;
    }
    opaque = true;
    before = row;
    const start = row * picture.width;
    for (let i = 0; i < columns.length; i++) {
      const pixel = from[start + columns[i]!]!;
      const alpha = alphaOf(pixel);
      if (alpha === 255) out[at + i] = pixel;
      else {
        opaque = false;
        if (alpha > 0) lay(canvas.data, (at + i) * 4, picture.data, (start + columns[i]!) * 4);
      }
    }
  }
}

const source = (position: number, size: number, pixels: number): number =>
  Math.min(pixels - 1, Math.max(0, Math.floor(((position + 0.5) * pixels) / size)));

/** Whether the first byte of a word is its lowest: then alpha, the fourth, is the highest. */
const littleEndian = /* @__PURE__ */ (() => new Uint8Array(new Uint32Array([1]).buffer)[0] === 1)();
const alphaOf = (word: number): number => (littleEndian ? word >>> 24 : word & 255);

/** Pixels as 32-bit words, copied only where the bytes do not lie on a word's border. */
function words(data: Uint8ClampedArray, pixels: number): Uint32Array {
  return data.byteOffset % 4 === 0
    ? new Uint32Array(data.buffer, data.byteOffset, pixels)
    : new Uint32Array(data.slice().buffer, 0, pixels);
}

/** One pixel over another. */
function lay(canvas: Uint8ClampedArray, at: number, picture: Uint8ClampedArray, from: number): void {
  const alpha = picture[from + 3]!;
  const under = canvas[at + 3]!;
  const total = alpha + (under * (255 - alpha)) / 255;
  for (let k = 0; k < 3; k++) canvas[at + k] = (picture[from + k]! * alpha + (canvas[at + k]! * under * (255 - alpha)) / 255) / total;
  canvas[at + 3] = total;
}
