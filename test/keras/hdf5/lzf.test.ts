import { expect, it } from 'vitest';
import { Cursor } from '../../../src/keras/hdf5/cursor';
import { decodeLZF } from '../../../src/keras/hdf5/lzf';

function decode(bytes: number[], most = 100): number[] {
  const stored = new Cursor(Uint8Array.from(bytes), { name: 'model.h5', offsetSize: 8, lengthSize: 8 }, 40, 'a chunk');
  return Array.from(decodeLZF(stored, stored.bytes, most));
}

it('copies literals, repeats what is behind, and repeats what it is just writing', () => {
  expect(decode([])).toEqual([]);
  expect(decode([2, 7, 8, 9])).toEqual([7, 8, 9]);
  expect(decode([2, 7, 8, 9, 0x20, 2])).toEqual([7, 8, 9, 7, 8, 9]);
  expect(decode([0, 5, 0x60, 0])).toEqual([5, 5, 5, 5, 5, 5]);
  // A length of 7 goes on in the next byte.
  expect(decode([0, 5, 0xe0, 3, 0])).toEqual(new Array(13).fill(5));
});

it('refuses what would read before the start, past the end, or write too much', () => {
  for (const [bytes, most] of [
    [[0x20, 0], 100],
    [[0, 1, 0x21, 0], 100],
    [[5, 1, 2], 100],
    [[0], 100],
    [[0, 1, 0x20], 100],
    [[0, 1, 0xe0], 100],
    [[0, 1, 0xe0, 255, 0], 100],
    [[2, 7, 8, 9], 2],
  ] as const) {
    expect(() => decode([...bytes], most)).toThrow(
      expect.objectContaining({ code: 'corrupt', message: expect.stringContaining('a chunk cannot be decompressed (LZF)') }),
    );
  }
});
