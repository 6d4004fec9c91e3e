import type { Limits } from '../types';
import { CHUNK, layOut, setPalette } from './module';
import type { Plan } from './plan';

// One map is four channels to the kernel: every fourth value each, a pixel's four colours side by side.

/** Smallest and largest of a multiple of 4 values; NaN both if one is. */
export function simdExtent(data: Float32Array): Limits {
  const { exports, floats, lows, highs, input } = layOut(4, CHUNK * 4, CHUNK * 4);
  floats.fill(Number.POSITIVE_INFINITY, lows / 4, lows / 4 + 4);
  floats.fill(Number.NEGATIVE_INFINITY, highs / 4, highs / 4 + 4);
  for (let start = 0; start < data.length; start += CHUNK) {
    const part = data.subarray(start, start + CHUNK);
    floats.set(part, input / 4);
    exports.limits(input, part.length / 4, 4, lows, highs);
  }
  const of = (pick: (...values: number[]) => number, at: number): number => pick(...floats.subarray(at / 4, at / 4 + 4));
  return { vmin: of(Math.min, lows), vmax: of(Math.max, highs) };
}

/** Colours a multiple of 4 values. */
export function simdPaint(
  data: Float32Array,
  { vmin, vmax }: Limits,
  plan: Plan,
  colours: Uint8Array,
  out: Uint8Array | Uint8ClampedArray,
): void {
  const layout = layOut(4, CHUNK * 4, CHUNK * 4);
  const { exports, bytes, words, floats, doubles, exactLows, ranges, lows, highs, scales, targets, input, output } = layout;
  setPalette(layout, colours);
  for (let lane = 0; lane < 4; lane++) {
    doubles[exactLows / 8 + lane] = vmin;
    doubles[ranges / 8 + lane] = vmax - vmin;
    floats[lows / 4 + lane] = plan.low;
    floats[highs / 4 + lane] = plan.high;
    floats[scales / 4 + lane] = plan.scale;
    words[targets / 4 + lane] = output + lane * 4;
  }
  const rows = colours.length / 4 - 4;
  for (let start = 0; start < data.length; start += CHUNK) {
    const part = data.subarray(start, start + CHUNK);
    floats.set(part, input / 4);
    exports.colors(
      input,
      1,
      part.length / 4,
      4,
      16,
      0,
      targets,
      lows,
      highs,
      scales,
      exactLows,
      ranges,
      0,
      rows,
      plan.doubt,
      plan.sure ? 0 : Number.NaN,
    );
    out.set(bytes.subarray(output, output + part.length * 4), start * 4);
  }
}
