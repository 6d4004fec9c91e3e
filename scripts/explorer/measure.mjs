/**
 * How soon the explorer shows its first map, and how long it keeps the page from answering.
 *
 *     node scripts/explorer/measure.mjs
 */
import os from 'node:os';
import { withExplorer } from './app.mjs';

const OPENINGS = 5;

/** Runs in the page before anything else. */
function observe() {
  window.long = [];
  new PerformanceObserver((list) => window.long.push(...list.getEntries().map(({ duration }) => duration))).observe({ type: 'longtask' });
  const look = () => {
    if (document.querySelector('.tile[data-painted]')) window.painted = performance.now();
    else requestAnimationFrame(look);
  };
  look();
}

const milliseconds = (value) => `${Math.round(value)} ms`;
const summary = (values) => {
  const sorted = [...values].sort((a, b) => a - b);
  return `median ${milliseconds(sorted[sorted.length >> 1])}, ${milliseconds(sorted[0])} to ${milliseconds(sorted.at(-1))}`;
};
const load = () => os.loadavg()[0].toFixed(1);

await withExplorer(async ({ app, browser, shown, deep, filesOf }) => {
  console.log(`${os.cpus().length} x ${os.cpus()[0]?.model}, load ${load()}, Chromium ${browser.version()}`);
  const [loads, firsts, longest] = [[], [], []];
  for (let i = 0; i < OPENINGS; i++) {
    // A context has a cache of its own: nothing is there from the opening before.
    const context = await browser.newContext({ viewport: { width: 1440, height: 900 } });
    const page = await context.newPage();
    await page.addInitScript(observe);
    await page.goto(app.url);
    await page.waitForFunction(() => window.painted !== undefined);
    const found = await page.evaluate(() => ({
      load: performance.getEntriesByType('navigation')[0].loadEventEnd,
      painted: window.painted,
      long: window.long,
    }));
    loads.push(found.load);
    firsts.push(found.painted - found.load);
    longest.push(Math.max(0, ...found.long));
    await context.close();
  }
  console.log(`load event after the address was asked for: ${summary(loads)}`);
  console.log(`first map painted after load:              ${summary(firsts)}`);
  console.log(`longest task meanwhile:                    ${summary(longest)}`);

  const page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
  await page.addInitScript(observe);
  await page.goto(app.url);
  await shown(page);
  const stretch = async (what, work) => {
    await page.evaluate(() => window.long.splice(0));
    await work();
    await page.waitForTimeout(200);
    const found = await page.evaluate(() => window.long.splice(0));
    console.log(`${what}: ${found.length} tasks over 50 ms, the longest ${found.length === 0 ? 'none' : milliseconds(Math.max(...found))}`);
  };
  const wheel = async (turns) => {
    for (let i = 0; i < turns; i++) {
      await page.mouse.wheel(0, 700);
      await page.waitForTimeout(16);
    }
  };
  const files = await filesOf(deep());
  await stretch('opening a model of 400 layers', async () => {
    await page.setInputFiles('#model-file', files);
    await shown(page, 'block0_conv0');
    await page.waitForFunction(() => document.querySelectorAll('.layer').length === 400);
  });
  const list = await page.locator('#layers').boundingBox();
  await stretch('scrolling its list', async () => {
    await page.mouse.move(list.x + 50, list.y + 100);
    await wheel(40);
  });
  await stretch('showing its layer of 1024 channels', async () => {
    await page.locator('#filter').fill('block20_conv0');
    await page.locator('.layer[data-path="block20_conv0"]').click();
    await shown(page, 'block20_conv0');
    await page.waitForFunction(() => document.querySelectorAll('.tile').length === 1024);
  });
  await stretch('scrolling those channels', async () => {
    await page.mouse.move(800, 600);
    await wheel(60);
  });
  console.log(`load at the end ${load()}`);
});
