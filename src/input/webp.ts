import { decodeNative } from '#platform';
import { ActivationLensError } from '../errors';
import type { PixelImage } from '../image/types';
import { broken, checkPixels } from './failure';
import { dropAlpha } from './jpeg';

interface Chunk {
  readonly type: string;
  readonly data: Uint8Array;
}

/** One frame: its coded colours, and its alpha plane where that is apart. */
interface Frame {
  readonly width: number;
  readonly height: number;
  readonly hasAlpha: boolean;
  readonly colors: Chunk;
  readonly alpha: Chunk | undefined;
}

/**
 * Decodes a WebP file, of an animation the first frame; Pillow's pixels. A canvas premultiplies, which loses the colours of transparent
 * pixels; so lossy colours are decoded without their alpha plane, and that plane and lossless pictures with alpha by a decoder of our own. Colour
 * profile and EXIF are left behind.
 */
export async function decodeWebP(file: Uint8Array, name: string): Promise<PixelImage> {
  const chunks = readChunks(file.subarray(12), () => broken(name, 'WebP', 'is cut short: not all of its parts are there'));
  const extended = chunks.find(({ type }) => type === 'VP8X')?.data;
  const animated = chunks.find(({ type }) => type === 'ANMF')?.data;
  if (!animated) {
    return decodeFrame(readFrame(chunks, name), name);
  }
  if (!extended || extended.length < 10 || animated.length < 16) throw broken(name, 'WebP', 'is damaged: its animation has no canvas');
  const width = uint24(extended, 4) + 1;
  const height = uint24(extended, 7) + 1;
  checkPixels(name, 'WebP', width, height);
  const parts = readChunks(animated.subarray(16), () => broken(name, 'WebP', 'is cut short within its first frame'));
  const frame = await decodeFrame(readFrame(parts, name), name);
  const channels = extended[0]! & 0x10 ? 4 : 3;
  return place(frame, uint24(animated, 0) * 2, uint24(animated, 3) * 2, width, height, channels);
}

function uint24(data: Uint8Array, offset: number): number {
  return data[offset]! | (data[offset + 1]! << 8) | (data[offset + 2]! << 16);
}

function readChunks(bytes: Uint8Array, cutShort: () => Error): Chunk[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const chunks: Chunk[] = [];
  for (let offset = 0; offset + 8 <= bytes.length; ) {
    const type = String.fromCharCode(...bytes.subarray(offset, offset + 4));
    const length = view.getUint32(offset + 4, true);
    if (offset + 8 + length > bytes.length) throw cutShort();
    chunks.push({ type, data: bytes.subarray(offset + 8, offset + 8 + length) });
    offset += 8 + length + (length & 1);
  }
  return chunks;
}

function readFrame(chunks: readonly Chunk[], name: string): Frame {
  const colors = chunks.find(({ type }) => type === 'VP8 ' || type === 'VP8L');
  if (!colors) throw broken(name, 'WebP', 'has no picture in it, or is cut short before it');
  const { data } = colors;
  const damaged = () => broken(name, 'WebP', 'is damaged: its picture has no valid header');
  if (data.length < 10) throw broken(name, 'WebP', 'is cut short');
  const view = new DataView(data.buffer, data.byteOffset);
  if (colors.type === 'VP8L') {
    if (data[0] !== 0x2f) throw damaged();
    const bits = view.getUint32(1, true);
    const frame = { width: (bits & 0x3fff) + 1, height: ((bits >>> 14) & 0x3fff) + 1, hasAlpha: ((bits >>> 28) & 1) === 1 };
    return { ...frame, colors, alpha: undefined };
  }
  if (data[3] !== 0x9d || data[4] !== 0x01 || data[5] !== 0x2a) throw damaged();
  const alpha = chunks.find(({ type }) => type === 'ALPH');
  return {
    width: view.getUint16(6, true) & 0x3fff,
    height: view.getUint16(8, true) & 0x3fff,
    hasAlpha: alpha !== undefined,
    colors,
    alpha,
  };
}

async function decodeFrame(frame: Frame, name: string): Promise<PixelImage> {
  const { width, height, hasAlpha, colors, alpha } = frame;
  checkPixels(name, 'WebP', width, height);
  const damaged = () => broken(name, 'WebP', 'is damaged or cut short');
  if (hasAlpha && !alpha) {
    const { decodeVP8L } = await import('./vp8l/decode');
    return { width, height, channels: 4, data: decodeVP8L(colors.data, damaged) };
  }
  const opaque = await native(colors, frame, name);
  if (!alpha) return { width, height, channels: 3, data: dropAlpha(opaque.data, 3) };
  const { decodeALPH } = await import('./vp8l/decode');
  const plane = decodeALPH(alpha.data, width, height, damaged);
  for (let i = 0; i < plane.length; i++) opaque.data[i * 4 + 3] = plane[i]!;
  return { width, height, channels: 4, data: opaque.data };
}

async function native(colors: Chunk, { width, height }: Frame, name: string) {
  const pixels = await decodeNative(riff(colors), 'image/webp').catch((cause: unknown) => {
    if (cause instanceof ActivationLensError) throw cause;
    throw broken(name, 'WebP', 'cannot be decoded: it is damaged or cut short', cause);
  });
  if (pixels.width !== width || pixels.height !== height) {
    throw broken(name, 'WebP', `was decoded to ${pixels.width} x ${pixels.height} pixels, not to its ${width} x ${height}`);
  }
  return pixels;
}

/** A file of nothing but this chunk. */
function riff({ type, data }: Chunk): Uint8Array {
  const file = new Uint8Array(20 + data.length + (data.length & 1));
  const view = new DataView(file.buffer);
  for (const [offset, text] of [
    [0, 'RIFF'],
    [8, 'WEBP'],
    [12, type],
  ] as const) {
    for (let i = 0; i < 4; i++) file[offset + i] = text.charCodeAt(i);
  }
  view.setUint32(4, file.length - 8, true);
  view.setUint32(16, data.length, true);
  file.set(data, 20);
  return file;
}

/** A frame on a canvas that is transparent black elsewhere. */
function place(frame: PixelImage, left: number, top: number, width: number, height: number, channels: 3 | 4): PixelImage {
  const data = new Uint8Array(width * height * channels);
  for (let y = 0; y < Math.min(frame.height, height - top); y++) {
    for (let x = 0; x < Math.min(frame.width, width - left); x++) {
      const i = (y * frame.width + x) * frame.channels;
      const o = ((top + y) * width + left + x) * channels;
      for (let c = 0; c < channels; c++) data[o + c] = c < frame.channels ? frame.data[i + c]! : 255;
    }
  }
  return { width, height, channels, data };
}
