import { checkNotAborted } from '../../check';
import { CRC32 } from '../../crc32';
import { ActivationLensError } from '../../errors';
import type { ByteSource } from '../source';
import type { ZipEntry } from '../zip';
import { type DirectoryRecord, LOCAL_SIZE } from './directory';
import { corrupt } from './errors';

const LOCAL = 0x04034b50;
/** Bits of an entry's flags that stand for encryption: plain, strong, of the directory. */
const ENCRYPTED = 0x2041;
/** Read at once; a stored entry of no more has its checksum checked when it is opened. */
const PIECE = 2 ** 20;
/** Inflated at once: what it can grow to (66 MB) stays bounded whatever the bytes say. */
const SMALL_PIECE = 65536;
/** Deflate's best: 258 bytes for two bits. */
const MOST_EXPANSION = 1032;
const METHODS: Record<number, string> = { 9: 'deflate64', 12: 'bzip2', 14: 'LZMA', 93: 'zstd', 95: 'XZ', 99: 'AES encryption' };

/** One entry of an open zip file. */
export class Entry implements ZipEntry {
  readonly name: string;
  readonly size: number;

  constructor(
    private readonly outer: ByteSource,
    private readonly record: DirectoryRecord,
  ) {
    this.name = record.name;
    this.size = record.size;
  }

  async source(signal?: AbortSignal): Promise<ByteSource> {
    const start = await this.dataStart(signal);
    const { outer, record } = this;
    const label = `${outer.name}/${record.name}`;
    if (record.method !== 0) return memorySource(label, await this.inflate(start, signal));
    if (record.size <= PIECE) await this.checkStored(start, signal);
    return windowOf(outer, label, start, record.size);
  }

  async bytes(signal?: AbortSignal): Promise<Uint8Array> {
    const start = await this.dataStart(signal);
    if (this.record.method !== 0) return this.inflate(start, signal);
    const bytes = await this.outer.read(start, this.record.size);
    const crc = new CRC32();
    crc.add(bytes);
    this.checkCRC(crc);
    return bytes;
  }

  async verify(signal?: AbortSignal): Promise<void> {
    const start = await this.dataStart(signal);
    if (this.record.method === 0) await this.checkStored(start, signal);
    else await this.inflate(start, signal);
  }

  private async checkStored(start: number, signal?: AbortSignal): Promise<void> {
    const crc = new CRC32();
    for await (const piece of this.pieces(start, signal)) crc.add(piece);
    this.checkCRC(crc);
  }

  /** Checks that the entry can be read and finds its first byte: the local header repeats the name and may have other extra fields. */
  private async dataStart(signal?: AbortSignal): Promise<number> {
    const { outer, record } = this;
    checkNotAborted(signal, `reading ${record.name} of ${outer.name}`);
    if (record.flags & ENCRYPTED) {
      throw this.cannot('is encrypted', 'Decrypt the file first.');
    }
    if (record.method !== 0 && record.method !== 8) {
      const method = METHODS[record.method] ?? `method ${record.method}`;
      throw this.cannot(`is compressed with ${method}`, 'Zip the file again, stored or deflated, as Keras does.');
    }
    const { rawName } = record;
    const bytes = await outer.read(record.offset, LOCAL_SIZE + rawName.length);
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    const isHeader = view.getUint32(0, true) === LOCAL && view.getUint16(26, true) === rawName.length;
    if (!isHeader || rawName.some((byte, i) => byte !== bytes[LOCAL_SIZE + i])) {
      throw this.corrupt('has no header of its own where the directory says');
    }
    const start = record.offset + LOCAL_SIZE + view.getUint16(26, true) + view.getUint16(28, true);
    if (start + record.stored > record.limit) throw this.corrupt('runs into what comes after it');
    if (record.method === 0 && record.stored !== record.size)
      throw this.corrupt(`is stored in ${record.stored} bytes but has ${record.size}`);
    if (record.size > record.stored * MOST_EXPANSION + 64) throw this.corrupt(`claims that ${record.stored} bytes become ${record.size}`);
    return start;
  }

  private async *pieces(start: number, signal?: AbortSignal): AsyncGenerator<Uint8Array> {
    const { outer, record } = this;
    for (let at = 0; at < record.stored; at += PIECE) {
      checkNotAborted(signal, `reading ${record.name} of ${outer.name}`);
      yield await outer.read(start + at, Math.min(PIECE, record.stored - at));
    }
  }

  /** Inflates piece by piece into an array of the claimed length; what goes beyond is an error, not memory. */
  private async inflate(start: number, signal?: AbortSignal): Promise<Uint8Array> {
    // On first use: Keras stores its entries.
    const { Inflate } = await import('fflate');
    const { size } = this.record;
    const out = this.allocate(size);
    const crc = new CRC32();
    let length = 0;
    const inflator = new Inflate((chunk) => {
      if (length + chunk.length > size) throw this.corrupt(`inflates to more than the ${size} bytes it claims`);
      out.set(chunk, length);
      crc.add(chunk);
      length += chunk.length;
    });
    try {
      for await (const large of this.pieces(start, signal)) {
        for (let at = 0; at < large.length; at += SMALL_PIECE) inflator.push(large.subarray(at, at + SMALL_PIECE), false);
      }
      inflator.push(new Uint8Array(0), true);
    } catch (error) {
      if (error instanceof ActivationLensError) throw error;
      throw this.corrupt('cannot be inflated', error);
    }
    if (length !== size) throw this.corrupt(`inflates to ${length} bytes and claims ${size}`);
    this.checkCRC(crc);
    return out;
  }

  private allocate(size: number): Uint8Array {
    try {
      return new Uint8Array(size);
    } catch (error) {
      throw this.corrupt(`claims ${size} bytes, more than an array can have here`, error);
    }
  }

  private checkCRC(crc: CRC32): void {
    if (crc.value !== this.record.crc) throw this.corrupt('has a wrong checksum');
  }

  private corrupt(problem: string, cause?: unknown): ActivationLensError {
    return corrupt(this.outer, `the entry '${this.name}' ${problem}`, cause);
  }

  private cannot(problem: string, advice: string): ActivationLensError {
    return new ActivationLensError('format', `${this.outer.name}: the entry '${this.name}' ${problem}, which is not supported. ${advice}`, {
      details: { file: this.outer.name, entry: this.name },
    });
  }
}

function windowOf(outer: ByteSource, name: string, start: number, size: number): ByteSource {
  return {
    name,
    size,
    async read(offset, length) {
      checkWithin(name, size, offset, length);
      return outer.read(start + offset, length);
    },
  };
}

function memorySource(name: string, bytes: Uint8Array): ByteSource {
  return {
    name,
    size: bytes.length,
    async read(offset, length) {
      checkWithin(name, bytes.length, offset, length);
      return bytes.subarray(offset, offset + length);
    },
  };
}

function checkWithin(name: string, size: number, offset: number, length: number): void {
  if (!(offset >= 0 && length >= 0 && offset + length <= size)) {
    throw new ActivationLensError('corrupt', `${name} has ${size} bytes; there are no ${length} at ${offset}.`, {
      details: { file: name },
    });
  }
}
