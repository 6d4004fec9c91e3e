import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { type HDF5Group, isHDF5, openHDF5 } from '../../../src/keras/hdf5/index';
import { isZip, openZip } from '../../../src/keras/zip';
import { countingSource } from './fixtures';

// Model files that people published, which lie beside the repository where they may be used and are no part of it.
const files = ['lesson', 'zoo']
  .map((folder) => fileURLToPath(new URL(`../../../../shared/${folder}/`, import.meta.url)))
  .filter((folder) => existsSync(folder))
  .flatMap((folder) => readdirSync(folder).map((file) => `${folder}${file}`))
  .filter((file) => /\.(h5|hdf5|keras)$/.test(file));

describe.skipIf(files.length === 0)(`published model files (${files.length} present)`, () => {
  it.each(files)('%s', async (file) => {
    const source = countingSource(readFileSync(file), file);
    const head = await source.read(0, 8);
    let hdf5 = source as typeof source | Awaited<ReturnType<typeof zipped>>;
    const zipped = async () => {
      const entry = (await openZip(source)).entry('model.weights.h5');
      await entry!.verify();
      return entry!.source();
    };
    if (!isHDF5(head)) {
      expect(isZip(head)).toBe(true);
      hdf5 = await zipped();
    }
    source.reads.length = 0;
    let payload = 0;
    let datasets = 0;
    const walk = async (group: HDF5Group): Promise<void> => {
      await group.attributes();
      for (const key of await group.keys()) {
        const node = await group.get(key);
        if (node?.kind === 'group') await walk(node);
        if (node?.kind !== 'dataset') continue;
        datasets++;
        payload += (await node.readFloat32()).filter(Number.isFinite).length * 4;
      }
    };
    await walk(await openHDF5(hdf5));
    expect(datasets).toBeGreaterThan(3);
    expect(payload).toBeGreaterThan(1000);
    // At most every page once for the descriptions and every array once: arrays and descriptions share pages in small files.
    const read = source.reads.reduce((sum, { length }) => sum + length, 0);
    expect(read).toBeLessThan(hdf5.size * 2 + 200);
    expect(source.reads.length).toBeLessThan(datasets + hdf5.size / 65536 + 3);
  });
});
