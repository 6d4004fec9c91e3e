import { check, describe } from '../check';
import { simdExtent, simdPaint } from './kernel/map';
import { hasKernel } from './kernel/module';
import { plan } from './kernel/plan';
import { asWords, paint } from './kernel/scalar';
import { extent } from './norms/limits';
import { normalize } from './norms/normalize';
import { palette } from './palette';
import { paintAny } from './rank';
import { viridis } from './tables/viridis';
import type { Colormap, Limits, Norm, RGBAImage, ScalarMap } from './types';

/** Options of `colorize`. */
export interface ColorizeOptions {
  /** Default viridis. */
  colormap?: Colormap | undefined;
  /** Default `normalize()`: from the data's smallest value to its largest. */
  norm?: Norm | undefined;
  /** A picture of the same size to write into, or its bytes; no picture is allocated then. Default: a new one. */
  out?: RGBAImage | Uint8ClampedArray | undefined;
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
  const colours = palette(colormap);
  const map = data.length === width * height ? data : data.subarray(0, width * height);
  const out = picture(options.out, width, height);
  const limits = limitsOf(map, norm);
  if (out.data.byteOffset % 4 === 0) fill(map, norm, limits, colours, out.data);
  else {
    const aligned = new Uint8ClampedArray(out.data.length);
    fill(map, norm, limits, colours, aligned);
    out.data.set(aligned);
  }
  return out;
}

function limitsOf(map: Float32Array, norm: Norm): Limits {
  if (norm.fromExtent === undefined) return norm.limits(map);
  let found: Limits | undefined;
  const find = (): Limits => {
    found ??= fastExtent(map);
    return found;
  };
  // A norm with limits of its own does not ask for these.
  return norm.fromExtent({
    get vmin() {
      return find().vmin;
    },
    get vmax() {
      return find().vmax;
    },
  });
}

function fill(map: Float32Array, norm: Norm, limits: Limits, colours: Uint8Array, out: Uint8ClampedArray): void {
  const words = asWords(out);
  if (!norm.linear) {
    paintAny(norm, map, limits, colours, words);
    return;
  }
  const fast = hasKernel() && plan(limits, colours.length / 4 - 4);
  const main = fast ? map.length & ~3 : 0;
  if (fast) simdPaint(map.subarray(0, main), limits, fast, colours, out);
  paint(map, main, 1, limits, asWords(colours), words, main, map.length - main, 1, 0);
}

/** Smallest and largest value; NaN both if one is. */
function fastExtent(map: Float32Array): Limits {
  const main = hasKernel() ? map.length & ~3 : 0;
  if (main === 0) return extent(map);
  const most = simdExtent(map.subarray(0, main));
  if (main === map.length) return most;
  const rest = extent(map.subarray(main));
  return { vmin: Math.min(most.vmin, rest.vmin), vmax: Math.max(most.vmax, rest.vmax) };
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

/** What the caller gave to write into, or a new picture. Throws `shape` if that is not of this size with 4 bytes a pixel. */
export function picture(given: RGBAImage | Uint8ClampedArray | undefined, width: number, height: number): RGBAImage {
  if (given === undefined) return { width, height, data: new Uint8ClampedArray(width * height * 4) };
  const out = ArrayBuffer.isView(given) ? { width, height, data: given } : given;
  check(
    out.width === width && out.height === height && out.data?.length === width * height * 4,
    'shape',
    () =>
      `out is ${describe(out.width)} x ${describe(out.height)} with ${describe(out.data?.length)} bytes; the picture is ${width} x ${height} and needs ${width * height * 4}.`,
    { width, height, bytes: out.data?.length },
  );
  return out;
}
