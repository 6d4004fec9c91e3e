import { BitReader } from './bits';
import { blocks, readImage } from './stream';
import { type Transform, undo } from './transforms';

const TYPES = ['predictor', 'color', 'subtract-green', 'palette'] as const;

/**
 * Decodes a WebP lossless bitstream (RFC 9649, section 3; the chunk 'VP8L') to RGBA bytes, alpha not premultiplied. Platforms decode these as
 * well, but hand out pixels by way of a premultiplied canvas. `damaged` makes the error to throw when the data is.
 */
export function decodeVP8L(data: Uint8Array, damaged: () => Error): Uint8Array {
  const bits = new BitReader(data.subarray(1));
  const width = bits.read(14) + 1;
  const height = bits.read(14) + 1;
  bits.read(1);
  if (data[0] !== 0x2f || bits.read(3) !== 0) throw damaged();
  const pixels = readPixels(bits, width, height, damaged);
  const out = new Uint8Array(pixels.length * 4);
  for (let i = 0, o = 0; i < pixels.length; i++, o += 4) {
    const pixel = pixels[i]!;
    out[o] = pixel >> 16;
    out[o + 1] = pixel >> 8;
    out[o + 2] = pixel;
    out[o + 3] = pixel >> 24;
  }
  return out;
}

/** Decodes the alpha plane of a lossy WebP picture (RFC 9649, section 2.7.1.2; the chunk 'ALPH'): one byte a pixel. */
export function decodeALPH(data: Uint8Array, width: number, height: number, damaged: () => Error): Uint8Array {
  const flags = data[0] ?? 0xff;
  const method = flags & 3;
  let alpha: Uint8Array;
  if (method === 0) {
    alpha = data.slice(1, 1 + width * height);
    if (alpha.length < width * height) throw damaged();
  } else if (method === 1) {
    const pixels = readPixels(new BitReader(data.subarray(1)), width, height, damaged);
    alpha = new Uint8Array(pixels.length);
    for (let i = 0; i < pixels.length; i++) alpha[i] = pixels[i]! >> 8;
  } else throw damaged();
  unfilterAlpha(alpha, width, (flags >> 2) & 3);
  return alpha;
}

/** Undoes the prediction from the left (1), from above (2), or from both (3), in place. */
function unfilterAlpha(alpha: Uint8Array, width: number, filter: number): void {
  if (filter === 0) return;
  for (let i = 1; i < Math.min(width, alpha.length); i++) alpha[i]! += alpha[i - 1]!;
  for (let row = width; row < alpha.length; row += width) {
    alpha[row]! += alpha[row - width]!;
    for (let i = row + 1; i < row + width; i++) {
      const left = alpha[i - 1]!;
      const above = alpha[i - width]!;
      alpha[i]! += filter === 1 ? left : filter === 2 ? above : Math.min(255, Math.max(0, left + above - alpha[i - width - 1]!));
    }
  }
}

/** The pixels of a lossless stream whose size is known, all transforms undone. */
function readPixels(bits: BitReader, width: number, height: number, damaged: () => Error): Uint32Array {
  const transforms: Transform[] = [];
  let packedWidth = width;
  while (bits.read(1)) {
    const transform = readTransform(bits, packedWidth, height);
    if (!transform || transforms.some(({ type }) => type === transform.type)) throw damaged();
    transforms.push(transform);
    if (transform.type === 'palette') packedWidth = blocks(packedWidth, transform.bits);
  }
  let pixels = readImage(bits, packedWidth, height, true);
  if (!pixels) throw damaged();
  for (const transform of transforms.reverse()) pixels = undo(transform, pixels, height);
  return pixels;
}

function readTransform(bits: BitReader, width: number, height: number): Transform | undefined {
  const type = TYPES[bits.read(2)]!;
  if (type === 'subtract-green') return { type, width, bits: 0, data: new Uint32Array(0) };
  if (type === 'palette') {
    const count = bits.read(8) + 1;
    const data = readImage(bits, count, 1, false);
    if (!data) return undefined;
    // Colours are stored as differences.
    for (let i = 1; i < count; i++) {
      const a = data[i]!;
      const b = data[i - 1]!;
      data[i] = (((a & 0xff00ff00) + (b & 0xff00ff00)) & 0xff00ff00) | (((a & 0xff00ff) + (b & 0xff00ff)) & 0xff00ff);
    }
    return { type, width, bits: count <= 2 ? 3 : count <= 4 ? 2 : count <= 16 ? 1 : 0, data };
  }
  const size = bits.read(3) + 2;
  const data = readImage(bits, blocks(width, size), blocks(height, size), false);
  return data && { type, width, bits: size, data };
}
