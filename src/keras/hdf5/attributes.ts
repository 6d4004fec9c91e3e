import { readBTree2 } from './btree2';
import { convert, isNumeric } from './convert';
import { type Cursor, NOWHERE } from './cursor';
import { type Dataspace, readDataspace } from './dataspace';
import { type Datatype, readDatatype } from './datatype';
import type { HDF5File } from './file';
import { FractalHeap } from './fractalheap';
import { findMessage, MessageType, type ObjectHeader, readShared } from './header';
import { decodeText, GlobalHeaps } from './heaps';
import { compareNames } from './links';
import type { HDF5Value } from './types';

/** All attributes of an object, in the order in which h5py lists them: by creation where the object tracks it, else by name. */
export async function readAttributes(file: HDF5File, header: ObjectHeader): Promise<Map<string, HDF5Value>> {
  const found: { name: string; order: number; value: HDF5Value }[] = [];
  const heaps = new GlobalHeaps(file);
  const add = async (body: Cursor, order: number): Promise<void> => {
    found.push({ ...(await readAttribute(file, body, heaps)), order });
  };
  for (const { type, flags, order, body } of header.messages) {
    if (type === MessageType.attribute) await add(flags & 2 ? await readShared(file, body(), type) : body(), order);
  }
  const info = await findMessage(file, header, MessageType.attributeInfo);
  let tracked = header.tracksAttributeOrder;
  if (info) {
    info.version(0);
    const flags = info.u8();
    tracked = (flags & 1) !== 0;
    if (tracked) info.skip(2); // highest creation order
    const heapAddress = info.offset();
    const tree = info.offset();
    if (heapAddress !== NOWHERE && tree !== NOWHERE) {
      const heap = await FractalHeap.open(file, heapAddress);
      for (const record of await readBTree2(file, tree, [8])) {
        const message = await heap.object(record.sub(8), 'an attribute');
        const flags = record.u8();
        await add(flags & 2 ? await readShared(file, message, MessageType.attribute) : message, record.u32());
      }
    }
  }
  found.sort(tracked ? (a, b) => a.order - b.order : (a, b) => compareNames(a.name, b.name));
  const attributes = new Map<string, HDF5Value>();
  for (const { name, value } of found) {
    if (attributes.has(name)) throw file.corrupt(`an object has the attribute '${name}' twice`, header.address);
    attributes.set(name, value);
  }
  return attributes;
}

/** An attribute message, versions 1 to 3 (specification IV.A.2.m). */
async function readAttribute(file: HDF5File, body: Cursor, heaps: GlobalHeaps): Promise<{ name: string; value: HDF5Value }> {
  const version = body.version(1, 2, 3);
  const flags = body.u8();
  const nameSize = body.u16();
  const typeSize = body.u16();
  const spaceSize = body.u16();
  if (version === 3) body.skip(1); // character set: ASCII is UTF-8
  /** Every part of the first version is padded. */
  const part = (size: number): Cursor => {
    const cursor = body.sub(size, 'an attribute');
    if (version === 1) body.skip(Math.min(-size & 7, body.remaining));
    return cursor;
  };
  const name = decodeText(part(nameSize).bytes).replace(/\0.*$/s, '');
  const typePart = part(typeSize);
  const spacePart = part(spaceSize);
  const shared = version > 1 ? flags : 0;
  const type = readDatatype(shared & 1 ? await readShared(file, typePart, MessageType.datatype) : typePart);
  const space = readDataspace(shared & 2 ? await readShared(file, spacePart, MessageType.dataspace) : spacePart);
  const value = await readValue(body.sub(space.size * type.size, `the attribute '${name}'`), type, space, heaps);
  return { name, value };
}

async function readValue(data: Cursor, type: Datatype, space: Dataspace, heaps: GlobalHeaps): Promise<HDF5Value> {
  if (space.isNull) return null;
  const isScalar = space.shape.length === 0 && !type.array;
  if (type.dtype === 'string') {
    const texts = await readTexts(data, type, heaps);
    return isScalar ? texts[0]! : texts;
  }
  // Copied: a view would keep a page of the cache alive.
  if (!isNumeric(type)) return new Uint8Array(data.bytes);
  const numbers = new Float64Array(data.size / (type.array?.element.size ?? type.size));
  convert(data.bytes, type, numbers, 0);
  if (type.dtype === 'bool') return isScalar ? numbers[0] === 1 : Array.from(numbers, (number) => number === 1);
  return isScalar ? numbers[0]! : Array.from(numbers);
}

/** All strings in the rest of `data`, which holds whole elements of a string type. */
export async function readTexts(data: Cursor, type: Datatype, heaps: GlobalHeaps): Promise<string[]> {
  const width = type.array?.element.size ?? type.size;
  const texts: string[] = [];
  while (data.remaining >= width) {
    const element = data.sub(width);
    if (type.storage === 'variable') {
      texts.push(await heaps.text(element));
      continue;
    }
    const { bytes } = element;
    let end = type.padding === 'terminated' ? bytes.indexOf(0) : bytes.length;
    if (end < 0) end = bytes.length;
    const filler = type.padding === 'spaces' ? 32 : 0;
    if (type.padding !== 'terminated') while (end > 0 && bytes[end - 1] === filler) end--;
    texts.push(decodeText(bytes.subarray(0, end)));
  }
  return texts;
}
