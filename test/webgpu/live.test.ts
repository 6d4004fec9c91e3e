import { mkdir, writeFile } from 'node:fs/promises';
import { PNG } from 'pngjs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { tryLaunch } from '../browser/launch';
import { bundle, type Server, serve } from '../browser/serve';
import type * as pageModule from './live-page';
import { openPage } from './open-page';

const { browser, reason } = await tryLaunch();

describe.skipIf(!browser)(`createLiveView${reason ? ` (${reason})` : ''}`, () => {
  let server: Server;
  beforeAll(async () => {
    server = await serve({ '/page.js': await bundle('test/webgpu/live-page.ts') });
  });
  afterAll(async () => {
    await server?.close();
    await browser?.close();
  });

  function open(backend: string) {
    return openPage<typeof pageModule>(browser!, server.url, backend, { viewport: { width: 640, height: 400 } });
  }

  it('gives frames the numbers of loadImage and imageToTensor, on the GPU', async () => {
    const { call, close } = await open('webgpu');
    expect(await call('frames')).toEqual({ wrong: [], cases: 24 });
    await close();
  });

  it('shows moving maps of a camera, with nothing made and nothing read back from frame to frame', async () => {
    const { page, call, close } = await open('webgpu');
    await call('startCamera');
    const warm = await call('watch', 5);
    expect(warm.running).toBe(false);
    const before = PNG.sync.read(await page.screenshot());
    await call('resume');
    const { counts, tensors, statistics } = await call('watch', 20);
    const screenshot = await page.screenshot();
    const after = PNG.sync.read(screenshot);

    expect(counts).toMatchObject({ buffers: 0, textures: 0, readbacks: 0 });
    expect(tensors).toHaveLength(1);
    expect(statistics).toMatchObject({ path: 'webgpu', submits: 1, gpuMilliseconds: undefined });
    expect(statistics.frames).toBeGreaterThanOrEqual(25);
    expect(statistics.framesPerSecond).toBeGreaterThan(0);
    // Many colours, and not the same ones after a while: the fake camera's pie turns.
    const words = ({ data }: PNG) => new Uint32Array(data.buffer, data.byteOffset, data.length / 4);
    expect(new Set(words(after)).size).toBeGreaterThan(100);
    const changed = words(after).reduce((sum, word, i) => sum + (word === words(before)[i] ? 0 : 1), 0);
    expect(changed).toBeGreaterThan(500);
    if (process.env.ACTIVATION_LENS_SCREENSHOTS) {
      await mkdir(process.env.ACTIVATION_LENS_SCREENSHOTS, { recursive: true });
      await writeFile(`${process.env.ACTIVATION_LENS_SCREENSHOTS}/live.png`, screenshot);
    }
    expect(await call('end')).toEqual({ left: 0, track: 'live', code: 'disposed' });
    await close();
  });

  it.each(['webgpu', 'cpu'] as const)('draws a canvas on %s', async (backend) => {
    const { call, close } = await open(backend);
    const { statistics, colors } = await call('ofCanvas');
    expect(statistics).toMatchObject({ frames: 2, path: backend, submits: backend === 'webgpu' ? 1 : 0 });
    if (backend === 'webgpu') expect(statistics.gpuMilliseconds).toBeGreaterThanOrEqual(0);
    expect(colors).toBeGreaterThan(backend === 'webgpu' ? 0 : 50);
    await close();
  });

  it('says what is wrong', async () => {
    const { call, close } = await open('cpu');
    const [layer, inputs, size] = await call('mistakes');
    expect(layer).toContain("layer-not-found: No layer 'nope'");
    expect(inputs).toContain('shape: A live view needs a model with one picture as input');
    expect(size).toMatch(/^image: /);
    await close();
  });
});
