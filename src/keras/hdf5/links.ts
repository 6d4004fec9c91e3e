import { walkBTree1 } from './btree1';
import { readBTree2 } from './btree2';
import { type Cursor, NOWHERE } from './cursor';
import type { HDF5File } from './file';
import { FractalHeap } from './fractalheap';
import { findMessage, MessageType, type ObjectHeader } from './header';
import { decodeText, LocalHeap } from './heaps';

/** Where a name in a group leads. */
export type Link =
  | { readonly kind: 'hard'; readonly address: number }
  | { readonly kind: 'soft'; readonly target: string }
  | { readonly kind: 'elsewhere'; readonly text: string };

/** Whether an object is a group: it says where its links are. */
export function isGroup(header: ObjectHeader): boolean {
  const own: number[] = [MessageType.symbolTable, MessageType.linkInfo, MessageType.link];
  return header.messages.some(({ type }) => own.includes(type));
}

/** A group's links in the order in which h5py lists them: by creation where the group tracks it, else by name. */
export async function readLinks(file: HDF5File, header: ObjectHeader): Promise<Map<string, Link>> {
  const table = await findMessage(file, header, MessageType.symbolTable);
  const found: NamedLink[] = table ? await readSymbolTable(file, table) : [];
  for (const { type, body } of header.messages) if (type === MessageType.link) found.push(readLink(body()));
  const info = await findMessage(file, header, MessageType.linkInfo);
  let tracked = false;
  if (info) {
    info.version(0);
    const flags = info.u8();
    tracked = (flags & 1) !== 0;
    if (tracked) info.skip(8); // highest creation order
    const heapAddress = info.offset();
    const tree = info.offset();
    if (heapAddress !== NOWHERE && tree !== NOWHERE) {
      const heap = await FractalHeap.open(file, heapAddress);
      for (const record of await readBTree2(file, tree, [5])) {
        record.skip(4); // the name's hash
        found.push(readLink(await heap.object(record, 'a link')));
      }
    }
  }
  found.sort(tracked ? (a, b) => a.order - b.order : (a, b) => compareNames(a.name, b.name));
  const links = new Map<string, Link>();
  for (const { name, link } of found) {
    if (links.has(name)) throw file.corrupt(`a group has the name '${name}' twice`, header.address);
    links.set(name, link);
  }
  return links;
}

interface NamedLink {
  readonly name: string;
  readonly order: number;
  readonly link: Link;
}

/** An old-style group: a B-tree of nodes whose entries name their links through a local heap (specification III.B, III.C). */
async function readSymbolTable(file: HDF5File, table: Cursor): Promise<NamedLink[]> {
  const tree = table.offset();
  const heap = await LocalHeap.open(file, table.offset());
  const found: NamedLink[] = [];
  await walkBTree1(file, tree, 'group', file.lengthSize, async (address) => {
    const what = 'a symbol table node';
    const head = await file.structure(address, 8, what);
    head.signature('SNOD');
    head.version(1);
    head.skip(1);
    const count = head.u16();
    const entrySize = 2 * file.offsetSize + 24;
    const entries = await file.structure(address + 8, count * entrySize, what);
    for (let i = 0; i < count; i++) {
      const entry = entries.sub(entrySize, 'a symbol table entry');
      const name = heap.text(entry.offset());
      const target = entry.offset();
      const isSoft = entry.u32() === 2;
      entry.skip(4);
      found.push({ name, order: 0, link: isSoft ? { kind: 'soft', target: heap.text(entry.u32()) } : { kind: 'hard', address: target } });
    }
  });
  return found;
}

/** A link message (specification IV.A.2.g). */
function readLink(body: Cursor): NamedLink {
  body.version(1);
  const flags = body.u8();
  const kind = flags & 8 ? body.u8() : 0;
  const order = flags & 4 ? body.uint(8) : 0;
  if (flags & 16) body.skip(1); // character set: ASCII is UTF-8
  const name = decodeText(body.take(body.uint(1 << (flags & 3))));
  if (kind === 0) return { name, order, link: { kind: 'hard', address: body.offset() } };
  const value = body.take(body.u16());
  if (kind === 1) return { name, order, link: { kind: 'soft', target: decodeText(value) } };
  // An external link: flags, the file's name, NUL, the path in it, NUL.
  const [file = '', path = ''] = kind === 64 ? decodeText(value.subarray(1)).split('\0') : [];
  return { name, order, link: { kind: 'elsewhere', text: kind === 64 ? `'${path}' in the file '${file}'` : `a link of type ${kind}` } };
}

/** Order of UTF-8 bytes, as C's strcmp sees them; JavaScript's own differs beyond U+FFFF. */
export function compareNames(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) {
    const x = a.charCodeAt(i);
    const y = b.charCodeAt(i);
    if (x !== y) return rank(x) - rank(y);
  }
  return a.length - b.length;
}

/** Surrogates stand for code points beyond all others. */
function rank(unit: number): number {
  return unit >= 0xd800 && unit < 0xe000 ? unit + 0x10000 : unit;
}
