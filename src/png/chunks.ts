import { CRC32 } from '../crc32';

/** The eight bytes that every PNG file begins with. */
export const SIGNATURE = Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a);

/** Adler-32 of `bytes`, unsigned: the checksum at the end of a zlib stream (RFC 1950). */
export function adler32(bytes: Uint8Array): number {
  let a = 1;
  let b = 0;
  // 3800 steps keep both sums below 2^31.
  for (let i = 0; i < bytes.length; ) {
    const end = Math.min(i + 3800, bytes.length);
    for (; i < end; i++) {
      a += bytes[i]!;
      b += a;
    }
    a %= 65521;
    b %= 65521;
  }
  return ((b << 16) | a) >>> 0;
}

/** One chunk of a PNG file. `data` is a view of the file; `complete` is false when the file ends within the chunk. */
export interface Chunk {
  readonly type: string;
  readonly data: Uint8Array;
  readonly complete: boolean;
  /** Whether the checksum behind the data is right; worked out when asked. */
  intact(): boolean;
}

/** The chunks of a PNG file in order, up to IEND or to where the file ends. */
export function* readChunks(file: Uint8Array): Generator<Chunk> {
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  let offset = SIGNATURE.length;
  while (offset + 8 <= file.length) {
    const length = view.getUint32(offset);
    const type = String.fromCharCode(...file.subarray(offset + 4, offset + 8));
    const start = offset + 8;
    const end = start + length;
    const from = offset + 4;
    yield {
      type,
      data: file.subarray(start, end),
      complete: end + 4 <= file.length,
      intact: () => end + 4 <= file.length && new CRC32().add(file.subarray(from, end)).value === view.getUint32(end),
    };
    if (type === 'IEND') return;
    offset = end + 4;
  }
}

/** A PNG file of these chunks, signature and checksums added. */
export function writeChunks(chunks: readonly (readonly [type: string, data: Uint8Array])[]): Uint8Array {
  const file = new Uint8Array(chunks.reduce((sum, [, data]) => sum + data.length + 12, SIGNATURE.length));
  const view = new DataView(file.buffer);
  file.set(SIGNATURE);
  let offset = SIGNATURE.length;
  for (const [type, data] of chunks) {
    view.setUint32(offset, data.length);
    for (let i = 0; i < 4; i++) file[offset + 4 + i] = type.charCodeAt(i);
    file.set(data, offset + 8);
    const end = offset + 8 + data.length;
    view.setUint32(end, new CRC32().add(file.subarray(offset + 4, end)).value);
    offset = end + 4;
  }
  return file;
}
