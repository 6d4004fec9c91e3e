import { bitsOf, multiplyAdd, split } from './float32';

// Polynomials for the sixteen pieces of [0.75, 1.5), by the mantissa's first four fraction bits: cubed, squared, once, constant.
const CUBED = /* @__PURE__ */ Float32Array.of(
  -9.8477565e-2,
  -8.153716e-2,
  -6.820004e-2,
  -5.7565868e-2,
  -4.8989873e-2,
  -4.2002317e-2,
  -3.62557e-2,
  -3.148932e-2,
  -2.543538e-1,
  -2.2401154e-1,
  -1.9822587e-1,
  -1.761802e-1,
  -1.5722655e-1,
  -1.4084642e-1,
  -1.2662166e-1,
  -1.1421262e-1,
);
const SQUARED = /* @__PURE__ */ Float32Array.of(
  1.4438069e-1,
  1.4126772e-1,
  1.3631348e-1,
  1.3036744e-1,
  1.2396282e-1,
  1.1743326e-1,
  1.10985026e-1,
  1.0474243e-1,
  8.419524e-2,
  1.0414565e-1,
  1.1868143e-1,
  1.2904115e-1,
  1.361702e-1,
  1.4079499e-1,
  1.4347716e-1,
  1.446532e-1,
);
const ONCE = /* @__PURE__ */ Float32Array.of(
  -2.171425e-1,
  -2.169436e-1,
  -2.1632369e-1,
  -2.1521029e-1,
  -2.1361177e-1,
  -2.1157451e-1,
  -2.0915988e-1,
  -2.0643222e-1,
  -2.2742647e-1,
  -2.2305022e-1,
  -2.2031574e-1,
  -2.186903e-1,
  -2.1779418e-1,
  -2.1735692e-1,
  -2.1718661e-1,
  -2.1714795e-1,
);
const CONSTANT = /* @__PURE__ */ Float32Array.of(
  4.3429446e-1,
  4.3429008e-1,
  4.3426394e-1,
  4.3419412e-1,
  4.3406078e-1,
  4.3384856e-1,
  4.335468e-1,
  4.331492e-1,
  4.3366185e-1,
  4.339821e-1,
  4.3415377e-1,
  4.342389e-1,
  4.3427655e-1,
  4.342904e-1,
  4.3429404e-1,
  4.342945e-1,
);
const LOG10_OF_2 = /* @__PURE__ */ Math.fround(0.30103);

/**
 * The decimal logarithm of a float32 as numpy gives it (`np.log10` of a float32 array) on a processor with AVX-512, where it calls
 * `__svml_log10f16` of Intel's SVML: up to 3 units in the last place from the true one, so a value at a bin's edge depends on it. The
 * method and constants are that function's (github.com/numpy/SVML, BSD-3-Clause, see LICENSE.md here).
 */
export function log10(value: number): number {
  if (!(value > 0 && value < Number.POSITIVE_INFINITY)) return Math.log10(value);
  const { mantissa, exponent } = split(value, 0.75);
  const piece = (bitsOf(mantissa) >>> 19) & 15;
  const rest = mantissa - 1;
  let sum = multiplyAdd(CUBED[piece]!, rest, SQUARED[piece]!);
  sum = multiplyAdd(sum, rest, ONCE[piece]!);
  sum = multiplyAdd(sum, rest, CONSTANT[piece]!);
  return multiplyAdd(sum, rest, Math.fround(exponent * LOG10_OF_2));
}
