import { checkNotAborted } from '../../check';
import { type Chunk, readChunkIndex } from './chunkindex';
import { Cursor, NOWHERE, unsupported } from './cursor';
import type { Dataspace } from './dataspace';
import type { Datatype } from './datatype';
import type { HDF5File } from './file';
import { checkFilters, type Filter, mostUnfiltered, unfilter } from './filters';
import type { Layout } from './layout';

/** All that reading a dataset's elements needs. */
export interface Storage {
  readonly file: HDF5File;
  readonly path: string;
  readonly space: Dataspace;
  readonly type: Datatype;
  readonly layout: Layout;
  readonly filters: readonly Filter[];
  /** One element's bytes where nothing was written; zeros when undefined. */
  readonly fill: Uint8Array | undefined;
}

/** Where elements go. Indexes count elements of the dataspace, row-major. */
export interface Sink {
  /** Gets room for all elements; called once, when it is certain that the file can fill it. */
  allocate(): void;
  /** Sets every element to the one in `bytes`, or to zero. Called before any `put`. */
  fill(bytes: Uint8Array | undefined): void;
  /** Stores consecutive elements from index `at` on. `bytes` may be the source's own memory. */
  put(bytes: Uint8Array, at: number): void;
  /**
   * Stores one chunk: `rows` are runs of elements along the last axis, each from an index in the chunk to an index in the array.
   */
  putChunk(bytes: Uint8Array, rows: Iterable<readonly [from: number, to: number, count: number]>): void;
}

/** Elements are converted this many bytes at a time, so that a file is never held beside what was made of it. */
const PIECE = 2 ** 22;
/** What may be made of nothing but a fill value, whatever a file says of its size. */
const MOST_FILL = 2 ** 26;

/** Reads all elements of a dataset into a sink. */
export async function readStorage(storage: Storage, sink: Sink, signal?: AbortSignal): Promise<void> {
  const { file, path, space, type, layout } = storage;
  const what = `the data of '${path}'`;
  const total = space.size * type.size;
  checkNotAborted(signal, `reading ${what} of ${file.name}`);
  switch (layout.kind) {
    case 'compact': {
      if (layout.data.length < total)
        throw file.corrupt(`${what} has ${layout.data.length} bytes; expected ${total}`, layout.start - file.base);
      sink.allocate();
      sink.put(layout.data.subarray(0, total), 0);
      return;
    }
    case 'contiguous': {
      if (layout.address === NOWHERE) return fillAll(storage, sink, 0);
      if (layout.length !== undefined && layout.length < total) {
        throw file.corrupt(`${what} has ${layout.length} bytes; expected ${total}`, layout.address);
      }
      file.checkRange(layout.address, total, what);
      sink.allocate();
      const step = Math.max(1, Math.floor(PIECE / type.size));
      for (let at = 0; at < space.size; at += step) {
        const count = Math.min(step, space.size - at);
        sink.put(await file.payload(layout.address + at * type.size, count * type.size, what, signal), at);
      }
      return;
    }
    case 'chunked':
      return readChunks(storage, layout, sink, signal);
    default:
      throw unsupported(file.name, `${layout.text} ('${path}')`, 'Write the file again with h5repack, or save the model again.');
  }
}

async function readChunks(storage: Storage, layout: Extract<Layout, { kind: 'chunked' }>, sink: Sink, signal?: AbortSignal): Promise<void> {
  const { file, path, space, type, filters } = storage;
  const { chunk } = layout;
  const what = `a chunk of '${path}'`;
  const rank = space.shape.length;
  if (chunk.length !== rank) {
    throw file.corrupt(`'${path}' has ${rank} axes and chunks of ${chunk.length}`, Math.max(layout.index.address, 0));
  }
  checkFilters(filters, file.name, `'${path}'`);
  const bytes = chunk.reduce((product, length) => product * length, type.size);
  const chunks = await readChunkIndex(file, layout, space, bytes, filters.length > 0);
  // By address: one pass over the file, whatever the order of the index.
  chunks.sort((a, b) => a.address - b.address);
  const sticksOut = ({ origin }: Chunk): boolean => origin.some((at, axis) => at + chunk[axis]! > space.shape[axis]!);
  let stored = 0;
  for (const { address, size } of chunks) {
    if (mostUnfiltered(size, filters) < bytes) throw file.corrupt(`${what} has ${size} bytes, too few for ${bytes}`, address);
    file.checkRange(address, size, what);
    stored += bytes;
  }
  fillAll(storage, sink, stored);
  for (const one of chunks) {
    checkNotAborted(signal, `reading ${what} of ${file.name}`);
    const raw = await file.payload(one.address, one.size, what, signal);
    const mask = layout.plainEdges && sticksOut(one) ? 0xffffffff : one.mask;
    const data = await unfilter(new Cursor(raw, file, file.base + one.address, what), filters, mask, bytes);
    sink.putChunk(data, rowsOf(one.origin, chunk, space.shape));
  }
}

/** `stored` is what the chunks that exist hold: an array that is mostly fill value may be far larger than its file, or a damaged claim. */
function fillAll(storage: Storage, sink: Sink, stored: number): void {
  const { file, path, space, type } = storage;
  const total = space.size * type.size;
  if (total > stored && total - stored > MOST_FILL) {
    throw file.corrupt(`'${path}' claims ${total} bytes, of which the file has ${stored}`, 0);
  }
  sink.allocate();
  sink.fill(storage.fill?.length === type.size ? storage.fill : undefined);
}

/** The runs along the last axis in which a chunk and the array overlap. */
function* rowsOf(origin: readonly number[], chunk: readonly number[], shape: readonly number[]): Generator<[number, number, number]> {
  const rank = chunk.length;
  const last = rank - 1;
  const lengths = chunk.map((length, axis) => Math.min(length, shape[axis]! - origin[axis]!));
  const place = new Array<number>(rank).fill(0);
  for (;;) {
    let from = 0;
    let to = 0;
    for (let axis = 0; axis < rank; axis++) {
      from = from * chunk[axis]! + place[axis]!;
      to = to * shape[axis]! + origin[axis]! + place[axis]!;
    }
    yield [from, to, lengths[last]!];
    let axis = last - 1;
    while (axis >= 0 && ++place[axis]! === lengths[axis]) place[axis--] = 0;
    if (axis < 0) return;
  }
}
