import { type Cursor, NOWHERE } from './cursor';
import type { HDF5File } from './file';
import { findMessage, MessageType, type ObjectHeader } from './header';

/** Where the library keeps note of a dataset's chunks. */
export type ChunkIndex =
  | { readonly kind: 'btree1' | 'implicit' | 'fixed' | 'extensible' | 'btree2'; readonly address: number }
  /** `size` and `mask` are of a filtered chunk. */
  | { readonly kind: 'single'; readonly address: number; readonly size?: number; readonly mask: number };

/** How a dataset's elements lie in the file. */
export type Layout =
  | { readonly kind: 'compact'; readonly data: Uint8Array; readonly start: number }
  /** `address` is NOWHERE when nothing was written; `length` is unknown in the oldest layouts. */
  | { readonly kind: 'contiguous'; readonly address: number; readonly length?: number }
  | {
      readonly kind: 'chunked';
      /** Elements of a chunk along each axis. */
      readonly chunk: readonly number[];
      readonly index: ChunkIndex;
      /** Chunks that stick out of the array are stored without filters. */
      readonly plainEdges: boolean;
    }
  | { readonly kind: 'unsupported'; readonly text: string };

const INDEXES = ['', 'single', 'implicit', 'fixed', 'extensible', 'btree2'] as const;

/** Reads a data layout message, versions 1 to 5 (specification IV.A.2.i), and notices storage outside the file. */
export async function readLayout(file: HDF5File, header: ObjectHeader): Promise<Layout> {
  if (header.messages.some(({ type }) => type === MessageType.externalFiles)) return { kind: 'unsupported', text: 'data in another file' };
  const body = await findMessage(file, header, MessageType.layout);
  if (!body) throw file.corrupt('a dataset does not say where its data is', header.address);
  const version = body.version(1, 2, 3, 4, 5);
  if (version < 3) return readOldLayout(body);
  switch (body.u8()) {
    case 0: {
      const size = body.u16();
      const start = body.start + body.position;
      // Copied: a view would keep a page of the cache alive.
      return { kind: 'compact', data: new Uint8Array(body.take(size)), start };
    }
    case 1: {
      const address = body.offset();
      return { kind: 'contiguous', address, length: body.length() };
    }
    case 2:
      return version === 3 ? readChunkedLayout3(body) : readChunkedLayout4(body);
    case 3:
      return { kind: 'unsupported', text: 'a virtual dataset' };
    default:
      throw body.fail('has an unknown storage');
  }
}

function readOldLayout(body: Cursor): Layout {
  const axes = body.u8();
  const kind = body.u8();
  body.skip(5);
  const address = kind === 0 ? NOWHERE : body.offset();
  const lengths = Array.from({ length: axes }, () => body.u32());
  if (kind === 0) {
    const size = body.u32();
    const start = body.start + body.position;
    return { kind: 'compact', data: new Uint8Array(body.take(size)), start };
  }
  if (kind === 1) return { kind: 'contiguous', address };
  if (kind !== 2) throw body.fail('has an unknown storage');
  return chunked(body, lengths.slice(0, -1), { kind: 'btree1', address });
}

function readChunkedLayout3(body: Cursor): Layout {
  const axes = body.u8();
  const address = body.offset();
  const lengths = Array.from({ length: axes }, () => body.u32());
  // The last one is the size of an element.
  return chunked(body, lengths.slice(0, -1), { kind: 'btree1', address });
}

function readChunkedLayout4(body: Cursor): Layout {
  const flags = body.u8();
  const axes = body.u8();
  const width = body.u8();
  if (width < 1 || width > 8) throw body.fail(`writes the lengths of chunks with ${width} bytes`);
  const lengths = Array.from({ length: axes }, () => body.uint(width)).slice(0, -1);
  const kind = INDEXES[body.u8()];
  if (!kind) throw body.fail('has an unknown index of chunks');
  if (kind === 'single') {
    const filtered = (flags & 2) !== 0;
    const size = filtered ? body.length() : undefined;
    const mask = filtered ? body.u32() : 0;
    return chunked(body, lengths, { kind, address: body.offset(), mask, ...(size === undefined ? {} : { size }) }, (flags & 1) !== 0);
  }
  // How the index grows; it repeats what reading needs.
  body.skip({ implicit: 0, fixed: 1, extensible: 5, btree2: 6 }[kind]);
  return chunked(body, lengths, { kind, address: body.offset() }, (flags & 1) !== 0);
}

function chunked(body: Cursor, chunk: number[], index: ChunkIndex, plainEdges = false): Layout {
  if (chunk.length === 0 || chunk.some((length) => length === 0)) throw body.fail(`has chunks of ${chunk.join(' x ') || 'no'} elements`);
  return { kind: 'chunked', chunk, index, plainEdges };
}
