import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { PNG } from 'pngjs';
import { describe, expect, it } from 'vitest';
import { colormaps } from '../../src/colormap/all';
import { colorize } from '../../src/colormap/index';

const DOCS = new URL('../../docs/', import.meta.url);
const read = (name: string): string => readFileSync(new URL(name, DOCS), 'utf8');

describe.each(['colors.md', 'colormaps.md'])('docs/%s', (name) => {
  const snippets = [...read(name).matchAll(/```js\n(.*?)```/gs)].map(([, code]) => code!);

  it.each(snippets.map((code, i) => [i, code] as const))('its code runs: %i', async (_, code) => {
    const { outputFiles } = await build({
      stdin: { contents: code, resolveDir: fileURLToPath(DOCS) },
      alias: { 'activation-lens/colormap': fileURLToPath(new URL('../src/colormap/index.ts', DOCS)) },
      bundle: true,
      format: 'esm',
      write: false,
      logLevel: 'error',
      // Nothing may be dropped: what is unused in a snippet should run as well.
      treeShaking: false,
    });
    await import(`data:text/javascript;base64,${Buffer.from(outputFiles[0]!.contents).toString('base64')}`);
  });
});

describe('docs/colormaps.md', () => {
  it('shows every colormap once, as the library draws it', () => {
    const shown = [...read('colormaps.md').matchAll(/^\| `(\w+)` \| !\[\1\]\(images\/colormaps\/\1\.png\) \| (\d+) \|$/gm)];
    expect(shown.map(([, name]) => name).sort()).toEqual(Object.keys(colormaps).sort());
    expect(readdirSync(new URL('images/colormaps/', DOCS))).toHaveLength(91);
    for (const [, name, rows] of shown) {
      const colormap = colormaps[name as keyof typeof colormaps];
      expect(Number(rows)).toBe(colormap.rows);
      const { width, height, data } = PNG.sync.read(readFileSync(new URL(`images/colormaps/${name}.png`, DOCS)));
      const values = Float32Array.from({ length: width * height }, (_, i) => (i % width) / (width - 1));
      expect(data.equals(Buffer.from(colorize({ width, height, data: values }, { colormap }).data)), name).toBe(true);
    }
  });

  it('keeps the tables and the text apart', () => {
    expect(read('colormaps.md').match(/<!-- bars /g)).toHaveLength(8);
    expect(read('colormaps.md').match(/<!-- end -->/g)).toHaveLength(8);
  });
});
