import type { PixelImage } from '../image/types';
import { unpackRLE } from './bmp-rle';
import { broken, checkPixels } from './failure';

interface Header {
  readonly width: number;
  readonly height: number;
  /** Rows from the top down; BMP's are usually from the bottom up. */
  readonly topDown: boolean;
  readonly bits: number;
  readonly compression: number;
  /** RGB bytes, for 8 bits and fewer. */
  readonly palette: Uint8Array;
  /** Which bits are red, green, blue, alpha; of 16, 24 and 32 bits. */
  readonly masks: readonly number[];
  readonly pixels: Uint8Array;
}

const RAW = 0;
const RLE8 = 1;
const RLE4 = 2;
const BITFIELDS = 3;

const DEFAULT_MASKS: Readonly<Record<number, readonly number[]>> = {
  16: [0x7c00, 0x3e0, 0x1f, 0],
  24: [0xff0000, 0xff00, 0xff, 0],
  32: [0xff0000, 0xff00, 0xff, 0],
};

/** Decodes a Windows bitmap to Pillow's pixels: 1, 4, 8 (also run-length coded), 16, 24 and 32 bits. RGBA when it has an alpha mask. */
export function decodeBMP(file: Uint8Array, name: string): PixelImage {
  const header = readHeader(file, name);
  const { width, height, bits, compression } = header;
  checkPixels(name, 'BMP', width, height);
  const cutShort = () => broken(name, 'BMP', 'is cut short: not all of its pixels are there');
  if (compression === RLE8 || compression === RLE4) {
    const indices = unpackRLE(header.pixels, width, height, compression === RLE4);
    if (!indices) throw cutShort();
    return paint(header, (x, row) => indices[row * width + x]!);
  }
  // The last row may lack its padding.
  const stride = ((width * bits + 31) >> 3) & ~3;
  if (header.pixels.length < stride * (height - 1) + Math.ceil((width * bits) / 8)) throw cutShort();
  const { pixels } = header;
  const bytes = bits >> 3;
  const mask = bits < 8 ? (1 << bits) - 1 : 0;
  return paint(header, (x, row) => {
    if (bits < 8) return (pixels[row * stride + ((x * bits) >> 3)]! >> (8 - bits - ((x * bits) & 7))) & mask;
    let value = 0;
    for (let i = 0; i < bytes; i++) value |= pixels[row * stride + x * bytes + i]! << (8 * i);
    return value;
  });
}

/** Puts rows the right way up and turns each stored value into samples. */
function paint({ width, height, topDown, bits, palette, masks }: Header, value: (x: number, row: number) => number): PixelImage {
  const channels = bits > 8 && masks[3] ? 4 : 3;
  const data = new Uint8Array(width * height * channels);
  const fields = masks.map((mask) => ({
    shift: mask ? 31 - Math.clz32(mask & -mask) : 0,
    top: mask ? mask >>> (31 - Math.clz32(mask & -mask)) : 0,
  }));
  for (let y = 0, o = 0; y < height; y++) {
    const row = topDown ? y : height - 1 - y;
    for (let x = 0; x < width; x++, o += channels) {
      const stored = value(x, row);
      for (let c = 0; c < channels; c++) {
        if (bits <= 8) data[o + c] = palette[stored * 3 + c] ?? 0;
        else {
          const { shift, top } = fields[c]!;
          // Fewer bits than 8 are spread to 0..255, rounded down as in Pillow.
          data[o + c] = Math.trunc((((stored >>> shift) & top) * 255) / (top || 1));
        }
      }
    }
  }
  return { width, height, channels, data };
}

function readHeader(file: Uint8Array, name: string): Header {
  const fail = (problem: string) => broken(name, 'BMP', problem);
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  if (file.length < 26) throw fail('is cut short within its header');
  const size = view.getUint32(14, true);
  if (![12, 40, 52, 56, 64, 108, 124].includes(size)) throw fail(`has a header of ${size} bytes, which no version of BMP has`);
  if (file.length < 14 + size) throw fail('is cut short within its header');
  const core = size === 12;
  const width = core ? view.getUint16(18, true) : view.getInt32(18, true);
  const signedHeight = core ? view.getUint16(20, true) : view.getInt32(22, true);
  const bits = view.getUint16(core ? 24 : 28, true);
  const compression = core ? RAW : view.getUint32(30, true);
  if (![1, 4, 8, 16, 24, 32].includes(bits)) throw fail(`has ${bits} bits a pixel; 1, 4, 8, 16, 24 and 32 are decoded`);
  const runs = (compression === RLE8 && bits === 8) || (compression === RLE4 && bits === 4);
  if (compression !== RAW && !runs && !(compression === BITFIELDS && bits >= 16))
    throw fail(`is compressed in a way (${compression}) that is not decoded`);
  const paletteRow = core ? 3 : 4;
  const colors = (core ? 0 : view.getUint32(46, true)) || 2 ** bits;
  const paletteAt = 14 + size;
  let offset = view.getUint32(10, true);
  // Some writers count the palette out.
  if (bits <= 8 && (offset === paletteAt || offset === 0)) offset = paletteAt + paletteRow * colors;
  return {
    width,
    height: Math.abs(signedHeight),
    topDown: signedHeight < 0,
    bits,
    compression,
    palette: bits <= 8 ? readPalette(file.subarray(paletteAt), Math.min(colors, 256), paletteRow) : new Uint8Array(0),
    masks: compression === BITFIELDS ? readMasks(view, size, bits, fail) : (DEFAULT_MASKS[bits] ?? []),
    pixels: file.subarray(offset),
  };
}

function readPalette(bytes: Uint8Array, colors: number, row: number): Uint8Array {
  const palette = new Uint8Array(colors * 3);
  for (let i = 0; i < colors; i++) for (let c = 0; c < 3; c++) palette[i * 3 + c] = bytes[i * row + 2 - c] ?? 0;
  return palette;
}

function readMasks(view: DataView, size: number, bits: number, fail: (problem: string) => Error): readonly number[] {
  if (view.byteLength < 66) throw fail('is cut short within its header');
  const [red, green, blue] = [54, 58, 62].map((offset) => view.getUint32(offset, true)) as [number, number, number];
  const alpha = size >= 56 && bits === 32 ? view.getUint32(66, true) : 0;
  // No masks at all mean blue, green, red, alpha.
  if (bits === 32 && !red && !green && !blue && !alpha) return [0xff0000, 0xff00, 0xff, 0xff000000];
  const masks = [red, green, blue, alpha];
  if (masks.some((mask) => mask !== 0 && !isRun(mask)) || !red || !green || !blue) throw fail('has colour masks that make no sense');
  return masks;
}

/** Whether the one bits of `mask` are side by side, at most 8 of them. */
function isRun(mask: number): boolean {
  const low = mask >>> (31 - Math.clz32(mask & -mask));
  return low <= 255 && (low & (low + 1)) === 0;
}
