import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { colorize, gray, normalize, viridis } from '../../src/colormap';
import { montage } from '../../src/image/montage';
import type { RGBAImage } from '../../src/image/types';

const map = (width: number, height: number, ...values: number[]) => ({ width, height, data: Float32Array.from(values) });
const image = (width: number, height: number, ...colors: number[]): RGBAImage => ({
  width,
  height,
  data: Uint8ClampedArray.from(colors.flatMap((color) => [color, color, color, 255])),
});

/** The red bytes, a row a line. */
function reds({ width, height, data }: RGBAImage): number[][] {
  return Array.from({ length: height }, (_, y) => Array.from({ length: width }, (_, x) => data[(y * width + x) * 4]!));
}

function columnsOf(count: number): number {
  return (montage(Array.from({ length: count }, () => image(1, 1, 0))).width + 1) / 2;
}

describe('montage', () => {
  it('puts pictures in rows, with gaps and free cells in the background', () => {
    const out = montage([image(2, 1, 1, 2), image(2, 1, 3, 4), image(2, 1, 5, 6)], { columns: 2, gap: 1, background: [9, 9, 9, 255] });
    expect(reds(out)).toEqual([
      [1, 2, 9, 3, 4],
      [9, 9, 9, 9, 9],
      [5, 6, 9, 9, 9],
    ]);
  });

  it('scales pixels to squares and leaves gaps as they are', () => {
    expect(reds(montage([image(2, 1, 1, 2), image(2, 1, 3, 4)], { columns: 2, scale: 2 }))).toEqual([
      [1, 1, 2, 2, 255, 3, 3, 4, 4],
      [1, 1, 2, 2, 255, 3, 3, 4, 4],
    ]);
  });

  it('stands smaller pictures in the middle of their cell', () => {
    expect(reds(montage([image(3, 3, 1, 1, 1, 1, 1, 1, 1, 1, 1), image(1, 1, 2)], { columns: 2, gap: 0 }))).toEqual([
      [1, 1, 1, 255, 255, 255],
      [1, 1, 1, 255, 2, 255],
      [1, 1, 1, 255, 255, 255],
    ]);
  });

  it('gives each map its own limits, or all the same', () => {
    const maps = [map(2, 1, 0, 1), map(2, 1, 0, 4)];
    expect(reds(montage(maps, { colormap: gray, gap: 0 }))).toEqual([[0, 255, 0, 255]]);
    expect(reds(montage(maps, { colormap: gray, gap: 0, shareLimits: true }))).toEqual([[0, 64, 0, 255]]);
    expect(reds(montage(maps, { colormap: gray, gap: 0, norm: normalize({ vmin: 0, vmax: 2 }) }))).toEqual([[0, 128, 0, 255]]);
  });

  it("has colorize's bytes", () => {
    const one = map(3, 2, 0, 1, 2, Number.NaN, -5, 8);
    const norm = normalize({ vmin: 0, vmax: 5 });
    expect(montage([one], { norm }).data).toEqual(colorize(one, { colormap: viridis, norm }).data);
  });

  it('takes maps and images of every kind together', () => {
    const grey = { width: 1, height: 1, channels: 1, data: Uint8Array.of(7) } as const;
    const shifted = { width: 1, height: 1, data: new Uint8ClampedArray(7).fill(8).subarray(3) };
    expect(reds(montage([map(1, 1, 3), grey, image(1, 1, 9), shifted], { columns: 4, gap: 0, colormap: gray }))).toEqual([[0, 7, 9, 8]]);
  });

  it('takes 8 columns for 32, fills rows where it can, and is about square where not', () => {
    expect([1, 2, 3, 5, 8, 32, 64, 96, 128, 512].map(columnsOf)).toEqual([1, 2, 3, 3, 4, 8, 8, 12, 16, 32]);
  });

  it('shows every map whole, whatever the layout', () => {
    const sizes = fc.array(fc.tuple(fc.integer({ min: 1, max: 5 }), fc.integer({ min: 1, max: 5 })), { minLength: 1, maxLength: 12 });
    fc.assert(
      fc.property(
        sizes,
        fc.integer({ min: 1, max: 6 }),
        fc.integer({ min: 0, max: 3 }),
        fc.integer({ min: 1, max: 3 }),
        (all, columns, gap, scale) => {
          const images = all.map(([width, height], i) => image(width, height, ...new Array(width * height).fill(i + 1)));
          const out = reds(montage(images, { columns, gap, scale })).flat();
          images.forEach(({ width, height }, i) => {
            expect(out.filter((red) => red === i + 1)).toHaveLength(width * height * scale * scale);
          });
        },
      ),
      { seed: 7, numRuns: 200 },
    );
  });

  it('changes nothing that it was given', () => {
    const one = map(1, 2, 1, 2);
    const two = image(1, 2, 3, 4);
    montage([one, two], { scale: 3 });
    expect([...one.data]).toEqual([1, 2]);
    expect(reds(two)).toEqual([[3], [4]]);
  });

  it.each<[string, () => unknown, string]>([
    ['nothing', () => montage([]), 'montage got an empty list; give it at least one map or image.'],
    ['no list', () => montage(image(1, 1, 1) as never), 'montage got a Object; give it at least one map or image.'],
    ['0 columns', () => montage([image(1, 1, 1)], { columns: 0 }), 'columns is 0; it must be an integer of at least 1.'],
    ['a negative gap', () => montage([image(1, 1, 1)], { gap: -1 }), 'gap is -1; it must be an integer of at least 0.'],
    ['half a scale', () => montage([image(1, 1, 1)], { scale: 0.5 }), 'scale is 0.5; it must be an integer of at least 1.'],
    ['a colour of three', () => montage([image(1, 1, 1)], { background: [1, 2, 3] as never }), 'background is [1, 2, 3]; it must be [red,'],
    ['a hole in the list', () => montage([image(1, 1, 1), undefined as never]), 'Picture 1 of the montage is undefined'],
    ['a map without enough values', () => montage([map(2, 2, 1)]), 'The map is 2 x 2 and its data has 1 values'],
    ['a picture without enough bytes', () => montage([{ ...image(1, 1, 1), width: 2 }]), "Picture 0 of the montage's data has 4 samples"],
  ])('refuses %s', (_, call, message) => {
    expect(call).toThrow(expect.objectContaining({ code: 'shape', message: expect.stringContaining(message) }));
  });
});
