/** How far tensors are from each other: `*_crossentropy`, `psnr`, `ssim`, `in_top_k`, `cdist`, `allclose` of `keras/src/ops`, `tf.nn`, `tf.image`. */

import type { Tensor, Tensor4D } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { logSoftmax } from '../activations';
import { asBool, asFloat } from '../layers/dtypes';
import { broadcast, transpose, where } from '../layers/manyAxes';
import { broadcastShapes } from '../layers/spatial';
import type { Shape } from '../types';
import { elementwise } from './elementwise';
import { reducedShape, to } from './families';
import { gaussian } from './filters';
import { asBatch, isChannelsFirst } from './layout';
import type { Call, Constants, Operation } from './operation';

/** Of two tensors of floats. */
function between(
  parameters: readonly string[],
  shapeOf: (a: Shape, b: Shape, call: Constants) => Shape,
  compute: (a: Tensor, b: Tensor, call: Call<Tensor>) => Tensor,
  keywords: readonly string[] = [],
): Operation {
  const [first, second] = parameters.map((names) => names.split('|')[0]!) as [string, string];
  return {
    parameters,
    keywords,
    infer(call) {
      const [a, b] = call.pair(first, second);
      if (b.type !== 'float32') call.fail(`compares with ${b.type}; cast to float32 before it in Keras`);
      return { shape: shapeOf(a.shape, b.shape, call), type: 'float32' };
    },
    compute(call) {
      const [a, b] = call.pair(first, second);
      return compute(a, b, call);
    },
  };
}

/** Keras' epsilon. */
const LEAST = 1e-7;
const probabilities = (x: Tensor): Tensor => tf.clipByValue(x, LEAST, 1 - LEAST);

function binaryFromLogits(target: Tensor, logits: Tensor): Tensor {
  return tf.add(tf.sub(tf.relu(logits), tf.mul(logits, target)), tf.log1p(tf.exp(tf.neg(tf.abs(logits)))));
}

function binary(target: Tensor, output: Tensor): Tensor {
  const p = probabilities(output);
  return tf.neg(tf.add(tf.mul(target, tf.log(p)), tf.mul(tf.sub(1, target), tf.log(tf.sub(1, p)))));
}

function categoricalFromLogits(target: Tensor, logits: Tensor, axis: number): Tensor {
  return tf.sum(tf.mul(target, tf.neg(logSoftmax(logits, axis))), axis);
}

function categorical(target: Tensor, output: Tensor, axis: number): Tensor {
  const p = probabilities(tf.div(output, tf.sum(output, axis, true)));
  return tf.neg(tf.sum(tf.mul(target, tf.log(p)), axis));
}

/** Which numbers of the last axis are of the class. */
function ofClass(target: Tensor, scores: Tensor): Tensor {
  const places = tf.expandDims(tf.cast(target, 'int32'), -1);
  return tf.equal(tf.add(tf.zeros(scores.shape, 'int32'), places), tf.range(0, scores.shape.at(-1)!, 1, 'int32'));
}

/** The loss of one class a row, along the last axis. A class that there is not gives NaN, as TensorFlow's kernel on a GPU does. */
function sparseFromLogits(target: Tensor, logits: Tensor): Tensor {
  const hot = ofClass(target, logits);
  const losses = tf.neg(logSoftmax(logits, logits.rank - 1));
  const found = tf.sum(where(hot, losses, tf.zerosLike(losses)), -1);
  return where(asBool(tf.max(asFloat(hot), -1)), found, tf.fill(found.shape, Number.NaN));
}

const targets = ['target|labels|_sentinel', 'output|logits'];
const all = (_: Shape, b: Shape): Shape => b;
const lastGone = (_: Shape, b: Shape): Shape => b.slice(0, -1);

const sparse = between(
  ['target|labels', 'output|logits', 'from_logits'],
  lastGone,
  (target, output, call) => {
    const logits = call.flag('from_logits') ? output : tf.log(probabilities(output));
    return sparseFromLogits(target.rank === logits.rank ? tf.squeeze(target, [-1]) : target, logits);
  },
  ['axis'],
);

/** The mean of squares as decibels below the square of the largest value. */
function decibels(squares: Tensor, call: Call<Tensor>): Tensor {
  const most = Math.fround(call.number('max_val'));
  return tf.sub((20 * Math.log(most)) / Math.LN10, tf.mul(tf.div(tf.log(squares), Math.LN10), 10));
}

