import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Browser, Page } from 'playwright-core';
import { build } from 'vite';
import { watchConsole } from '../browser/launch';
import { serve } from '../browser/serve';

const root = fileURLToPath(new URL('../../examples/explorer', import.meta.url));

/** The explorer, built and served. */
export interface App {
  /** Of its page. */
  readonly url: string;
  close(): Promise<void>;
}

/** Builds the explorer as `npm run explorer:build` does, into a folder that goes with `close()`. */
export async function buildApp(): Promise<App> {
  const folder = mkdtempSync(join(tmpdir(), 'activation-lens-'));
  await build({ root, logLevel: 'error', build: { outDir: folder, minify: false, reportCompressedSize: false, emptyOutDir: true } });
  const server = await serve({}, { '/some/folder': folder });
  return {
    url: `${server.url}/some/folder/index.html`,
    async close() {
      await server.close();
      rmSync(folder, { recursive: true });
    },
  };
}

/** A tab with the explorer in it, once its first maps are there. */
export async function openTab(
  browser: Browser,
  app: App,
  { query = '', hash = '', width = 1440, height = 900, scheme = 'light' as 'light' | 'dark' } = {},
): Promise<{ page: Page; console: ReturnType<typeof watchConsole> }> {
  const page = await browser.newPage({ viewport: { width, height }, colorScheme: scheme, acceptDownloads: true });
  const console = watchConsole(page);
  await page.goto(app.url + query + hash);
  await shown(page);
  return { page, console };
}

/** Waits until a layer of the latest model and picture is on the page, painted where it can be seen. */
export async function shown(page: Page, path?: string): Promise<void> {
  await page.waitForFunction(
    (wanted) => {
      const now = document.documentElement.dataset.shown;
      const tiles = [...document.querySelectorAll<HTMLElement>('.tile')].slice(0, 4);
      return now !== undefined && (wanted === undefined || now === wanted) && tiles.every(({ dataset }) => dataset.painted);
    },
    path,
    { timeout: 30_000 },
  );
}
