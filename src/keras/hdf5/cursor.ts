import { ActivationLensError } from '../../errors';

/** The address of something that was never stored: all bits set in the file. */
export const NOWHERE = -1;

/** Where a run of bytes is from, for messages, and how wide the file writes offsets and lengths. */
export interface Origin {
  /** The file's name. */
  readonly name: string;
  /** Bytes of an address: 4 or 8 (2, 16 and 32 are allowed by the specification and written by nobody). */
  readonly offsetSize: number;
  /** Bytes of a length. */
  readonly lengthSize: number;
}

/** The error for bytes that break the format. `where` is a byte offset in the file. */
export function corrupt(name: string, what: string, where: number, cause?: unknown): ActivationLensError {
  return new ActivationLensError('corrupt', `${name} is damaged: ${what} (HDF5, at byte ${where}). Fetch or copy the file again.`, {
    cause,
    details: { file: name, offset: where },
  });
}

/** The error for a sound file that uses a part of HDF5 that is not read here. */
export function unsupported(name: string, what: string, advice: string): ActivationLensError {
  return new ActivationLensError('format', `${name} uses ${what}, which is not supported. ${advice}`, { details: { file: name } });
}

/** Reads little-endian fields of one structure in order; a field that goes past its end is `corrupt`, never a wrong value. */
export class Cursor {
  /** Offset of the next field within `bytes`. */
  position = 0;
  private readonly view: DataView;

  constructor(
    readonly bytes: Uint8Array,
    readonly origin: Origin,
    /** Byte offset in the file at which `bytes` begins. */
    readonly start: number,
    /** What the structure is, as a noun: 'an object header'. */
    readonly what: string,
  ) {
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  get remaining(): number {
    return this.bytes.length - this.position;
  }

  fail(problem: string, cause?: unknown): ActivationLensError {
    return corrupt(this.origin.name, `${this.what} ${problem}`, this.start + this.position, cause);
  }

  skip(count: number): void {
    this.advance(count);
  }

  /** The next `count` bytes: a view, not a copy. */
  take(count: number): Uint8Array {
    const at = this.advance(count);
    return this.bytes.subarray(at, at + count);
  }

  /** The next `count` bytes as a structure of its own. */
  sub(count: number, what = this.what): Cursor {
    const start = this.start + this.position;
    return new Cursor(this.take(count), this.origin, start, what);
  }

  /** The structure's first `count` bytes, at the same position. */
  head(count: number): Cursor {
    if (count > this.bytes.length) throw this.fail('ends too early');
    const head = new Cursor(this.bytes.subarray(0, count), this.origin, this.start, this.what);
    head.position = Math.min(this.position, count);
    return head;
  }

  u8(): number {
    return this.bytes[this.advance(1)]!;
  }

  u16(): number {
    return this.view.getUint16(this.advance(2), true);
  }

  u32(): number {
    return this.view.getUint32(this.advance(4), true);
  }

  /** An unsigned integer of `width` bytes. Throws `corrupt` above 2^53, which no file reaches. */
  uint(width: number): number {
    const at = this.advance(width);
    let value = 0;
    for (let i = width - 1; i >= 0; i--) value = value * 256 + this.bytes[at + i]!;
    if (value > Number.MAX_SAFE_INTEGER) throw this.fail(`holds an impossible number (${value})`);
    return value;
  }

  length(): number {
    return this.uint(this.origin.lengthSize);
  }

  /** A length, or Infinity where all bits are set ("unlimited"). */
  limit(): number {
    return this.allSet(this.origin.lengthSize) ? Number.POSITIVE_INFINITY : this.length();
  }

  /** An address relative to the file's base address, or `NOWHERE`. */
  offset(): number {
    return this.allSet(this.origin.offsetSize) ? NOWHERE : this.uint(this.origin.offsetSize);
  }

  signature(expected: string): void {
    const found = String.fromCharCode(...this.take(4));
    if (found !== expected) {
      this.position -= 4;
      throw this.fail(`does not begin with '${expected}'`);
    }
  }

  version(...known: number[]): number {
    const version = this.u8();
    if (!known.includes(version)) throw this.fail(`has the unknown version ${version}`);
    return version;
  }

  /** Skips to the next multiple of 8 bytes, as the first versions of most messages are padded. */
  align8(): void {
    this.skip(Math.min(-this.position & 7, this.remaining));
  }

  /** Skips the field and says true when all of its bits are set. */
  private allSet(width: number): boolean {
    if (this.remaining < width) return false;
    for (let i = 0; i < width; i++) if (this.bytes[this.position + i] !== 255) return false;
    this.position += width;
    return true;
  }

  private advance(count: number): number {
    const at = this.position;
    if (!(count >= 0 && count <= this.bytes.length - at)) throw this.fail('ends too early');
    this.position = at + count;
    return at;
  }
}
