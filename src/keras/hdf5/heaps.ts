import type { Cursor } from './cursor';
import type { HDF5File } from './file';

const decoder = new TextDecoder();

/** UTF-8 (of which ASCII is a part) as a string. Bytes that are no UTF-8 become U+FFFD. */
export function decodeText(bytes: Uint8Array): string {
  // Browsers decode no shared memory.
  return decoder.decode(bytes.buffer instanceof ArrayBuffer ? bytes : new Uint8Array(bytes));
}

/** The bytes before the first NUL from `at` on. */
export function textUntilNul(bytes: Uint8Array, at: number): string | undefined {
  const end = at < bytes.length ? bytes.indexOf(0, at) : -1;
  return end < 0 ? undefined : decodeText(bytes.subarray(at, end));
}

/** The local heap of an old-style group, which holds the names of its links (specification III.D). */
export class LocalHeap {
  private constructor(private readonly data: Cursor) {}

  static async open(file: HDF5File, address: number): Promise<LocalHeap> {
    const what = 'a local heap';
    const header = await file.structure(address, 8 + 2 * file.lengthSize + file.offsetSize, what);
    header.signature('HEAP');
    header.version(0);
    header.skip(3);
    const size = header.length();
    header.skip(file.lengthSize); // head of the list of free blocks
    return new LocalHeap(await file.structure(header.offset(), size, what));
  }

  text(offset: number): string {
    const text = textUntilNul(this.data.bytes, offset);
    if (text === undefined) throw this.data.fail(`has no name at ${offset}`);
    return text;
  }
}

/** Heaps up to this size are read at once. */
const SMALL_HEAP = 65536;

/** Where an object of a global heap is. */
export interface HeapObject {
  readonly address: number;
  readonly length: number;
}

/** The global heaps of a file, which hold variable-length strings (specification III.E). */
export class GlobalHeaps {
  /** Objects by 'collection:index'. Many elements may refer to one object, whose text is decoded once. */
  private readonly texts = new Map<string, string>();

  constructor(private readonly file: HDF5File) {}

  /** The string that an element of a variable-length type refers to: its length, a collection's address, an index. */
  async text(element: Cursor): Promise<string> {
    const length = element.u32();
    const address = element.offset();
    const index = element.u32();
    if (length === 0 || address === 0) return '';
    const key = `${address}:${index}:${length}`;
    let text = this.texts.get(key);
    if (text === undefined) {
      const found = (await this.collection(address)).get(index);
      if (!found || length > found.length) {
        throw element.fail(`refers to ${length} bytes of object ${index} of the global heap at ${address}, which does not have them`);
      }
      const body = await this.file.structure(found.address, length, "a global heap's object");
      // The library writes a C string's end when the writer counted it.
      text = textUntilNul(body.bytes, 0) ?? decodeText(body.bytes);
      this.texts.set(key, text);
    }
    return text;
  }

  private collection(address: number): Promise<ReadonlyMap<number, HeapObject>> {
    return this.file.globalHeaps.get(address, () => readCollection(this.file, address));
  }
}

/** Lists the objects of one global heap. Only their heads are read: the objects may be large, and only some may be asked for. */
async function readCollection(file: HDF5File, address: number): Promise<ReadonlyMap<number, HeapObject>> {
  const what = 'a global heap';
  // Both the heap's own head and that of an object are padded to a multiple of 8 bytes.
  const prefix = Math.ceil((8 + file.lengthSize) / 8) * 8;
  const header = await file.structure(address, prefix, what);
  header.signature('GCOL');
  header.version(1);
  header.skip(3);
  const size = header.length();
  file.checkRange(address, size, what);
  // Nearly all heaps have 4 KiB and are read at once.
  const whole = size <= SMALL_HEAP ? await file.structure(address, size, what) : undefined;
  const objects = new Map<number, HeapObject>();
  for (let at = prefix, count = 0; at + prefix <= size; count++) {
    if (count > 0xffff) throw header.fail('has more objects than indexes');
    let entry = whole;
    if (entry) entry.position = at;
    else entry = await file.structure(address + at, prefix, what);
    const index = entry.u16();
    entry.skip(2 + 4);
    const length = entry.length();
    if (index === 0) break; // the free space at the end
    if (length > size - at - prefix) throw entry.fail(`has an object of ${length} bytes`);
    objects.set(index, { address: address + at + prefix, length });
    at += prefix + Math.ceil(length / 8) * 8;
  }
  return objects;
}
