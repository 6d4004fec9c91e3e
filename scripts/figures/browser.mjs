import { fileURLToPath } from 'node:url';
import { layout, svgRenderer } from 'activation-lens';
import { parseHTML } from 'linkedom';
import { createServer } from 'vite';
import { createPlotRenderer } from '../../examples/custom-renderer/plot-renderer.mjs';

const root = fileURLToPath(new URL('../..', import.meta.url));

/**
 * Draws figures in the tests' Chromium: `svgRenderer`'s documents and the custom renderer's as the browser shows them, and
 * `webgpuRenderer`'s canvas. Calls `write(name, png)` for each.
 *
 * @param figures As `lessonFigures` returns them.
 * @param activations Their activations as an .npz file, for the GPU.
 */
export async function drawInBrowser(figures, activations, write) {
  // Vite reads the tests' TypeScript.
  const options = {
    root,
    configFile: false,
    logLevel: 'error',
    server: { middlewareMode: true, watch: null },
    optimizeDeps: { noDiscovery: true },
  };
  const vite = await createServer(options);
  try {
    const [{ launch, callIn }, { serve, bundle }] = await Promise.all(
      ['launch', 'serve'].map((name) => vite.ssrLoadModule(`${root}test/browser/${name}.ts`)),
    );
    const server = await serve({ '/page.js': await bundle('scripts/figures/page.mjs'), '/activations.npz': activations });
    const browser = await launch();
    try {
      for (const [name, { figure }] of Object.entries(figures)) {
        await write(`${name}.svg.png`, await shoot(browser, await svgRenderer({ embedFont: true }).render(figure), layout(figure), 1));
        // Plot's letters have one size at any resolution: drawn at 100 dpi, and reduced.
        const large = { ...figure, dpi: 100 };
        await write(`${name}.plot.png`, await shoot(browser, await drawPlot(large), layout(large), figure.dpi / 100));
      }
      const page = await browser.newPage();
      await page.goto(server.url);
      const backend = await callIn(page, '/page.js', 'setUp', '/activations.npz');
      if (backend !== 'webgpu') throw new Error(`tfjs runs on ${backend}`);
      for (const [name, { figure, maps }] of Object.entries(figures)) {
        const url = await callIn(page, '/page.js', 'drawWebGPU', JSON.parse(JSON.stringify(figure)), maps);
        await write(`${name}.webgpu.png`, Buffer.from(url.split(',')[1], 'base64'));
      }
    } finally {
      await browser.close();
      await server.close();
    }
  } finally {
    await vite.close();
  }
}

async function shoot(browser, content, { width, height }, deviceScaleFactor) {
  const page = await browser.newPage({ viewport: { width, height }, deviceScaleFactor });
  await page.setContent(`<!doctype html><meta charset="utf-8"><style>body{margin:0}svg{display:block}</style>${content}`);
  await page.evaluate(() => document.fonts.ready);
  const png = await page.screenshot({ clip: { x: 0, y: 0, width, height } });
  await page.close();
  return png;
}

async function drawPlot(figure) {
  const { document } = parseHTML('<!doctype html><body></body>');
  return (await createPlotRenderer({ document }).render(figure)).toString();
}
