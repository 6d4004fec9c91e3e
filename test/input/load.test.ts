import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { createCanvas, loadImage as loadCanvasImage } from '@napi-rs/canvas';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ColorMode, type LoadImageOptions, loadImage } from '../../src/input';
import { expectBytes, fixture, readGoldens } from '../image/golden';

interface Case {
  readonly file: string;
  readonly colorMode: ColorMode;
  readonly mode: 'RGB' | 'L' | 'RGBA' | 'I;16';
  readonly width: number;
  readonly height: number;
  readonly options?: LoadImageOptions;
}

const goldens = readGoldens<Case>('pixels');
const path = (name: string) => fileURLToPath(fixture(name));
const read = (name: string) => Uint8Array.from(readFileSync(fixture(name)));
const golden = (file: string, colorMode: ColorMode = 'rgb') =>
  goldens.find((one) => one.file === file && one.colorMode === colorMode && !one.options)!.bytes;

describe("loadImage makes the bytes of Keras' load_img", () => {
  it.each(goldens.map((one) => [one.file, one.colorMode, JSON.stringify(one.options ?? {}), one] as const))(
    '%s as %s %s',
    async (_, __, ___, one) => {
      const image = await loadImage(path(one.file), { ...one.options, colorMode: one.colorMode });
      expect(image).toMatchObject({ width: one.width, height: one.height, channels: { RGB: 3, L: 1, RGBA: 4, 'I;16': 1 }[one.mode] });
      expect(image.data).toBeInstanceOf(one.mode === 'I;16' ? Uint16Array : Uint8ClampedArray);
      expectBytes(image.data, one.bytes);
    },
  );

  it('has goldens of every format', () => {
    const formats = new Set(goldens.map(({ file }) => file.split('.').pop()));
    expect([...formats].sort()).toEqual(['bmp', 'gif', 'jpg', 'png', 'webp']);
    expect(goldens.length).toBe(264);
  });
});

