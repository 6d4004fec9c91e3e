import { describe, expect, it } from 'vitest';
import { colorize, gray, normalize } from '../../src/colormap';
import { overlay } from '../../src/image/overlay';
import type { PixelImage } from '../../src/image/types';

const base: PixelImage = { width: 2, height: 1, channels: 3, data: Uint8Array.of(100, 100, 100, 200, 200, 200) };
const heat = { width: 2, height: 1, data: Float32Array.of(0, 1) };

describe('overlay', () => {
  it('mixes colour and picture', () => {
    expect([...overlay(base, heat, { colormap: gray }).data]).toEqual([50, 50, 50, 255, 228, 228, 228, 255]);
    expect([...overlay(base, heat, { colormap: gray, alpha: 0.25 }).data]).toEqual([75, 75, 75, 255, 214, 214, 214, 255]);
  });

  it('is the picture at alpha 0 and the coloured map at alpha 1', () => {
    expect([...overlay(base, heat, { alpha: 0 }).data]).toEqual([100, 100, 100, 255, 200, 200, 200, 255]);
    expect(overlay(base, heat, { alpha: 1 }).data).toEqual(colorize(heat).data);
  });

  it("stretches the map's values, not its colours, and keeps its limits", () => {
    const wide: PixelImage = { width: 4, height: 1, channels: 1, data: new Uint8Array(4) };
    // Half-pixel centres: 0, 0.25, 0.75, 1 of the way.
    expect([...overlay(wide, heat, { alpha: 1, colormap: gray }).data].filter((_, i) => i % 4 === 0)).toEqual([0, 64, 192, 255]);
    const small: PixelImage = { width: 1, height: 1, channels: 1, data: new Uint8Array(1) };
    expect(overlay(small, { width: 2, height: 2, data: Float32Array.of(0, 0, 0, 4) }, { alpha: 1, colormap: gray }).data[0]).toBe(64);
  });

  it('lets the picture through where the map has no colour', () => {
    expect([
      ...overlay(base, { ...heat, data: Float32Array.of(Number.NaN, 1) }, { norm: normalize({ vmin: 0, vmax: 1 }) }).data.slice(0, 4),
    ]).toEqual([100, 100, 100, 255]);
  });

  it('stays transparent where neither has a colour, and composes alpha', () => {
    const clear = { width: 2, height: 1, data: Uint8ClampedArray.of(9, 9, 9, 0, 40, 40, 40, 128) };
    const out = overlay(
      clear,
      { ...heat, data: Float32Array.of(Number.NaN, 1) },
      { colormap: gray, norm: normalize({ vmin: 0, vmax: 1 }) },
    );
    expect([...out.data.slice(0, 4)]).toEqual([0, 0, 0, 0]);
    expect(out.data[7]).toBe(Math.round(255 * (0.5 + (128 / 255) * 0.5)));
  });

  it.each<[() => unknown, string]>([
    [() => overlay(base, heat, { alpha: 1.5 }), 'alpha is 1.5; it must be a number from 0 (only the picture) to 1.'],
    [() => overlay(base, heat, { alpha: Number.NaN }), 'alpha is NaN'],
    [() => overlay({ ...base, width: 5 }, heat), "The picture under the map's data has 6 samples"],
    [() => overlay(base, { ...heat, height: 9 }), 'The map is 2 x 9 and its data has 2 values'],
  ])('refuses bad arguments (%#)', (call, message) => {
    expect(call).toThrow(expect.objectContaining({ code: 'shape', message: expect.stringContaining(message) }));
  });
});
