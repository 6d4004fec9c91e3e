// From tensors on tfjs' WebGPU backend to pixels on a canvas, in a real browser; the forward pass is left out. All ways in one run, on one
// adapter: the software one that npm brings, or with ACTIVATION_LENS_CHROMIUM a browser's own.
import { bundleTests, lessonActivations, summary } from './harness.mjs';

export const title = 'WebGPU: from activations on the GPU to maps on a canvas, forward pass excluded';

export async function run(note) {
  const tools = "export * from './test/browser/launch'; export * from './test/browser/serve';";
  const { launch, serve, bundle, callIn } = await bundleTests(tools, 'test/browser/launch.ts');
  const maps = lessonActivations(note);
  const files = { '/page.js': await bundle('bench/webgpu-page.ts') };
  for (const [i, { data }] of maps.entries()) files[`/${i}.bin`] = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  const server = await serve(files);
  const browser = await launch();
  try {
    const page = await browser.newPage();
    await page.goto(server.url);
    const call = (name, ...args) => callIn(page, '/page.js', name, ...args);
    const adapter = await call(
      'setUp',
      maps.map(({ shape }) => shape),
    );
    note(`on ${adapter}`);
    const count = maps.reduce((sum, { shape }) => sum + shape[3], 0);
    const group = `the lesson's ${count} maps, each with its own limits`;
    const values = maps.reduce((sum, { data }) => sum + data.length, 0);
    const rows = [];
    for (const name of await call('names')) {
      const slow = name.includes(' a channel');
      const { times, shown, counts } = await call('time', name, slow ? 3 : 15, slow ? 1 : 3);
      rows.push({
        group,
        name,
        values,
        ms: summary(times),
        counts: {
          'ms until shown': summary(shown).best.toFixed(0),
          readbacks: counts.readbacks,
          submits: counts.submits,
          'buffers made': counts.buffers,
          'textures made': counts.textures,
          'MB read back': (counts.readBytes / 1e6).toFixed(1),
        },
      });
    }
    // Once more, so that ours stood on either side of the others.
    const again = await call('time', 'ours', 15, 3);
    rows.push({
      group,
      name: 'ours, again',
      values,
      ms: summary(again.times),
      counts: { 'ms until shown': summary(again.shown).best.toFixed(0) },
    });
    await call('tearDown');
    return rows;
  } finally {
    await browser.close();
    await server.close();
  }
}
