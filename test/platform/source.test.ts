import { execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as browser from '../../src/platform/browser';
import * as node from '../../src/platform/node';
import type { Platform } from '../../src/platform/types';
import { expectBytes } from '../image/golden';

const folder = mkdtempSync(join(tmpdir(), 'activation-lens-'));
const path = join(folder, 'numbers.bin');
const content = Uint8Array.from({ length: 100_000 }, (_, i) => i * 7);
let server: Server;
let base: string;

beforeAll(async () => {
  writeFileSync(path, content);
  server = createServer((request, response) => {
    const url = request.url;
    if (url === '/numbers') response.writeHead(200, { 'content-length': content.length }).end(content);
    else if (url === '/unknown-length') response.write(content, () => response.end());
    else if (url === '/packed') response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync(content));
    else if (url === '/broken') {
      response.writeHead(200, { 'content-length': content.length }).write(content.subarray(0, 1000));
      setTimeout(() => response.destroy(), 20);
    } else if (url === '/slow') response.writeHead(200, { 'content-length': content.length }).write(content.subarray(0, 1000));
    else response.writeHead(404).end('gone');
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});

afterAll(() => {
  server.closeAllConnections();
  server.close();
  rmSync(folder, { recursive: true });
});

/** Files that this process has open, where the system tells (Linux). */
function openFiles(): number {
  return existsSync('/proc/self/fd') ? readdirSync('/proc/self/fd').length : 0;
}

it('exports the same names for Node and browsers', () => {
  const both: Platform[] = [node, browser];
  expect(both.map(({ environment }) => environment)).toEqual(['node', 'browser']);
  expect(Object.keys(node).sort()).toEqual(Object.keys(browser).sort());
});

describe('openSource', () => {
  it.each<[string, () => Parameters<Platform['openSource']>[0], string]>([
    ['a path', () => path, path],
    ['a file: URL', () => pathToFileURL(path), pathToFileURL(path).href],
    ['a URL', () => `${base}/numbers`, '/numbers'],
    ['a URL without a length', () => `${base}/unknown-length`, '/unknown-length'],
    ['a URL with an encoding', () => `${base}/packed`, '/packed'],
    ['a data: URL', () => `data:;base64,${Buffer.from(content).toString('base64')}`, 'the given data: URL'],
    ['a Blob', () => new Blob([content]), 'the given Blob'],
    ['a File', () => new File([content], 'x.h5'), 'x.h5'],
    ['memory', () => content.buffer, 'the given bytes'],
  ])('reads pieces of %s', async (_, input, name) => {
    const source = await node.openSource(input());
    expect(source.name).toContain(name);
    expect(source.size).toBe(content.length);
    expect(Uint8Array.from(await source.read(99_990, 10))).toEqual(content.subarray(99_990));
    expect(Uint8Array.from(await source.read(5, 3))).toEqual(content.subarray(5, 8));
    expect(await source.read(content.length, 0)).toHaveLength(0);
    for (const [offset, length] of [
      [99_999, 2],
      [-1, 1],
      [0.5, 1],
      [0, Number.NaN],
    ] as const) {
      await expect(source.read(offset, length)).rejects.toMatchObject({
        code: 'corrupt',
        message: expect.stringContaining('ends at byte 100000'),
      });
    }
    await source.close?.();
    expectBytes(await node.readAll(input()), content);
  });

  it('hands out views of memory, not copies', async () => {
    const part = new DataView(content.buffer, 10, 50);
    const source = await node.openSource(part);
    expect(source.size).toBe(50);
    const piece = await source.read(1, 4);
    expect(piece.buffer).toBe(content.buffer);
    expect(piece.byteOffset).toBe(11);
    expect((await node.readAll(content)).buffer).toBe(content.buffer);
    expect((await node.readAll(Buffer.from(content.buffer, 3, 5))).byteOffset).toBe(3);
  });

  it('takes a pipe, which has neither size nor random access', async () => {
    if (process.platform === 'win32') return;
    const pipe = join(folder, 'pipe');
    execFileSync('mkfifo', [pipe]);
    const reading = node.readAll(pipe);
    const writer = spawn('sh', ['-c', `cat '${path}' > '${pipe}'`]);
    expectBytes(await reading, content);
    writer.kill();
  });

  it('reports progress', async () => {
    const seen: [number, number | undefined][] = [];
    const onProgress = (loaded: number, total: number | undefined) => seen.push([loaded, total]);
    await node.readAll(`${base}/numbers`, { onProgress });
    expect(seen[0]).toEqual([0, content.length]);
    expect(seen.at(-1)).toEqual([content.length, content.length]);
    seen.length = 0;
    await node.readAll(`${base}/packed`, { onProgress });
    expect(seen[0]).toEqual([0, undefined]);
    seen.length = 0;
    const large = new Blob([new Uint8Array(40 << 20)]);
    await node.readAll(large, { onProgress });
    expect(seen).toEqual([16, 32, 40].map((n) => [n << 20, 40 << 20]));
  });

  it('leaves no file open: after closing, after errors, after aborts', async () => {
    const before = openFiles();
    const source = await node.openSource(path);
    await source.close?.();
    await source.close?.();
    await expect(source.read(0, 1)).rejects.toMatchObject({
      code: 'disposed',
      message: expect.stringContaining('was closed. Open it again'),
    });
    await expect(node.openSource(folder)).rejects.toMatchObject({ code: 'format' });
    await node.readAll(path);
    const controller = new AbortController();
    const opening = node.openSource(path, { signal: controller.signal });
    controller.abort();
    await expect(opening).rejects.toMatchObject({ code: 'aborted' });
    expect(openFiles()).toBe(before);
  });

  it('says when a file shrinks while it is read', async () => {
    const shrinking = join(folder, 'shrinking.bin');
    writeFileSync(shrinking, content);
    const source = await node.openSource(shrinking);
    truncateSync(shrinking, 10);
    await expect(source.read(0, 100)).rejects.toMatchObject({
      code: 'format',
      message: expect.stringContaining('became shorter while it was being read'),
    });
    await source.close?.();
  });

  it.each<[string, () => Promise<unknown>, string]>([
    [
      'a missing file',
      () => node.openSource('nowhere.h5', { what: 'model' }),
      "The model 'nowhere.h5' does not exist. Check the path; a relative one starts",
    ],
    ['a path below a file', () => node.openSource(join(path, 'x')), 'does not exist. A part of its path is a file, not a folder.'],
    ['a folder', () => node.openSource(folder), 'is a folder. Give the path of a file.'],
    ['a path with a NUL', () => node.openSource('a\0b'), 'cannot be read.'],
    ['a file: URL of another host', () => node.openSource('file://elsewhere/x'), 'cannot be read.'],
    ['an address that is gone', () => node.openSource(`${base}/gone`), 'the server answered 404 Not Found. Check the address.'],
    [
      'a server that is not there',
      () => node.openSource('http://127.0.0.1:9/'),
      'could not be fetched. Check the address and the network.',
    ],
    ['an answer that breaks off', () => node.openSource(`${base}/broken`), 'broke off while it was being fetched. Try again.'],
    [
      'a number',
      () => node.openSource(7 as never, { what: 'model' }),
      'There is no model to read in 7. Give a path, a URL, a File or Blob,',
    ],
  ])('rejects with its code for %s', async (_, call, message) => {
    await expect(call()).rejects.toMatchObject({ name: 'ActivationLensError', code: 'format', message: expect.stringContaining(message) });
  });

  it('keeps the cause and takes the code that it is given', async () => {
    await expect(node.openSource('nowhere.jpg', { code: 'image' })).rejects.toMatchObject({ code: 'image', cause: { code: 'ENOENT' } });
  });

  it('stops when it is aborted', async () => {
    const controller = new AbortController();
    const { signal } = controller;
    const loading = node.openSource(`${base}/slow`, { signal });
    setTimeout(() => controller.abort(), 20);
    await expect(loading).rejects.toMatchObject({ code: 'aborted', message: `Aborted while fetching '${base}/slow'.` });
    await expect(node.openSource(path, { signal })).rejects.toMatchObject({ code: 'aborted' });
    await expect(node.readAll(new Blob([content]), { signal })).rejects.toMatchObject({ code: 'aborted' });
    const reading = new AbortController();
    const source = await node.openSource(path, { signal: reading.signal });
    reading.abort();
    await expect(source.read(0, 1)).rejects.toMatchObject({ code: 'aborted' });
    await source.close?.();
  });

  it('in a browser tells a page that it may not read a disk', async () => {
    await expect(browser.openSource('file:///tmp/x.h5')).rejects.toMatchObject({
      message: expect.stringContaining('is on a disk that a page may not read'),
    });
  });
});

describe.each([
  ['node', node],
  ['browser', browser],
] as const)('zlib in %s', (_, platform) => {
  const compressible = Uint8Array.from({ length: 300_000 }, (_, i) => (i >> 5) * 3);

  it('gives back what it packed', async () => {
    for (const bytes of [compressible, content, new Uint8Array(0), compressible.subarray(7, 9)]) {
      const packed = await platform.deflate(bytes);
      expectBytes(await platform.inflate(packed, bytes.length), bytes);
    }
    expect((await platform.deflate(compressible)).length).toBeLessThan(compressible.length / 20);
  });

  it('takes shared memory', async () => {
    const shared = new Uint8Array(new SharedArrayBuffer(1000)).fill(3);
    const packed = await platform.deflate(shared);
    const sharedPacked = new Uint8Array(new SharedArrayBuffer(packed.length));
    sharedPacked.set(packed);
    expect(await platform.inflate(sharedPacked, 1000)).toEqual(new Uint8Array(1000).fill(3));
  });

  it('gives what there is of a stream that stops, and no more than asked', async () => {
    const packed = await platform.deflate(compressible);
    expect(await platform.inflate(packed, 10)).toEqual(compressible.slice(0, 10));
    expectBytes(await platform.inflate(packed.subarray(0, -4), compressible.length), compressible);
    const half = await platform.inflate(packed.subarray(0, packed.length >> 1), compressible.length);
    expectBytes(half, compressible.subarray(0, half.length));
    expect(half.length).toBeLessThan(compressible.length);
    expect(await platform.inflate(Uint8Array.of(1, 2, 3), 10)).toHaveLength(0);
    expect(await platform.inflate(new Uint8Array(0), 10)).toHaveLength(0);
  });
});

it('draws, and writes what was drawn as PNG', async () => {
  const canvas = await node.createCanvas(3, 2);
  const context = canvas.getContext('2d')!;
  context.fillStyle = '#102030';
  context.fillRect(0, 0, 3, 2);
  expect([...context.getImageData(1, 1, 1, 1).data]).toEqual([0x10, 0x20, 0x30, 255]);
  const { PNG } = await import('pngjs');
  const { width, height, data } = PNG.sync.read(Buffer.from(await node.canvasToPNG(canvas)));
  expect([width, height, ...data.subarray(0, 4)]).toEqual([3, 2, 0x10, 0x20, 0x30, 255]);
});

it('loads the native canvas only when something is decoded or drawn', () => {
  const sources = ['node.ts', 'browser.ts', 'file.ts', 'source.ts', 'drawable.ts'].map((name) =>
    readFileSync(new URL(`../../src/platform/${name}`, import.meta.url), 'utf8'),
  );
  expect(sources.join('\n')).not.toMatch(/^import (?!type)[^;]*@napi-rs\/canvas/m);
});
