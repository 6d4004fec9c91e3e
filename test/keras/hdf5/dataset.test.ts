import { expect, it } from 'vitest';
import { type HDF5Dataset, openHDF5 } from '../../../src/keras/hdf5/index';
import { countingSource, load } from './fixtures';

async function dataset(file: string, path: string, bytes: Uint8Array = load(file)): Promise<HDF5Dataset> {
  const node = await (await openHDF5(countingSource(bytes, `${file}.h5`))).get(path);
  if (node?.kind !== 'dataset') throw new Error(`no dataset at ${path}`);
  return node;
}

it('describes an array before reading it', async () => {
  const growing = await dataset('chunks', 'growing');
  expect(growing).toMatchObject({ kind: 'dataset', path: '/growing', shape: [7, 10], size: 70, dtype: 'float32' });
  expect(await dataset('shapes', 'scalar')).toMatchObject({ shape: [], size: 1 });
  expect(await dataset('shapes', 'empty')).toMatchObject({ shape: [0], size: 0 });
  expect(await dataset('types', 'arrays')).toMatchObject({ shape: [3, 2, 2], size: 12, dtype: 'float32' });
});

it.each([
  ['float<f2', 'float16'],
  ['float>f2', 'float16'],
  ['bfloat16', 'bfloat16'],
  ['float>f4', 'float32'],
  ['float<f8', 'float64'],
  ['longdouble', 'float'],
  ['int8<', 'int8'],
  ['int16>', 'int16'],
  ['int32<', 'int32'],
  ['int64>', 'int64'],
  ['uint8<', 'uint8'],
  ['uint16<', 'uint16'],
  ['uint32>', 'uint32'],
  ['uint64<', 'uint64'],
  ['bool', 'bool'],
  ['enum', 'int16'],
  ['fixed', 'string'],
  ['vlen', 'string'],
  ['of_committed', 'float32'],
  ['compound', 'other'],
  ['opaque', 'other'],
  ['opaque2', 'other'],
  ['lists', 'other'],
])('%s is of type %s', async (path, dtype) => {
  expect((await dataset('types', path)).dtype).toBe(dtype);
});

it.each([
  ['types', 'compound', "types.h5 uses a compound type where numbers are needed ('/compound'), which is not supported."],
  ['types', 'opaque', "types.h5 uses an opaque type where numbers are needed ('/opaque'), which is not supported."],
  ['types', 'lists', "types.h5 uses a variable-length list where numbers are needed ('/lists'), which is not supported."],
  ['types', 'vlen', "types.h5 uses a string where numbers are needed ('/vlen'), which is not supported."],
  ['refused', 'scaleoffset', "refused.h5 uses the filter scale-offset in '/scaleoffset', which is not supported. Write the dataset again"],
  ['refused', 'external', "refused.h5 uses data in another file ('/external'), which is not supported."],
  ['refused', 'virtual', "refused.h5 uses a virtual dataset ('/virtual'), which is not supported."],
])('%s: refuses the numbers of %s by name', async (file, path, message) => {
  await expect((await dataset(file, path)).readFloat32()).rejects.toMatchObject({
    code: 'format',
    message: expect.stringContaining(message),
  });
});

it('refuses to read numbers as strings', async () => {
  await expect((await dataset('types', 'bool')).readStrings()).rejects.toMatchObject({
    code: 'format',
    message: expect.stringContaining("bool where strings are needed ('/bool')"),
  });
});

it('gives a fresh array every time', async () => {
  for (const path of ['plain', 'gzip', 'room']) {
    const one = await dataset('chunks', path);
    const [a, b] = await Promise.all([one.readFloat32(), one.readFloat32()]);
    expect(a).toEqual(b);
    expect(a.buffer).not.toBe(b.buffer);
    expect(a.byteLength).toBe(a.buffer.byteLength);
  }
});

it('reads datasets side by side', async () => {
  const root = await openHDF5(countingSource(load('chunks-latest')));
  const read = async (key: string): Promise<number[]> => Array.from(await ((await root.get(key)) as HDF5Dataset).readFloat32());
  const keys = (await root.keys()).filter((key) => key !== 'many');
  const together = await Promise.all(keys.map(read));
  for (const [i, key] of keys.entries()) expect(await read(key)).toEqual(together[i]);
});
