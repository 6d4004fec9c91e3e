import { expect, it } from 'vitest';
import { Cursor, NOWHERE } from '../../../src/keras/hdf5/cursor';

const over = (bytes: number[], offsetSize = 8): Cursor =>
  new Cursor(Uint8Array.from(bytes), { name: 'model.h5', offsetSize, lengthSize: 4 }, 100, 'a node');

it('reads little-endian fields one after the other', () => {
  const cursor = over([1, 2, 1, 3, 0, 0, 1, 1, 0, 0, 9, 8, 7, 6]);
  expect([cursor.u8(), cursor.u16(), cursor.u32(), cursor.uint(3)]).toEqual([1, 258, 16777219, 1]);
  expect(Array.from(cursor.take(2))).toEqual([9, 8]);
  expect(cursor.remaining).toBe(2);
});

it('knows an address that is none and a length without limit, by their width', () => {
  expect(over(new Array(8).fill(255)).offset()).toBe(NOWHERE);
  expect(over([255, 255, 255, 255], 4).offset()).toBe(NOWHERE);
  expect(over([255, 255, 255, 255]).limit()).toBe(Number.POSITIVE_INFINITY);
  expect(over([255, 255, 255, 127]).limit()).toBe(0x7fffffff);
});

it('never goes past the end, and says where it was', () => {
  for (const read of [(c: Cursor) => c.u16(), (c: Cursor) => c.u32(), (c: Cursor) => c.uint(2), (c: Cursor) => c.take(2)]) {
    const cursor = over([1, 2, 3]);
    cursor.skip(2);
    expect(() => read(cursor)).toThrow(
      expect.objectContaining({
        code: 'corrupt',
        message: 'model.h5 is damaged: a node ends too early (HDF5, at byte 102). Fetch or copy the file again.',
        details: { file: 'model.h5', offset: 102 },
      }),
    );
  }
  for (const count of [-1, Number.NaN, Number.POSITIVE_INFINITY, 4]) expect(() => over([1, 2, 3]).take(count)).toThrow('ends too early');
  expect(() => over([1, 2, 3]).head(4)).toThrow('ends too early');
  expect(() => over([255, 255, 255]).offset()).toThrow('ends too early');
});

it('refuses what no file has', () => {
  expect(() => over([0, 0, 0, 0, 0, 0, 32, 0]).offset()).toThrow('a node holds an impossible number (9007199254740992)');
  expect(() => over([7]).version(0, 1)).toThrow('a node has the unknown version 7');
  expect(() => over([84, 82, 69, 70]).signature('TREE')).toThrow("a node does not begin with 'TREE'");
});
