import type { BitReader } from './bits';

const ROOT_BITS = 8;
const LONGEST = 15;

/** A canonical prefix code (RFC 9649, 3.7.2.1): short codes by one look-up, longer ones bit by bit. */
export interface PrefixCode {
  /** By the next 8 bits: symbol << 4 | length, or 0 when the code is longer. */
  readonly root: Int32Array;
  /** How many codes have each length, and all symbols in the order of their codes. */
  readonly counts: Int32Array;
  readonly symbols: Int32Array;
  /** The symbol of a code of one symbol, which takes no bits; otherwise -1. */
  readonly only: number;
}

/** The code with these lengths, a length for every symbol. Undefined when they make no complete code. */
export function createPrefixCode(lengths: Uint8Array): PrefixCode | undefined {
  const counts = new Int32Array(LONGEST + 1);
  for (const length of lengths) counts[length]!++;
  counts[0] = 0;
  const used = counts.reduce((sum, count) => sum + count, 0);
  const none = new Int32Array(0);
  if (used === 0) return undefined;
  if (used === 1) return { root: none, counts, symbols: none, only: lengths.findIndex((length) => length > 0) };

  const offsets = new Int32Array(LONGEST + 2);
  const next = new Int32Array(LONGEST + 2);
  let left = 1;
  for (let length = 1; length <= LONGEST; length++) {
    left = left * 2 - counts[length]!;
    if (left < 0) return undefined;
    offsets[length + 1] = offsets[length]! + counts[length]!;
    next[length + 1] = (next[length]! + counts[length]!) << 1;
  }
  if (left !== 0) return undefined;
  const symbols = new Int32Array(used);
  const root = new Int32Array(1 << ROOT_BITS);
  for (let symbol = 0; symbol < lengths.length; symbol++) {
    const length = lengths[symbol]!;
    if (length === 0) continue;
    symbols[offsets[length]!++] = symbol;
    const code = next[length]!++;
    if (length > ROOT_BITS) continue;
    // Codes are stored from their first bit on, so the table is indexed by them reversed.
    for (let i = reverse(code, length); i < root.length; i += 1 << length) root[i] = (symbol << 4) | length;
  }
  return { root, counts, symbols, only: -1 };
}

function reverse(code: number, length: number): number {
  let out = 0;
  for (let i = 0; i < length; i++) out |= ((code >> i) & 1) << (length - 1 - i);
  return out;
}

/** The next symbol of the stream. */
export function readSymbol(code: PrefixCode, bits: BitReader): number {
  if (code.only >= 0) return code.only;
  const entry = code.root[bits.peek(ROOT_BITS)]!;
  if (entry !== 0) {
    bits.skip(entry & 15);
    return entry >> 4;
  }
  let value = 0;
  let first = 0;
  let index = 0;
  for (let length = 1; length <= LONGEST; length++) {
    value |= bits.read(1);
    const count = code.counts[length]!;
    if (value - count < first) return code.symbols[index + value - first]!;
    index += count;
    first = (first + count) << 1;
    value <<= 1;
  }
  return 0;
}

/** The order in which the lengths of the code for lengths are stored. */
const LENGTH_ORDER = [17, 18, 0, 1, 2, 3, 4, 5, 16, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15];

/** Reads a code for `alphabet` symbols. Undefined when the stream holds none. */
export function readPrefixCode(bits: BitReader, alphabet: number): PrefixCode | undefined {
  const lengths = new Uint8Array(Math.max(alphabet, 256));
  if (bits.read(1)) {
    const two = bits.read(1);
    lengths[bits.read(bits.read(1) ? 8 : 1)] = 1;
    if (two) lengths[bits.read(8)] = 1;
    return createPrefixCode(lengths);
  }
  const lengthLengths = new Uint8Array(19);
  const given = bits.read(4) + 4;
  for (let i = 0; i < given; i++) lengthLengths[LENGTH_ORDER[i]!] = bits.read(3);
  let most = alphabet;
  if (bits.read(1)) {
    const n = 2 + 2 * bits.read(3);
    most = 2 + bits.read(n);
    if (most > alphabet) return undefined;
  }
  const lengthCode = createPrefixCode(lengthLengths);
  if (!lengthCode) return undefined;
  let previous = 8;
  for (let symbol = 0; symbol < alphabet && most-- > 0; ) {
    const length = readSymbol(lengthCode, bits);
    if (length < 16) {
      lengths[symbol++] = length;
      if (length > 0) previous = length;
      continue;
    }
    const repeat = length === 16 ? 3 + bits.read(2) : length === 17 ? 3 + bits.read(3) : 11 + bits.read(7);
    if (symbol + repeat > alphabet) return undefined;
    lengths.fill(length === 16 ? previous : 0, symbol, symbol + repeat);
    symbol += repeat;
  }
  return createPrefixCode(lengths);
}
