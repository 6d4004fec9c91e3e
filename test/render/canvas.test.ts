import { describe, expect, it, vi } from 'vitest';
import { figure, imageAxes } from '../../src/figure';
import { canvasRenderer, pngRenderer } from '../../src/render';
import { decode } from './decode';
import { firstDifference, imagesOf, map, pixel, scene, textsOf } from './scene';

// As on a machine without fonts: @napi-rs/canvas reads this when it is loaded, on the first drawing.
vi.hoisted(() => {
  process.env.DISABLE_SYSTEM_FONTS_LOAD = '1';
});

const pixelsOf = (canvas: Awaited<ReturnType<typeof canvasRenderer.render>>) =>
  canvas.getContext('2d')!.getImageData(0, 0, canvas.width, canvas.height);

describe('canvasRenderer in Node', () => {
  it('draws the same pictures as pngRenderer, pixel for pixel', async () => {
    const one = scene();
    const drawn = pixelsOf(await canvasRenderer.render(one));
    const expected = decode(await pngRenderer.render(one));
    expect([drawn.width, drawn.height]).toEqual([expected.width, expected.height]);
    for (const mark of imagesOf(one)) if (mark.image!.width !== 3) expect(firstDifference(drawn, expected, mark)).toBe(-1);
  });

  it('has letters without a font on the machine, as wide as the layout counted on', async () => {
    const { GlobalFonts } = await import('@napi-rs/canvas');
    const one = scene();
    const drawn = pixelsOf(await canvasRenderer.render(one));
    expect(GlobalFonts.families.map(({ family }) => family)).toEqual(['Activation Lens Sans']);
    for (const { text, role, box, rotation } of textsOf(one)) {
      if (role === 'dead') continue;
      const ink: number[] = [];
      for (let y = Math.floor(box.y); y < box.y + box.height; y++) {
        for (let x = Math.floor(box.x); x < box.x + box.width; x++) if (pixel(drawn, x, y)[1]! < 150) ink.push(rotation === 0 ? x : y);
      }
      expect(ink.length, text).toBeGreaterThan(3);
      const [start, length] = rotation === 0 ? [box.x, box.width] : [box.y, box.height];
      expect(Math.min(...ink) - start, text).toBeLessThan(5);
      expect(start + length - Math.max(...ink), text).toBeLessThan(5);
    }
  });

  it('draws on the canvas it is given, which takes the size of the figure', async () => {
    const { createCanvas } = await import('@napi-rs/canvas');
    const canvas = createCanvas(5, 5);
    canvas.getContext('2d').translate(40, 40);
    const renderer = canvasRenderer({ canvas: canvas as never, dpi: 50 });
    expect(await renderer.render(scene())).toBe(canvas);
    expect([canvas.width, canvas.height]).toEqual([400, 350]);
    // A second drawing starts from scratch, and whatever the caller did to the context does not move it.
    canvas.getContext('2d').translate(100, 100);
    await renderer.render(figure({ figsize: [8, 7], background: 'none', axes: [imageAxes({ map: map(4, 4), ticks: 'none' })] }));
    const cleared = canvas.getContext('2d').getImageData(0, 0, 400, 350);
    expect(pixel(cleared, 1, 1)).toEqual([0, 0, 0, 0]);
    expect(pixel(cleared, 200, 175)[3]).toBe(255);
  });

  it('keeps what lies beneath transparent pixels', async () => {
    const image = { width: 2, height: 1, data: Uint8ClampedArray.of(255, 0, 0, 255, 0, 0, 0, 0) };
    const one = figure({ figsize: [2, 1], background: '#00ff00', axes: [imageAxes({ image, ticks: 'none' })] });
    const drawn = pixelsOf(await canvasRenderer.render(one));
    const { x, y, width, height } = imagesOf(one)[0]!.box;
    expect(pixel(drawn, x + 0.25 * width, y + height / 2)).toEqual([255, 0, 0, 255]);
    expect(pixel(drawn, x + 0.75 * width, y + height / 2)).toEqual([0, 255, 0, 255]);
  });

  it('says so when the canvas has no 2D context', async () => {
    const canvas = { width: 1, height: 1, getContext: () => null };
    await expect(canvasRenderer({ canvas }).render(scene())).rejects.toMatchObject({
      code: 'backend',
      message: 'The canvas has no 2D context; one that was used with WebGPU or WebGL cannot have one. Pass another canvas.',
    });
  });
});
