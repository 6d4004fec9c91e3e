import { describe, expect, it } from 'vitest';
import { type Figure, featureGrid, layerGrid, layout, picturePixels } from '../../src/figure';
import { canvasRenderer, pngRenderer, svgRenderer, terminalRenderer } from '../../src/render';
import { decode } from './decode';
import { readKitty } from './kitty';
import { names, odd } from './odd';
import { imagesOf } from './scene';
import { readSixels } from './sixel';
import { readXML, type XMLElement } from './xml';

interface Pixels {
  readonly width: number;
  readonly height: number;
  readonly data: ArrayLike<number>;
}

/** Paper and ink in one colour, and no frames: what is drawn in another is a picture. */
const paper = [1, 254, 3];
const onlyPictures = (one: Figure): Figure => ({
  ...one,
  background: '#01fe03',
  foreground: '#01fe03',
  axes: one.axes.map((axes) => axes && { ...axes, frame: false }),
});

/** Where the pictures of a drawing end, looked for from the middle of each outwards; undefined for one without a visible pixel. */
function extents(one: Figure, { width, height, data }: Pixels) {
  const painted = (x: number, y: number) => {
    const at = (y * width + x) * 4;
    return x >= 0 && y >= 0 && x < width && y < height && paper.some((value, k) => Math.abs(data[at + k]! - value) > 2);
  };
  return imagesOf(one).map(({ box }) => {
    const [x, y] = [Math.floor(box.x + box.width / 2), Math.floor(box.y + box.height / 2)];
    if (!painted(x, y)) return undefined;
    const end = (dx: number, dy: number) => {
      let steps = 0;
      while (painted(x + dx * (steps + 1), y + dy * (steps + 1))) steps++;
      return steps;
    };
    return { x: x - end(-1, 0), y: y - end(0, -1), right: x + end(1, 0) + 1, bottom: y + end(0, 1) + 1 };
  });
}

function expectBoxes(one: Figure, drawn: Pixels, what: string) {
  const found = extents(one, drawn);
  const bars = layout(one).axes.flatMap(({ colorbar }) => colorbar ?? []);
  imagesOf(one).forEach(({ box, image }, i) => {
    const transparent = picturePixels(image!)[3] === 0;
    expect(found[i] === undefined, `${what}, picture ${i} is seen`).toBe(transparent);
    if (found[i] === undefined) return;
    const { x, y, right, bottom } = found[i];
    // A colorbar's outline lies on the first row and column of its pixels.
    const line = bars.some((bar) => Math.hypot(bar.x - box.x, bar.y - box.y) < 1) ? 1 : 0;
    const differences = [x - box.x - line, y - box.y - line, right - box.x - box.width, bottom - box.y - box.height];
    expect(Math.max(...differences.map(Math.abs)), `${what}, picture ${i}: ${differences}`).toBeLessThanOrEqual(0.5);
  });
}

const all = (element: XMLElement, name: string): XMLElement[] => [
  ...(element.name === name ? [element] : []),
  ...element.children.flatMap((child) => all(child, name)),
];

describe.each(Object.entries(odd))('a figure of %s', (name, make) => {
  it('is drawn by every renderer, pictures in the same boxes to half a pixel', async () => {
    const one = onlyPictures(make());
    const png = decode(await pngRenderer.render(one));
    expectBoxes(one, png, 'PNG');

    const canvas = await canvasRenderer.render(one);
    expectBoxes(one, canvas.getContext('2d')!.getImageData(0, 0, canvas.width, canvas.height), 'canvas');

    const svg = readXML(await svgRenderer.render(one));
    const images = all(svg, 'image').map(({ attributes }) => ['x', 'y', 'width', 'height'].map((side) => Number(attributes[side])));
    expect(images).toEqual(imagesOf(one).map(({ box: { x, y, width, height } }) => [x, y, width, height]));

    const columns = 100;
    const cellWidth = png.width / columns;
    const kitty = readKitty(await terminalRenderer({ graphics: 'kitty', columns, cellWidth }).render(one));
    expectBoxes(one, kitty, 'kitty');
    if (png.width % columns === 0) {
      const sixel = readSixels(await terminalRenderer({ graphics: 'sixel', columns, cellWidth }).render(one));
      expectBoxes(one, sixel, 'sixel');
    }

    const blocks = await terminalRenderer({ graphics: 'blocks', columns }).render(one);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: escape codes begin with one
    const lines = blocks.replace(/\u001b\[[\d;]*m/g, '').split('\n');
    expect(Math.max(...lines.map((line) => [...line].length)), name).toBeLessThanOrEqual(columns);
  });
});

describe('names of layers', () => {
  it('stay text in SVG, whatever is in them', async () => {
    const svg = readXML(await svgRenderer.render(odd.names()));
    const texts = all(svg, 'text').map(({ text }) => text.replace(/\s/g, ' '));
    for (const name of names) expect(texts).toContain(name.replace(/\s/g, ' '));
    expect(all(svg, 'script')).toEqual([]);
  });

  it('send no control characters to a terminal', async () => {
    const bell = { ...odd.names(), title: 'a\u001b]0;owned\u0007\u009b31mb' };
    const text = await terminalRenderer({ columns: 100 }).render(bell);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: those a terminal obeys
    expect(text.replace(/\u001b\[[\d;]*m/g, '')).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/);
  });
});

it('no channels are refused by name', () => {
  for (const grid of [featureGrid, layerGrid]) expect(() => grid([])).toThrow(expect.objectContaining({ code: 'shape' }));
});
