import { describe, expect, it } from 'vitest';
import { resize } from '../../src/image/resize';
import type { Box, Interpolation, PixelImage } from '../../src/image/types';
import { expectBytes, type Golden, readGoldens } from './golden';

interface Case {
  readonly mode: 'L' | 'RGB' | 'RGBA' | 'I;16' | 'F';
  readonly width: number;
  readonly height: number;
  readonly interpolation?: Interpolation;
  readonly box?: Box;
}

const CHANNELS = { L: 1, RGB: 3, RGBA: 4, 'I;16': 1, F: 1 } as const;

function imageOf({ mode, width, height, bytes }: Golden<Case>): PixelImage {
  const data = mode === 'I;16' ? new Uint16Array(bytes.buffer) : bytes;
  return { width, height, channels: CHANNELS[mode], data };
}

const goldens = readGoldens<Case>('resize').filter(({ mode }) => mode !== 'F');

describe("resize makes Pillow's bytes", () => {
  let source: PixelImage;
  let checked = 0;
  for (const golden of goldens) {
    const { mode, width, height, interpolation, box } = golden;
    if (interpolation === undefined) {
      source = imageOf(golden);
      continue;
    }
    const from = source!;
    it(`${mode} ${from.width} x ${from.height} to ${width} x ${height}, ${interpolation}${box ? `, box ${box}` : ''} (${checked++})`, () => {
      const before = from.data.slice();
      const resized = resize(from, [height, width], { interpolation, box });
      expect(resized).toMatchObject({ width, height, channels: CHANNELS[mode] });
      expectBytes(resized.data, golden.bytes);
      expect(from.data).toEqual(before);
      expect(resized.data).not.toBe(from.data);
    });
  }
  it('was held against all of them', () => expect(checked).toBe(300));
});

const image: PixelImage = { width: 2, height: 2, channels: 1, data: Uint8Array.of(0, 50, 100, 200) };

describe('resize', () => {
  it('takes nearest when nothing else is asked for', () => {
    expect([...resize(image, [1, 4]).data]).toEqual([100, 100, 200, 200]);
  });

  it('takes an RGBAImage, which says no channels', () => {
    const resized = resize({ width: 1, height: 1, data: Uint8ClampedArray.of(1, 2, 3, 4) }, [1, 2]);
    expect(resized).toMatchObject({ channels: 4, width: 2 });
    expect([...resized.data]).toEqual([1, 2, 3, 4, 1, 2, 3, 4]);
  });

  it('mixes pixels premultiplied: a transparent one lends no colour', () => {
    const data = Uint8Array.of(255, 0, 0, 255, 0, 255, 0, 0);
    expect([...resize({ width: 2, height: 1, channels: 4, data }, [1, 1], { interpolation: 'box' }).data]).toEqual([255, 0, 0, 128]);
  });

  it.each<[string, () => unknown, string]>([
    ['a size of 0', () => resize(image, [0, 3]), 'The height of the resized image is 0; it must be an integer of at least 1.'],
    ['a negative size', () => resize(image, [3, -1]), 'The width of the resized image is -1; it must be an integer of at least 1.'],
    ['half a pixel', () => resize(image, [1.5, 2]), 'The height of the resized image is 1.5;'],
    ['a size that is a number', () => resize(image, 150 as never), 'size is 150; it must be [height, width] in pixels.'],
    ['a size of three', () => resize(image, [1, 2, 3] as never), 'size is [1, 2, 3]; it must be [height, width] in pixels.'],
    ['a gigantic size', () => resize(image, [100_000, 100_000]), 'the resized image would be 100000 x 100000 pixels of 1 channels'],
    [
      'an unknown interpolation',
      () => resize(image, [1, 1], { interpolation: 'cubic' as never }),
      "Unknown interpolation 'cubic'. There are: nearest, bilinear, bicubic, box, hamming, lanczos.",
    ],
    ['a box outside', () => resize(image, [1, 1], { box: [0, 0, 3, 2] }), 'box is [0, 0, 3, 2]; it must be [left, top, right, bottom]'],
    ['a box inside out', () => resize(image, [1, 1], { box: [1, 0, 0, 2] }), 'inside the image of 2 x 2 pixels.'],
    ['no image', () => resize(undefined as never, [1, 1]), 'The image is undefined; it must be an image { width, height, data } of bytes'],
    [
      'floats',
      () => resize({ ...image, data: new Float32Array(4) as never }, [1, 1]),
      'it must be an image { width, height, data } of bytes',
    ],
    [
      'data that is too short',
      () => resize({ ...image, width: 3 }, [1, 1]),
      "The image's data has 4 samples; 3 x 2 pixels of 1 channels are 6.",
    ],
    [
      'two channels',
      () => resize({ ...image, channels: 2 as never }, [1, 1]),
      'The image has 2 channels; an image has 1 (grey), 3 (RGB) or 4',
    ],
    ['no pixels', () => resize({ ...image, width: 0, data: new Uint8Array(0) }, [1, 1]), 'The image is 0 x 2 pixels;'],
  ])('refuses %s', (_, call, message) => {
    expect(call).toThrow(expect.objectContaining({ code: 'shape', message: expect.stringContaining(message) }));
  });
});
