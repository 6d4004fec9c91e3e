import { svgElementAttributes } from 'svg-element-attributes';
import { describe, expect, it } from 'vitest';
import { featureGrid, figure, imageAxes, picturePixels } from '../../src/figure';
import { svgRenderer } from '../../src/render';
import { decode } from './decode';
import { odd } from './odd';
import { imagesOf, map, scene, textsOf } from './scene';
import { validateSVG } from './validate';
import { readXML, type XMLElement } from './xml';

const all = (element: XMLElement, name: string): XMLElement[] => [
  ...(element.name === name ? [element] : []),
  ...element.children.flatMap((child) => all(child, name)),
];
const numbers = (element: XMLElement, ...names: string[]) => names.map((name) => Number(element.attributes[name]));

describe('svgRenderer', () => {
  it('writes well-formed XML with title and description, and the role of an image', async () => {
    const svg = readXML(await svgRenderer.render(scene()));
    expect(svg.name).toBe('svg');
    expect(svg.attributes).toMatchObject({ width: '800', height: '700', viewBox: '0 0 800 700', role: 'img' });
    const [title, desc] = [all(svg, 'title')[0]!, all(svg, 'desc')[0]!];
    expect(title.text).toBe('Maps & <more>');
    expect(desc.text).toBe('Four axes: "maps", a dead one, bars');
    expect(svg.attributes['aria-labelledby']).toBe(`${title.attributes.id} ${desc.attributes.id}`);
  });

  it('uses elements and attributes that SVG 1.1 and 2 have', async () => {
    // The list has neither XML's own attributes nor ARIA's, nor those that SVG 2 deprecates; data-* are SVG 2's.
    const anywhere = new Set([
      ...svgElementAttributes['*']!,
      'xmlns',
      'xmlns:xlink',
      'xlink:href',
      'xml:space',
      'role',
      'aria-labelledby',
      'aria-hidden',
    ]);
    const unknown: string[] = [];
    const visit = ({ name, attributes, children }: XMLElement) => {
      const own = svgElementAttributes[name];
      if (!own) unknown.push(`<${name}>`);
      for (const attribute of Object.keys(attributes)) {
        if (!anywhere.has(attribute) && !attribute.startsWith('data-') && !own?.includes(attribute)) unknown.push(`<${name} ${attribute}>`);
      }
      children.forEach(visit);
    };
    const grid = featureGrid([map(3, 4), map(3, 4), map(3, 4)], { columns: 2, title: 'all' });
    const plain = figure({ axes: [imageAxes({ size: [3, 4], title: 'empty' })] });
    for (const one of [scene(), grid, plain]) {
      for (const embedFont of [false, true]) visit(readXML(await svgRenderer({ embedFont }).render(one)));
    }
    expect(unknown).toEqual([]);
  });

  it('is valid SVG 1.1', async () => {
    const grid = featureGrid([map(3, 4), map(3, 4), map(3, 4)], { columns: 2, title: 'all', colorbar: true });
    const empty = figure({ axes: [null, imageAxes({ size: [3, 4] })] });
    const picture = { width: 2, height: 1, data: Uint8ClampedArray.of(1, 2, 3, 255, 4, 5, 6, 7) };
    for (const one of [scene(), grid, figure({ axes: [] }), empty, picture]) {
      expect(validateSVG(await svgRenderer.render(one))).toEqual([]);
    }
    expect(validateSVG(await svgRenderer({ embedFont: true }).render(scene()))).toEqual([]);
    for (const [name, make] of Object.entries(odd)) expect(validateSVG(await svgRenderer.render(make())), name).toEqual([]);
  });

  it('would not be valid with elements, attributes or ids that SVG has not', async () => {
    const svg = await svgRenderer.render(scene());
    const spoilt = (from: string | RegExp, to: string) => validateSVG(svg.replace(from, to)).join(' ');
    expect(spoilt('<image class', '<image role="img" class')).toContain('No declaration for attribute role of element image');
    expect(spoilt('</svg>', '<figure/></svg>')).toContain('No declaration for element figure');
    expect(spoilt(/ xlink:href="[^"]*"/, '')).toContain('Element image does not carry attribute xlink:href');
    expect(spoilt(/aria-labelledby="\S+/, 'aria-labelledby="nobody')).toContain('references an unknown ID "nobody"');
    expect(spoilt('</text>', '')).toContain('mismatch');
  });

  it('has every picture in its box, the pixels those of the figure', async () => {
    const one = scene();
    const images = all(readXML(await svgRenderer.render(one)), 'image');
    const marks = imagesOf(one);
    expect(images.length).toBe(marks.length);
    images.forEach((image, i) => {
      const { box, image: picture } = marks[i]!;
      expect(numbers(image, 'x', 'y', 'width', 'height')).toEqual([box.x, box.y, box.width, box.height]);
      expect(image.attributes.style).toContain('image-rendering:pixelated');
      expect(image.attributes.preserveAspectRatio).toBe('none');
      const decoded = decode(Buffer.from(image.attributes['xlink:href']!.replace('data:image/png;base64,', ''), 'base64'));
      expect([decoded.width, decoded.height]).toEqual([picture!.width, picture!.height]);
      expect(decoded.data).toEqual(new Uint8Array(picturePixels(picture!)));
    });
  });

  it('has text as text, fitted to its box', async () => {
    const one = scene();
    const texts = all(readXML(await svgRenderer.render(one)), 'text');
    const marks = textsOf(one);
    expect(texts.map(({ text }) => text)).toEqual(marks.map(({ text }) => text));
    texts.forEach((text, i) => {
      const mark = marks[i]!;
      if (mark.text.length > 1) expect(Number(text.attributes.textLength)).toBeCloseTo(mark.advance, 2);
      expect(Number(text.attributes['font-size'])).toBeCloseTo(mark.size, 2);
      expect(text.attributes['text-anchor']).toBe('middle');
      if (mark.rotation !== 0) expect(text.attributes.transform).toContain('rotate(-90)');
      else {
        expect(Number(text.attributes.x)).toBeCloseTo(mark.box.x + mark.box.width / 2, 2);
        expect(Number(text.attributes.y)).toBe(mark.y);
      }
    });
  });

  it('refers only to what it holds', async () => {
    const text = await svgRenderer.render(scene());
    const svg = readXML(text);
    const ids = new Set<string>();
    const visit = (element: XMLElement) => {
      if (element.attributes.id !== undefined) {
        expect(ids.has(element.attributes.id)).toBe(false);
        ids.add(element.attributes.id);
      }
      element.children.forEach(visit);
    };
    visit(svg);
    for (const [, id] of text.matchAll(/url\(#([^)]+)\)/g)) expect(ids).toContain(id);
    expect(text).not.toMatch(/https?:(?!\/\/www\.w3\.org\/(2000\/svg|1999\/xlink)")/);
  });

  it('has other ids for other figures, the same for the same, and those it is given', async () => {
    const id = (text: string) => /aria-labelledby="([^ "]+)/.exec(text)?.[1];
    const other = { ...scene(), title: 'Another' };
    expect(id(await svgRenderer.render(scene()))).toBe(id(await svgRenderer.render(scene())));
    expect(id(await svgRenderer.render(other))).not.toBe(id(await svgRenderer.render(scene())));
    const noisy = (last: number) => {
      const data = new Uint8ClampedArray(200 * 200 * 4).map((_, i) => (i * 2654435761) >>> 13);
      data[data.length - 4] = last;
      return figure({ title: 'noise', axes: [imageAxes({ image: { width: 200, height: 200, data } })] });
    };
    expect(id(await svgRenderer.render(noisy(1)))).not.toBe(id(await svgRenderer.render(noisy(2))));
    expect(id(await svgRenderer({ id: 'mine' }).render(scene()))).toBe('mine-title');
  });

  it('escapes what titles may hold', async () => {
    const one = figure({ title: `a < b && "c" > 'd' \u0007`, axes: [imageAxes({ map: map(2, 2), title: '</text><script>' })] });
    const svg = readXML(await svgRenderer.render(one));
    expect(all(svg, 'title')[0]!.text).toBe(`a < b && "c" > 'd' `);
    expect(all(svg, 'script')).toEqual([]);
    // Half a surrogate pair is no character of XML.
    const odd = await svgRenderer.render(figure({ title: 'a\ud800b\udc00c 🫁', axes: [imageAxes({ map: map(2, 2) })] }));
    expect(all(readXML(odd), 'title')[0]!.text).toBe('a\ufffdb\ufffdc 🫁');
  });

  it('draws a plain picture without a title', async () => {
    const svg = readXML(await svgRenderer.render({ width: 2, height: 1, data: Uint8ClampedArray.of(1, 2, 3, 255, 4, 5, 6, 7) }));
    expect(svg.attributes).toMatchObject({ width: '2', height: '1' });
    expect(all(svg, 'image').length).toBe(1);
  });

  it('carries its font where asked', async () => {
    const with_ = await svgRenderer({ embedFont: true }).render(scene());
    const bytes = Buffer.from(/base64,([^)]+)\)\}<\/style>/.exec(with_)![1]!, 'base64');
    expect([...bytes.subarray(0, 4)]).toEqual([0, 1, 0, 0]);
    readXML(with_);
  });
});
