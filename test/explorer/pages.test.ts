import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { tryLaunch, watchConsole } from '../browser/launch';
import { serve } from '../browser/serve';
import { ensureDist, ROOT } from '../dist';

const { browser, reason } = await tryLaunch();
const lesson = (name: string): string => fileURLToPath(new URL(`../../examples/lesson/${name}`, import.meta.url));

/** A page of examples/ with its script bundled from what was built, as a user's bundler does. */
async function open(name: string) {
  const folder = `${ROOT}examples/${name}`;
  const { outputFiles } = await build({
    entryPoints: [`${folder}/page.js`],
    bundle: true,
    write: false,
    format: 'esm',
    platform: 'browser',
    // Not this repository's: it sends `#platform` to the sources.
    tsconfigRaw: {},
    external: ['node:*', 'fs', 'path', 'crypto', 'util', 'string_decoder', 'node-fetch'],
    logLevel: 'error',
  });
  const script = outputFiles[0]!.text;
  const server = await serve({ '/': readFileSync(`${folder}/index.html`, 'utf8'), '/page.js': script });
  const page = await browser!.newPage();
  const console = watchConsole(page);
  await page.goto(server.url);
  const close = async () => {
    console.check();
    await page.close();
    await server.close();
  };
  return { page, script, close };
}

describe.skipIf(!browser)(`example pages${reason ? ` (${reason})` : ''}`, () => {
  beforeAll(ensureDist, 180_000);
  afterAll(() => browser?.close());

  it('colormap-page colours numbers, with the colormap module alone', async () => {
    const { page, script, close } = await open('colormap-page');
    expect(script).not.toMatch(/tensorflow|twilight/);
    const pixels = () => page.evaluate(() => document.querySelector('canvas')!.toDataURL());
    const first = await pixels();
    expect(first.length).toBeGreaterThan(10_000);
    await page.selectOption('#colormap', 'magma');
    const second = await pixels();
    expect(second).not.toBe(first);
    await page.selectOption('#norm', 'centred on zero');
    expect(await pixels()).not.toBe(second);
    expect(await page.textContent('#limits')).toMatch(/^The first colour is -0\.\d+, the last 0\.\d+\.$/);
    await close();
  });

  it('browser-quickstart shows the first layer of a file', async () => {
    const { page, close } = await open('browser-quickstart');
    await page.setInputFiles('#image', lesson('astronaut.jpg'));
    await page.setInputFiles('#model', lesson('faces.h5'));
    await page.waitForFunction(() => document.querySelector('#status')!.textContent!.startsWith('conv2d_1: 1 x 148 x 148 x 32'));
    expect(await page.evaluate(() => document.querySelector('canvas')!.width)).toBe(8 * 149 - 1);
    await page.setInputFiles('#model', lesson('astronaut.jpg'));
    await page.waitForFunction(() => document.querySelector('#status')!.textContent!.includes('is no model file that can be opened'));
    await close();
  }, 60_000);
});
