import type { Filter } from './filters';

/** Which source samples make each output sample along one axis, and their weights: those of output `i` begin at `i * stride`. */
export interface Coefficients {
  readonly first: Int32Array;
  readonly count: Int32Array;
  readonly stride: number;
  readonly weights: Float64Array;
}

/** Weights for stretching the samples [start, end) of a row of `inSize` to `outSize` (Pillow's `precompute_coeffs`). */
export function precompute(filter: Filter, inSize: number, start: number, end: number, outSize: number): Coefficients {
  // Pillow's box is of C floats, and so is the difference.
  const scale = Math.fround(end - start) / outSize;
  const filterScale = Math.max(scale, 1);
  const support = filter.support * filterScale;
  const stride = Math.ceil(support) * 2 + 1;
  const inverse = 1 / filterScale;
  const first = new Int32Array(outSize);
  const count = new Int32Array(outSize);
  const weights = new Float64Array(outSize * stride);
  for (let i = 0; i < outSize; i++) {
    const center = start + (i + 0.5) * scale;
    const from = Math.max(0, Math.trunc(center - support + 0.5));
    const n = Math.min(inSize, Math.trunc(center + support + 0.5)) - from;
    const base = i * stride;
    let sum = 0;
    for (let j = 0; j < n; j++) {
      const weight = filter.weight((j + from - center + 0.5) * inverse);
      weights[base + j] = weight;
      sum += weight;
    }
    if (sum !== 0) for (let j = 0; j < n; j++) weights[base + j] = weights[base + j]! / sum;
    first[i] = from;
    count[i] = n;
  }
  return { first, count, stride, weights };
}

/** Bits behind the point of a fixed-point weight: 32 less 8 for the sample, less 2 for sums over 255 and for the sign. */
export const PRECISION_BITS = 32 - 8 - 2;

/** The weights as fixed-point integers, rounded half away from zero (Pillow's `normalize_coeffs_8bpc`). */
export function fixedPoint(weights: Float64Array): Int32Array {
  const fixed = new Int32Array(weights.length);
  for (let i = 0; i < weights.length; i++) {
    const value = weights[i]! * (1 << PRECISION_BITS);
    fixed[i] = value < 0 ? Math.trunc(-0.5 + value) : Math.trunc(0.5 + value);
  }
  return fixed;
}
