import { check, describe } from '../check';
import { normalize } from './norms/normalize';
import { palette } from './palette';
import { rank } from './rank';
import { viridis } from './tables/viridis';
import type { Colormap, Norm, RGBAImage, ScalarMap } from './types';

export interface ColorizeOptions {
  /** Default viridis. */
  colormap?: Colormap | undefined;
  /** Default `normalize()`: from the data's smallest value to its largest. */
  norm?: Norm | undefined;
  /** A picture of the same size to write into; nothing is allocated then. Default: a new one. */
  out?: RGBAImage | undefined;
}

/**
 * A picture of a map's values, one pixel a value. The bytes equal those of `matplotlib.colormaps[name](norm(x), bytes=True)` for the
 * same float32 array `x`: NaN and what the norm has no place for is 'bad' (transparent black), values outside the limits are under or
 * over, data that is all one value is the first colour. (matplotlib 3.11.2 on numpy 2.)
 *
 * @param values `{ width, height, data }`, float32 row-major; a FeatureMap is one. It is not written to.
 *
 * Throws `shape` for a map without pixels, `data` shorter than width * height, an `out` of another size, a colormap without rows, and
 * for limits that the norm refuses.
 */
export function colorize(values: ScalarMap, options: ColorizeOptions = {}): RGBAImage {
  const { colormap = viridis, norm = normalize() } = options;
  const { width, height, data } = values;
  checkMap(values);
  const out = options.out ?? { width, height, data: new Uint8ClampedArray(width * height * 4) };
  checkOut(out, width, height);
  const map = data.length === width * height ? data : data.subarray(0, width * height);
  const colours = palette(colormap);
  const limits = norm.limits(map);
  for (let i = 0; i < map.length; i++) {
    const place = rank(norm, map[i]!, limits, colormap.rows) * 4;
    for (let channel = 0; channel < 4; channel++) out.data[i * 4 + channel] = colours[place + channel]!;
  }
  return out;
}

/** Throws `shape` unless there is at least one pixel and a float32 for each. */
export function checkMap({ width, height, data }: ScalarMap): void {
  check(
    Number.isInteger(width) && Number.isInteger(height) && width >= 1 && height >= 1,
    'shape',
    () => `The map is ${describe(width)} x ${describe(height)}; width and height must be whole numbers of at least 1.`,
    { width, height },
  );
  check(
    data instanceof Float32Array,
    'shape',
    () => `The map's data is ${describe(data)}; it must be a Float32Array. Convert it with Float32Array.from(data).`,
  );
  check(
    data.length >= width * height,
    'shape',
    () => `The map is ${width} x ${height} and its data has ${data.length} values; it needs ${width * height}.`,
    { width, height, length: data.length },
  );
}

/** Throws `shape` unless `out` is a picture of this size with 4 bytes a pixel. */
export function checkOut(out: RGBAImage, width: number, height: number): void {
  check(
    out.width === width && out.height === height && out.data?.length === width * height * 4,
    'shape',
    () =>
      `out is ${describe(out.width)} x ${describe(out.height)} with ${describe(out.data?.length)} bytes; the picture is ${width} x ${height} and needs ${width * height * 4}.`,
    { width, height, bytes: out.data?.length },
  );
}
