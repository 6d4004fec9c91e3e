import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, it } from 'vitest';
import { useBackend } from '../backend';
import { compareCase, type GoldenCase, type GoldenFile, readGoldens } from './goldenCase';

const folder = fileURLToPath(new URL('../../fixtures/versions', import.meta.url));
const releases = readdirSync(folder).filter((name) => /^\d/.test(name));

describe.each(['cpu', 'wasm'])('on %s', (backend) => {
  beforeAll(() => useBackend(backend));
  describe.each(releases)('Keras %s', (release) => {
    const file = readGoldens(join(folder, release, `keras${release[0]}`));
    it('is the release that wrote the results', () => {
      expect(file.keras).toBe(release);
    });
    it.each(file.cases.map((golden) => [golden.name, golden] as const))('%s', async (_, golden) => {
      const ways = golden.nodes.some(({ paths }) => paths !== undefined) ? (['order', 'path'] as const) : (['order'] as const);
      for (const by of ways) await compare(file, golden, by, release);
    });
  });
});

async function compare(file: GoldenFile, golden: GoldenCase, by: 'order' | 'path', release: string): Promise<void> {
  const { error, problems } = await compareCase(file, golden, by);
  // Keras 3.3 and 3.6 declare a Discretization's output as its input, which a batch of single numbers is not.
  const declared = /^3\.[36]\./.test(release) ? /^output 0 is declared \[4\], in Keras \[null\]$/ : /^$/;
  expect(problems.filter((problem) => !declared.test(problem)).join('; ')).toBe('');
  expect(error).toBeLessThan(1e-5);
}
