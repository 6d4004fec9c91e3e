/**
 * Model files in the explorer, as someone meets it who drops one: a screenshot of each, and what the page says.
 *
 *     node scripts/explorer/files.mjs FOLDER FILE...
 */
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { withExplorer } from './app.mjs';

const [folder, ...files] = process.argv.slice(2);
await mkdir(folder, { recursive: true });
await withExplorer(async ({ app, browser, openTab }) => {
  for (const file of files) {
    const { page, console } = await openTab(browser, app, { width: 1280, height: 800 });
    const start = performance.now();
    const name = path.basename(file);
    await page.setInputFiles('#model-file', file);
    const outcome = await page
      .waitForFunction(
        (name) => {
          const alert = document.querySelector('#alert:not([hidden]) p')?.textContent;
          if (alert) return alert;
          const opened = document.querySelector('#model-facts').textContent.startsWith(name);
          const [tile] = document.querySelectorAll('.tile');
          if (!opened || !document.documentElement.dataset.shown || (tile && !tile.dataset.painted)) return false;
          return ['#model-facts', '#layer-heading', '#layer-facts', '#grid-note', '#input-note']
            .map((selector) => document.querySelector(selector)?.textContent.trim())
            .join(' | ');
        },
        name,
        { timeout: 60_000 },
      )
      .then((handle) => handle.jsonValue())
      .catch((error) => error.message.split('\n')[0]);
    process.stdout.write(`${name}: ${((performance.now() - start) / 1000).toFixed(1)} s\n  ${outcome}\n`);
    for (const line of console.lines.filter((line) => /^(warning|error|pageerror)/.test(line))) process.stdout.write(`  ${line}\n`);
    await page.waitForTimeout(300);
    await page.screenshot({ path: path.join(folder, `${name}.png`) });
    await page.close();
  }
});
