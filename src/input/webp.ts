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
 * pixels; so lossy colours are decoded without their alpha plane, and lossless pictures with alpha by a decoder of our own. Colour
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
  if (hasAlpha && !alpha) {
    const { decodeVP8L } = await import('./vp8l/decode');
    return { width, height, channels: 4, data: decodeVP8L(colors.data, () => broken(name, 'WebP', 'is damaged or cut short')) };
  }
  const opaque = (await native([colors], frame, name)).data;
  if (!alpha) return { width, height, channels: 3, data: dropAlpha(opaque, 3) };
  const header = new Uint8Array(10);
  header[0] = 0x10;
  header.set([width - 1, (width - 1) >> 8, 0, height - 1, (height - 1) >> 8, 0], 4);
  const whole = (await native([{ type: 'VP8X', data: header }, alpha, colors], frame, name)).data;
  for (let i = 3; i < opaque.length; i += 4) opaque[i] = whole[i]!;
  return { width, height, channels: 4, data: opaque };
}

async function native(chunks: readonly Chunk[], { width, height }: Frame, name: string) {
  const pixels = await decodeNative(riff(chunks), 'image/webp').catch((cause: unknown) => {
    if (cause instanceof ActivationLensError) throw cause;
    throw broken(name, 'WebP', 'cannot be decoded: it is damaged or cut short', cause);
  });
  if (pixels.width !== width || pixels.height !== height) {
    throw broken(name, 'WebP', `was decoded to ${pixels.width} x ${pixels.height} pixels, not to its ${width} x ${height}`);
  }
  return pixels;
}

function riff(chunks: readonly Chunk[]): Uint8Array {
  const file = new Uint8Array(chunks.reduce((sum, { data }) => sum + 8 + data.length + (data.length & 1), 12));
  const view = new DataView(file.buffer);
  const text = (offset: number, value: string) => {
    for (let i = 0; i < 4; i++) file[offset + i] = value.charCodeAt(i);
  };
  text(0, 'RIFF');
  view.setUint32(4, file.length - 8, true);
  text(8, 'WEBP');
  let offset = 12;
  for (const { type, data } of chunks) {
    text(offset, type);
    view.setUint32(offset + 4, data.length, true);
    file.set(data, offset + 8);
    offset += 8 + data.length + (data.length & 1);
  }
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
