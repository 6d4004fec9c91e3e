/**
 * Arithmetic on int32 that wraps at 32 bits as TensorFlow's does. tfjs' cpu backend multiplies in float64, which holds products of 53 bits; its
 * wasm backend negates, takes magnitudes and divides in float32. Its webgpu backend computes all int32 in float32: there, exact below 2^24.
 */

import type { Tensor } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { asFloat } from '../layers/dtypes';
import { transpose } from '../layers/manyAxes';
import { range } from '../layers/spatial';

const int = (value: number): Tensor => tf.scalar(value, 'int32');

/** In halves of 16 bits, of which each product fits. */
export function wholeProduct(a: Tensor, b: Tensor): Tensor {
  if (tf.getBackend() !== 'cpu') return tf.mul(a, b);
  const high = tf.floorDiv(b, int(2 ** 16));
  const low = tf.sub(b, tf.mul(high, int(2 ** 16)));
  return tf.add(tf.mul(tf.mul(a, high), int(2 ** 16)), tf.mul(a, low));
}

export function negated(x: Tensor): Tensor {
  return tf.sub(int(0), x);
}

export function magnitude(x: Tensor): Tensor {
  return tf.maximum(x, negated(x));
}

/** Down to the next whole number. What the divisor goes into without a rest is divided twice: float32 leaves a small rest the first time. */
export function wholeQuotient(a: Tensor, b: Tensor): Tensor {
  if (tf.getBackend() !== 'wasm') return tf.floorDiv(a, b);
  const rest = tf.mod(a, b);
  const low = below(a, b, rest);
  const multiple = tf.sub(a, tf.sub(rest, tf.mul(low, b)));
  const near = (x: Tensor) => tf.cast(tf.round(tf.div(asFloat(x), asFloat(b))), 'int32');
  const coarse = near(multiple);
  return tf.sub(tf.add(coarse, near(tf.sub(multiple, tf.mul(coarse, b)))), low);
}

/** 1 where the quotient is not whole and below 0, so that rounding down and towards 0 differ; `rest` has the sign of b. */
export function below(a: Tensor, b: Tensor, rest: Tensor): Tensor {
  const apart = tf.logicalXor(tf.less(a, int(0)), tf.less(b, int(0)));
  return tf.cast(tf.logicalAnd(tf.notEqual(rest, int(0)), apart), 'int32');
}

/** The product of whole axes, which are flattened: halves of what is left, multiplied. */
export function wholeProducts(x: Tensor, axes: readonly number[]): Tensor {
  const kept = range(0, x.rank).filter((axis) => !axes.includes(axis));
  const shape = kept.map((axis) => x.shape[axis]!);
  let rows = tf.reshape(transpose(x, [...kept, ...axes]), [shape.reduce((a, b) => a * b, 1), -1]);
  const [count] = rows.shape as [number, number];
  while (rows.shape[1]! > 1) {
    const half = Math.ceil(rows.shape[1]! / 2);
    const even = tf.pad(rows, [[0, 0], [0, 2 * half - rows.shape[1]!]], 1); // biome-ignore format: one axis after the other
    rows = wholeProduct(tf.slice(even, [0, 0], [count, half]), tf.slice(even, [0, half], [count, half]));
  }
  return tf.reshape(rows, shape);
}
