import { gzipSync } from 'node:zlib';
import { expect, it } from 'vitest';
import { CRC32 } from '../src/crc32';

const crcOf = (...pieces: Uint8Array[]): number => {
  const crc = new CRC32();
  for (const piece of pieces) crc.add(piece);
  return crc.value;
};

it('gives the check value of its standard', () => {
  expect(crcOf(new TextEncoder().encode('123456789'))).toBe(0xcbf43926);
  expect(crcOf()).toBe(0);
});

it('is what gzip stores, in one piece or in many', () => {
  const bytes = Uint8Array.from({ length: 1003 }, (_, i) => (i * i) >> 3);
  for (const length of [1, 2, 3, 4, 5, 7, 8, 1003]) {
    const part = bytes.subarray(0, length);
    const expected = gzipSync(part).readUInt32LE(gzipSync(part).length - 8);
    expect(crcOf(part)).toBe(expected);
    expect(crcOf(part.subarray(0, length >> 1), part.subarray(length >> 1))).toBe(expected);
    expect(crcOf(...Array.from(part, (byte) => Uint8Array.of(byte)))).toBe(expected);
  }
});
