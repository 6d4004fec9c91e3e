import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { build } from 'vite';
import { watchConsole } from '../browser/launch';
import { serve } from '../browser/serve';
import { ROOT } from '../dist';

const root = `${ROOT}examples/explorer`;
const built = `${ROOT}node_modules/.cache/activation-lens-explorer`;

/** The explorer, built and served. */
export interface App {
  /** Of its page. */
  readonly url: string;
  close(): Promise<void>;
}

/** Builds the explorer as `npm run explorer:build` does, unless the same sources were built before, and serves it. */
export async function buildApp(): Promise<App> {
  const server = await serve({}, { '/some/folder': await folderOf(sourcesHash()) });
  return { url: `${server.url}/some/folder/index.html`, close: () => server.close() };
}

/** The built page of sources with this hash. Others are removed: nobody comes back to them. */
async function folderOf(hash: string): Promise<string> {
  const folder = join(built, hash);
  if (existsSync(folder)) return folder;
  mkdirSync(built, { recursive: true });
  const others = readdirSync(built).filter((name) => !name.startsWith('unfinished'));
  const unfinished = mkdtempSync(join(built, 'unfinished-'));
  try {
    await build({ root, logLevel: 'error', build: { outDir: unfinished, minify: false, reportCompressedSize: false, emptyOutDir: true } });
    // At once, so that what is there is whole.
    renameSync(unfinished, folder);
  } catch (error) {
    rmSync(unfinished, { recursive: true });
    // Another test file may have been faster.
    if (!existsSync(folder)) throw error;
  }
  for (const other of others) if (other !== basename(folder)) rmSync(join(built, other), { recursive: true, force: true });
  return folder;
}

/** Of every byte that the page is built from: its own files, the library's, the lesson's, and the packages' versions. */
function sourcesHash(): string {
  const hash = createHash('sha256');
  for (const path of ['package-lock.json', 'tsconfig.json', 'examples/explorer', 'examples/lesson', 'src', 'test/explorer/app.ts']) {
    const below = statSync(ROOT + path).isDirectory() ? readdirSync(ROOT + path, { recursive: true, encoding: 'utf8' }).sort() : [''];
    for (const name of below) {
      const file = join(ROOT + path, name);
      if (name.startsWith('dist') || name.includes('node_modules') || !statSync(file).isFile()) continue;
      hash.update(`${path}/${name}\0`).update(readFileSync(file));
    }
  }
  return hash.digest('hex').slice(0, 16);
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
