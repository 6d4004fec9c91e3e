import { addCut, addDown, bitsOf, multiplyAdd, multiplyAddCut, multiplyCut, split } from './float32';

// Where the rounded reciprocal of a mantissa in [0.5, 1) steps from (64 - i) / 32 to (63 - i) / 32: bits above 0x3f000000, in units of 128.
const STEPS = [
  0x206, 0x627, 0xa6a, 0xed0, 0x135d, 0x180f, 0x1cf2, 0x21fd, 0x2736, 0x2c9f, 0x3240, 0x3812, 0x3e25, 0x446e, 0x4afe, 0x51d2, 0x58ef,
  0x6057, 0x6817, 0x702d, 0x78a5, 0x8182, 0x8acd, 0x948a, 0x9ecb, 0xa98f, 0xb4e9, 0xc0e0, 0xcd88, 0xdae6, 0xe915, 0xf823,
];

// log2 of the inverse of each reciprocal (of half of it from 1.5 on), in two parts.
const HIGH = /* @__PURE__ */ Float32Array.of(
  0,
  -4.4387817e-2,
  -8.746338e-2,
  -1.2928772e-1,
  -1.6992188e-1,
  -2.094574e-1,
  -2.479248e-1,
  -2.854004e-1,
  -3.2192993e-1,
  -3.575592e-1,
  -3.9231873e-1,
  -4.2626953e-1,
  -4.5942688e-1,
  -4.918518e-1,
  -5.235596e-1,
  -5.5459595e-1,
  4.1503906e-1,
  3.8528442e-1,
  3.5614014e-1,
  3.2757568e-1,
  2.9956055e-1,
  2.7207947e-1,
  2.4511719e-1,
  2.1864319e-1,
  1.9264221e-1,
  1.6711426e-1,
  1.4201355e-1,
  1.1735535e-1,
  9.310913e-2,
  6.925964e-2,
  4.5806885e-2,
  2.2720337e-2,
);
const LOW = /* @__PURE__ */ Float32Array.of(
  0,
  -6.3019756e-6,
  5.376559e-7,
  4.7027816e-6,
  -3.1264424e-6,
  4.031832e-6,
  -2.708756e-6,
  -1.8282373e-6,
  1.8367533e-6,
  7.1994837e-6,
  1.3028072e-6,
  4.776548e-6,
  -4.7387543e-6,
  -1.2896891e-6,
  -2.3857444e-6,
  7.095588e-6,
  -1.5632212e-6,
  5.7320567e-6,
  3.6735066e-6,
  -1.0255652e-6,
  -2.650161e-7,
  7.7663366e-8,
  -4.6896635e-6,
  -2.9020011e-6,
  2.8660284e-6,
  -4.271977e-6,
  5.455068e-6,
  1.6039585e-6,
  2.735321e-7,
  3.0188824e-6,
  -3.1951524e-6,
  -2.6041397e-7,
);
const LOG2 = /* @__PURE__ */ Float32Array.of(2.8862777e-1, -3.6074772e-1, 4.8089835e-1, -7.213475e-1, 1.9259822e-8);
const LOG2_OF_E = /* @__PURE__ */ Math.fround(Math.LOG2E);
const EXP2 = /* @__PURE__ */ Float32Array.of(5.672149e-2, 2.4017876e-1, 6.931478e-1);

/**
 * `value ** exponent` of float32s as numpy gives it (`np.power` of a float32 array and a number) on a processor with AVX-512: by hand for
 * the exponents that numpy takes care of itself, and by `__svml_powf16` of Intel's SVML otherwise, which is up to 1 unit in the last
 * place from the true value. The method and constants are that function's (github.com/numpy/SVML, BSD-3-Clause, see LICENSE.md here).
 *
 * @param value above 0.
 * @param exponent a finite float32.
 */
export function power(value: number, exponent: number): number {
  if (exponent === 0.5) return Math.fround(Math.sqrt(value));
  if (exponent === 1) return value;
  if (exponent === 2) return Math.fround(value * value);
  if (exponent === -1) return Math.fround(1 / value);
  const exact = Math.fround(value ** exponent);
  if (!(value > 0 && value < Number.POSITIVE_INFINITY)) return exact;

  // log2(value) = high + low, from a reciprocal of 6 bits and a polynomial in what it leaves.
  const { mantissa, exponent: scale } = split(value, 0.5);
  const place = (bitsOf(mantissa) - 0x3f000000) / 128;
  let step = 0;
  while (step < 32 && place >= STEPS[step]!) step++;
  const reciprocal = (64 - step) / 32;
  const piece = (bitsOf(reciprocal) >>> 18) & 31;
  const rest = multiplyAdd(reciprocal, mantissa, -1);
  let sum = LOG2[0]!;
  for (let i = 1; i < 5; i++) sum = multiplyAdd(rest, sum, LOG2[i]!);
  const whole = Math.fround(HIGH[piece]! + (scale - 1 + (reciprocal < 1.5 ? 1 : 0)));
  const high = multiplyAdd(rest, LOG2_OF_E, whole);
  const low = multiplyAdd(rest, sum, LOW[piece]!);
  const log = Math.fround(high + low);
  const lost = Math.fround(Math.fround(low - Math.fround(log - high)) + multiplyAdd(LOG2_OF_E, rest, -Math.fround(high - whole)));

  // times the exponent
  const product = multiplyCut(exponent, log);
  const remainder = multiplyAddCut(exponent, lost, multiplyAddCut(exponent, log, -product));
  const result = addCut(product, remainder);
  if (!(Math.abs(result) <= 125.5)) return exact;

  // 2 ** result, from sixteenths and a polynomial in what they leave.
  const sixteenths = Math.floor(result * 16);
  const left = Math.fround(addDown(result, -sixteenths / 16) + Math.fround(remainder - Math.fround(result - product)));
  const root = Math.fround(2 ** ((sixteenths & 15) / 16));
  const curve = multiplyAdd(left, multiplyAdd(left, EXP2[0]!, EXP2[1]!), EXP2[2]!);
  return Math.fround(multiplyAdd(Math.fround(root * left), curve, root) * 2 ** (sixteenths >> 4));
}
