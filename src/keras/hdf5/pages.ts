import type { ByteSource } from '../source';

/** One page: large enough that a model's descriptions sit in few of them, small enough that a remote or slow source does not mind. */
const PAGE_SIZE = 65536;
/** Most pages held at once: 4 MiB. */
const MOST_PAGES = 64;

/**
 * Reads a source in whole pages and keeps the latest. HDF5's descriptions are thousands of runs of a few dozen bytes that lie close together;
 * asking a `Blob` or a disk for each would be thousands of reads.
 */
export class Pages {
  private readonly pages = new Map<number, Uint8Array | Promise<Uint8Array>>();

  constructor(private readonly source: ByteSource) {}

  /** The bytes [offset, offset + length), which the caller has checked to lie within the source. Do not write into them. */
  async read(offset: number, length: number): Promise<Uint8Array> {
    const first = Math.floor(offset / PAGE_SIZE);
    const last = Math.floor((offset + Math.max(length, 1) - 1) / PAGE_SIZE);
    if (last - first > 1) return this.source.read(offset, length);
    const start = offset - first * PAGE_SIZE;
    const head = await this.page(first);
    if (first === last) return head.subarray(start, start + length);
    const bytes = new Uint8Array(length);
    bytes.set(head.subarray(start));
    bytes.set((await this.page(last)).subarray(0, length - (PAGE_SIZE - start)), PAGE_SIZE - start);
    return bytes;
  }

  private page(index: number): Uint8Array | Promise<Uint8Array> {
    const known = this.pages.get(index);
    if (known !== undefined) {
      // Moved to the young end of the map, whose order is that of insertion.
      this.pages.delete(index);
      this.pages.set(index, known);
      return known;
    }
    const offset = index * PAGE_SIZE;
    const length = Math.min(PAGE_SIZE, this.source.size - offset);
    const pending = this.source.read(offset, length).then(
      (bytes) => {
        if (this.pages.get(index) === pending) this.pages.set(index, bytes);
        return bytes;
      },
      (error: unknown) => {
        if (this.pages.get(index) === pending) this.pages.delete(index);
        throw error;
      },
    );
    this.pages.set(index, pending);
    if (this.pages.size > MOST_PAGES) {
      for (const oldest of this.pages.keys()) {
        this.pages.delete(oldest);
        break;
      }
    }
    return pending;
  }
}
