import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { useBackend } from '../backend';
import { compareCase, goldenFolders, readGoldens } from './goldenCase';

const files = goldenFolders
  .flatMap((folder) => ['keras3', 'keras2'].map((stem) => join(folder, stem)))
  .filter((stem) => existsSync(`${stem}.json.gz`));

/** float32 sums in another order, and tfjs' wasm sine (7e-6): a few units in the last place of the largest value. */
const tolerance = 1e-5;

describe.each(['cpu', 'wasm'])('on %s', (backend) => {
  beforeAll(() => useBackend(backend));
  describe.each(files)('%s', (stem) => {
    const file = readGoldens(stem);
    it.each(file.cases.map((golden) => [golden.name, golden] as const))('%s', async (_, golden) => {
      for (const by of ['order', 'path'] as const) {
        if (by === 'path' && !golden.nodes.some(({ paths }) => paths !== undefined)) continue;
        const { error, problems } = await compareCase(file, golden, by);
        expect(problems, by).toEqual([]);
        expect(error, by).toBeLessThan(tolerance);
      }
    });
  });
});
