import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { layout } from '../../src/figure';
import { pngRenderer } from '../../src/render';
import { tryLaunch, watchConsole } from '../browser/launch';
import { bundle, type Server, serve } from '../browser/serve';
import { decode } from './decode';
import type { Page } from './page';
import { firstDifference, imagesOf, pixel, scene, textsOf } from './scene';

const { browser, reason } = await tryLaunch();

/** In the page: test/render/page.ts. */
declare const page: Page;
type Opened = Awaited<ReturnType<NonNullable<typeof browser>['newPage']>>;

describe.skipIf(!browser)(`renderers in a browser${reason ? ` (${reason})` : ''}`, () => {
  let server: Server;
  let tab: Opened;
  let console: ReturnType<typeof watchConsole>;

  beforeAll(async () => {
    const html =
      '<!doctype html><meta charset="utf-8"><title>test</title><link rel="icon" href="data:,"><script type="module" src="/page.js"></script>';
    server = await serve({ '/': html, '/page.js': await bundle('test/render/page.ts') });
    tab = await browser!.newPage({ viewport: { width: 900, height: 800 } });
    console = watchConsole(tab);
    await tab.goto(server.url);
  });
  afterAll(async () => {
    console?.check();
    await tab?.close();
    await server?.close();
    await browser?.close();
  });

  it('SVG: every box is where the layout has it, to half a pixel', async () => {
    const found = await tab.evaluate(() => page.svgBoxes());
    expect(found.failed).toBeUndefined();
    const half = (a: number, b: number, what: string) => expect(Math.abs(a - b), `${what}: ${a}, ${b}`).toBeLessThanOrEqual(0.5);
    imagesOf(scene()).forEach(({ box }, i) => {
      for (const side of ['x', 'y', 'width', 'height'] as const) half(found.images[i]![side], box[side], `image ${i} ${side}`);
    });
    textsOf(scene()).forEach(({ text, box, rotation }, i) => {
      const drawn = found.texts[i]!;
      expect(drawn.text).toBe(text);
      // Along the line; across it, browsers measure the font's own height.
      const [start, length] = rotation === 0 ? (['x', 'width'] as const) : (['y', 'height'] as const);
      half(drawn[start] + drawn[length] / 2, box[start] + box[length] / 2, `${text} middle`);
      if ([...text].length > 1) half(drawn[length], box[length], `${text} length`);
    });
    const { axes } = layout(scene());
    expect(found.frames.length).toBe(axes.length + 1);
  });

  it('SVG: pixels in pictures are those of the PNG, and text can be selected', async () => {
    const shot = decode(await tab.screenshot({ clip: { x: 0, y: 0, width: 800, height: 700 } }));
    const expected = decode(await pngRenderer.render(scene()));
    for (const { box, frame, image } of imagesOf(scene())) {
      if (image!.width === 3) continue;
      // The middle of every data pixel: which side of its edge a screen pixel falls on is the browser's business.
      for (let row = 0; row < image!.height; row++) {
        for (let column = 0; column < image!.width; column++) {
          const x = frame.x + ((column + 0.5) * frame.width) / image!.width;
          const y = frame.y + ((row + 0.5) * frame.height) / image!.height;
          const inside = x > box.x + 2 && y > box.y + 2 && x < box.x + box.width - 2 && y < box.y + box.height - 2;
          if (inside && frame.height / image!.height > 3) expect(pixel(shot, x, y), `${column}, ${row}`).toEqual(pixel(expected, x, y));
        }
      }
    }
    const selected = await tab.evaluate(() => page.select('conv2d_1'));
    expect(selected).toBe('conv2d_1');
  });

  it('canvas, OffscreenCanvas, worker and PNG: the same pictures as in Node', async () => {
    const found = await tab.evaluate(() => page.canvasPixels());
    const expected = decode(await pngRenderer.render(scene()));
    // Not toEqual, which takes ten seconds for two million bytes.
    expect(Buffer.compare(decode(Buffer.from(found.png, 'base64')).data, expected.data)).toBe(0);
    expect(found.kinds[0]).toBe('HTMLCanvasElement');
    expect(found.pixels.length).toBe(4);
    for (const png of found.pixels) {
      const drawn = decode(Buffer.from(png, 'base64'));
      expect([drawn.width, drawn.height]).toEqual([800, 700]);
      for (const mark of imagesOf(scene())) if (mark.image!.width !== 3) expect(firstDifference(drawn, expected, mark)).toBe(-1);
    }
  });
});
