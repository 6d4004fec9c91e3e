import { describe, expect, it } from 'vitest';
import { resizeMap } from '../../src/image/resize-map';
import type { Interpolation } from '../../src/image/types';
import { expectBytes, readGoldens } from './golden';

interface Case {
  readonly mode: string;
  readonly width: number;
  readonly height: number;
  readonly interpolation?: Exclude<Interpolation, 'nearest'>;
}

const [first, ...goldens] = readGoldens<Case>('resize').filter(({ mode }) => mode === 'F');
const source = { width: first!.width, height: first!.height, data: new Float32Array(first!.bytes.buffer) };

describe('resizeMap', () => {
  it.each(goldens.map((golden) => [golden.interpolation, golden.width, golden.height, golden.bytes] as const))(
    "makes Pillow's float32 values: %s, %i x %i",
    (interpolation, width, height, bytes) => {
      const resized = resizeMap(source, [height, width], interpolation);
      expect(resized).toMatchObject({ width, height });
      expectBytes(resized.data, bytes);
    },
  );

  it('stays within the limits when it is bilinear, and keeps one value as it is', () => {
    const data = new Float32Array(9).fill(Math.fround(0.1));
    expect(new Set(resizeMap({ width: 3, height: 3, data }, [7, 11]).data)).toEqual(new Set([Math.fround(0.1)]));
  });

  it('does not share memory', () => {
    expect(resizeMap(source, [source.height, source.width]).data).not.toBe(source.data);
  });

  it.each<[() => unknown, string]>([
    [() => resizeMap(source, [0, 1]), 'The height of the resized map is 0'],
    [() => resizeMap(source, [1, 1], 'nearest' as never), "A map is not resized with interpolation 'nearest'"],
    [() => resizeMap(source, [1, 1], 'linear' as never), "Unknown interpolation 'linear'"],
    [() => resizeMap({ ...source, width: 0 }, [1, 1]), 'The map is 0 x 17'],
  ])('refuses bad arguments (%#)', (call, message) => {
    expect(call).toThrow(expect.objectContaining({ code: 'shape', message: expect.stringContaining(message) }));
  });
});
