import { checkNotAborted } from '../../check';
import type { ByteSource } from '../source';
import { isIntact } from './checksum';
import { Cursor, corrupt, NOWHERE, type Origin } from './cursor';
import type { ObjectHeader } from './header';
import type { HeapObject } from './heaps';
import type { Pages } from './pages';
import { Recent } from './recent';

/** Most bytes of one piece of metadata (a heap, a node, a header). Real ones stay under a few MiB; a damaged length may claim anything. */
const LARGEST_STRUCTURE = 2 ** 26;
/** Payloads up to this size are read through the page cache: biases and scalars lie between the descriptions. */
const SMALL_PAYLOAD = 8192;

/** An open HDF5 file: bounds-checked reads at addresses relative to its base address. */
export class HDF5File implements Origin {
  readonly name: string;
  /** Object headers by address. Few: each keeps a page of the cache alive. */
  readonly headers = new Recent<ObjectHeader>(16);
  /** Objects of the global heaps by index, by the heap's address. */
  readonly globalHeaps = new Recent<ReadonlyMap<number, HeapObject>>(64);

  constructor(
    private readonly source: ByteSource,
    private readonly pages: Pages,
    /** Byte offset of the superblock; all addresses count from it (a user block may come first). */
    readonly base: number,
    readonly offsetSize: number,
    readonly lengthSize: number,
    private readonly signal?: AbortSignal,
  ) {
    this.name = source.name;
  }

  /** Bytes between `address` and the end of the file. */
  available(address: number): number {
    return Math.max(0, this.source.size - this.base - address);
  }

  corrupt(what: string, address: number, cause?: unknown): Error {
    return corrupt(this.name, what, this.base + Math.max(address, 0), cause);
  }

  /** The structure of `length` bytes at `address`, read through the page cache. `what` is a noun for messages: 'an object header'. */
  async structure(address: number, length: number, what: string): Promise<Cursor> {
    this.checkRange(address, length, what);
    if (length > LARGEST_STRUCTURE) throw this.corrupt(`${what} claims ${length} bytes`, address);
    // Asked first: this is called thousands of times, and the text is made anew each time.
    if (this.signal?.aborted) checkNotAborted(this.signal, `reading ${this.name}`);
    const bytes = await this.pages.read(this.base + address, length);
    if (bytes.length !== length) throw this.corrupt(`${what} could not be read in full`, address);
    return new Cursor(bytes, this, this.base + address, what);
  }

  /** A structure that begins with a four-letter signature and ends with a checksum; both are checked, neither is in the result's way. */
  async checked(address: number, length: number, signature: string, what: string): Promise<Cursor> {
    const cursor = await this.structure(address, length, what);
    cursor.signature(signature);
    return withoutChecksum(cursor);
  }

  /** The `length` bytes of data at `address`. Large ones go straight to the source: in one read where it can give them at once. */
  async payload(address: number, length: number, what: string, signal?: AbortSignal): Promise<Uint8Array> {
    this.checkRange(address, length, what);
    checkNotAborted(signal ?? this.signal, `reading ${what} of ${this.name}`);
    const offset = this.base + address;
    const bytes = await (length <= SMALL_PAYLOAD ? this.pages.read(offset, length) : this.source.read(offset, length));
    if (bytes.length !== length) throw this.corrupt(`${what} could not be read in full`, address);
    return bytes;
  }

  /** Throws `corrupt` unless the file has `length` bytes at `address`. */
  checkRange(address: number, length: number, what: string): void {
    if (address === NOWHERE) throw this.corrupt(`${what} has no address`, 0);
    if (!(address >= 0 && length >= 0 && this.base + address + length <= this.source.size)) {
      throw this.corrupt(`${what} of ${length} bytes would end after the file's ${this.source.size} bytes`, address);
    }
  }
}

/** Checks the four bytes that end a newer structure and returns it without them, at the same position. */
export function withoutChecksum(cursor: Cursor): Cursor {
  if (cursor.size < 4) throw cursor.fail('ends too early');
  const body = cursor.head(cursor.size - 4);
  const trailer = cursor.again();
  trailer.skip(body.size);
  if (!isIntact(body.bytes, trailer.u32())) throw cursor.fail('has a wrong checksum');
  return body;
}
