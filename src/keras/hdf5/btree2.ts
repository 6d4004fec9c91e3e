import type { Cursor } from './cursor';
import { NOWHERE } from './cursor';
import type { HDF5File } from './file';

/** Bytes needed to write any number up to `limit`. */
export function bytesFor(limit: number): number {
  return Math.floor(Math.log2(Math.max(limit, 1)) / 8) + 1;
}

/**
 * All records of a version 2 B-tree in key order (specification III.A.2). `type` is the number that the tree must have; each record comes
 * as a cursor of its own.
 */
export async function readBTree2(file: HDF5File, address: number, types: readonly number[]): Promise<Cursor[]> {
  const what = 'a B-tree';
  const header = await file.checked(address, 4 + 2 + 4 + 2 + 2 + 2 + file.offsetSize + 2 + file.lengthSize + 4, 'BTHD', what);
  header.version(0);
  const type = header.u8();
  if (!types.includes(type)) throw header.fail(`is of type ${type}; expected ${types.join(' or ')}`);
  const nodeSize = header.u32();
  const recordSize = header.u16();
  const depth = header.u16();
  header.skip(2); // when nodes split and merge
  const root = header.offset();
  const rootCount = header.u16();
  const total = header.length();
  if (total === 0 || root === NOWHERE) return [];
  file.checkRange(root, nodeSize, what);
  if (recordSize === 0 || recordSize + 10 > nodeSize) throw header.fail(`has records of ${recordSize} bytes in nodes of ${nodeSize}`);
  if (depth > 32) throw header.fail(`is ${depth} levels deep`);

  // How wide a node writes the number of records below each child depends on how many could be there at most.
  const overhead = 10;
  const leafMost = Math.floor((nodeSize - overhead) / recordSize);
  const countSize = bytesFor(leafMost);
  const totalSizes = [0];
  let most = leafMost;
  for (let level = 1; level <= depth; level++) {
    const pointer = file.offsetSize + countSize + totalSizes[level - 1]!;
    const inNode = Math.floor((nodeSize - overhead - pointer) / (recordSize + pointer));
    if (inNode < 1) throw header.fail(`has nodes of ${nodeSize} bytes, too small for its records`);
    most = (inNode + 1) * most + inNode;
    totalSizes.push(bytesFor(most));
  }

  const records: Cursor[] = [];
  const seen = new Set<number>();
  const visit = async (at: number, count: number, level: number): Promise<void> => {
    if (seen.has(at)) throw file.corrupt(`${what} leads back into itself`, at);
    seen.add(at);
    const pointer = file.offsetSize + countSize + (level > 0 ? totalSizes[level - 1]! : 0);
    const length = overhead + count * recordSize + (level > 0 ? (count + 1) * pointer : 0);
    if (length > nodeSize) throw file.corrupt(`a node of ${what} claims ${count} records`, at);
    const node = await file.checked(at, length, level > 0 ? 'BTIN' : 'BTLF', `a node of ${what}`);
    node.version(0);
    if (node.u8() !== type) throw node.fail('is of another type than its tree');
    const own = Array.from({ length: count }, () => node.sub(recordSize, `a record of ${what}`));
    if (level === 0) {
      records.push(...own);
      return;
    }
    for (let i = 0; i <= count; i++) {
      const child = node.offset();
      const childCount = node.uint(countSize);
      node.skip(totalSizes[level - 1]!);
      await visit(child, childCount, level - 1);
      if (i < count) records.push(own[i]!);
    }
  };
  await visit(root, rootCount, depth);
  if (records.length !== total) throw header.fail(`says it has ${total} records and has ${records.length}`);
  return records;
}
