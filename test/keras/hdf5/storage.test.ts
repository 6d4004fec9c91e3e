import { describe, expect, it } from 'vitest';
import { type HDF5Dataset, openHDF5 } from '../../../src/keras/hdf5/index';
import { countingSource, load } from './fixtures';

async function dataset(bytes: Uint8Array, path: string): Promise<HDF5Dataset> {
  const node = await (await openHDF5(countingSource(bytes, 'model.h5'))).get(path);
  if (node?.kind !== 'dataset') throw new Error(`no dataset at ${path}`);
  return node;
}

/** The fixture with the dataspace of an array of 5 x 6, which only 'chunked' has, replaced. */
function withShape(rows: bigint, columns: bigint): Uint8Array {
  const bytes = new Uint8Array(load('four-byte-addresses'));
  const pattern = [1, 2, 1, 0, 0, 0, 0, 0, 5, 0, 0, 0, 6, 0, 0, 0];
  const at = bytes.findIndex((_, i) => pattern.every((byte, k) => bytes[i + k] === byte));
  const view = new DataView(bytes.buffer, at + 8);
  for (const [i, length] of [rows, columns, rows, columns].entries()) view.setUint32(4 * i, Number(length), true);
  return bytes;
}

describe('what a damaged file claims is never allocated', () => {
  it('more than chunks and a fill value can be', async () => {
    await expect((await dataset(withShape(60_000n, 60_000n), 'chunked')).readFloat32()).rejects.toMatchObject({
      code: 'corrupt',
      message: expect.stringMatching(/'\/chunked' claims 14400000000 bytes, of which the file has \d+/),
    });
  });

  it('more elements than a number can count', async () => {
    const bytes = new Uint8Array(load('chunks'));
    const pattern = [1, 2, 1, 0, 0, 0, 0, 0, 10, 0, 0, 0, 0, 0, 0, 0, 9, 0, 0, 0, 0, 0, 0, 0];
    const at = bytes.findIndex((_, i) => pattern.every((byte, k) => bytes[i + k] === byte));
    bytes.fill(255, at + 8, at + 14);
    bytes.fill(255, at + 16, at + 22);
    await expect(dataset(bytes, 'sparse')).rejects.toMatchObject({
      code: 'corrupt',
      message: expect.stringContaining('claims 281474976710655 x 281474976710655 elements'),
    });
  });

  it('a large array of nothing but a fill value is still made', async () => {
    const values = await (await dataset(withShape(3000n, 3000n), 'chunked')).readFloat32();
    expect(values.length).toBe(9_000_000);
    expect(Array.from(values.subarray(0, 4))).toEqual([0, 1, 2, 3]);
    expect(values.at(-1)).toBe(0);
  });
});

describe('damaged data is noticed wherever there is a checksum', () => {
  // The chunks of these, in a file whose every other byte is left alone: a flip in a chunk is an error, never another number.
  it.each(['gzip', 'fletcher32', 'all', 'one_gzip'])('%s', async (path) => {
    const good = load('chunks');
    const source = countingSource(good);
    const before = await ((await (await openHDF5(source)).get(path)) as HDF5Dataset).readFloat32();
    const chunks = chunksOf(good, path);
    expect(chunks.length).toBeGreaterThan(0);
    let noticed = 0;
    for (const { offset, length } of chunks) {
      for (let at = offset; at < offset + length; at += 5) {
        const bytes = new Uint8Array(good);
        bytes[at]! ^= 0x10;
        try {
          expect(await (await dataset(bytes, path)).readFloat32()).toEqual(before); // a bit that means nothing
        } catch (error) {
          expect(error).toMatchObject({ code: 'corrupt', message: expect.stringContaining(`a chunk of '/${path}'`) });
          noticed++;
        }
      }
    }
    expect(noticed).toBeGreaterThan(chunks.length * 3);
  });
});

/** Where a dataset's chunks are in the 'chunks' fixture: the addresses in the leaf of its B-tree. */
function chunksOf(bytes: Uint8Array, path: string): { offset: number; length: number }[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const found: { offset: number; length: number }[][] = [];
  for (let at = 0; at + 24 < bytes.length; at++) {
    if (view.getUint32(at) !== 0x54524545 || bytes[at + 4] !== 1 || bytes[at + 5] !== 0) continue;
    const chunks = Array.from({ length: view.getUint16(at + 6, true) }, (_, i) => {
      const key = at + 24 + i * 40; // size, mask, three offsets, the address
      return { length: view.getUint32(key, true), offset: Number(view.getBigUint64(key + 32, true)) };
    });
    found.push(chunks);
  }
  // Datasets were written in the order of their creation in the script; sizes tell them apart.
  const wanted = { gzip: 9, fletcher32: 9, all: 9, one_gzip: 1 }[path]!;
  const candidates = found.filter((chunks) => chunks.length === wanted);
  const index = { one_gzip: 1, gzip: 1, fletcher32: 3, all: 5 }[path]!;
  return candidates[index]!;
}

it('stops between pieces when it is aborted', async () => {
  const abort = new AbortController();
  const source = countingSource(load('chunks'), 'model.h5');
  const gzip = (await (await openHDF5(source)).get('many_tree')) as HDF5Dataset;
  const reading = gzip.readFloat32(abort.signal);
  abort.abort();
  await expect(reading).rejects.toMatchObject({ code: 'aborted', message: expect.stringContaining("'/many_tree' of model.h5") });
});

it('reads and converts a long array in pieces, at the right places', async () => {
  // 3 x 4 MiB and a bit of int16, made from a fixture's int16 dataset of 7 by moving its data to the end of the file.
  const old = load('types');
  const count = 6_500_001;
  const start = Math.ceil(old.length / 8) * 8;
  const bytes = new Uint8Array(start + count * 2);
  bytes.set(old);
  const data = new Int16Array(bytes.buffer, start, count);
  for (let i = 0; i < count; i++) data[i] = (i * 31) ^ (i >> 7);
  const view = new DataView(bytes.buffer);
  view.setBigUint64(40, BigInt(bytes.length), true);
  const type = [0x10, 0x08, 0, 0, 2, 0, 0, 0, 0, 0, 16, 0]; // little-endian, signed, 16 bits
  const at = bytes.findIndex((_, i) => type.every((byte, k) => bytes[i + k] === byte));
  const space = bytes.findLastIndex((_, i) => i < at && i > at - 80 && bytes[i] === 1 && bytes[i + 1] === 1 && bytes[i + 8] === 7);
  view.setBigUint64(space + 8, BigInt(count), true);
  view.setBigUint64(space + 16, BigInt(count), true);
  const layout = bytes.findIndex((_, i) => i > at && bytes[i] === 3 && bytes[i + 1] === 1 && view.getBigUint64(i + 10, true) === 14n);
  view.setBigUint64(layout + 2, BigInt(start), true);
  view.setBigUint64(layout + 10, BigInt(count * 2), true);
  const source = countingSource(bytes);
  const values = await ((await (await openHDF5(source)).get('int16<')) as HDF5Dataset).readFloat32();
  expect(values.length).toBe(count);
  expect(values.findIndex((value, i) => value !== data[i])).toBe(-1);
  expect(source.reads.map(({ length }) => length).filter((length) => length > 65536)).toEqual([4194304, 4194304, 4194304, 417090]);
});
