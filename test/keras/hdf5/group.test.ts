import { expect, it } from 'vitest';
import { type HDF5Group, openHDF5 } from '../../../src/keras/hdf5/index';
import { countingSource, load } from './fixtures';

const open = (name: string): Promise<HDF5Group> => openHDF5(countingSource(load(name), `${name}.h5`));

it.each(['links', 'links-latest', 'links-tracked'])(
  '%s: finds objects by relative and absolute paths and through soft links',
  async (name) => {
    const root = await open(name);
    const b = await root.get('a/b');
    if (b?.kind !== 'group') throw new Error('no group');
    expect(b.path).toBe('/a/b');
    for (const [from, path, found] of [
      [root, 'data', '/data'],
      [root, '/data', '/data'],
      [root, './a//b/again/', '/a/b/again'],
      [b, 'again', '/a/b/again'],
      [b, '/data', '/data'],
      [root, 'absolute', '/absolute'],
      [root, 'to_link', '/to_link'],
      [root, 'to_group/again', '/to_group/again'],
    ] as const) {
      const node = await from.get(path);
      if (node?.kind !== 'dataset') throw new Error(`no dataset at ${path}`);
      expect(node.path).toBe(found);
      expect(Array.from(await node.readFloat32())).toEqual([0, 1, 2]);
    }
    expect((await root.get('/'))?.path).toBe('/');
    expect((await root.get('to_group'))?.kind).toBe('group');
  },
);

it('gives undefined for what is not there, also below a dataset and behind a dangling link', async () => {
  const root = await open('links');
  for (const path of ['nope', 'a/nope', 'data/nope', 'dangling', 'a/b/relative/nope']) expect(await root.get(path)).toBeUndefined();
  const types = await open('types');
  expect(await types.get('committed')).toBeUndefined();
});

it('does not follow soft links in a circle, or out of the file', async () => {
  const root = await open('links-latest');
  await expect(root.get('circle')).rejects.toMatchObject({
    code: 'corrupt',
    message: expect.stringContaining("the soft link 'circle' on the way to '/circle' leads in a circle"),
  });
  await expect(root.get('elsewhere')).rejects.toMatchObject({
    code: 'format',
    message:
      "links-latest.h5 uses a link out of the file at '/elsewhere' ('/data' in the file 'other.h5'), which is not supported. Copy what it leads to into the file.",
  });
});

it('lists names as h5py does: by creation where it is tracked, else in the order of their bytes', async () => {
  const tracked = await open('tracked');
  expect(await tracked.keys()).toEqual(['b', 'a', 'c']);
  const c = await tracked.get('c');
  if (c?.kind !== 'group') throw new Error('no group');
  const order = [5, 3, 9, 1, 7, 0, 2, 8, 4, 6].map((i) => `layer_${i}`);
  expect(await c.keys()).toEqual(order);
  expect([...(await c.attributes()).keys()]).toEqual(order);
});
