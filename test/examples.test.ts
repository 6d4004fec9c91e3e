import { execFile } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { PNG } from 'pngjs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { tryLaunch, watchConsole } from './browser/launch';
import { ensureDist, ROOT } from './dist';

// The examples import the package by its name, as a user does, and so run what was built.
const out = mkdtempSync(path.join(tmpdir(), 'activation-lens-'));
const run = promisify(execFile);
const example = (file: string, ...args: string[]) => run(process.execPath, [path.join(ROOT, 'examples', file), ...args], { cwd: out });
const decode = (...file: string[]) => PNG.sync.read(readFileSync(path.join(out, ...file)));
const filesIn = (...folder: string[]) => readdirSync(path.join(out, ...folder)).sort();

const { browser, reason } = await tryLaunch();

beforeAll(ensureDist, 180_000);
afterAll(async () => {
  await browser?.close();
  rmSync(out, { recursive: true });
});

it('every example says what it is', () => {
  for (const { name } of readdirSync(path.join(ROOT, 'examples'), { withFileTypes: true }).filter((entry) => entry.isDirectory())) {
    expect(readFileSync(path.join(ROOT, 'examples', name, 'README.md'), 'utf8'), name).toMatch(/^# .+/);
  }
});

describe('examples/node-quickstart', () => {
  it('writes one channel as a picture', async () => {
    const { stdout } = await example('node-quickstart/quickstart.mjs', 'one.png');
    expect(stdout).toContain('Total params: 642,369');
    expect(stdout).toContain('8 activations; conv2d_1, channel 3, 148 x 148, is in one.png');
    const { width, height, data } = decode('one.png');
    expect([width, height]).toEqual([148, 148]);
    expect(new Set(Array.from({ length: width * height }, (_, i) => data.readUInt32BE(i * 4))).size).toBeGreaterThan(100);
  });
});

describe('examples/lesson', () => {
  const { deadChannels, astronaut } = JSON.parse(readFileSync(path.join(ROOT, 'examples/lesson/faces.json'), 'utf8')) as {
    deadChannels: Record<string, number[]>;
    astronaut: number;
  };

  it('shows the whole lesson on the embedded model', async () => {
    const { stdout, stderr } = await example('lesson/demo.mjs');
    expect(stderr.replace(/^.*(Vulkan|BackendVk).*\n/gm, '')).toBe('');
    // What Keras 3.15 says about the same file and picture.
    expect(Number(stdout.match(/^predict.* ms {2}([\d.]+)/m)![1])).toBeCloseTo(astronaut, 3);
    for (const [layer, dead] of Object.entries(deadChannels)) expect(stdout).toContain(`${layer}: ${dead.length} of `);
    for (const dead of Object.values(deadChannels)) expect(stdout).toContain(`(${dead.join(', ')})`);

    expect(filesIn('out/lesson')).toEqual(
      [
        'across-layers.png',
        'all-channels.png',
        'channel-3.png',
        'channel-30.png',
        'index.html',
        'input.png',
        'layers',
        'maps',
        'summary.txt',
      ].sort(),
    );
    expect(filesIn('out/lesson/layers')).toHaveLength(8);
    const counts = filesIn('out/lesson/maps').map((folder) => filesIn('out/lesson/maps', folder).length);
    expect(counts).toEqual([32, 32, 64, 64, 128, 128, 128, 128]);
    const map = decode('out/lesson/maps/04-max_pooling2d_2/063.png');
    expect([map.width, map.height]).toEqual([36, 36]);
  });

  it('puts everything into one page', () => {
    const html = readFileSync(path.join(out, 'out/lesson/index.html'), 'utf8');
    expect(html.match(/<li[^>]*><button/g)).toHaveLength(704);
    expect(html.match(/<li class="dead"/g)).toHaveLength(Object.values(deadChannels).flat().length);
    expect(html.match(/<svg/g)).toHaveLength(4);
    expect(html).toContain('Total params: 642,369');
    expect(html.match(/<img(?![^>]* alt=)/g)).toBeNull();
    // Nothing is fetched: every address is data, a place in the page, or a name of a vocabulary.
    const addresses = [...html.matchAll(/(?:src|href)="([^"]*)"/g)].map(([, address]) => address!);
    expect(addresses.filter((address) => !/^(data:|#)/.test(address))).toEqual([]);
  });

  it.skipIf(!browser)(`makes a page that a browser shows without a complaint${reason ? ` (${reason})` : ''}`, async () => {
    const page = await browser!.newPage({ viewport: { width: 390, height: 800 }, colorScheme: 'dark' });
    const console = watchConsole(page);
    await page.goto(pathToFileURL(path.join(out, 'out/lesson/index.html')).href);
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(390);
    expect(await page.evaluate(() => getComputedStyle(document.body).backgroundColor)).toBe('rgb(20, 22, 26)');
    await page.evaluate(() => {
      for (const image of document.querySelectorAll<HTMLImageElement>('.maps img')) image.loading = 'eager';
    });
    const widths = () => [...document.querySelectorAll<HTMLImageElement>('.maps img')].map((image) => image.naturalWidth);
    await page.waitForFunction(() => [...document.images].every(({ complete }) => complete));
    const sizes = await page.evaluate(widths);
    expect(new Set(sizes)).toEqual(new Set([148, 74, 72, 36, 34, 17, 15, 7]));
    await page.locator('.maps button').nth(31).click();
    await page.keyboard.press('ArrowRight');
    expect(await page.locator('dialog p').textContent()).toMatch(/^max_pooling2d_1, channel 0\. /);
    await page.keyboard.press('Escape');
    expect(await page.evaluate(() => document.activeElement!.firstElementChild!.getAttribute('alt'))).toBe('max_pooling2d_1, channel 0');
    console.check();
  });

  it('takes a model and a picture of the user', async () => {
    const picture = path.join(ROOT, 'examples/lesson/astronaut.jpg');
    const model = path.join(ROOT, 'test/fixtures/summary/keras3-chain.keras');
    const { stdout } = await example('lesson/demo.mjs', model, picture, '--out', 'own');
    expect(stdout).toContain('keras-zip, keras 3.15.1');
    expect(filesIn('own/maps')).toEqual(['01-a_convolution_whose_name_is_much_longer_than_the_column', '02-frozen']);
    expect(filesIn('own')).toContain('channel-7.png');
  });

  it('says in a sentence what is wrong', async () => {
    await expect(example('lesson/demo.mjs', 'nowhere.h5')).rejects.toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/^\nformat: .*nowhere\.h5/),
    });
    const model = path.join(ROOT, 'test/fixtures/summary/keras3-graph.keras');
    await expect(example('lesson/demo.mjs', model)).rejects.toMatchObject({
      code: 1,
      stderr: expect.stringContaining('this one takes a (None, 8, 8, 3) and b (None, 8, 8, 3)'),
    });
  });
});
