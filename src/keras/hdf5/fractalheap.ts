import { bytesFor, readBTree2 } from './btree2';
import { isIntact } from './checksum';
import { type Cursor, NOWHERE, unsupported } from './cursor';
import type { HDF5File } from './file';
import { withoutChecksum } from './file';

/** Deepest nesting of indirect blocks: each level multiplies the heap's size, which has at most 64 bits. */
const DEEPEST = 64;

/** A fractal heap, which holds the links or attributes of an object that has many (specification III.G). */
export class FractalHeap {
  /** Direct blocks that were read and checked, by address. */
  private readonly blocks = new Map<number, Cursor>();
  private huge: Map<number, { address: number; length: number }> | undefined;

  private constructor(
    private readonly file: HDF5File,
    private readonly address: number,
    private readonly idLength: number,
    private readonly checksums: boolean,
    private readonly hugeTree: number,
    private readonly width: number,
    private readonly firstBlockSize: number,
    private readonly largestBlock: number,
    private readonly offsetBytes: number,
    private readonly lengthBytes: number,
    private readonly root: number,
    private readonly rootRows: number,
  ) {}

  static async open(file: HDF5File, address: number): Promise<FractalHeap> {
    const { offsetSize, lengthSize } = file;
    const size = 4 + 1 + 2 + 2 + 1 + 4 + 12 * lengthSize + 3 * offsetSize + 2 + 2 + 2 + 2 + 4;
    const prefix = await file.structure(address, size, 'a fractal heap');
    prefix.signature('FRHP');
    prefix.version(0);
    const idLength = prefix.u16();
    if (prefix.u16() !== 0) throw unsupported(file.name, 'a compressed fractal heap', 'Write the file again with h5repack.');
    const header = withoutChecksum(prefix);
    const flags = header.u8();
    const largestObject = header.u32();
    header.length(); // next huge object's number
    const hugeTree = header.offset();
    header.length(); // free space
    header.offset(); // free-space manager
    header.skip(8 * lengthSize);
    const width = header.u16();
    const firstBlockSize = header.length();
    const largestBlock = header.length();
    const sizeBits = header.u16();
    header.skip(2); // first number of rows of the root
    const root = header.offset();
    const rootRows = header.u16();
    const powers = [width, firstBlockSize, largestBlock].every((value) => value > 0 && Number.isInteger(Math.log2(value)));
    if (!powers || sizeBits > 64 || largestBlock < firstBlockSize || largestBlock > 2 ** 31 || idLength < 1) {
      throw header.fail('has impossible sizes');
    }
    const lengthBytes = Math.min(Math.ceil(Math.log2(largestBlock) / 8), bytesFor(largestObject));
    return new FractalHeap(
      file,
      address,
      idLength,
      (flags & 2) !== 0,
      hugeTree,
      width,
      firstBlockSize,
      largestBlock,
      Math.ceil(sizeBits / 8),
      lengthBytes,
      root,
      rootRows,
    );
  }

  /** The object that the next heap ID at the cursor names. `what` is a noun for messages. */
  async object(id: Cursor, what: string): Promise<Cursor> {
    const cursor = id.sub(Math.min(this.idLength, id.remaining));
    const head = cursor.u8();
    if (head >> 6 !== 0) throw cursor.fail(`has a heap ID of the unknown version ${head >> 6}`);
    switch ((head >> 4) & 3) {
      case 0: {
        const offset = cursor.uint(this.offsetBytes);
        return this.managed(offset, cursor.uint(this.lengthBytes), what);
      }
      case 1:
        return this.hugeObject(cursor, what);
      case 2: {
        // Longer IDs spend a second byte on the length.
        const length = this.idLength > 17 ? ((head & 15) << 8) | cursor.u8() : head & 15;
        return cursor.sub(length + 1, what);
      }
      default:
        throw cursor.fail('has a heap ID of an unknown type');
    }
  }

