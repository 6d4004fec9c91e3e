import { decodeNative } from '#platform';
import { concatenate } from '../concatenate';
import { ActivationLensError } from '../errors';
import type { PixelImage } from '../image/types';
import { broken, checkPixels } from './failure';

const SOI = 0xd8;
const EOI = 0xd9;
const SOS = 0xda;
/** The only application segment that changes pixels: Adobe's, which names the colour transform. */
const APP14 = 0xee;

/**
 * Decodes a JPEG file with the platform's decoder (libjpeg-turbo in Node, Chromium and Firefox: Pillow's pixels). 1 component is grey,
 * 3 are RGB, 4 (CMYK) come out as RGB. Everything that is not pixels is taken out first, so that no decoder applies a colour profile
 * or turns the picture by its EXIF orientation: Pillow and Keras do neither.
 */
export async function decodeJPEG(file: Uint8Array, name: string): Promise<PixelImage> {
  const { bare, components, width, height } = readSegments(file, name);
  checkPixels(name, 'JPEG', width, height);
  const rgba = await decodeNative(bare, 'image/jpeg').catch((cause: unknown) => {
    if (cause instanceof ActivationLensError) throw cause;
    throw broken(name, 'JPEG', 'cannot be decoded', cause);
  });
  if (rgba.width !== width || rgba.height !== height) {
    throw broken(name, 'JPEG', `was decoded to ${rgba.width} x ${rgba.height} pixels, not to its ${width} x ${height}`);
  }
  const channels = components === 1 ? 1 : 3;
  return { width, height, channels, data: dropAlpha(rgba.data, channels) };
}

/** The first `channels` of every 4 bytes. */
export function dropAlpha(rgba: Uint8ClampedArray, channels: 1 | 3): Uint8Array {
  const out = new Uint8Array((rgba.length / 4) * channels);
  if (channels === 1) {
    for (let o = 0, i = 0; o < out.length; o++, i += 4) out[o] = rgba[i]!;
  } else {
    for (let o = 0, i = 0; o < out.length; o += 3, i += 4) {
      out[o] = rgba[i]!;
      out[o + 1] = rgba[i + 1]!;
      out[o + 2] = rgba[i + 2]!;
    }
  }
  return out;
}

interface Segments {
  /** The file without its metadata. */
  readonly bare: Uint8Array;
  readonly components: number;
  readonly width: number;
  readonly height: number;
}

/** Walks the markers from the first to the end of the image. Native decoders fill up what is missing; Pillow raises, and so do we. */
function readSegments(file: Uint8Array, name: string): Segments {
  const cutShort = () => broken(name, 'JPEG', 'is cut short: its end is missing');
  const kept: Uint8Array[] = [file.subarray(0, 2)];
  let frame: { components: number; width: number; height: number } | undefined;
  let scanned = false;
  let offset = 2;
  for (;;) {
    // Fill bytes may precede a marker.
    while (file[offset] === 0xff && file[offset + 1] === 0xff) offset++;
    if (offset + 1 >= file.length) throw cutShort();
    if (file[offset] !== 0xff) {
      // Stray bytes between segments: decoders skip to the next marker.
      offset++;
      continue;
    }
    const marker = file[offset + 1]!;
    if (marker === EOI) {
      kept.push(file.subarray(offset, offset + 2));
      break;
    }
    if (marker === 0 || marker === SOI || marker === 0x01 || (marker >= 0xd0 && marker <= 0xd7)) {
      offset += 2;
      continue;
    }
    if (offset + 4 > file.length) throw cutShort();
    const length = (file[offset + 2]! << 8) | file[offset + 3]!;
    const end = offset + 2 + length;
    if (length < 2) throw broken(name, 'JPEG', `is damaged: a segment (marker ${marker.toString(16)}) has no length`);
    if (end > file.length) {
      if (!scanned) throw cutShort();
      // A damaged scan can look like a marker; decoders go on behind it.
      const next = endOfScan(file, offset + 2);
      kept.push(file.subarray(offset, next));
      offset = next;
      continue;
    }
    if (isFrame(marker)) {
      const precision = file[offset + 4]!;
      if (precision !== 8) throw broken(name, 'JPEG', `has ${precision} bits a sample; only 8 are decoded`);
      const view = new DataView(file.buffer, file.byteOffset + offset);
      frame = { height: view.getUint16(5), width: view.getUint16(7), components: file[offset + 9]! };
      if (![1, 3, 4].includes(frame.components))
        throw broken(name, 'JPEG', `has ${frame.components} colour components; 1, 3 or 4 are decoded`);
    }
    if (marker === SOS) scanned = true;
    const scanEnd = marker === SOS ? endOfScan(file, end) : end;
    const isMetadata = (marker >= 0xe1 && marker <= 0xef && marker !== APP14) || marker === 0xfe;
    if (!isMetadata) kept.push(file.subarray(offset, scanEnd));
    offset = scanEnd;
  }
  if (!frame) throw broken(name, 'JPEG', 'has no picture in it');
  return { bare: concatenate(kept), ...frame };
}

/** SOF0 to SOF15, without the three other markers of that range (DHT, JPG, DAC). */
function isFrame(marker: number): boolean {
  return marker >= 0xc0 && marker <= 0xcf && marker !== 0xc4 && marker !== 0xc8 && marker !== 0xcc;
}

/** Where the coded data that starts at `offset` ends: at the first marker that is neither a stuffed zero nor a restart. */
function endOfScan(file: Uint8Array, offset: number): number {
  for (let i = offset; ; i++) {
    i = file.indexOf(0xff, i);
    if (i < 0) return file.length;
    const next = file[i + 1];
    if (next !== undefined && next !== 0 && next !== 0xff && !(next >= 0xd0 && next <= 0xd7)) return i;
  }
}
