import { walkBTree1 } from './btree1';
import { readBTree2 } from './btree2';
import { type Cursor, NOWHERE } from './cursor';
import type { Dataspace } from './dataspace';
import { readExtensibleArray } from './extensiblearray';
import type { HDF5File } from './file';
import { readFixedArray } from './fixedarray';
import type { Layout } from './layout';

/** One chunk that the file has. */
export interface Chunk {
  /** Index of the chunk's first element along each axis. */
  readonly origin: readonly number[];
  readonly address: number;
  /** Bytes in the file. */
  readonly size: number;
  /** Bit i is set when filter i was left out. */
  readonly mask: number;
}

type Chunked = Extract<Layout, { kind: 'chunked' }>;

/** All chunks that were written and lie within the array; there may be none for some of its places. */
export async function readChunkIndex(
  file: HDF5File,
  layout: Chunked,
  space: Dataspace,
  bytes: number,
  filtered: boolean,
): Promise<Chunk[]> {
  const { chunk, index } = layout;
  const rank = chunk.length;
  if (index.address === NOWHERE) return [];
  const chunks: Chunk[] = [];
  const add = (origin: number[], address: number, size: number, mask: number): void => {
    if (address !== NOWHERE && origin.every((at, axis) => at < space.shape[axis]!)) chunks.push({ origin, address, size, mask });
  };
  /** What an index says of a chunk: its address and, if it is filtered, its size and mask. */
  const addEntry = (origin: number[], entry: Cursor): void => {
    const address = entry.offset();
    if (!filtered) add(origin, address, bytes, 0);
    else add(origin, address, entry.uint(entry.size - file.offsetSize - 4), entry.u32());
  };
  const entryMost = file.offsetSize + (filtered ? 12 : 0);

  switch (index.kind) {
    case 'btree1':
      await walkBTree1(file, index.address, 'chunks', 8 + 8 * (rank + 1), (address, key) => {
        const size = key.u32();
        const mask = key.u32();
        const origin = chunk.map(() => key.uint(8));
        if (origin.some((at, axis) => at % chunk[axis]! !== 0)) throw key.fail(`has a chunk at ${origin.join(', ')}`);
        add(origin, address, size, mask);
      });
      break;
    case 'btree2':
      for (const record of await readBTree2(file, index.address, [filtered ? 11 : 10])) {
        const entry = record.sub(record.remaining - 8 * rank);
        if (entry.size > entryMost) throw record.fail('is too long');
        const origin = chunk.map((length) => record.uint(8) * length);
        addEntry(origin, entry);
      }
      break;
    case 'single':
      add(
        chunk.map(() => 0),
        index.address,
        index.size ?? bytes,
        index.mask,
      );
      break;
    case 'implicit': {
      // All chunks, one after the other.
      const places = placesOf(layout, space, space.maxShape);
      const count = places.count;
      file.checkRange(index.address, count * bytes, 'the chunks of a dataset');
      for (let i = 0; i < count; i++) add(places.origin(i), index.address + i * bytes, bytes, 0);
      break;
    }
    case 'fixed': {
      const places = placesOf(layout, space, space.maxShape);
      await readFixedArray(file, index.address, filtered, places.count, entryMost, (i, entry) => addEntry(places.origin(i), entry));
      break;
    }
    case 'extensible': {
      const places = placesOf(layout, space, space.maxShape);
      await readExtensibleArray(file, index.address, filtered, entryMost, (i, entry) => addEntry(places.origin(i), entry));
      break;
    }
  }
  return chunks;
}

/**
 * Numbers the places of chunks as arrays of chunks do: row-major over the array's greatest extent, with the axis that has no limit (if any)
 * taken for the slowest.
 */
function placesOf(layout: Chunked, space: Dataspace, most: readonly number[]): { count: number; origin(index: number): number[] } {
  const { chunk } = layout;
  const counts = chunk.map((length, axis) => Math.ceil(most[axis]! / length));
  const axes = chunk.map((_, axis) => axis);
  const unlimited = most.indexOf(Number.POSITIVE_INFINITY);
  if (unlimited > 0) axes.unshift(...axes.splice(unlimited, 1));
  const origin = (index: number): number[] => {
    const place = new Array<number>(space.shape.length);
    let rest = index;
    for (let i = axes.length - 1; i > 0; i--) {
      const axis = axes[i]!;
      place[axis] = (rest % counts[axis]!) * chunk[axis]!;
      rest = Math.floor(rest / counts[axis]!);
    }
    place[axes[0]!] = rest * chunk[axes[0]!]!;
    return place;
  };
  return { count: counts.reduce((product, count) => product * count, 1), origin };
}
