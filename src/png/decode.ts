import { inflate } from '#platform';
import { concatenate } from '../concatenate';
import { ActivationLensError } from '../errors';
import type { PixelImage } from '../image/types';
import { adler32, readChunks } from './chunks';
import { type Header, readHeader } from './header';
import { unfilter } from './unfilter';

/** A PNG's pixels, in the mode in which Pillow opens it (palettes looked up). */
export interface DecodedPNG extends PixelImage {
  /**
   * The sample, or the three, that tRNS declares transparent. Pillow applies it on conversion to RGBA only, and compares the low byte
   * with 8-bit samples, whatever depth the file had; so it is given here as that byte.
   */
  readonly transparent?: readonly number[] | undefined;
}

/**
 * Decodes a PNG file: every colour type and bit depth, interlaced or not; the pixels of Pillow 13. Written here because a canvas keeps
 * pixels premultiplied and loses the colours of transparent ones, and because canvases know neither 16 bits nor Pillow's modes.
 * Profiles, gamma and orientation are left alone, as Pillow leaves them.
 *
 * Throws `image` for what is not a PNG's inside, damaged, or cut short. `name` is what messages call the file.
 */
export async function decodePNG(file: Uint8Array, name: string): Promise<DecodedPNG> {
  const fail = (problem: string): ActivationLensError =>
    new ActivationLensError('image', `'${name}' is a PNG file that ${problem}. Save or copy it again.`, { details: { source: name } });
  let header: Header | undefined;
  let palette: Uint8Array | undefined;
  let transparency: Uint8Array | undefined;
  const parts: Uint8Array[] = [];
  let ended = false;
  for (const chunk of readChunks(file)) {
    if (chunk.type === 'IDAT') {
      parts.push(chunk.data);
      continue;
    }
    if (parts.length > 0) {
      ended = true;
      break;
    }
    if (chunk.type === 'IHDR' || chunk.type === 'PLTE' || chunk.type === 'tRNS') {
      if (!chunk.complete) throw fail(`is cut short in its ${chunk.type} chunk`);
      if (!chunk.intact()) throw fail(`is damaged: the checksum of its ${chunk.type} chunk is wrong`);
    }
    if (chunk.type === 'IHDR') header = readHeader(chunk.data, fail);
    else if (chunk.type === 'PLTE') palette = chunk.data;
    else if (chunk.type === 'tRNS') transparency = chunk.data;
  }
  if (!header) throw fail('has no header');
  if (parts.length === 0) throw fail(file.length < 64 ? 'is cut short before its pixels' : 'has no pixels');

  const packed = parts.length === 1 ? parts[0]! : concatenate(parts);
  const expected = header.passes.reduce((sum, pass) => sum + pass.height * (pass.rowBytes + 1), 0);
  const raw = await inflate(packed, expected);
  if (raw.length < expected)
    throw fail(ended ? 'is damaged: its pixels cannot be unpacked' : 'is cut short: not all of its pixels are there');
  // The checksum of the pixels tells damage that unpacks all the same. Where the file stops right behind the pixels it may be missing.
  if (ended && adler32(raw) !== new DataView(packed.buffer, packed.byteOffset + packed.length - 4).getUint32(0)) {
    throw fail('is damaged: the checksum of its pixels is wrong');
  }

  const samples = unpack(raw, header, fail);
  return withMode(samples, header, palette, transparency);
}

/** Filters undone and passes put together: one element a sample, 16-bit colours by their high byte as in Pillow, 16-bit grey whole. */
function unpack(raw: Uint8Array, header: Header, fail: (problem: string) => ActivationLensError): Uint8Array | Uint16Array {
  const { width, height, depth, samplesPerPixel: spp } = header;
  const wide = depth === 16 && spp === 1;
  const out = wide ? new Uint16Array(width * height) : new Uint8Array(width * height * spp);
  const step = depth >> 3;
  const mask = (1 << depth) - 1;
  let offset = 0;
  for (const pass of header.passes) {
    const block = raw.subarray(offset, offset + pass.height * (pass.rowBytes + 1));
    offset += block.length;
    const bad = unfilter(block, pass.height, pass.rowBytes, Math.max(1, (depth * spp) >> 3));
    if (bad >= 0) throw fail('is damaged: a row of it has an unknown filter');
    for (let y = 0; y < pass.height; y++) {
      const row = y * (pass.rowBytes + 1) + 1;
      const outRow = (pass.y + y * pass.dy) * width;
      if (depth === 8 && pass.dx === 1) {
        out.set(block.subarray(row, row + pass.rowBytes), outRow * spp);
        continue;
      }
      for (let x = 0; x < pass.width; x++) {
        const o = (outRow + pass.x + x * pass.dx) * spp;
        for (let c = 0; c < spp; c++) {
          const sample = x * spp + c;
          const i = row + sample * step;
          if (wide) out[o] = (block[i]! << 8) | block[i + 1]!;
          else if (depth >= 8) out[o + c] = block[i]!;
          else out[o + c] = (block[row + ((sample * depth) >> 3)]! >> (8 - depth - ((sample * depth) & 7))) & mask;
        }
      }
    }
  }
  return out;
}

/** From the file's samples to Pillow's pixels. */
function withMode(
  samples: Uint8Array | Uint16Array,
  { width, height, depth, color }: Header,
  palette: Uint8Array | undefined,
  transparency: Uint8Array | undefined,
): DecodedPNG {
  const size = { width, height };
  if (color === 'palette') return { ...size, ...lookUp(samples, palette, transparency) };
  if (color === 'rgba') return { ...size, channels: 4, data: samples };
  if (color === 'grey-alpha') return { ...size, channels: 4, data: spreadGreyAlpha(samples) };
  if (color === 'rgb') return { ...size, channels: 3, data: samples, transparent: lowBytes(transparency, 3) };
  if (depth < 8) {
    const top = 255 / ((1 << depth) - 1);
    for (let i = 0; i < samples.length; i++) samples[i] = samples[i]! * top;
  }
  const transparent = lowBytes(transparency, 1);
  // Mode '1' is 0 and 255 in Pillow, and so is its transparent value. 2- and 4-bit greys are spread too, but theirs is not.
  return { ...size, channels: 1, data: samples, transparent: depth === 1 && transparent ? [transparent[0] ? 255 : 0] : transparent };
}

function lowBytes(transparency: Uint8Array | undefined, count: number): number[] | undefined {
  if (!transparency || transparency.length < count * 2) return undefined;
  return Array.from({ length: count }, (_, i) => transparency[i * 2 + 1]!);
}

/** Indices to colours. Rows that the palette lacks are black, as in Pillow. */
function lookUp(indices: Uint8Array | Uint16Array, palette: Uint8Array = new Uint8Array(0), alphas: Uint8Array | undefined) {
  const channels = alphas ? 4 : 3;
  const data = new Uint8Array(indices.length * channels);
  for (let p = 0, o = 0; p < indices.length; p++, o += channels) {
    const index = indices[p]!;
    data[o] = palette[index * 3] ?? 0;
    data[o + 1] = palette[index * 3 + 1] ?? 0;
    data[o + 2] = palette[index * 3 + 2] ?? 0;
    if (alphas) data[o + 3] = alphas[index] ?? 255;
  }
  return { channels, data } as const;
}

function spreadGreyAlpha(samples: Uint8Array | Uint16Array): Uint8Array {
  const out = new Uint8Array(samples.length * 2);
  for (let i = 0, o = 0; i < samples.length; i += 2, o += 4) {
    out[o] = out[o + 1] = out[o + 2] = samples[i]!;
    out[o + 3] = samples[i + 1]!;
  }
  return out;
}
