import { afterAll, describe, expect, it } from 'vitest';
import { tryLaunch, watchConsole } from './launch';
import { serve } from './serve';

const { browser, reason } = await tryLaunch();

describe.skipIf(!browser)(`the browser that npm ships${reason ? ` (${reason})` : ''}`, () => {
  afterAll(() => browser?.close());

  it('has a WebGPU device, a camera and a clean console', async () => {
    const server = await serve({});
    const page = await browser!.newPage();
    const console = watchConsole(page);
    await page.goto(server.url);
    const found = await page.evaluate(async () => {
      const adapter = await navigator.gpu.requestAdapter();
      const device = await adapter!.requestDevice();
      const buffer = device.createBuffer({ size: 16, usage: GPUBufferUsage.COPY_DST | GPUBufferUsage.MAP_READ });
      device.queue.writeBuffer(buffer, 0, new Uint32Array([1, 2, 3, 4]));
      await buffer.mapAsync(GPUMapMode.READ);
      const values = [...new Uint32Array(buffer.getMappedRange())];
      const camera = await navigator.mediaDevices.getUserMedia({ video: { width: 320, height: 240 } });
      const size = camera.getVideoTracks()[0]!.getSettings();
      for (const track of camera.getTracks()) track.stop();
      return { values, width: size.width, architecture: adapter!.info.architecture };
    });
    expect(found).toMatchObject({ values: [1, 2, 3, 4], width: 320 });
    if (!process.env.ACTIVATION_LENS_CHROMIUM) expect(found.architecture).toBe('swiftshader');
    console.check();
    await server.close();
    await page.close();
  });

  it('notices what a page complains about', async () => {
    const page = await browser!.newPage();
    const console = watchConsole(page);
    await page.evaluate(() => globalThis.console.warn('a complaint'));
    expect(() => console.check()).toThrow('a complaint');
    await page.close();
  });
});
