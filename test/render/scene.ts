import type { ImageMark, TextMark } from '../../src/figure';
import { axes, type Figure, figure, imageAxes, layout } from '../../src/figure';

/** A map with something to see, and no symmetry that would hide a flip. */
export const map = (width: number, height: number) => ({
  width,
  height,
  data: Float32Array.from({ length: width * height }, (_, i) => Math.sin((i % width) / 3) * (1 + Math.floor(i / width))),
});

/** One of everything that renderers draw. */
export const scene = (): Figure =>
  figure({
    rows: 2,
    columns: 2,
    figsize: [8, 7],
    title: 'Maps & <more>',
    description: 'Four axes: "maps", a dead one, bars',
    axes: [
      imageAxes({ map: map(13, 9), title: 'conv2d_1', xlabel: 'column', ylabel: 'row', colorbar: { label: 'activation' } }),
      imageAxes({ map: map(40, 40), title: 'max_pooling2d_1', ticks: 'bottom' }),
      imageAxes({ map: { width: 3, height: 3, data: new Float32Array(9) }, ticks: 'none' }),
      axes({
        title: 'Größe – ещё',
        plots: [
          { kind: 'bars', edges: [0, 1, 2, 3], heights: [2, 5, 1] },
          { kind: 'line', x: [0, 1.5, 3], y: [0, 6, 0], color: '#d62728' },
        ],
      }),
    ],
  });

export const imagesOf = (one: Figure): ImageMark[] => layout(one).marks.filter((mark): mark is ImageMark => mark.kind === 'image');
export const textsOf = (one: Figure): TextMark[] => layout(one).marks.filter((mark): mark is TextMark => mark.kind === 'text');

/** The pixel at (x, y). */
export const pixel = ({ width, data }: { width: number; data: ArrayLike<number> }, x: number, y: number): number[] => {
  const at = (Math.floor(y) * width + Math.floor(x)) * 4;
  return [data[at]!, data[at + 1]!, data[at + 2]!, data[at + 3]!];
};

interface Pixels {
  readonly width: number;
  readonly data: Uint8Array | Uint8ClampedArray;
}

/** The first row in which two drawings differ inside a picture's box, its edges (where the frame's line lies) left out; -1 for none. */
export function firstDifference(one: Pixels, two: Pixels, { box }: ImageMark): number {
  const row = ({ width, data }: Pixels, y: number) => data.subarray((y * width + box.x + 2) * 4, (y * width + box.x + box.width - 2) * 4);
  for (let y = box.y + 2; y < box.y + box.height - 2; y++) {
    const [a, b] = [row(one, y), row(two, y)];
    if (a.length !== b.length || a.some((value, i) => value !== b[i])) return y;
  }
  return -1;
}
