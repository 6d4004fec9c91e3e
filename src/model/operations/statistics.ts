/** Weighted moments, norms and what is bounded or divided by them, running sums of exponentials: `tf.nn`, `tf.math`, `tf.linalg`, `tf.clip_by_norm`. */

import type { Tensor } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { asFloat } from '../layers/dtypes';
import { broadcast } from '../layers/manyAxes';
import { range } from '../layers/spatial';
import { logAddExp } from './elementwise';
import { reducedShape, to, unary, X } from './families';
import type { Call, Operation } from './operation';
import { reductions } from './reductions';

/** Written by `tf.nn.weighted_moments` with the arguments in the order of TensorFlow 1. */
const weightedMoments: Operation = {
  parameters: [X, 'axes', 'frequency_weights', 'name', 'keep_dims', 'keepdims'],
  infer(call) {
    const { shape } = call.tensor('x');
    const out = { shape: reducedShape(shape, call.axes('axes', shape.length), kept(call)), type: 'float32' as const };
    return [out, out];
  },
  compute(call) {
    const x = to(call.tensor('x'), 'float32');
    const weights = broadcast(tf.add, to(call.tensor('frequency_weights', x), 'float32'), tf.zerosLike(x));
    const axes = call.axes('axes', x.rank);
    const divisor = tf.reciprocal(tf.sum(weights, axes, true));
    const mean = tf.mul(tf.sum(tf.mul(weights, x), axes, true), divisor);
    const variance = tf.mul(tf.sum(tf.mul(weights, tf.square(broadcast(tf.sub, x, mean))), axes, true), divisor);
    return kept(call) ? [mean, variance] : [tf.squeeze(mean, axes), tf.squeeze(variance, axes)];
  },
};

const kept = (call: Pick<Call<unknown>, 'flag'>): boolean => call.flag('keepdims') || call.flag('keep_dims');

/** A number from all of a tensor. */
function whole(apply: (x: Tensor) => Tensor): Operation {
  return {
    parameters: [X],
    infer: () => ({ shape: [], type: 'float32' }),
    compute: (call) => apply(to(call.tensor('x'), 'float32')),
  };
}

/** Scaled down to the norm where it is longer. */
function clippedByNorm(x: Tensor, call: Call<Tensor>): Tensor {
  const squares = tf.sum(tf.square(x), call.axes('axes', x.rank), true);
  const limit = to(call.tensor('clip_norm', x), 'float32');
  return broadcast(tf.div, tf.mul(x, limit), tf.maximum(tf.sqrt(squares), limit));
}

/** Step by step, as exponentials of far apart numbers cannot be summed with one maximum. */
const cumulativeLogsumexp: Operation = {
  parameters: [X, 'axis', 'exclusive', 'reverse'],
  infer: (call) => ({ shape: call.tensor('x').shape, type: 'float32' }),
  compute(call) {
    const x = to(call.tensor('x'), 'float32');
    const axis = call.axis('axis', x.rank, 0);
    const parts = tf.split(x, x.shape[axis]!, axis);
    if (call.flag('reverse')) parts.reverse();
    const sums = [parts[0]!];
    for (const part of parts.slice(1)) sums.push(logAddExp(sums.at(-1)!, part));
    const out = call.flag('exclusive') ? [tf.fill(parts[0]!.shape, Number.NEGATIVE_INFINITY), ...sums.slice(0, -1)] : sums;
    if (call.flag('reverse')) out.reverse();
    return out.length === 1 ? out[0]!.clone() : tf.concat(out, axis);
  },
};

/** `tf.linalg.normalize`: the tensor over its norm, and the norm, whose axes stay. */
const overNorm: Operation = {
  parameters: [X, 'ord', 'axis'],
  infer(call) {
    const { shape } = call.tensor('x');
    const axes = call.integers('axis') === undefined ? range(0, shape.length) : call.axes('axis', shape.length);
    return [
      { shape, type: 'float32' },
      { shape: reducedShape(shape, axes, true), type: 'float32' },
    ];
  },
  compute(call) {
    const x = to(call.tensor('x'), 'float32');
    const norm = reductions.Norm!.compute(call) as Tensor;
    const axes = call.axes('axis', x.rank);
    const wide = tf.reshape(norm, reducedShape(x.shape, axes, true) as number[]);
    return [broadcast(tf.div, x, wide), wide];
  },
};

export const statistics: Readonly<Record<string, Operation>> = {
  WeightedMoments: weightedMoments,
  L2Loss: whole((x) => tf.div(tf.sum(tf.square(x)), 2)),
  ZeroFraction: whole((x) => tf.mean(asFloat(tf.equal(x, 0)))),
  ClipByNorm: unary(clippedByNorm, 'float', ['clip_norm', 'axes']),
  ClipByAverageNorm: unary(
    (x, call) => {
      const limit = call.number('clip_norm');
      const share = tf.minimum(tf.mul(tf.rsqrt(tf.sum(tf.square(x))), x.size), 1 / limit);
      return tf.mul(tf.mul(x, limit), share);
    },
    'float',
    ['clip_norm'],
  ),
  CumulativeLogsumexp: cumulativeLogsumexp,
  OverNorm: overNorm,
};
