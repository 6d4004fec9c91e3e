/**
 * The pictures of docs/explorer.md.
 *
 *     node scripts/explorer/pictures.mjs [FOLDER]
 */
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { withExplorer } from './app.mjs';

const folder = process.argv[2] ?? 'docs/images';
await mkdir(folder, { recursive: true });
await withExplorer(async ({ app, browser, openTab }) => {
  const draw = async (name, options, show = async () => {}) => {
    const { page, console } = await openTab(browser, app, options);
    await page.waitForSelector('#predictions li');
    await show(page);
    await page.waitForTimeout(500);
    await page.screenshot({ path: path.join(folder, `${name}.png`) });
    console.check();
    await page.close();
  };
  const point = (page) => page.locator('#map').hover({ position: { x: 170, y: 112 } });
  await draw('explorer-light', { width: 1280, height: 960, hash: '#channel=8' }, point);
  await draw('explorer-dark', { width: 1280, height: 960, scheme: 'dark', hash: '#channel=8&colormap=magma&sort=mean' }, point);
  await draw('explorer-phone', { width: 390, height: 844 });
});