describe('loadImage opens', () => {
  const expected = golden('color-420.jpg');
  let server: Server;
  let base: string;
  beforeAll(async () => {
    server = createServer((request, response) => {
      if (request.url === '/a.jpg') response.end(read('color-420.jpg'));
      else if (request.url === '/page.png') response.setHeader('content-type', 'text/html').end('<!doctype html><title>Not found</title>');
      else if (request.url === '/slow.jpg') response.writeHead(200, { 'content-length': '100000' }).write('x');
      else response.writeHead(404).end();
    });
    await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
    base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterAll(() => {
    server.closeAllConnections();
    server.close();
  });

  const bytes = read('color-420.jpg');
  const padded = new Uint8Array(bytes.length + 7);
  padded.set(bytes, 3);
  const shared = new SharedArrayBuffer(bytes.length);
  new Uint8Array(shared).set(bytes);
  it.each<[string, () => Parameters<typeof loadImage>[0]]>([
    ['a path', () => path('color-420.jpg')],
    ['a file: URL', () => fixture('color-420.jpg')],
    ['a file: URL as a string', () => fixture('color-420.jpg').href],
    ['an http URL', () => `${base}/a.jpg`],
    ['an http URL object', () => new URL('/a.jpg', base)],
    ['a data: URL', () => `data:image/jpeg;base64,${Buffer.from(bytes).toString('base64')}`],
    ['a Blob', () => new Blob([bytes])],
    ['a File with a misleading name and type', () => new File([bytes], 'a.png', { type: 'image/png' })],
    ['an ArrayBuffer', () => bytes.buffer],
    ['a SharedArrayBuffer', () => shared],
    ['a Uint8Array', () => bytes],
    ['a part of a buffer', () => padded.subarray(3, -4)],
    ['a DataView', () => new DataView(padded.buffer, 3, bytes.length)],
    ['a Buffer', () => Buffer.from(bytes)],
    ['an RGBAImage', () => ({ width: 29, height: 17, data: new Uint8ClampedArray(golden('color-420.jpg', 'rgba')) })],
    ['a PixelImage', () => ({ width: 29, height: 17, channels: 3, data: golden('color-420.jpg') })],
  ])('%s', async (_, source) => {
    expectBytes((await loadImage(source())).data, expected);
  });

  it('a canvas and an image of a canvas package', async () => {
    const picture = await loadCanvasImage(Buffer.from(read('rgb8.png')));
    expectBytes((await loadImage(picture as never)).data, golden('rgb8.png'));
    const canvas = createCanvas(29, 17);
    canvas.getContext('2d').drawImage(picture, 0, 0);
    expectBytes((await loadImage(canvas as never)).data, golden('rgb8.png'));
    expectBytes((await loadImage(canvas as never, { colorMode: 'rgba' })).data, golden('rgb8.png', 'rgba'));
  });

  it('pixels without sharing memory with them', async () => {
    const source = { width: 2, height: 1, data: Uint8ClampedArray.of(1, 2, 3, 4, 5, 6, 7, 8) };
    const image = await loadImage(source, { colorMode: 'rgba' });
    image.data[0] = 99;
    expect([...source.data]).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
    expect([...(await loadImage(source)).data]).toEqual([1, 2, 3, 5, 6, 7]);
  });

  it('with progress', async () => {
    const seen: [number, number | undefined][] = [];
    await loadImage(`${base}/a.jpg`, { onProgress: (loaded, total) => seen.push([loaded, total]) });
    expect(seen.at(-1)).toEqual([bytes.length, bytes.length]);
  });

  it.each<[string, () => Promise<unknown>, string]>([
    ['a missing file', () => loadImage('no/such/picture.jpg'), "The image 'no/such/picture.jpg' does not exist. Check the path;"],
    ['a missing file: URL', () => loadImage('file:///no/such/picture.jpg'), "The image 'file:///no/such/picture.jpg' does not exist."],
    ['a folder', () => loadImage(fileURLToPath(new URL('.', import.meta.url))), 'is a folder. Give the path of a file.'],
    ['a 404', () => loadImage(`${base}/b.jpg`), "/b.jpg' could not be fetched: the server answered 404 Not Found. Check the address."],
    ['a host that is not there', () => loadImage('http://127.0.0.1:9/x.jpg'), "The image 'http://127.0.0.1:9/x.jpg' could not be fetched."],
    ['a page instead of a picture', () => loadImage(`${base}/page.png`), "/page.png' is an HTML page (the server may have sent its"],
    ['an empty file', () => loadImage(new File([], 'a.png')), "'a.png' is empty. Images may be PNG, JPEG, WebP, GIF or BMP files."],
    ['text', () => loadImage(new TextEncoder().encode('hello')), "'the given bytes' is text. Images may be"],
    ['noise', () => loadImage(Uint8Array.of(1, 2, 3, 4)), 'is no picture that is known here.'],
    ['a TIFF', () => loadImage(Uint8Array.of(0x49, 0x49, 42, 0, 8, 0, 0, 0)), 'is a TIFF picture. Images may be'],
    ['a model', () => loadImage(Uint8Array.of(0x89, 0x48, 0x44, 0x46, 13, 10, 26, 10)), 'is an HDF5 file (a model?).'],
    ['a plain object', () => loadImage({} as never), 'There is no image to read in a Object. Give a path, a URL,'],
    ['nothing', () => loadImage(undefined as never), 'There is no image to read in undefined.'],
  ])('no %s', async (_, call, message) => {
    await expect(call()).rejects.toMatchObject({ name: 'ActivationLensError', code: 'image', message: expect.stringContaining(message) });
  });

  it.each([
    'color-420.jpg',
    'progressive.jpg',
    'grey.jpg',
    'rgb8.png',
    'lossy.webp',
    'lossless-alpha-6.webp',
    'palette.gif',
    'rgb24.bmp',
    'runs8.bmp',
  ])('no part of %s', async (name) => {
    const whole = read(name);
    for (const part of [0.95, 0.7, 0.4, 0.1]) {
      const bytes = whole.subarray(0, Math.floor(whole.length * part));
      await expect(loadImage(bytes), `${part} of ${name}`).rejects.toMatchObject({
        code: 'image',
        message: expect.stringMatching(/cut short|damaged|no picture/),
      });
    }
  });

  it.each<[string, Uint8Array, string]>([
    [
      'a JPEG of 12 bits',
      read('grey.jpg').map((b, i, all) => (i > 4 && all[i - 4] === 0xff && all[i - 3] === 0xc0 ? 12 : b)),
      'has 12 bits a sample',
    ],
    ['a JPEG without a frame', Uint8Array.of(0xff, 0xd8, 0xff, 0xd9), 'has no picture in it'],
    ['a BMP of another header', read('rgb24.bmp').map((b, i) => (i === 14 ? 41 : b)), 'has a header of 41 bytes'],
    ['a BMP with a JPEG inside', read('rgb24.bmp').map((b, i) => (i === 30 ? 4 : b)), 'is compressed in a way (4) that is not decoded'],
    [
      'a WebP without a picture',
      read('lossy.webp').map((b, i) => (i === 12 ? 0x58 : b)),
      'has no picture in it, or is cut short before it',
    ],
    [
      'a WebP whose picture is noise',
      read('lossy.webp').map((b, i) => (i > 22 && i < 26 ? 1 : b)),
      'is damaged: its picture has no valid header',
    ],
    ['a GIF without a frame', read('grey.gif').subarray(0, 13), 'is cut short before its first frame'],
  ])('no %s', async (_, bytes, message) => {
    await expect(loadImage(bytes)).rejects.toMatchObject({ code: 'image', message: expect.stringContaining(message) });
  });

  it('nothing with options that make no sense', async () => {
    const bad: [LoadImageOptions, string][] = [
      [{ size: [0, 150] }, 'The height of the loaded image is 0; it must be an integer of at least 1.'],
      [{ size: [150, -150] }, 'The width of the loaded image is -150;'],
      [{ size: 150 as never }, 'size is 150; it must be [height, width] in pixels, height first as in Keras.'],
      [{ size: ['150', '150'] as never }, "The width of the loaded image is '150';"],
      [{ size: [200_000, 200_000] }, 'would be 200000 x 200000 pixels'],
      [{ interpolation: 'area' as never }, "Unknown interpolation 'area'. There are: nearest, bilinear, bicubic, box, hamming, lanczos."],
      [{ colorMode: 'bgr' as never }, "Unknown colorMode 'bgr'. There are: rgb, grayscale, rgba."],
    ];
    for (const [options, message] of bad) {
      // The options are looked at before the file is.
      await expect(loadImage('no/such/file', options)).rejects.toMatchObject({ code: 'shape', message: expect.stringContaining(message) });
    }
    await expect(loadImage({ width: 3, height: 1, data: new Uint8ClampedArray(4) })).rejects.toMatchObject({ code: 'shape' });
  });

  it('nothing once it was aborted', async () => {
    await expect(loadImage(path('rgb8.png'), { signal: AbortSignal.abort() })).rejects.toMatchObject({ code: 'aborted' });
    const controller = new AbortController();
    const loading = loadImage(`${base}/slow.jpg`, { signal: controller.signal });
    setTimeout(() => controller.abort(new Error('enough')), 20);
    await expect(loading).rejects.toMatchObject({
      code: 'aborted',
      message: expect.stringContaining('Aborted while fetching'),
      cause: { message: 'enough' },
    });
  });
});
