import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { beforeAll, describe, expect, it } from 'vitest';
import { ensureDist, ROOT } from '../dist';
import { decode } from '../render/decode';

const guide = readFileSync(path.join(ROOT, 'docs/figures.md'), 'utf8');
const snippets = [...guide.matchAll(/```js\n(.*?)```/gs)].map(([, code]) => code!);

/** What the guide's reader has by then: the library, a network's activations, a map, an element of a page. */
const before = `
  import { writeFile as write } from 'node:fs/promises';
  import * as library from 'activation-lens';
  Object.assign(globalThis, library);
  const model = await library.loadModel('examples/lesson/faces.h5');
  const input = library.imageToTensor(await library.loadImage('examples/lesson/astronaut.jpg', { size: [150, 150] }), { scale: 1 / 255 });
  globalThis.activations = await library.createExtractor(model, { layers: model.layers.slice(0, 8) }).run(input);
  globalThis.map = await library.sliceChannel(activations.get(0), 3);
  globalThis.element = {};
  globalThis.writeFile = write;
`;

async function run(code: string, after: string): Promise<string> {
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '--eval', `${before}\n${code}\n${after}`], {
    cwd: ROOT,
    maxBuffer: 2 ** 26,
  });
  return stdout;
}

beforeAll(ensureDist, 180_000);

describe('the code of docs/figures.md runs', () => {
  it('all of it', () => {
    expect(snippets.length).toBe(3);
  });

  it('draws a grid as PNG and one channel of each layer as SVG', async () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'activation-lens-'));
    const file = path.join(folder, 'conv2d_1.png');
    const svg = await run(snippets[0]!.replace("'conv2d_1.png'", JSON.stringify(file)), 'process.stdout.write(element.innerHTML);');
    const { width, height } = decode(readFileSync(file));
    rmSync(folder, { recursive: true });
    expect([width, height]).toEqual([1200, 2400]);
    expect(svg.match(/<image /g)?.length).toBe(8);
    for (const name of ['conv2d_1', 'max_pooling2d_4']) expect(svg).toContain(`>${name}</text>`);
  }, 60_000);

  it('describes a figure of a picture and a map with its colorbar', async () => {
    const code = snippets[1]!.replace("'xray.jpg'", "'examples/lesson/astronaut.jpg'");
    const svg = await run(code, 'process.stdout.write(await svgRenderer.render(lens));');
    // The picture, the map, and the colours of its bar.
    expect(svg.match(/<image /g)?.length).toBe(3);
    expect(svg).toContain('>conv2d_1, channel 3</text>');
    expect(svg.match(/>activation<\/text>/g)?.length).toBe(2);
  }, 60_000);

  it('prints in a terminal', async () => {
    const text = await run(`const figure = mapFigure(map);\n${snippets[2]!}`, '');
    expect(text).toContain('▀');
  }, 60_000);
});
