import type { BitReader } from './bits';
import { type PrefixCode, readPrefixCode, readSymbol } from './prefix';

/** The offsets that the 120 shortest distance codes stand for: nearest first, upper first, right first (RFC 9649, 3.6.2.2). */
const NEIGHBOURS: readonly (readonly [dx: number, dy: number])[] = (() => {
  const all: [number, number][] = [];
  for (let dy = 0; dy < 8; dy++) for (let dx = -7; dx <= 8; dx++) if (dy > 0 || dx > 0) all.push([dx, dy]);
  return all.sort(([ax, ay], [bx, by]) => ax * ax + ay * ay - bx * bx - by * by || by - ay || bx - ax);
})();

/** Five codes that are used together: green with lengths and cache, red, blue, alpha, distance. */
type Group = readonly [green: PrefixCode, red: PrefixCode, blue: PrefixCode, alpha: PrefixCode, distance: PrefixCode];

/** Sides of `size` in blocks of 2^bits. */
export function blocks(size: number, bits: number): number {
  return (size + (1 << bits) - 1) >> bits;
}

/**
 * Reads one entropy-coded image of `width` x `height` pixels as 0xAARRGGBB. `outer` is true for the picture itself, which alone may
 * switch codes from block to block. Undefined when the data is damaged or ends early.
 */
export function readImage(bits: BitReader, width: number, height: number, outer: boolean): Uint32Array | undefined {
  const cacheBits = bits.read(1) ? bits.read(4) : 0;
  if (cacheBits > 11) return undefined;
  const cache = new Uint32Array(cacheBits ? 1 << cacheBits : 0);

  let blockBits = 0;
  let choice: Uint32Array | undefined;
  let groupCount = 1;
  if (outer && bits.read(1)) {
    blockBits = bits.read(3) + 2;
    choice = readImage(bits, blocks(width, blockBits), blocks(height, blockBits), false);
    if (!choice) return undefined;
    for (let i = 0; i < choice.length; i++) {
      choice[i] = (choice[i]! >> 8) & 0xffff;
      groupCount = Math.max(groupCount, choice[i]! + 1);
    }
  }
  const groups: Group[] = [];
  for (let g = 0; g < groupCount; g++) {
    const codes = [256 + 24 + cache.length, 256, 256, 256, 40].map((alphabet) => readPrefixCode(bits, alphabet));
    if (codes.includes(undefined) || bits.exhausted) return undefined;
    groups.push(codes as unknown as Group);
  }

  const pixels = new Uint32Array(width * height);
  const perRow = blocks(width, blockBits);
  let cached = 0;
  const fillCache = (end: number) => {
    if (cacheBits) for (; cached < end; cached++) cache[Math.imul(pixels[cached]!, 0x1e35a7bd) >>> (32 - cacheBits)] = pixels[cached]!;
  };
  for (let p = 0; p < pixels.length; ) {
    const x = p % width;
    const y = (p - x) / width;
    const group = groups[choice ? choice[(y >> blockBits) * perRow + (x >> blockBits)]! : 0]!;
    const symbol = readSymbol(group[0], bits);
    if (symbol < 256) {
      const red = readSymbol(group[1], bits);
      const blue = readSymbol(group[2], bits);
      const alpha = readSymbol(group[3], bits);
      pixels[p++] = (alpha << 24) | (red << 16) | (symbol << 8) | blue;
    } else if (symbol < 256 + 24) {
      const length = readValue(symbol - 256, bits);
      const code = readValue(readSymbol(group[4], bits), bits);
      const near = NEIGHBOURS[code - 1];
      const distance = near ? Math.max(1, near[0] + near[1] * width) : code - 120;
      if (distance > p || p + length > pixels.length) return undefined;
      for (let i = 0; i < length; i++, p++) pixels[p] = pixels[p - distance]!;
    } else {
      fillCache(p);
      pixels[p++] = cache[symbol - 280]!;
    }
    if (bits.exhausted) return undefined;
  }
  return pixels;
}

/** A length or distance: small ones directly, larger ones as a power of two and extra bits. */
function readValue(symbol: number, bits: BitReader): number {
  if (symbol < 4) return symbol + 1;
  const extra = (symbol - 2) >> 1;
  return ((2 + (symbol & 1)) << extra) + bits.read(extra) + 1;
}
