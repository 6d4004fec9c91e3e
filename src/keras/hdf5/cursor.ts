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

/**
 * Reads little-endian fields of one structure in order; a field that goes past its end is `corrupt`, never a wrong value. There are many
 * thousands of them, so that one is only numbers beside shared memory.
 */
export class Cursor {
  /** Offset of the next field within the structure. */
  position = 0;

  constructor(
    private readonly memory: Uint8Array,
    readonly origin: Origin,
    /** Byte offset in the file at which the structure begins. */
    readonly start: number,
    /** What the structure is, as a noun: 'an object header'. */
    readonly what: string,
    /** Where in `memory` the structure begins. */
    private readonly from = 0,
    /** Bytes of the structure. */
    readonly size = memory.length,
  ) {}

  /** The whole structure: a view, not a copy. */
  get bytes(): Uint8Array {
    return this.memory.subarray(this.from, this.from + this.size);
  }

  get remaining(): number {
    return this.size - this.position;
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
    return this.memory.subarray(at, at + count);
  }

  /** The next `count` bytes as a structure of its own. */
  sub(count: number, what = this.what): Cursor {
    const start = this.start + this.position;
    return new Cursor(this.memory, this.origin, start, what, this.advance(count), count);
  }

  /** The structure's first `count` bytes, at the same position. */
  head(count: number): Cursor {
    if (count > this.size) throw this.fail('ends too early');
    const head = new Cursor(this.memory, this.origin, this.start, this.what, this.from, count);
    head.position = Math.min(this.position, count);
    return head;
  }

  /** The same structure from its beginning, for another reader. */
  again(): Cursor {
    return new Cursor(this.memory, this.origin, this.start, this.what, this.from, this.size);
  }

  u8(): number {
    return this.memory[this.advance(1)]!;
  }

  u16(): number {
    const at = this.advance(2);
    return this.memory[at]! | (this.memory[at + 1]! << 8);
  }

  u32(): number {
    const at = this.advance(4);
    const { memory } = this;
    return (memory[at]! | (memory[at + 1]! << 8) | (memory[at + 2]! << 16) | (memory[at + 3]! << 24)) >>> 0;
  }

  /** An unsigned integer of `width` bytes. Throws `corrupt` above 2^53, which no file reaches. */
  uint(width: number): number {
    const at = this.advance(width);
    let value = 0;
    for (let i = width - 1; i >= 0; i--) value = value * 256 + this.memory[at + i]!;
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
    const at = this.advance(expected.length);
    for (let i = 0; i < expected.length; i++) {
      if (this.memory[at + i] === expected.charCodeAt(i)) continue;
      this.position -= expected.length;
      throw this.fail(`does not begin with '${expected}'`);
    }
  }

  version(...known: number[]): number {
    const version = this.u8();
    if (!known.includes(version)) throw this.fail(`has the unknown version ${version}`);
    return version;
  }

  /** Skips the field and says true when all of its bits are set. */
  private allSet(width: number): boolean {
    if (this.remaining < width) return false;
    const at = this.from + this.position;
    for (let i = 0; i < width; i++) if (this.memory[at + i] !== 255) return false;
    this.position += width;
    return true;
  }

  /** Moves on by `count` bytes and gives the index in `memory` at which they begin. */
  private advance(count: number): number {
    const at = this.position;
    if (!(count >= 0 && count <= this.size - at)) throw this.fail('ends too early');
    this.position = at + count;
    return this.from + at;
  }
}
