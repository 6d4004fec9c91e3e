/** What test/render/browser.test.ts runs inside a page: bundled, loaded as a module, called by name. */
import { canvasRenderer, pngRenderer, svgRenderer } from '../../src/render';
import { scene } from './scene';

const base64 = (bytes: ArrayLike<number>): string => btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(''));

const page = {
  /** Draws the scene as SVG at the page's top left, and says where its elements came to lie. */
  async svgBoxes() {
    const source = await svgRenderer.render(scene());
    const parsed = new DOMParser().parseFromString(source, 'image/svg+xml');
    document.body.style.margin = '0';
    document.body.append(document.importNode(parsed.documentElement, true));
    const all = (selector: string) =>
      [...document.querySelectorAll(selector)].map((element) => {
        const { x, y, width, height } = element.getBoundingClientRect();
        return { text: element.textContent, x, y, width, height };
      });
    return {
      failed: parsed.querySelector('parsererror')?.textContent,
      images: all('image'),
      texts: all('text'),
      frames: all('path.frame'),
    };
  },

  /** Selects an SVG text as a user would, and returns what would be copied. */
  select(wanted: string) {
    const text = [...document.querySelectorAll('text')].find((element) => element.textContent === wanted)!;
    getSelection()!.selectAllChildren(text);
    return getSelection()!.toString();
  },

  /** The scene on a canvas element, an OffscreenCanvas, a canvas of our own and one of a worker; and as PNG. */
  async canvasPixels() {
    const drawn = [
      await canvasRenderer({ canvas: document.createElement('canvas') as never }).render(scene()),
      await canvasRenderer({ canvas: new OffscreenCanvas(1, 1) as never }).render(scene()),
      await canvasRenderer.render(scene()),
    ];
    const pixels = drawn.map((canvas) => canvas.getContext('2d')!.getImageData(0, 0, canvas.width, canvas.height));
    const worker = new Worker('/page.js', { type: 'module' });
    pixels.push(
      await new Promise<ImageData>((resolve, reject) => {
        worker.onmessage = ({ data }) => (data instanceof ImageData ? resolve(data) : reject(new Error(`in the worker: ${data}`)));
        worker.onerror = ({ message }) => reject(new Error(`the worker: ${message}`));
        worker.postMessage(scene());
      }),
    );
    worker.terminate();
    return {
      kinds: drawn.map((canvas) => canvas.constructor.name),
      // As PNG: a tenth of the bytes to carry over.
      pixels: await Promise.all(pixels.map(async (image) => base64(await pngRenderer.render(image)))),
      png: base64(await pngRenderer.render(scene())),
    };
  },
};
export type Page = typeof page;

if (typeof document === 'undefined') {
  addEventListener('message', async ({ data }) => {
    try {
      const canvas = await canvasRenderer.render(data);
      postMessage(canvas.getContext('2d')!.getImageData(0, 0, canvas.width, canvas.height));
    } catch (error) {
      // A rejection is no `error` event of the worker: the page would wait for ever.
      postMessage(String(error));
    }
  });
} else {
  Object.assign(globalThis, { page });
}
