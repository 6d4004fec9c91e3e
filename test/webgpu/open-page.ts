import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { expect } from 'vitest';
import { callIn, watchConsole } from '../browser/launch';

// biome-ignore lint/suspicious/noExplicitAny: any function that takes and gives plain data.
type Functions = Record<string, (...args: any[]) => unknown>;

/** A page of `/page.js`, whose functions are `Exports` and whose `setUp` brings tfjs to a backend. */
export interface OpenedPage<Exports extends Functions> {
  readonly page: Page;
  call<K extends keyof Exports & string>(name: K, ...args: Parameters<Exports[K]>): Promise<Awaited<ReturnType<Exports[K]>>>;
  /** Throws if the console said anything bad. */
  close(): Promise<void>;
}

/** Opens the page with tfjs on `backend`. `before` runs in it before anything else. */
export async function openPage<Exports extends Functions>(
  browser: Browser,
  url: string,
  backend: string,
  options: BrowserContextOptions = {},
  before?: () => void,
): Promise<OpenedPage<Exports>> {
  const context = await browser.newContext(options);
  const page = await context.newPage();
  if (before) await page.addInitScript(before);
  const console = watchConsole(page);
  await page.goto(url);
  expect(await callIn(page, '/page.js', 'setUp', backend)).toBe(backend);
  return {
    page,
    call: (name, ...args) => callIn(page, '/page.js', name, ...args) as never,
    async close() {
      console.check();
      await context.close();
    },
  };
}
