import { deflate } from '#platform';
import { channelsOf, checkImage } from '../image/check';
import type { PixelImage, RGBAImage } from '../image/types';
import { writeChunks } from './chunks';
import { filterRows } from './filter';
import { indexColors } from './palette';

/** Options of `encodePNG`. */
export interface EncodePNGOptions {
  /** Effort of the compression, 0..9, default 6. Browsers have one level and ignore it. The pixels are the same at every level. */
  readonly level?: number | undefined;
  /**
   * 'none' stores rows as they are: quickest, and smallest too for pictures with flat areas, such as figures. Default: a filter for each
   * row. The pixels are the same either way, and pictures with a palette have no use for filters.
   */
  readonly filter?: 'none' | undefined;
}

/** By channels: the colour type of the header. */
const COLOR_TYPES = { 1: 0, 3: 2, 4: 6 } as const;
const PALETTE = 3;

/**
 * The picture as a PNG file: 8 bits a sample (16 for 16-bit grey). At most 256 colours, as a coloured feature map has, are stored with a
 * palette; otherwise grey for 1 channel, RGB for 3 and for RGBA without a transparent pixel, else RGBA. Decoders give back the same
 * pixels. No colour profile, no time, nothing but pixels: equal pictures make equal files on one platform (Node and browsers compress
 * differently).
 *
 * @param image width x height pixels, not premultiplied.
 *
 * Throws `shape` when `data` does not have width x height x channels samples.
 */
export async function encodePNG(image: RGBAImage | PixelImage, options: EncodePNGOptions = {}): Promise<Uint8Array> {
  checkImage(image);
  const { width, height, data } = image;
  const channels = channelsOf(image);
  const indexed = channels > 1 && !(data instanceof Uint16Array) ? indexColors(data, channels as 3 | 4) : undefined;
  if (indexed) {
    const rows = filterRows(indexed.indices, height, width, 1, true);
    return writeChunks([
      ['IHDR', headerOf(width, height, 8, PALETTE)],
      ['PLTE', indexed.rgb],
      ...(indexed.alpha ? ([['tRNS', indexed.alpha]] as const) : []),
      ['IDAT', await deflate(rows, options.level)],
      ['IEND', new Uint8Array(0)],
    ]);
  }
  const samples = samplesOf(data, channels);
  const pixelBytes = (samples.channels * samples.depth) / 8;
  const rows = filterRows(samples.data, height, width * pixelBytes, pixelBytes, options.filter === 'none');
  return writeChunks([
    ['IHDR', headerOf(width, height, samples.depth, COLOR_TYPES[samples.channels])],
    ['IDAT', await deflate(rows, options.level)],
    ['IEND', new Uint8Array(0)],
  ]);
}

function headerOf(width: number, height: number, depth: number, colorType: number): Uint8Array {
  const header = new Uint8Array(13);
  const view = new DataView(header.buffer);
  view.setUint32(0, width);
  view.setUint32(4, height);
  header[8] = depth;
  header[9] = colorType;
  return header;
}

interface Samples {
  readonly data: Uint8Array | Uint8ClampedArray;
  readonly channels: 1 | 3 | 4;
  readonly depth: 8 | 16;
}

/** The samples as PNG stores them: big-endian, without an alpha that says nothing. */
function samplesOf(data: PixelImage['data'], channels: 1 | 3 | 4): Samples {
  if (data instanceof Uint16Array) {
    const bytes = new Uint8Array(data.length * 2);
    for (let i = 0; i < data.length; i++) {
      bytes[i * 2] = data[i]! >> 8;
      bytes[i * 2 + 1] = data[i]!;
    }
    return { data: bytes, channels, depth: 16 };
  }
  if (channels < 4 || !isOpaque(data)) return { data, channels, depth: 8 };
  const rgb = new Uint8Array((data.length / 4) * 3);
  for (let i = 0, o = 0; i < data.length; i += 4, o += 3) {
    rgb[o] = data[i]!;
    rgb[o + 1] = data[i + 1]!;
    rgb[o + 2] = data[i + 2]!;
  }
  return { data: rgb, channels: 3, depth: 8 };
}

function isOpaque(data: Uint8Array | Uint8ClampedArray): boolean {
  for (let i = 3; i < data.length; i += 4) if (data[i] !== 255) return false;
  return true;
}
