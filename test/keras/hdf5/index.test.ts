import { describe, expect, it } from 'vitest';
import { isHDF5, openHDF5 } from '../../../src/keras/hdf5/index';
import { countingSource, describeFile, expected, load, names } from './fixtures';

describe('every fixture is read as h5py reads it', () => {
  it.each(names)('%s', async (name) => {
    const description = await describeFile(await openHDF5(countingSource(load(name))));
    expect(Object.keys(description)).toEqual(Object.keys(expected[name]!));
    for (const [path, node] of Object.entries(expected[name]!)) expect({ path, ...description[path] }).toEqual({ path, ...node });
  });
});
