import { afterEach, describe, expect, it, vi } from 'vitest';
import { ActivationLensError } from '../../../src/errors';
import { type HDF5Group, openHDF5 } from '../../../src/keras/hdf5/index';
import { countingSource, load, names } from './fixtures';

// The checksums of newer files catch nearly every change. With them switched off, the code behind them meets the damage.
const checksums = vi.hoisted(() => ({ ignored: false }));
vi.mock('../../../src/keras/hdf5/checksum', async (original) => {
  const real = await original<typeof import('../../../src/keras/hdf5/checksum')>();
  return { ...real, isIntact: (bytes: Uint8Array, stored: number) => checksums.ignored || real.isIntact(bytes, stored) };
});
afterEach(() => {
  checksums.ignored = false;
});

/** Seeded: mulberry32. Numbers of [0, 1). */
function generator(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

/**
 * Reads everything there is. An ActivationLensError ends one step; anything else that is thrown ends the test, and so does a read outside of
 * the file, an array that is not as long as it should be, or more work than the file has bytes.
 *
 * @returns how many steps went wrong.
 */
async function explore(bytes: Uint8Array): Promise<number> {
  let errors = 0;
  const attempt = async <T>(step: () => Promise<T>): Promise<T | undefined> => {
    try {
      return await step();
    } catch (error) {
      if (!(error instanceof ActivationLensError)) throw error;
      expect(['corrupt', 'format']).toContain(error.code);
      expect(error.message).toContain('damaged.h5');
      errors++;
      return undefined;
    }
  };
  const source = countingSource(bytes, 'damaged.h5');
  let steps = 0;
  const walk = async (group: HDF5Group): Promise<void> => {
    await attempt(() => group.attributes());
    for (const key of (await attempt(() => group.keys())) ?? []) {
      // A group that is made to hold itself is a tree without end, as h5py sees it too.
      if (++steps > 300) return;
      const node = await attempt(() => group.get(key));
      if (node?.kind === 'group') await walk(node);
      if (node?.kind !== 'dataset') continue;
      await attempt(() => node.attributes());
      const values: ArrayLike<unknown> | undefined = await attempt<ArrayLike<unknown>>(() =>
        node.dtype === 'string' ? node.readStrings() : node.readFloat32(),
      );
      if (values) expect(values.length).toBe(node.size);
    }
  };
  const root = await attempt(() => openHDF5(source));
  if (root) await walk(root);
  expect(source.reads.length).toBeLessThan(20_000);
  return errors;
}

describe('a file that is cut short never opens', () => {
  it.each(names)('%s', async (name) => {
    const bytes = load(name);
    for (let length = 0; length < bytes.length; length += length < 1500 ? 1 : 211) {
      const opening = openHDF5(countingSource(bytes.subarray(0, length), 'short.h5'));
      await expect(opening).rejects.toBeInstanceOf(ActivationLensError);
    }
  });
});

it('the switch for checksums works', async () => {
  const bytes = new Uint8Array(load('latest'));
  bytes[44]! ^= 1; // the superblock's own
  await expect(openHDF5(countingSource(bytes))).rejects.toThrow('the superblock has a wrong checksum');
  checksums.ignored = true;
  await expect(openHDF5(countingSource(bytes))).resolves.toMatchObject({ kind: 'group' });
});

describe.each([
  ['with checksums', false],
  ['with checksums ignored', true],
] as const)('damage is an ActivationLensError or harmless, %s', (_, ignored) => {
  it.each(names)('%s', async (name) => {
    checksums.ignored = ignored;
    const random = generator(name.length + (ignored ? 1000 : 0));
    const good = load(name);
    let noticed = 0;
    for (let round = 0; round < 40; round++) {
      const bytes = new Uint8Array(good);
      // Descriptions are mostly at the start: favour it.
      for (let i = Math.floor(random() * 3); i >= 0; i--) {
        const at = Math.floor(random() ** (1 + (round % 3)) * bytes.length);
        const choices = [0, 1, 127, 255, bytes[at]! + 1, bytes[at]! ^ (1 << Math.floor(random() * 8)), Math.floor(random() * 256)];
        bytes[at] = choices[Math.floor(random() * choices.length)]!;
        if (random() < 0.2) bytes.fill(255, at, at + Math.floor(random() * 8));
      }
      if ((await explore(bytes)) > 0) noticed++;
    }
    expect(noticed).toBeGreaterThan(0);
  });

  it('files whose end is gone although they do not say so', async () => {
    checksums.ignored = ignored;
    const random = generator(9);
    for (const name of ['earliest', 'types', 'chunks', 'links', 'attributes']) {
      for (let round = 0; round < 25; round++) {
        const bytes = new Uint8Array(load(name).subarray(0, Math.floor(100 + random() * (load(name).length - 100))));
        new DataView(bytes.buffer).setBigUint64(40, BigInt(bytes.length), true);
        await explore(bytes);
      }
    }
  });
});