  /** An object in the heap's own space: its blocks double in size from row to row and so cover it without gaps. */
  private async managed(offset: number, length: number, what: string): Promise<Cursor> {
    const { file, width, firstBlockSize } = this;
    const directRows = Math.log2(this.largestBlock / firstBlockSize) + 2;
    let block = this.root;
    let size = firstBlockSize;
    let rows = this.rootRows;
    let rest = offset;
    for (let depth = 0; rows > 0; depth++) {
      if (depth > DEEPEST) throw file.corrupt('a fractal heap nests without end', this.address);
      let row = 0;
      let rowStart = 0;
      for (let next = width * firstBlockSize; rest >= next; next *= 2) {
        row++;
        rowStart = next;
      }
      if (row >= rows) throw file.corrupt(`a fractal heap has no place ${offset}`, this.address);
      size = row === 0 ? firstBlockSize : firstBlockSize * 2 ** (row - 1);
      const column = Math.floor((rest - rowStart) / size);
      const children = await this.children(block, rows);
      block = children(row * width + column);
      rest -= rowStart + column * size;
      rows = row < directRows ? 0 : Math.log2(size / (firstBlockSize * width)) + 1;
    }
    const direct = await this.direct(block, size);
    if (rest + length > size) throw direct.fail(`has no ${length} bytes at ${rest}`);
    direct.position = rest;
    return direct.sub(length, what);
  }

  /** The addresses in an indirect block with that many rows. */
  private async children(address: number, rows: number): Promise<(index: number) => number> {
    const { file } = this;
    const prefix = 5 + file.offsetSize + this.offsetBytes;
    const key = address;
    let block = this.blocks.get(key);
    if (!block) {
      block = await file.checked(address, prefix + rows * this.width * file.offsetSize + 4, 'FHIB', "a fractal heap's indirect block");
      this.checkOwner(block);
      this.blocks.set(key, block);
    }
    const found = block;
    return (index) => {
      found.position = prefix + index * file.offsetSize;
      return found.offset();
    };
  }

  private async direct(address: number, size: number): Promise<Cursor> {
    let block = this.blocks.get(address);
    if (!block) {
      block = await this.file.structure(address, size, "a fractal heap's direct block");
      block.signature('FHDB');
      this.checkOwner(block);
      if (this.checksums) this.checkDirect(block);
      this.blocks.set(address, block);
    }
    if (block.size !== size) throw block.fail('is used twice');
    return block;
  }

  private checkOwner(block: Cursor): void {
    block.version(0);
    if (block.offset() !== this.address) throw block.fail('belongs to another heap');
  }

  /** A direct block's checksum stands in its head and is computed with zeros in its place. */
  private checkDirect(block: Cursor): void {
    block.skip(this.offsetBytes);
    const at = block.position;
    const zeroed = new Uint8Array(block.bytes);
    zeroed.fill(0, at, at + 4);
    if (!isIntact(zeroed, block.u32())) throw block.fail('has a wrong checksum');
  }

  /** An object too large for the heap's blocks, which lies on its own in the file. */
  private async hugeObject(id: Cursor, what: string): Promise<Cursor> {
    const { file } = this;
    if (file.offsetSize + file.lengthSize <= this.idLength - 1) {
      const address = id.offset();
      return file.structure(address, id.length(), what);
    }
    const key = id.uint(Math.min(id.remaining, 8));
    if (!this.huge) {
      if (this.hugeTree === NOWHERE) throw id.fail('names a huge object, of which the heap has none');
      this.huge = new Map();
      for (const record of await readBTree2(file, this.hugeTree, [1])) {
        const address = record.offset();
        const length = record.length();
        this.huge.set(record.length(), { address, length });
      }
    }
    const found = this.huge.get(key);
    if (!found) throw id.fail(`names the huge object ${key}, which the heap does not have`);
    return file.structure(found.address, found.length, what);
  }
}
