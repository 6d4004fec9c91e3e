import type { Cursor } from './cursor';
import { NOWHERE } from './cursor';
import type { HDF5File } from './file';

/** What the leaves of a version 1 B-tree hold: symbol table nodes of a group, or chunks of a dataset. */
export type BTree1Kind = 'group' | 'chunks';

/**
 * Walks a version 1 B-tree (specification III.A.1) and calls `leaf` for every child of a leaf node, in key order, with the key before it.
 *
 * @param keySize Bytes of one key.
 */
export async function walkBTree1(
  file: HDF5File,
  address: number,
  kind: BTree1Kind,
  keySize: number,
  leaf: (child: number, key: Cursor) => void | Promise<void>,
): Promise<void> {
  const what = kind === 'group' ? "a group's B-tree" : "a dataset's B-tree of chunks";
  const seen = new Set<number>();
  const visit = async (at: number, expectedLevel: number | undefined): Promise<void> => {
    if (at === NOWHERE) throw file.corrupt(`${what} has a child without address`, address);
    if (seen.has(at)) throw file.corrupt(`${what} leads back into itself`, at);
    seen.add(at);
    const prefix = 8 + 2 * file.offsetSize;
    const head = await file.structure(at, prefix, what);
    head.signature('TREE');
    if (head.u8() !== (kind === 'group' ? 0 : 1)) throw head.fail('is of another type');
    const level = head.u8();
    if (expectedLevel !== undefined && level !== expectedLevel) throw head.fail(`is at level ${level}; expected ${expectedLevel}`);
    const count = head.u16();
    const entries = await file.structure(at + prefix, count * (keySize + file.offsetSize), what);
    for (let i = 0; i < count; i++) {
      const key = entries.sub(keySize);
      const child = entries.offset();
      await (level === 0 ? leaf(child, key) : visit(child, level - 1));
    }
  };
  await visit(address, undefined);
}
