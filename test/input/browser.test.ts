import { readFileSync } from 'node:fs';
import { createServer, type Server as HTTPServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Page } from 'playwright-core';
import { PNG } from 'pngjs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { tryLaunch } from '../browser/launch';
import { bundle, type Server, serve } from '../browser/serve';
import { fixture, readGoldens } from '../image/golden';
import type * as Functions from './page';

const { browser, reason } = await tryLaunch();

describe.skipIf(!browser)(`images in a browser${reason ? ` (${reason})` : ''}`, () => {
  let server: Server;
  let foreign: HTTPServer;
  let page: Page;
  beforeAll(async () => {
    server = await serve({ '/page.js': await bundle('test/input/page.ts') }, { '/fixtures': 'test/fixtures' });
    foreign = createServer((_, response) => response.setHeader('content-type', 'image/png').end(readFileSync(fixture('rgb8.png'))));
    await new Promise<void>((listening) => foreign.listen(0, '127.0.0.1', listening));
    page = await browser!.newPage();
    await page.goto(server.url);
  });
  afterAll(async () => {
    foreign?.closeAllConnections();
    foreign?.close();
    await server?.close();
    await browser?.close();
  });

  /** Calls a function of page.ts in the page. Text, because vitest rewrites an `import()` that it sees. */
  function inPage<Name extends keyof typeof Functions>(name: Name, ...args: Parameters<(typeof Functions)[Name]>) {
    const call = `import('/page.js').then((page) => page.${name}(...${JSON.stringify(args)}))`;
    return page.evaluate(call) as Promise<Awaited<ReturnType<(typeof Functions)[Name]>>>;
  }

  it("gives Keras' bytes for every file, colour mode, size and filter", async () => {
    const { cases, different } = await inPage('compareWithGoldens');
    expect(cases).toBe(264);
    expect(different).toEqual([]);
  });

  it('reads what a page can draw', async () => {
    const expected = [...readGoldens<{ file: string; colorMode: string }>('pixels').find((one) => one.file === 'rgb8.png')!.bytes];
    const results = await inPage('readDrawables');
    const { afterwards, ...others } = results;
    expect(afterwards).toBe('29 29');
    expect(others['closed ImageBitmap']).toMatch(/^image: The ImageBitmap is 0 x 0 pixels: there is nothing to read\./);
    expect(others['broken image element']).toBe('image: The image element could not be loaded. Check its address.');
    expect(others['empty canvas']).toMatch(/^image: The canvas is 0 x 150 pixels/);
    expect(others['video without a frame']).toBe("image: The video has no frame yet. Wait for its 'loadeddata' event.");
    expect(others['missing file']).toBe(
      "image: The image '/nothing.jpg' could not be fetched: the server answered 404 Not Found. Check the address.",
    );
    const pictures = Object.entries(others).filter(([, result]) => Array.isArray(result));
    expect(pictures).toHaveLength(13);
    for (const [name, pixels] of pictures) {
      expect(pixels, name).toEqual(expected);
    }
  });

  it('says why a picture of another origin cannot be read', async () => {
    const messages = await inPage('readForeign', `http://127.0.0.1:${(foreign.address() as AddressInfo).port}/x.png`);
    expect(messages).toEqual([
      expect.stringMatching(
        /^image: The image element comes from another origin, so this page may not read its pixels\. Load it with crossorigin/,
      ),
      expect.stringMatching(
        /^image: The image 'http.*' could not be fetched\. Check the address, and that the server allows this page's origin \(CORS\)\.$/,
      ),
    ]);
  });

  it('reads the frame that a video shows', async () => {
    const { width, height, colors } = await inPage('readCamera');
    expect([width, height]).toEqual([80, 60]);
    expect(colors).toBeGreaterThan(2);
  });

  it('writes PNG files that others read', async () => {
    const { file, same } = await inPage('roundTrip');
    expect(same).toBe(true);
    const { width, height } = PNG.sync.read(Buffer.from(file), { checkCRC: true });
    expect([width, height]).toEqual([29, 17]);
  });
});
