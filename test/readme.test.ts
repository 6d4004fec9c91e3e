import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { build } from 'esbuild';
import { PNG } from 'pngjs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { tryLaunch, watchConsole } from './browser/launch';
import { serve } from './browser/serve';
import { ensureDist, ROOT } from './dist';

const readme = readFileSync(join(ROOT, 'README.md'), 'utf8');
const [inNode, inBrowser] = [...readme.matchAll(/```js\n(.*?)```/gs)].map(([, code]) => code!) as [string, string];
const picture = PNG.sync.read(readFileSync(join(ROOT, 'docs/images/first-layer.png')));
const { browser, reason } = await tryLaunch();

beforeAll(ensureDist, 180_000);

describe("README's code runs", () => {
  it('in Node', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'activation-lens-'));
    const file = join(folder, 'channel-3.png');
    const code = inNode.replace("'channel-3.png'", JSON.stringify(file));
    const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '--eval', code], { cwd: ROOT });
    expect(stdout).toContain('conv2d_1 (Conv2D)');
    const { width, height, data } = PNG.sync.read(readFileSync(file));
    rmSync(folder, { recursive: true });
    expect([width, height]).toEqual([148, 148]);
    // Channel 3 stands in the fourth place of the picture above.
    const rows = Array.from({ length: height }, (_, y) => picture.data.subarray((y * picture.width + 3 * 149) * 4).subarray(0, width * 4));
    expect(data.equals(Buffer.concat(rows))).toBe(true);
  });

  describe.skipIf(!browser)(`in a browser${reason ? ` (${reason})` : ''}`, () => {
    afterAll(() => browser?.close());

    it('shows the picture above', async () => {
      const bundled = await build({
        stdin: { contents: inBrowser, resolveDir: ROOT, loader: 'js' },
        bundle: true,
        write: false,
        format: 'esm',
        platform: 'browser',
        // Not this repository's: it sends `#platform` to the sources.
        tsconfigRaw: {},
        external: ['node:*', 'fs', 'path', 'crypto', 'util', 'string_decoder', 'node-fetch'],
        logLevel: 'error',
      });
      const page =
        '<!doctype html><link rel="icon" href="data:,"><input id="modelInput" type="file"><input id="imageInput" type="file"><canvas id="canvas">';
      const server = await serve({ '/': page, '/code.js': bundled.outputFiles[0]!.text });
      const tab = await browser!.newPage();
      const console = watchConsole(tab);
      await tab.goto(server.url);
      await tab.setInputFiles('#modelInput', join(ROOT, 'examples/lesson/faces.h5'));
      await tab.setInputFiles('#imageInput', join(ROOT, 'examples/lesson/astronaut.jpg'));
      await tab.addScriptTag({ type: 'module', url: '/code.js' });
      await tab.waitForFunction(() => document.querySelector('canvas')!.width > 1000);
      const shown = await tab.evaluate(() => document.querySelector('canvas')!.toDataURL('image/png').split(',')[1]!);
      const { width, height, data } = PNG.sync.read(Buffer.from(shown, 'base64'));
      expect([width, height]).toEqual([picture.width, picture.height]);
      // Another backend rounds otherwise, and a value at a bin's edge falls into the next: at most 1 byte in 1,000.
      let different = 0;
      for (let i = 0; i < data.length; i++) if (data[i] !== picture.data[i]) different++;
      expect(different).toBeLessThan(data.length / 1000);
      console.check();
      await tab.close();
      await server.close();
    }, 60_000);
  });
});
