/**
 * BatchNormalization: `keras/src/layers/normalization/batch_normalization.py`; a list as axis: Keras 2's
 * `layers/normalization/batch_normalization.py`; `mode`: Keras 1's `layers/normalization.py`.
 */

import type { Tensor, Tensor4D } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { axisOf, calledInTraining, fixedAxis, flagOf, numberOf, numbersOf, require } from './config';
import { asFloat } from './dtypes';
import type { LayerDefinition, WeightDefinition } from './KerasLayer';
import { broadcast } from './manyAxes';
import type { LayerSpec } from './spec';

export function batchNormalization(spec: LayerSpec): LayerDefinition {
  const epsilon = numberOf(spec, 'epsilon', 1e-3);
  const [scale, center] = [flagOf(spec, 'scale', true), flagOf(spec, 'center', true)];
  const given = numbersOf(spec, 'axis') ?? [-1];
  const renorm = flagOf(spec, 'renorm', false);
  const mode = numberOf(spec, 'mode', 0);
  require(mode >= 0 && mode <= 2, spec, () => `has mode ${mode}; supported are 0, 1 and 2`);
  const axesOf = (rank: number) => given.map((axis) => axisOf(spec, axis, rank)).sort((a, b) => a - b);
  const fromBatch = mode === 2 || (calledInTraining(spec) && spec.config.trainable !== false);
  require(!(renorm && fromBatch), spec, () =>
    'renormalises batch statistics (renorm and training=True), which depends on its training state');
  return {
    outputShapes: ([shape]) => {
      axesOf(shape!.length);
      return [shape!];
    },
    weights([shape]) {
      const axes = axesOf(shape!.length);
      const sizes = axes.map((axis) => fixedAxis(spec, shape!, axis));
      // Several axes: Keras 2 keeps a variable that broadcasts against the input.
      const parameters = axes.length === 1 ? sizes : shape!.map((_, i) => (axes.includes(i) ? sizes[axes.indexOf(i)]! : 1));
      const names = [
        ...(scale ? [{ name: 'gamma', trainable: true }] : []),
        ...(center ? [{ name: 'beta', trainable: true }] : []),
        ...['moving_mean', 'moving_variance'].map((name) => ({ name, trainable: false })),
        ...(renorm ? ['moving_stddev', 'renorm_mean', 'renorm_stddev'].map((name) => ({ name, trainable: false })) : []),
      ];
      return names.map(({ name, trainable }, i): WeightDefinition => ({ name, trainable, shape: parameters, paths: [`vars/${i}`] }));
    },
    compute([input], weights) {
      const x = asFloat(input!);
      const axes = axesOf(x.rank);
      const rest = [...weights];
      const gamma = scale ? rest.shift() : undefined;
      const beta = center ? rest.shift() : undefined;
      if (mode === 1) return normalizeSamples(x, gamma, beta, epsilon);
      const shape = x.shape.map((length, i) => (axes.includes(i) ? length : 1));
      const others = shape.map((_, i) => i).filter((i) => !axes.includes(i));
      const statistics = fromBatch ? tf.moments(x, others) : undefined;
      const [mean, variance] = statistics ? [tf.squeeze(statistics.mean), tf.squeeze(statistics.variance)] : [rest[0]!, rest[1]!];
      return normalize(x, shape, axes, mean, variance, gamma, beta, epsilon);
    },
    masking: { gives: 'same' },
  };
}

function normalize(
  x: Tensor,
  shape: readonly number[],
  axes: readonly number[],
  mean: Tensor,
  variance: Tensor,
  gamma: Tensor | undefined,
  beta: Tensor | undefined,
  epsilon: number,
): Tensor {
  const channels = x.shape[x.rank - 1]!;
  if (axes.length === 1 && axes[0] === x.rank - 1) {
    const pictures = tf.reshape(x, x.rank === 4 ? (x.shape as [number, number, number, number]) : [1, 1, -1, channels]) as Tensor4D;
    const vector = (values: Tensor | undefined) =>
      (values === undefined ? undefined : tf.reshape(values, [channels])) as tf.Tensor1D | undefined;
    return tf.reshape(tf.batchNorm(pictures, vector(mean)!, vector(variance)!, vector(beta), vector(gamma), epsilon), x.shape);
  }
  let factor = tf.rsqrt(tf.add(variance, epsilon));
  if (gamma !== undefined) factor = tf.mul(factor, gamma);
  let shift = tf.neg(tf.mul(mean, factor));
  if (beta !== undefined) shift = tf.add(shift, beta);
  return broadcast(tf.add, broadcast(tf.mul, x, tf.reshape(factor, [...shape])), tf.reshape(shift, [...shape]));
}

/** Keras 1's mode 1: the last axis by its own mean and standard deviation, whatever `axis` says. */
function normalizeSamples(x: Tensor, gamma: Tensor | undefined, beta: Tensor | undefined, epsilon: number): Tensor {
  const mean = tf.mean(x, -1, true);
  const deviation = tf.sqrt(tf.add(tf.mean(tf.square(tf.sub(x, mean)), -1, true), epsilon));
  let out = tf.div(tf.sub(x, mean), tf.add(deviation, epsilon));
  if (gamma !== undefined) out = tf.mul(out, gamma);
  if (beta !== undefined) out = tf.add(out, beta);
  return out;
}
