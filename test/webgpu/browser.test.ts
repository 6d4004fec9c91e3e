import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { tryLaunch } from '../browser/launch';
import { bundle, type Server, serve } from '../browser/serve';
import { openPage } from './open-page';
import type * as pageModule from './page';

const { browser, reason } = await tryLaunch();

describe.skipIf(!browser)(`WebGPU in a browser${reason ? ` (${reason})` : ''}`, () => {
  let server: Server;
  beforeAll(async () => {
    server = await serve({ '/page.js': await bundle('test/webgpu/page.ts') });
  });
  afterAll(async () => {
    await server?.close();
    await browser?.close();
  });

  /** A page on which tfjs computes on `backend`. */
  function open(backend: string, options: { deviceScaleFactor?: number; before?: () => void } = {}) {
    const { deviceScaleFactor = 1, before } = options;
    return openPage<typeof pageModule>(browser!, server.url, backend, { deviceScaleFactor }, before);
  }

  it('gives the bytes of colorize, every one', async () => {
    const { call, close } = await open('webgpu');
    const { wrong, compared } = await call('bytes');
    expect(compared).toBeGreaterThan(1_000_000);
    expect(wrong).toBe(0);
    await close();
  });

  it('draws on a canvas what montage gives', async () => {
    const { call, close } = await open('webgpu');
    expect(await call('canvas')).toEqual({
      path: 'webgpu',
      reason: "tfjs computes on 'webgpu': maps are coloured on its device.",
      size: [0, 0],
      wrong: 0,
    });
    await close();
  });

  it.each(['webgpu', 'cpu'])('draws a figure with a map in it as canvasRenderer does, on %s', async (backend) => {
    const { call, close } = await open(backend);
    const { size, different, inked, left } = await call('figures');
    expect(size).toEqual([400, 200, 400, 200]);
    expect(different).toBe(0);
    expect(inked).toBeGreaterThan(500);
    expect(left).toBe(0);
    await close();
  });

  it('draws odd figures as canvasRenderer does: one row, one value, no numbers, names of every kind', async () => {
    const { call, close } = await open('webgpu');
    const different = await call('oddFigures');
    expect(Object.keys(different)).toHaveLength(7);
    expect(Object.values(different)).toEqual(new Array(7).fill(0));
    await close();
  });

  it('makes nothing and reads nothing from frame to frame', async () => {
    const { call, close } = await open('webgpu');
    const { counts, tensors } = await call('steady', 100);
    expect(counts).toEqual({ buffers: 0, textures: 0, submits: 100, readbacks: 0 });
    expect(tensors).toHaveLength(1);
    await close();
  });

  it.each([1, 2])('follows the size of the canvas on a screen of %i pixels a pixel', async (deviceScaleFactor) => {
    const { call, close } = await open('webgpu', { deviceScaleFactor });
    expect(await call('resized')).toEqual([
      [100, 50],
      [60, 90],
    ]);
    await close();
  });

  it('says when the device is lost, and goes on with another', async () => {
    const { call, close } = await open('webgpu');
    const { code, message, again } = await call('lost');
    expect(code).toBe('backend');
    expect(message).toContain('The GPU device was lost (destroyed');
    expect(again).toBeGreaterThan(0);
    await close();
  });

  it('colours on the CPU where tfjs computes there, and says so', async () => {
    const { call, close } = await open('cpu');
    expect(await call('canvas')).toEqual({
      path: 'cpu',
      reason:
        "Colours are computed on the CPU: tfjs computes on 'cpu', not on 'webgpu': call tf.setBackend('webgpu') and await tf.ready() first, with @tensorflow/tfjs-backend-webgpu imported.",
      size: [0, 0],
      wrong: 0,
    });
    await close();
  });

  it('does so in a browser without WebGPU', async () => {
    const { call, close } = await open('cpu', {
      before: () => {
        Object.defineProperty(Object.getPrototypeOf(navigator), 'gpu', { value: undefined });
        for (const name of Object.getOwnPropertyNames(globalThis)) if (/^GPU/.test(name)) Reflect.deleteProperty(globalThis, name);
      },
    });
    const { path, reason: why, wrong } = await call('canvas');
    expect([path, wrong]).toEqual(['cpu', 0]);
    expect(why).toContain('there is no navigator.gpu here');
    await close();
  });
});
