import { describe, expect, it } from 'vitest';
import { ActivationLensError } from '../../../src/errors';
import { isHDF5, openHDF5 } from '../../../src/keras/hdf5/index';
import { countingSource, describeFile, expected, load, names } from './fixtures';

describe('every fixture is read as h5py reads it', () => {
  it.each(names)('%s', async (name) => {
    const description = await describeFile(await openHDF5(countingSource(load(name))));
    expect(Object.keys(description)).toEqual(Object.keys(expected[name]!));
    for (const [path, node] of Object.entries(expected[name]!)) expect({ path, ...description[path] }).toEqual({ path, ...node });
  });
});

it('tells HDF5 by its signature', () => {
  expect(isHDF5(load('earliest'))).toBe(true);
  expect(isHDF5(load('earliest').subarray(0, 8))).toBe(true);
  expect(isHDF5(load('earliest').subarray(0, 7))).toBe(false);
  expect(isHDF5(load('userblock'))).toBe(false);
  expect(isHDF5(new Uint8Array(64))).toBe(false);
});

it('says what is no HDF5 file, and looks behind a user block first', async () => {
  for (const bytes of [new Uint8Array(0), new Uint8Array(5), new Uint8Array(100_000)]) {
    await expect(openHDF5(countingSource(bytes, 'notes.txt'))).rejects.toMatchObject({
      code: 'format',
      message: 'notes.txt is no HDF5 file: it has no HDF5 signature.',
      details: { file: 'notes.txt' },
    });
  }
});

it('does not open a file whose end is missing, and says how much is missing', async () => {
  const bytes = load('earliest');
  await expect(openHDF5(countingSource(bytes.subarray(0, 9000), 'model.h5'))).rejects.toMatchObject({
    code: 'corrupt',
    message: `model.h5 is damaged: it is cut short: it should have ${bytes.length} bytes and has 9000 (HDF5, at byte 9000). Fetch or copy the file again.`,
    details: { file: 'model.h5', offset: 9000 },
  });
});

it('opens a file with something after its end', async () => {
  const root = await openHDF5(countingSource(Buffer.concat([load('latest'), Buffer.alloc(99, 7)])));
  expect(await root.keys()).toEqual(['model_weights']);
});

it('names the damaged structure and its place', async () => {
  const bytes = new Uint8Array(load('latest'));
  bytes[60]! ^= 1; // in the root group's header, whose checksum no longer fits
  await expect(openHDF5(countingSource(bytes, 'model.h5'))).rejects.toThrow(
    /^model\.h5 is damaged: an object header has a wrong checksum \(HDF5, at byte \d+\)\. Fetch or copy the file again\.$/,
  );
});

it('stops when its signal is aborted', async () => {
  const abort = new AbortController();
  const root = await openHDF5(countingSource(load('earliest'), 'model.h5'), { signal: abort.signal });
  const kernel = await root.get('model_weights/conv2d/conv2d/kernel:0');
  abort.abort(new Error('enough'));
  const aborted = { code: 'aborted', cause: new Error('enough') };
  await expect(root.get('model_weights/flatten')).rejects.toMatchObject({ ...aborted, message: 'Aborted while reading model.h5.' });
  if (kernel?.kind !== 'dataset') throw new Error('no kernel');
  await expect(kernel.readFloat32()).rejects.toMatchObject(aborted);
  // A signal of the read's own goes before the file's.
  await expect(kernel.readFloat32(new AbortController().signal)).resolves.toHaveLength(12);
  await expect(kernel.readFloat32(AbortSignal.abort())).rejects.toMatchObject({
    code: 'aborted',
    message: "Aborted while reading the data of '/model_weights/conv2d/conv2d/kernel:0' of model.h5.",
  });
  await expect(openHDF5(countingSource(load('earliest')), { signal: abort.signal })).rejects.toBeInstanceOf(ActivationLensError);
});

it('passes on the error of a source, and reads anew after it', async () => {
  const source = countingSource(load('earliest'));
  const { read } = source;
  source.read = () => Promise.reject(new Error('the disk is gone'));
  await expect(openHDF5(source)).rejects.toThrow('the disk is gone');
  source.read = read;
  const root = await openHDF5(source);
  expect(await root.keys()).toEqual(['model_weights']);
});

it('does not take a short read for the data', async () => {
  const source = countingSource(load('chunks'), 'model.h5');
  const root = await openHDF5(source);
  const { read } = source;
  source.read = async (offset, length) => (await read.call(source, offset, length)).subarray(1);
  await expect(root.keys().then(() => root.get('room'))).rejects.toMatchObject({ code: 'corrupt' });
});
