import { describe, expect, it } from 'vitest';
import { figure, imageAxes, layout, mapFigure, picturePixels } from '../../src/figure';
import { pngRenderer } from '../../src/render';
import { decode } from './decode';
import { imagesOf, map, pixel, scene, textsOf } from './scene';

describe('pngRenderer', () => {
  it('draws each picture pixel for pixel in its box', async () => {
    const one = scene();
    const drawn = decode(await pngRenderer.render(one));
    expect([drawn.width, drawn.height]).toEqual([800, 700]);
    let compared = 0;
    for (const { box, frame, image } of imagesOf(one)) {
      const source = { width: image!.width, data: picturePixels(image!) };
      // Two pixels from the edges, where the frame's line is.
      for (let y = box.y + 2; y < box.y + box.height - 2; y++) {
        for (let x = box.x + 2; x < box.x + box.width - 2; x++) {
          const column = Math.floor(((x + 0.5 - frame.x) * image!.width) / frame.width);
          const row = Math.floor(((y + 0.5 - frame.y) * image!.height) / frame.height);
          const expected = pixel(source, column, row);
          const found = pixel(drawn, x, y);
          // The dead map has a word in its middle.
          if (image!.width === 3) expect(found[3]).toBe(255);
          else if (found.some((value, k) => value !== expected[k])) expect(found, `${x}, ${y}`).toEqual(expected);
          compared++;
        }
      }
    }
    expect(compared).toBeGreaterThan(80_000);
  });

  it('puts ink into every text box and nowhere beyond it', async () => {
    const one = scene();
    const drawn = decode(await pngRenderer.render(one));
    const dark = (x: number, y: number) => pixel(drawn, x, y)[1]! < 150;
    for (const mark of textsOf(one)) {
      if (mark.role === 'dead') continue;
      const { x, y, width, height } = mark.box;
      let inside = 0;
      let last = Number.NEGATIVE_INFINITY;
      let first = Number.POSITIVE_INFINITY;
      for (let row = Math.floor(y); row < y + height; row++) {
        for (let column = Math.floor(x); column < x + width; column++) {
          if (!dark(column, row)) continue;
          inside++;
          first = Math.min(first, mark.rotation === 0 ? column : row);
          last = Math.max(last, mark.rotation === 0 ? column : row);
        }
      }
      expect(inside, mark.text).toBeGreaterThan(3);
      // Letters fill the width that the layout counted on, but for the room that each glyph keeps beside itself.
      const [start, length] = mark.rotation === 0 ? [x, width] : [y, height];
      expect(first - start, mark.text).toBeLessThan(5);
      expect(start + length - last, mark.text).toBeLessThan(5);
    }
  });

  it('draws frames and ticks in black, one pixel wide', async () => {
    const one = mapFigure(map(148, 148));
    const drawn = decode(await pngRenderer.render(one));
    const { frame } = layout(one).axes[0]!;
    const middle = Math.round(frame.y + frame.height / 2);
    expect(pixel(drawn, frame.x, middle)).toEqual([0, 0, 0, 255]);
    expect(pixel(drawn, frame.x + frame.width, middle)).toEqual([0, 0, 0, 255]);
    expect(pixel(drawn, frame.x - 2, middle + 5)).toEqual([255, 255, 255, 255]);
    // The tick at 0, half a data pixel from the frame's edge: as in matplotlib's own picture.
    expect(pixel(drawn, 73, 62)).toEqual([0, 0, 0, 255]);
    expect(pixel(drawn, 73, 439)).toEqual([0, 0, 0, 255]);
  });

  it('lets what lies beneath show through transparent pixels', async () => {
    const data = Float32Array.of(0, Number.NaN, 1, 2);
    const { norm } = {
      norm: { limits: () => ({ vmin: 0, vmax: 2 }), apply: (value: number) => value / 2, invert: (at: number) => 2 * at },
    };
    const one = figure({
      figsize: [1, 1],
      background: '#102030',
      axes: [imageAxes({ map: { width: 2, height: 2, data }, norm, ticks: 'none' })],
    });
    const drawn = decode(await pngRenderer.render(one));
    const { x, y, width, height } = imagesOf(one)[0]!.box;
    expect(pixel(drawn, x + 0.75 * width, y + 0.25 * height)).toEqual([16, 32, 48, 255]);
    expect(pixel(drawn, x + 0.25 * width, y + 0.25 * height)).toEqual([68, 1, 84, 255]);
  });

  it('keeps transparent paper transparent', async () => {
    const one = figure({ figsize: [1, 1], background: 'none', axes: [imageAxes({ map: map(4, 4), title: 'x', ticks: 'none' })] });
    const drawn = decode(await pngRenderer.render(one));
    expect(pixel(drawn, 2, 2)[3]).toBe(0);
    const { x, y, width, height } = imagesOf(one)[0]!.box;
    expect(pixel(drawn, x + width / 2, y + height / 2)[3]).toBe(255);
  });

  it('smooths where asked, as Pillow does', async () => {
    const image = { width: 2, height: 1, channels: 1 as const, data: Uint8Array.of(0, 200) };
    const one = figure({ figsize: [2, 1], axes: [imageAxes({ image, interpolation: 'smooth', ticks: 'none' })] });
    const drawn = decode(await pngRenderer.render(one));
    const { x, y, width, height } = imagesOf(one)[0]!.box;
    const row = Array.from({ length: width - 4 }, (_, i) => pixel(drawn, x + 2 + i, y + height / 2)[0]!);
    expect(new Set(row).size).toBeGreaterThan(20);
    expect(row.every((value, i) => i === 0 || value >= row[i - 1]!)).toBe(true);
  });

  it('draws at another dpi, and pictures as they are', async () => {
    const large = decode(await pngRenderer({ dpi: 50 }).render(scene()));
    expect([large.width, large.height]).toEqual([400, 350]);
    const image = { width: 2, height: 1, data: Uint8ClampedArray.of(1, 2, 3, 255, 4, 5, 6, 7) };
    expect([...decode(await pngRenderer.render(image)).data]).toEqual([...image.data]);
  });

  it('is called png, whatever its options', () => {
    expect(pngRenderer.name).toBe('png');
    expect(pngRenderer({ dpi: 20 }).name).toBe('png');
  });

  it('says which colour it cannot read', async () => {
    const one = figure({ background: 'papayawhip', axes: [] });
    await expect(pngRenderer.render(one)).rejects.toMatchObject({
      code: 'shape',
      message: "'papayawhip' is no colour that can be drawn without a browser. Write it as #rrggbb or rgb(r, g, b).",
    });
  });

  it('draws a box for a character that the font lacks', async () => {
    const one = mapFigure(map(4, 4), { title: '層' });
    const mark = textsOf(one).find(({ text }) => text === '層')!;
    const drawn = decode(await pngRenderer.render(one));
    let ink = 0;
    for (let x = mark.box.x; x < mark.box.x + mark.box.width; x++) if (pixel(drawn, x, mark.y - 5)[0]! < 128) ink++;
    expect(ink).toBeGreaterThan(1);
  });
});
