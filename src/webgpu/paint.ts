import { colorize } from '../colormap/colorize';
import type { Colormap, Norm, RGBA, RGBAImage, ScalarMap } from '../colormap/types';
import { type Layout, nearestSource } from './layout';
import type { Scaling } from './present';

/** The CPU's way to draw what the GPU draws: the same pixels for 'nearest', the same within a rounding for 'linear'. */
export function paint(
  layout: Layout,
  /** By panel, the maps and the norm of each. */
  panels: readonly (readonly { readonly map: ScalarMap; readonly norm: Norm }[])[],
  { colormap, background, scaling }: { colormap: Colormap; background: RGBA; scaling: Scaling },
): RGBAImage {
  const { width, height } = layout;
  const words = new Uint32Array(width * height).fill(new Uint32Array(Uint8Array.from(background).buffer)[0]!);
  const data = new Uint8ClampedArray(words.buffer);
  layout.panels.forEach((panel, i) => {
    panels[i]!.forEach(({ map, norm }, position) => {
      const left = panel.x + (position % panel.columns) * (panel.cellWidth + panel.gap);
      const top = panel.y + Math.floor(position / panel.columns) * (panel.cellHeight + panel.gap);
      const target = { left, top, width: panel.cellWidth, height: panel.cellHeight };
      const image = colorize(map, { colormap, norm });
      if (scaling === 'nearest') stretchNearest(image, words, width, height, target);
      else stretchLinear(image, data, width, height, target);
    });
  });
  return { width, height, data };
}

interface Rectangle {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

function stretchNearest(image: RGBAImage, out: Uint32Array, width: number, height: number, to: Rectangle): void {
  const source = new Uint32Array(image.data.buffer, image.data.byteOffset, image.width * image.height);
  const columns = Int32Array.from({ length: to.width }, (_, x) => nearestSource(x, to.width, image.width));
  for (let y = 0; y < to.height && to.top + y < height; y++) {
    const row = nearestSource(y, to.height, image.height) * image.width;
    for (let x = 0; x < to.width && to.left + x < width; x++) out[(to.top + y) * width + to.left + x] = source[row + columns[x]!]!;
  }
}

function stretchLinear(
  { width: w, height: h, data }: RGBAImage,
  out: Uint8ClampedArray,
  width: number,
  height: number,
  to: Rectangle,
): void {
  const at = (position: number, cell: number, size: number) => Math.min(size - 1, Math.max(0, ((position + 0.5) * size) / cell - 0.5));
  for (let y = 0; y < to.height && to.top + y < height; y++) {
    const sourceY = at(y, to.height, h);
    const y0 = Math.floor(sourceY);
    const y1 = Math.min(y0 + 1, h - 1);
    for (let x = 0; x < to.width && to.left + x < width; x++) {
      const sourceX = at(x, to.width, w);
      const x0 = Math.floor(sourceX);
      const x1 = Math.min(x0 + 1, w - 1);
      // Colours are mixed times their alpha.
      const mixed = [0, 0, 0, 0];
      for (const [row, part] of [[y0, 1 - sourceY + y0] as const, [y1, sourceY - y0] as const]) {
        for (const [column, share] of [[x0, 1 - sourceX + x0] as const, [x1, sourceX - x0] as const]) {
          const i = (row * w + column) * 4;
          const alpha = (data[i + 3]! / 255) * part * share;
          for (let c = 0; c < 3; c++) mixed[c]! += data[i + c]! * alpha;
          mixed[3]! += alpha;
        }
      }
      const o = ((to.top + y) * width + to.left + x) * 4;
      for (let c = 0; c < 3; c++) out[o + c] = mixed[3]! > 0 ? mixed[c]! / mixed[3]! : 0;
      out[o + 3] = mixed[3]! * 255;
    }
  }
}
