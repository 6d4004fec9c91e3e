import type { DecodedImage } from './decode';
import { broken, checkPixels } from './failure';

/** The first frame of a GIF file and what it is coloured with. */
interface Frame {
  /** The canvas, grown where the frame leaves it. */
  readonly width: number;
  readonly height: number;
  readonly left: number;
  readonly top: number;
  readonly frameWidth: number;
  readonly frameHeight: number;
  readonly interlaced: boolean;
  /** RGB bytes; without any palette an index is a grey. */
  readonly palette: Uint8Array | undefined;
  readonly transparent: number | undefined;
  readonly codeBits: number;
  readonly data: Uint8Array;
}

/**
 * Decodes the first frame of a GIF file to Pillow's pixels: what the frame leaves free has the transparent colour, or the palette's
 * first. RGBA when the frame has a transparent colour, otherwise RGB.
 */
export function decodeGIF(file: Uint8Array, name: string): DecodedImage {
  const frame = readFrame(file, name);
  const { width, height, palette, transparent } = frame;
  checkPixels(name, 'GIF', width, height);
  checkPixels(name, 'GIF', frame.frameWidth, frame.frameHeight);
  const indices = unpack(frame, () => broken(name, 'GIF', 'is damaged or cut short'));
  const channels = transparent === undefined ? 3 : 4;
  const data = new Uint8Array(width * height * channels);
  const fill = transparent ?? 0;
  for (let y = 0, o = 0; y < height; y++) {
    for (let x = 0; x < width; x++, o += channels) {
      const inside = x >= frame.left && y >= frame.top && x < frame.left + frame.frameWidth && y < frame.top + frame.frameHeight;
      const index = inside ? indices[(y - frame.top) * frame.frameWidth + x - frame.left]! : fill;
      for (let c = 0; c < 3; c++) data[o + c] = palette ? (palette[index * 3 + c] ?? 0) : index;
      if (channels === 4) data[o + 3] = index === transparent ? 0 : 255;
    }
  }
  return { width, height, channels, data };
}

function readFrame(file: Uint8Array, name: string): Frame {
  const cutShort = () => broken(name, 'GIF', 'is cut short before its first frame');
  const u16 = (offset: number) => file[offset]! | (file[offset + 1]! << 8);
  const colors = (flags: number, offset: number) => (flags & 0x80 ? file.subarray(offset, offset + (6 << (flags & 7))) : undefined);
  if (file.length < 13) throw cutShort();
  const global = colors(file[10]!, 13);
  let transparent: number | undefined;
  for (let offset = 13 + (global?.length ?? 0); offset < file.length; ) {
    const kind = file[offset]!;
    if (kind === 0x2c) {
      if (offset + 11 > file.length) throw cutShort();
      const [left, top, frameWidth, frameHeight] = [u16(offset + 1), u16(offset + 3), u16(offset + 5), u16(offset + 7)];
      const flags = file[offset + 9]!;
      const local = colors(flags, offset + 10);
      const start = offset + 10 + (local?.length ?? 0);
      return {
        width: Math.max(u16(6), left + frameWidth),
        height: Math.max(u16(8), top + frameHeight),
        left,
        top,
        frameWidth,
        frameHeight,
        interlaced: (flags & 0x40) !== 0,
        palette: local ?? global,
        transparent,
        codeBits: file[start] ?? 0,
        data: joinBlocks(file, start + 1, cutShort),
      };
    }
    if (kind === 0x21) {
      // Graphic control: bit 0 says that the index four bytes on is transparent.
      if (file[offset + 1] === 0xf9 && file[offset + 2]! >= 4) transparent = file[offset + 3]! & 1 ? file[offset + 6] : undefined;
      offset = skipBlocks(file, offset + 2);
    } else if (kind === 0x3b) break;
    else offset++;
  }
  throw cutShort();
}

function skipBlocks(file: Uint8Array, offset: number): number {
  let at = offset;
  while (at < file.length && file[at] !== 0) at += file[at]! + 1;
  return at + 1;
}

function joinBlocks(file: Uint8Array, offset: number, cutShort: () => Error): Uint8Array {
  const out = new Uint8Array(Math.max(0, file.length - offset));
  let length = 0;
  let at = offset;
  while (at < file.length && file[at] !== 0) {
    const block = file.subarray(at + 1, at + 1 + file[at]!);
    out.set(block, length);
    length += block.length;
    at += file[at]! + 1;
  }
  if (length === 0) throw cutShort();
  return out.subarray(0, length);
}

/** Interlaced frames hold every 8th row, then those between, and so on: first row and step. */
const INTERLACED = [
  [0, 8],
  [4, 8],
  [2, 4],
  [1, 2],
] as const;

/** LZW to indices, row by row from the top. */
function unpack({ frameWidth, frameHeight, interlaced, codeBits, data }: Frame, damaged: () => Error): Uint8Array {
  if (codeBits < 1 || codeBits > 11) throw damaged();
  const flat = new Uint8Array(frameWidth * frameHeight);
  const clear = 1 << codeBits;
  const links = new Uint16Array(4096);
  const lasts = new Uint8Array(4096);
  const stack = new Uint8Array(4097);
  let [codeSize, next, previous, first] = [codeBits + 1, clear + 2, -1, 0];
  let [held, bits, at, filled] = [0, 0, 0, 0];
  while (filled < flat.length) {
    while (bits < codeSize) {
      if (at >= data.length) throw damaged();
      held |= data[at++]! << bits;
      bits += 8;
    }
    const code = held & ((1 << codeSize) - 1);
    held >>= codeSize;
    bits -= codeSize;
    if (code === clear) {
      [codeSize, next, previous] = [codeBits + 1, clear + 2, -1];
      continue;
    }
    // The end before the last pixel.
    if (code === clear + 1) throw damaged();
    if (previous < 0) {
      if (code > clear) throw damaged();
      flat[filled++] = first = code;
      previous = code;
      continue;
    }
    if (code > next) throw damaged();
    let depth = 0;
    let rest = code;
    if (code === next) {
      stack[depth++] = first;
      rest = previous;
    }
    while (rest >= clear) {
      if (depth >= 4096) throw damaged();
      stack[depth++] = lasts[rest]!;
      rest = links[rest]!;
    }
    first = rest;
    stack[depth++] = first;
    while (depth > 0 && filled < flat.length) flat[filled++] = stack[--depth]!;
    if (next < 4096) {
      lasts[next] = first;
      links[next] = previous;
      if (next === (1 << codeSize) - 1 && codeSize < 12) codeSize++;
      next++;
    }
    previous = code;
  }
  if (!interlaced) return flat;
  const rows = new Uint8Array(flat.length);
  let source = 0;
  for (const [start, step] of INTERLACED) {
    for (let y = start; y < frameHeight; y += step) rows.set(flat.subarray(source * frameWidth, ++source * frameWidth), y * frameWidth);
  }
  return rows;
}
