import { deflateSync } from 'node:zlib';
import { expect, it } from 'vitest';
import { adler32, fletcher32, isIntact, lookup3 } from '../../../src/keras/hdf5/checksum';

const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);

it('lookup3 gives the values in its author’s self-test, and the initial value for nothing', () => {
  // driver5 of lookup3.c: hashlittle("Four score and seven years ago", 30, 0) and hashlittle("", 0, 0).
  expect(lookup3(bytesOf('Four score and seven years ago'))).toBe(0x17770551);
  expect(lookup3(bytesOf(''))).toBe(0xdeadbeef);
});

it('lookup3 depends on every bit, at every length', () => {
  for (let length = 1; length <= 26; length++) {
    const bytes = Uint8Array.from({ length }, (_, i) => i * 37);
    const sum = lookup3(bytes);
    expect(isIntact(bytes, sum)).toBe(true);
    for (let bit = 0; bit < length * 8; bit++) {
      const other = bytes.slice();
      other[bit >> 3]! ^= 1 << (bit & 7);
      expect(isIntact(other, sum)).toBe(false);
    }
  }
});

it('adler32 is what zlib ends its streams with', () => {
  for (const length of [0, 1, 5551, 5552, 5553, 100_000]) {
    const bytes = Uint8Array.from({ length }, (_, i) => 255 - ((i * i) & 7));
    expect(adler32(bytes)).toBe(deflateSync(bytes).readUInt32BE(deflateSync(bytes).length - 4));
  }
});

it('fletcher32 is the plain definition over big-endian words', () => {
  for (const length of [0, 1, 2, 3, 719, 720, 721, 5000]) {
    const bytes = Uint8Array.from({ length }, (_, i) => 255 - ((i * 7) & 15));
    let a = 0;
    let b = 0;
    for (let i = 0; i < length; i += 2) {
      a = (a + bytes[i]! * 256 + (bytes[i + 1] ?? 0)) % 65535;
      b = (b + a) % 65535;
    }
    // 0 and 65535 are the same remainder; adding never leaves 0 once it has left it.
    const whole = (sum: number): number => (length > 0 && sum === 0 ? 65535 : sum);
    expect(fletcher32(bytes)).toBe((whole(b) * 65536 + whole(a)) >>> 0);
  }
});
