import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';
import { describe, expect, it } from 'vitest';
import { readJSON } from './fixtures';

const entry = fileURLToPath(new URL('../../src/colormap/index.ts', import.meta.url));

/** What an application's bundler makes of some code, minified and gzipped. */
async function bundle(code: string): Promise<{ text: string; gzipped: number }> {
  const { outputFiles } = await build({
    stdin: { contents: code, resolveDir: fileURLToPath(new URL('.', import.meta.url)) },
    bundle: true,
    minify: true,
    format: 'esm',
    write: false,
    target: 'es2022',
    logLevel: 'error',
  });
  const [file] = outputFiles;
  return { text: file!.text, gzipped: gzipSync(file!.contents, { level: 9 }).length };
}

describe('in a bundle', () => {
  it('colorize and viridis take at most 5 kB gzipped, kernel included', async () => {
    const { text, gzipped } = await bundle(`export { colorize, viridis } from ${JSON.stringify(entry)};`);
    expect(gzipped).toBeLessThanOrEqual(5000);
    expect(text).not.toMatch(/\b(document|window|navigator|require)\b/);
  });

  it('every further colormap takes at most 0.6 kB gzipped', async () => {
    const { gzipped: base } = await bundle(`export { colorize, viridis } from ${JSON.stringify(entry)};`);
    for (const name of Object.keys(readJSON<object>('tables.json'))) {
      if (name === 'viridis') continue;
      const { gzipped } = await bundle(`export { colorize, viridis, ${name} } from ${JSON.stringify(entry)};`);
      expect(gzipped - base, name).toBeLessThanOrEqual(600);
    }
  });

  it('nothing is left of what is not used, and nothing runs on import', async () => {
    const { text } = await bundle(`import * as everything from ${JSON.stringify(entry)};`);
    expect(text.trim()).toBe('');
  });
});
