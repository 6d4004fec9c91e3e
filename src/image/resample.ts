import { type Coefficients, fixedPoint, PRECISION_BITS } from './coefficients';

type Samples = Uint8Array | Uint8ClampedArray;

const HALF = 1 << (PRECISION_BITS - 1);

/** One pass along rows: output row `y` comes from source row `y + top`. 8 bits a sample, in Pillow's fixed-point arithmetic. */
export function resampleRows(
  source: Samples,
  width: number,
  channels: number,
  top: number,
  rows: number,
  coefficients: Coefficients,
): Uint8ClampedArray {
  const { first, count, stride } = coefficients;
  const weights = fixedPoint(coefficients.weights);
  const outWidth = first.length;
  // A clamped array clips as Pillow's clip8 does.
  const out = new Uint8ClampedArray(outWidth * rows * channels);
  let o = 0;
  for (let y = 0; y < rows; y++) {
    const row = (y + top) * width * channels;
    for (let x = 0; x < outWidth; x++) {
      const start = row + first[x]! * channels;
      const base = x * stride;
      const n = count[x]!;
      for (let c = 0; c < channels; c++) {
        let sum = HALF;
        for (let j = 0, i = start + c; j < n; j++, i += channels) sum += source[i]! * weights[base + j]!;
        out[o++] = sum >> PRECISION_BITS;
      }
    }
  }
  return out;
}

/** One pass along columns. `top` is the source's row that `source` begins with. */
export function resampleColumns(
  source: Samples,
  width: number,
  channels: number,
  top: number,
  coefficients: Coefficients,
): Uint8ClampedArray {
  const { first, count, stride } = coefficients;
  const weights = fixedPoint(coefficients.weights);
  const outHeight = first.length;
  const rowLength = width * channels;
  const out = new Uint8ClampedArray(rowLength * outHeight);
  const sums = new Int32Array(rowLength);
  for (let y = 0; y < outHeight; y++) {
    // Row by row through the source, as memory lies; integer sums come out the same in any order.
    sums.fill(HALF);
    const base = y * stride;
    let i = (first[y]! - top) * rowLength;
    for (let j = 0; j < count[y]!; j++) {
      const weight = weights[base + j]!;
      for (let x = 0; x < rowLength; x++) sums[x] = sums[x]! + source[i++]! * weight;
    }
    const o = y * rowLength;
    for (let x = 0; x < rowLength; x++) out[o + x] = sums[x]! >> PRECISION_BITS;
  }
  return out;
}

/** Samples that Pillow sums in double precision: 16-bit greys ('I;16') and float32 ('F'), one channel. */
type Wide = Uint16Array | Float32Array;

/** One pass along rows over samples of one channel, summed in double precision. */
export function resampleWideRows<T extends Wide>(source: T, width: number, top: number, rows: number, coefficients: Coefficients): T {
  const { first, count, stride, weights } = coefficients;
  const outWidth = first.length;
  const out = like(source, outWidth * rows);
  const store = storing(out);
  for (let y = 0; y < rows; y++) {
    for (let x = 0; x < outWidth; x++) {
      const start = (y + top) * width + first[x]!;
      let sum = 0;
      for (let j = 0; j < count[x]!; j++) sum += source[start + j]! * weights[x * stride + j]!;
      store(y * outWidth + x, sum);
    }
  }
  return out;
}

/** One pass along columns over samples of one channel, summed in double precision. */
export function resampleWideColumns<T extends Wide>(source: T, width: number, top: number, coefficients: Coefficients): T {
  const { first, count, stride, weights } = coefficients;
  const outHeight = first.length;
  const out = like(source, width * outHeight);
  const store = storing(out);
  for (let y = 0; y < outHeight; y++) {
    for (let x = 0; x < width; x++) {
      let sum = 0;
      for (let j = 0; j < count[y]!; j++) sum += source[(first[y]! - top + j) * width + x]! * weights[y * stride + j]!;
      store(y * width + x, sum);
    }
  }
  return out;
}

function like<T extends Wide>(source: T, length: number): T {
  return new (source.constructor as new (length: number) => T)(length);
}

/** How sums are written: integers are rounded half away from zero and clipped. */
function storing(out: Wide): (index: number, sum: number) => void {
  if (out instanceof Float32Array) {
    return (index, sum) => {
      out[index] = sum;
    };
  }
  return (index, sum) => {
    out[index] = Math.min(65535, Math.max(0, Math.trunc(sum + 0.5)));
  };
}
