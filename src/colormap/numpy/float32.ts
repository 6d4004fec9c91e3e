/**
 * Float32 arithmetic as processors do it, for float32 operands: JavaScript computes in double, and rounding that once more to float32 is
 * not always what one rounding gives.
 */

const room = /* @__PURE__ */ new ArrayBuffer(8);
const double = /* @__PURE__ */ new Float64Array(room);
const words = /* @__PURE__ */ new Uint32Array(room);
const single = /* @__PURE__ */ new Float32Array(room);
const bits = /* @__PURE__ */ new Uint32Array(room);

/** A float32's bits, unsigned. */
export function bitsOf(value: number): number {
  single[0] = value;
  return bits[0]!;
}

/** The float32 with these bits. */
export function fromBits(pattern: number): number {
  bits[0] = pattern;
  return single[0]!;
}

/** a * b + c with one rounding, to nearest. */
export function multiplyAdd(a: number, b: number, c: number): number {
  return Math.fround(exactly(a * b, c));
}

/** a * b + c with one rounding, towards zero. */
export function multiplyAddCut(a: number, b: number, c: number): number {
  return cut(exactly(a * b, c));
}

/** a + b rounded towards zero. */
export function addCut(a: number, b: number): number {
  return cut(exactly(a, b));
}

/** a + b rounded down. */
export function addDown(a: number, b: number): number {
  const sum = exactly(a, b);
  const rounded = Math.fround(sum);
  return rounded <= sum ? rounded : rounded > 0 ? fromBits(bitsOf(rounded) - 1) : -fromBits(bitsOf(-rounded) + 1);
}

/** a * b rounded towards zero: the double product of two float32 is exact. */
export function multiplyCut(a: number, b: number): number {
  return cut(a * b);
}

/** The nearest float32 that is not further from zero. */
function cut(value: number): number {
  const rounded = Math.fround(value);
  return Math.abs(rounded) > Math.abs(value) ? fromBits(bitsOf(rounded) - 1) : rounded;
}

/**
 * a + b as a double 'rounded to odd' (Boldo and Melquiond, 2008): its last bit is set when anything was lost, so that any later rounding
 * to float32 comes out as if from the exact sum.
 */
function exactly(a: number, b: number): number {
  const sum = a + b;
  const back = sum - a;
  const lost = a - (sum - back) + (b - back);
  // What is NaN here was infinite: nothing was lost.
  if (!(lost !== 0 && Math.abs(lost) < Number.POSITIVE_INFINITY)) return sum;
  double[0] = sum;
  if ((words[0]! & 1) === 0) {
    if (lost > 0 === sum > 0) words[0]! |= 1;
    else {
      if (words[0] === 0) words[1]!--;
      words[0]!--;
    }
  }
  return double[0]!;
}

/** value = mantissa * 2 ** exponent with `low` <= mantissa < 2 * low, for any finite value above 0; `low` is between 0.5 and 1. */
export function split(value: number, low: number): { mantissa: number; exponent: number } {
  // Subnormals first become normal.
  const lift = value < 2 ** -126 ? 32 : 0;
  const pattern = bitsOf(value * 2 ** lift);
  const mantissa = fromBits((pattern & 0x7fffff) | 0x3f800000);
  const exponent = (pattern >>> 23) - 127 - lift;
  return mantissa >= 2 * low ? { mantissa: mantissa / 2, exponent: exponent + 1 } : { mantissa, exponent };
}
