import { fileURLToPath } from 'node:url';
import { createServer } from 'vite';

const root = fileURLToPath(new URL('../..', import.meta.url));

/**
 * Builds and serves the explorer as its tests do, starts their Chromium, calls `work` with both and with the tests' own helpers, and ends
 * it all.
 */
export async function withExplorer(work) {
  // Vite reads the tests' TypeScript.
  const vite = await createServer({
    root,
    configFile: false,
    logLevel: 'error',
    server: { middlewareMode: true, watch: null },
    optimizeDeps: { noDiscovery: true },
  });
  const load = (path) => vite.ssrLoadModule(`${root}test/${path}`);
  try {
    const [{ launch }, helpers, models] = await Promise.all(['browser/launch.ts', 'explorer/app.ts', 'explorer/models.ts'].map(load));
    const [app, browser] = await Promise.all([helpers.buildApp(), launch()]);
    try {
      await work({ app, browser, ...helpers, ...models });
    } finally {
      await browser.close();
      await app.close();
    }
  } finally {
    await vite.close();
  }
}