/** Means, variances and the covariance under a Gaussian, of pictures [batch, rows, columns, channels]. */
function likeness(a: Tensor4D, b: Tensor4D, call: Call<Tensor>): Tensor {
  const [size, sigma] = [call.number('filter_size', 11), call.number('filter_sigma', 1.5)];
  const weights = gaussian(size, sigma);
  const channels = a.shape[3];
  const flat = tf.tensor4d(
    weights.flatMap((down) => weights.map((right) => down * right)),
    [size, size, 1, 1],
  );
  const kernel = tf.tile(flat, [1, 1, channels, 1]);
  const mean = (x: Tensor) => tf.depthwiseConv2d(x as Tensor4D, kernel, 1, 'valid');
  const [luminance, contrast] = [call.number('k1', 0.01), call.number('k2', 0.03)].map((k) => (k * call.number('max_val', 1)) ** 2);
  const [left, right] = [mean(a), mean(b)];
  const [products, squares] = [tf.mul(left, right), tf.add(tf.square(left), tf.square(right))];
  const covariance = tf.sub(mean(tf.mul(a, b)), products);
  const variances = tf.sub(mean(tf.add(tf.square(a), tf.square(b))), squares);
  const above = tf.mul(tf.add(tf.mul(products, 2), luminance!), tf.add(tf.mul(covariance, 2), contrast!));
  const below = tf.mul(tf.add(squares, luminance!), tf.add(variances, contrast!));
  return tf.mean(tf.mean(tf.div(above, below), [1, 2]), -1);
}

const ssim = between(
  ['image1|img1', 'image2|img2', 'max_val', 'filter_size', 'filter_sigma', 'k1', 'k2'],
  (a, _, call) => (a.length > 4 ? call.fail('compares batches of batches of pictures') : a.slice(0, -3)),
  (a, b, call) => {
    const last = (x: Tensor) => (isChannelsFirst(call) ? transpose(x, [0, 2, 3, 1]) : x) as Tensor4D;
    return asBatch(a, (batch) => likeness(last(batch), last(b.rank === 3 ? tf.expandDims(b, 0) : b), call));
  },
  ['data_format'],
);

/** Whether the class is among the k likeliest; of those that are as likely, all are. Numbers that are none leave it untold. */
const inTopK: Operation = {
  parameters: ['targets', 'predictions', 'k'],
  infer: (call) => ({ shape: call.tensor('targets').shape, type: 'bool' }),
  compute(call) {
    const predictions = to(call.tensor('predictions'), 'float32');
    const hot = ofClass(call.tensor('targets'), predictions);
    const own = tf.sum(where(hot, predictions, tf.zerosLike(predictions)), -1, true);
    const likelier = tf.sum(asFloat(tf.greater(predictions, own)), -1);
    const told = tf.mul(tf.max(asFloat(hot), -1), tf.min(asFloat(tf.isFinite(predictions)), -1));
    return asBool(tf.mul(told, asFloat(tf.less(likelier, call.number('k')))));
  },
};

export const losses: Readonly<Record<string, Operation>> = {
  BinaryCrossentropy: between(['target', 'output', 'from_logits'], all, (target, output, call) =>
    (call.flag('from_logits') ? binaryFromLogits : binary)(target, output),
  ),
  SigmoidCrossentropy: between(targets, all, binaryFromLogits),
  CategoricalCrossentropy: between(
    ['target', 'output', 'from_logits', 'axis'],
    (_, b, call) => reducedShape(b, [call.axis('axis', b.length, -1)], false),
    (target, output, call) =>
      (call.flag('from_logits') ? categoricalFromLogits : categorical)(target, output, call.axis('axis', output.rank, -1)),
  ),
  SoftmaxCrossentropy: between(
    ['target|labels', 'output|logits', 'axis'],
    (_, b, call) => reducedShape(b, [call.axis('axis', b.length, -1)], false),
    (target, logits, call) => categoricalFromLogits(target, logits, call.axis('axis', logits.rank, -1)),
  ),
  SparseCategoricalCrossentropy: sparse,
  SparseSoftmaxCrossentropy: between(targets, lastGone, sparseFromLogits),
  PSNR: between(
    ['x1', 'x2', 'max_val'],
    () => [],
    (a, b, call) => decibels(tf.mean(tf.squaredDifference(a, b)), call),
  ),
  // TensorFlow's, one number a picture.
  ImagePSNR: between(
    ['a', 'b', 'max_val'],
    (a) => a.slice(0, -3),
    (a, b, call) => decibels(tf.mean(tf.squaredDifference(a, b), [a.rank - 3, a.rank - 2, a.rank - 1]), call),
  ),
  SSIM: ssim,
  InTopK: inTopK,
  // TensorFlow's first and second arguments are the other way round.
  PredictionsInTopK: { ...inTopK, parameters: ['predictions', 'targets', 'k'] },
  CDist: between(
    ['x|x1', 'y|x2'],
    (a, b) => [...broadcastShapes(a.slice(0, -2), b.slice(0, -2))!, a.at(-2) ?? null, b.at(-2) ?? null],
    (a, b) => tf.sqrt(tf.sum(tf.square(broadcast(tf.sub, tf.expandDims(a, -2), tf.expandDims(b, -3))), -1)),
  ),
  AllClose: {
    ...elementwise.Isclose!,
    infer: () => ({ shape: [], type: 'bool' }),
    compute: (call) => asBool(tf.min(asFloat(elementwise.Isclose!.compute(call) as Tensor))),
  },
};
