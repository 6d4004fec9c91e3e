import { describe, expect, it } from 'vitest';
import { type HDF5Group, openHDF5 } from '../../../src/keras/hdf5/index';
import { Pages } from '../../../src/keras/hdf5/pages';
import { countingSource, describeFile, load, names } from './fixtures';

const PAGE = 65536;

async function describeAll(root: HDF5Group): Promise<void> {
  for (const key of await root.keys()) {
    const node = await root.get(key);
    await node?.attributes();
    if (node?.kind === 'group') await describeAll(node);
  }
}

describe('how often a source is asked', () => {
  it('once for all there is in a file of one page', async () => {
    const files = names.filter((name) => load(name).length <= PAGE && name !== 'links' && !name.startsWith('userblock'));
    expect(files.length).toBeGreaterThan(8);
    for (const name of files) {
      const source = countingSource(load(name));
      const root = await openHDF5(source);
      await describeAll(name.startsWith('links') ? ((await root.get('many')) as HDF5Group) : root);
      expect(source.reads).toEqual([{ offset: 0, length: source.size }]);
    }
  });

  it('once a page for descriptions, however many objects there are', async () => {
    const source = countingSource(load('chunks'));
    await describeFile(await openHDF5(source));
    const pages = source.reads.filter(({ length }) => length === PAGE || length === source.size % PAGE);
    expect(pages.length).toBe(Math.ceil(source.size / PAGE));
  });

  it('once for a large array, for its own bytes and no others, which become the result without a copy', async () => {
    const { bytes, data } = withLargeArray();
    const source = countingSource(bytes);
    const { read } = source;
    let given: ArrayBufferLike | undefined;
    source.read = async (offset, length) => {
      const view = new Uint8Array(await read.call(source, offset, length));
      if (length === data.length * 4) given = view.buffer;
      return view;
    };
    const dataset = await (await openHDF5(source)).get('model_weights/conv2d/conv2d/bias:0');
    if (dataset?.kind !== 'dataset') throw new Error('no dataset');
    source.reads.length = 0;
    const values = await dataset.readFloat32();
    expect(source.reads).toEqual([{ offset: bytes.length - data.length * 4, length: data.length * 4 }]);
    expect(values.buffer).toBe(given);
    expect(values).toEqual(data);
  });

  it('never hands out memory that the source owns', async () => {
    const { bytes, data } = withLargeArray();
    const dataset = await (await openHDF5(countingSource(bytes))).get('model_weights/conv2d/conv2d/bias:0');
    if (dataset?.kind !== 'dataset') throw new Error('no dataset');
    const values = await dataset.readFloat32();
    expect(values).toEqual(data);
    expect(values.byteLength).toBe(values.buffer.byteLength);
    values.fill(9);
    expect(await dataset.readFloat32()).toEqual(data);
  });
});

/** A fixture whose bias of 3 numbers is replaced by an array of many at the file's end. The old format has no checksums to stop us. */
function withLargeArray(): { bytes: Uint8Array; data: Float32Array } {
  const old = load('earliest');
  const data = Float32Array.from({ length: 50_000 }, (_, i) => i / 7);
  const start = Math.ceil(old.length / 8) * 8;
  const bytes = new Uint8Array(start + data.byteLength);
  bytes.set(old);
  bytes.set(new Uint8Array(data.buffer), start);
  const view = new DataView(bytes.buffer);
  view.setBigUint64(40, BigInt(bytes.length), true); // the file's end
  // The bias: a dataspace message of one axis of 3, and a layout of 12 bytes.
  const layout = bytes.findIndex((byte, i) => byte === 3 && bytes[i + 1] === 1 && view.getBigUint64(i + 10, true) === 12n);
  const pattern = [1, 1, 1, 0, 0, 0, 0, 0, 3, 0, 0, 0, 0, 0, 0, 0, 3, 0, 0, 0, 0, 0, 0, 0];
  const space = bytes.findLastIndex((_, i) => i < layout && pattern.every((byte, k) => bytes[i + k] === byte));
  view.setBigUint64(space + 8, BigInt(data.length), true);
  view.setBigUint64(space + 16, BigInt(data.length), true);
  view.setBigUint64(layout + 2, BigInt(start), true);
  view.setBigUint64(layout + 10, BigInt(data.byteLength), true);
  return { bytes, data };
}

describe('Pages', () => {
  const bytes = Uint8Array.from({ length: 100 * PAGE + 5 }, (_, i) => (i * 7 + (i >> 8)) & 255);

  it('gives the bytes of any range: in a page, across two, across many, at the end', async () => {
    const pages = new Pages(countingSource(bytes));
    for (const [offset, length] of [
      [0, 10],
      [PAGE - 3, 6],
      [PAGE, PAGE],
      [5, PAGE],
      [7, 5 * PAGE],
      [bytes.length - 5, 5],
      [bytes.length - 9, 9],
      [bytes.length, 0],
      [3, 0],
    ] as const) {
      expect(Buffer.compare(await pages.read(offset, length), bytes.subarray(offset, offset + length))).toBe(0);
    }
  });

  it('reads a page once for many who ask at the same time, and anew after an error', async () => {
    const source = countingSource(bytes);
    const pages = new Pages(source);
    await Promise.all(Array.from({ length: 50 }, (_, i) => pages.read(i * 9, 9)));
    expect(source.reads.length).toBe(1);
    const { read } = source;
    source.read = () => Promise.reject(new Error('away'));
    await expect(pages.read(PAGE, 4)).rejects.toThrow('away');
    source.read = read;
    expect(await pages.read(PAGE, 4)).toEqual(bytes.subarray(PAGE, PAGE + 4));
  });

  it('keeps the latest 64 pages', async () => {
    const source = countingSource(bytes);
    const pages = new Pages(source);
    for (let i = 0; i < 65; i++) {
      await pages.read(i * PAGE, 1);
      await pages.read(0, 1); // stays young
    }
    expect(source.reads.length).toBe(65);
    await pages.read(2 * PAGE, 1);
    expect(source.reads.length).toBe(65);
    await pages.read(1 * PAGE, 1);
    expect(source.reads.length).toBe(66);
  });
});
