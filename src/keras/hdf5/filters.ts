import { adler32, fletcher32 } from './checksum';
import { type Cursor, unsupported } from './cursor';
import { decodeText } from './heaps';
import { decodeLZF } from './lzf';

/** One step of a chunk's way into the file; reading takes them backwards. */
export interface Filter {
  readonly id: number;
  readonly name: string;
  /** What the filter was told: of shuffle, the bytes of an element. */
  readonly values: readonly number[];
}

const SHUFFLE = 2;
const DEFLATE = 1;
const FLETCHER32 = 3;
const LZF = 32000;

/** Registered filters that people meet, for messages. */
const NAMES: Record<number, string> = {
  4: 'szip',
  5: 'n-bit',
  6: 'scale-offset',
  305: 'lzo',
  307: 'bzip2',
  32001: 'blosc',
  32004: 'lz4',
  32008: 'bitshuffle',
  32013: 'zfp',
  32015: 'zstd',
  32017: 'sz',
  32026: 'blosc2',
};

/** Deflate's best: 258 bytes for two bits, and nothing shrinks further. */
const MOST_EXPANSION = 1032;

/** Reads a filter pipeline message, versions 1 and 2 (specification IV.A.2.l). */
export function readFilters(body: Cursor): Filter[] {
  const version = body.version(1, 2);
  const count = body.u8();
  if (version === 1) body.skip(6);
  return Array.from({ length: count }, () => {
    const id = body.u16();
    const nameLength = version === 1 || id >= 256 ? body.u16() : 0;
    body.skip(2); // whether a writer may leave it out: the chunk says whether it did
    const valueCount = body.u16();
    const stored = decodeText(body.take(nameLength)).replace(/\0.*$/s, '');
    if (version === 1) body.skip(-nameLength & 7);
    const values = Array.from({ length: valueCount }, () => body.u32());
    if (version === 1 && valueCount % 2 === 1) body.skip(4);
    return { id, name: NAMES[id] ?? (stored || `number ${id}`), values };
  });
}

/** Throws `format` when a filter is one that is not read here. */
export function checkFilters(filters: readonly Filter[], file: string, dataset: string): void {
  for (const { id, name } of filters) {
    if ([DEFLATE, SHUFFLE, FLETCHER32, LZF].includes(id)) continue;
    const advice = 'Write the dataset again without compression or with gzip.';
    throw unsupported(file, `the filter ${name} in ${dataset}`, advice);
  }
}

/** Most bytes that `stored` bytes can become. */
export function mostUnfiltered(stored: number, filters: readonly Filter[]): number {
  return filters.some(({ id }) => id === DEFLATE || id === LZF) ? stored * MOST_EXPANSION + 1024 : stored;
}

/**
 * Undoes the filters of one chunk. Throws `corrupt` unless exactly `size` bytes result; never allocates more than that and a few, whatever
 * the compressed bytes claim.
 *
 * @param mask Bit i is set when the writer left filter i out of this chunk.
 */
export async function unfilter(stored: Cursor, filters: readonly Filter[], mask: number, size: number): Promise<Uint8Array> {
  let bytes = stored.bytes;
  const most = size + 4 * filters.length;
  for (let i = filters.length - 1; i >= 0; i--) {
    if (mask & (1 << i)) continue;
    const { id, values } = filters[i]!;
    if (id === DEFLATE) bytes = await inflate(stored, bytes, most);
    else if (id === LZF) bytes = decodeLZF(stored, bytes, most);
    else if (id === SHUFFLE) bytes = unshuffle(bytes, values[0] ?? 1);
    else bytes = checkFletcher(stored, bytes);
  }
  if (bytes.length !== size) throw stored.fail(`has ${bytes.length} bytes of data; expected ${size}`);
  return bytes;
}

async function inflate(stored: Cursor, bytes: Uint8Array, most: number): Promise<Uint8Array> {
  // On first use: files of Keras are not compressed unless asked for.
  const { unzlibSync } = await import('fflate');
  let inflated: Uint8Array;
  try {
    // One byte more than is right, so that too much is seen: what does not fit is dropped.
    inflated = unzlibSync(bytes, { out: new Uint8Array(most + 1) });
  } catch (error) {
    throw stored.fail('cannot be inflated', error);
  }
  const sum = bytes.length < 4 ? 0 : new DataView(bytes.buffer, bytes.byteOffset + bytes.length - 4, 4).getUint32(0);
  if (inflated.length > most || adler32(inflated) !== sum) throw stored.fail('has a wrong checksum after inflating');
  return inflated;
}

/** Undoes shuffle, which stores all first bytes of the elements, then all second ones, and so on; a rest follows as it is. */
function unshuffle(bytes: Uint8Array, width: number): Uint8Array {
  const count = width > 0 ? Math.floor(bytes.length / width) : 0;
  if (width <= 1 || count <= 1) return bytes;
  const out = new Uint8Array(bytes.length);
  for (let i = 0; i < width; i++) {
    for (let from = i * count, to = i, end = from + count; from < end; from++, to += width) out[to] = bytes[from]!;
  }
  out.set(bytes.subarray(count * width), count * width);
  return out;
}

function checkFletcher(stored: Cursor, bytes: Uint8Array): Uint8Array {
  if (bytes.length < 4) throw stored.fail('is too short for its checksum');
  const body = bytes.subarray(0, bytes.length - 4);
  const sum = fletcher32(body);
  const found = new DataView(bytes.buffer, bytes.byteOffset + body.length, 4).getUint32(0, true);
  // Early libraries wrote the bytes of either half the other way round, and today's accepts both.
  const reversed = (((sum & 0x00ff00ff) << 8) | ((sum >>> 8) & 0x00ff00ff)) >>> 0;
  if (found !== sum && found !== reversed) throw stored.fail('has a wrong checksum');
  return body;
}
