/** Remainders and whole quotients as TensorFlow's kernels compute them: C's `fmod`, which is exact, and `floor(a / b)` rounded once. */

import type { Tensor } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { asFloat } from '../layers/dtypes';
import { where } from '../layers/manyAxes';
import { inShaders } from './shaders';
import { sign } from './sign';
import { below, wholeQuotient } from './whole';

/** The remainder with the sign of the dividend. */
export function truncatedRemainder(a: Tensor, b: Tensor): Tensor {
  if (a.dtype === 'int32') {
    const rest = flooredRemainder(a, b);
    return tf.sub(rest, tf.mul(below(a, b, rest), b));
  }
  const [left, right] = [tf.abs(a), tf.abs(b)];
  const remainder = inShaders() ? shaderRemainder(left, right) : tf.mod(left, right);
  return tf.mul(sign(a), remainder);
}

/** The remainder with the sign of the divisor. */
export function flooredRemainder(a: Tensor, b: Tensor): Tensor {
  if (a.dtype === 'int32') return inShaders() ? tf.sub(a, tf.mul(flooredQuotient(a, b), b)) : tf.mod(a, b);
  const remainder = truncatedRemainder(a, b);
  const zero = tf.scalar(0);
  const across = tf.logicalAnd(tf.notEqual(remainder, zero), tf.logicalXor(tf.less(remainder, zero), tf.less(b, zero)));
  return where(across, tf.add(remainder, b), remainder);
}

export function flooredQuotient(a: Tensor, b: Tensor): Tensor {
  if (a.dtype === 'int32') return inShaders() ? tf.cast(flooredQuotient(asFloat(a), asFloat(b)), 'int32') : wholeQuotient(a, b);
  return tf.floor(inShaders() ? shaderQuotient(a, b) : tf.div(a, b));
}

/** Of whole numbers, towards zero. */
export function truncatedQuotient(a: Tensor, b: Tensor): Tensor {
  return tf.add(flooredQuotient(a, b), below(a, b, flooredRemainder(a, b)));
}

/** Shaders divide to within 2.5 units in the last place, and round sums and products as they should. Exact while a / b is below 2^45. */
function shaderRemainder(a: Tensor, b: Tensor): Tensor {
  return [2 ** 22, 1].reduce<Tensor>((rest, scale) => {
    const divisor = tf.mul(b, scale);
    const left = minusMultiple(rest, tf.floor(tf.div(rest, divisor)), divisor);
    const raised = where(tf.less(left, 0), tf.add(left, divisor), left);
    const lowered = where(tf.greaterEqual(raised, divisor), tf.sub(raised, divisor), raised);
    const wide = tf.add(rest, tf.zerosLike(lowered));
    return where(tf.less(tf.add(divisor, tf.zerosLike(lowered)), 2 ** 110), lowered, wide);
  }, a);
}

/** a / b rounded as a processor does: the nearest whole number, and what is left over it. */
function shaderQuotient(a: Tensor, b: Tensor): Tensor {
  const coarse = tf.div(a, b);
  const whole = tf.round(coarse);
  const fine = tf.add(whole, tf.div(minusMultiple(a, whole, b), b));
  return where(tf.less(tf.abs(coarse), 2 ** 23), fine, coarse);
}

/** a - q b with one rounding: the product in two parts (Dekker 1971). */
function minusMultiple(a: Tensor, q: Tensor, b: Tensor): Tensor {
  const split = (x: Tensor): [Tensor, Tensor] => {
    const scaled = tf.mul(x, 4097);
    const high = tf.sub(scaled, tf.sub(scaled, x));
    return [high, tf.sub(x, high)];
  };
  const [[qHigh, qLow], [bHigh, bLow]] = [split(q), split(b)];
  const product = tf.mul(q, b);
  const error = tf.add(tf.add(tf.add(tf.sub(tf.mul(qHigh, bHigh), product), tf.mul(qHigh, bLow)), tf.mul(qLow, bHigh)), tf.mul(qLow, bLow));
  return tf.sub(tf.sub(a, product), error);
}
