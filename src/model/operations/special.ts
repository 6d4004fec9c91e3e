/** Special functions: `i0`, `erfinv`, `angle`, `imag` of `keras/src/ops/{numpy,math}.py`, `tf.math.bessel_i0`. */

import type { Tensor } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { where } from '../layers/manyAxes';
import { unary } from './families';
import type { Operation } from './operation';

/** A Chebyshev series at numbers from -1 to 1 (Clenshaw). */
function chebyshev(x: Tensor, coefficients: readonly number[]): Tensor {
  const twice = tf.mul(x, 2);
  let [sum, before]: [Tensor, Tensor] = [tf.zerosLike(x), tf.zerosLike(x)];
  for (const c of coefficients.slice(1).reverse()) [sum, before] = [tf.add(tf.sub(tf.mul(twice, sum), before), c), sum];
  return tf.add(tf.sub(tf.mul(x, sum), before), coefficients[0]!);
}

/** Horner's, the highest power first. */
const polynomial = (x: Tensor, coefficients: readonly number[]): Tensor =>
  coefficients.slice(1).reduce<Tensor>((sum, c) => tf.add(tf.mul(sum, x), c), tf.fill(x.shape, coefficients[0]!));

/** Series fitted to exp(-x) I0(x) for x from 0 to 8, by x / 4 - 1, and to sqrt(x) exp(-x) I0(x) beyond, by 16 / x - 1: to 2e-8. */
const near = [
  ...[0.338397652, -0.304682672, 0.171620905, -0.0949011, 0.0493052825, -0.0237374157, 0.0105464607, -0.00432430999, 0.00163947558],
  ...[-0.000576375576, 0.000188502891, -5.75419508e-5, 1.64484482e-5, -4.41673819e-6, 1.11738757e-6, -2.67079372e-7, 6.04699508e-8],
  -1.30002498e-8,
];
const far = [0.402245194, 0.00336911646, 6.88975852e-5, 2.89137051e-6, 2.04891862e-7, 2.26666899e-8];

/** The modified Bessel function of order 0, times exp(-|x|). */
function scaledBessel(x: Tensor): Tensor {
  const size = tf.abs(x);
  const inside = tf.lessEqual(size, 8);
  const large = tf.maximum(size, 8);
  const low = chebyshev(tf.sub(tf.div(tf.minimum(size, 8), 4), 1), near);
  const high = tf.div(chebyshev(tf.sub(tf.div(16, large), 1), far), tf.sqrt(large));
  return where(inside, low, high);
}

/** M. Giles, Approximating the erfinv function (2010), single precision. */
const middle = [
  ...[2.81022636e-8, 3.43273939e-7, -3.5233877e-6, -4.39150654e-6, 0.00021858087, -0.00125372503, -0.00417768164, 0.246640727],
  1.50140941,
];
const tails = [
  ...[-0.000200214257, 0.000100950558, 0.00134934322, -0.00367342844, 0.00573950773, -0.0076224613, 0.00943887047, 1.00167406],
  2.83297682,
];

function inverseErf(x: Tensor): Tensor {
  const w = tf.neg(tf.log(tf.mul(tf.sub(1, x), tf.add(1, x))));
  const inside = tf.less(w, 5);
  const root = tf.sqrt(tf.maximum(w, 5));
  const found = tf.mul(where(inside, polynomial(tf.sub(w, 2.5), middle), polynomial(tf.sub(root, 3), tails)), x);
  // Beyond the ends there is no such number: 0 / 0.
  const [size, none] = [tf.abs(x), tf.fill(x.shape, Number.NaN)];
  const ends = where(tf.equal(size, 1), tf.mul(x, tf.fill(x.shape, Number.POSITIVE_INFINITY)), none);
  return where(tf.less(size, 1), found, ends);
}

export const special: Readonly<Record<string, Operation>> = {
  I0: unary((x) => tf.mul(scaledBessel(x), tf.exp(tf.abs(x)))),
  BesselI0e: unary(scaledBessel),
  Erfinv: unary(inverseErf),
  Angle: unary((x) => where(tf.less(x, 0), tf.fill(x.shape, Math.PI), tf.zerosLike(x))),
  Imag: unary((x) => tf.zerosLike(x), 'kept'),
};
