/** Highway, MaxoutDense, SReLU and ParametricSoftplus, which only Keras 1 had: `keras/layers/core.py` and `advanced_activations.py` of 1.2.2. */

import type { Tensor } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { activationOf, linear } from '../activations';
import type { Shape } from '../types';
import { fixedAxis, flagOf, numberOf, require } from './config';
import { project } from './Dense';
import { asFloat } from './dtypes';
import type { LayerDefinition, WeightDefinition } from './KerasLayer';
import { broadcast } from './manyAxes';
import type { LayerSpec } from './spec';

/** A Dense layer whose output replaces the input as far as a second one says. */
export function highway(spec: LayerSpec): LayerDefinition {
  const useBias = flagOf(spec, 'use_bias', true);
  const activation = activationOf(spec, spec.config.activation, true);
  return {
    outputShapes: ([shape]) => [rows(spec, shape!)],
    weights([shape]) {
      const n = fixedAxis(spec, shape!, -1);
      const kernels = [weight('W', [n, n]), weight('W_carry', [n, n])];
      return useBias ? [...kernels, weight('b', [n]), weight('b_carry', [n])] : kernels;
    },
    compute([input], [kernel, carry, bias, carryBias]) {
      const x = asFloat(input!);
      const share = tf.sigmoid(project(x, carry!, carryBias, linear));
      return tf.add(tf.mul(project(x, kernel!, bias, activation), share), tf.mul(tf.sub(1, share), x));
    },
  };
}

/** The largest of several Dense layers. */
export function maxoutDense(spec: LayerSpec): LayerDefinition {
  const units = numberOf(spec, 'units');
  const features = numberOf(spec, 'nb_feature', 4);
  const useBias = flagOf(spec, 'use_bias', true);
  return {
    outputShapes: ([shape]) => [[rows(spec, shape!)[0]!, units]],
    weights([shape]) {
      const kernel = weight('W', [features, fixedAxis(spec, shape!, -1), units]);
      return useBias ? [kernel, weight('b', [features, units])] : [kernel];
    },
    compute([input], [kernel, bias]) {
      const x = asFloat(input!);
      // [features, batch, units], so that one product does for all.
      const products = tf.matMul(tf.tile(tf.expandDims(x, 0), [features, 1, 1]), kernel as Tensor);
      return tf.max(bias === undefined ? products : tf.add(products, tf.expandDims(bias, 1)), 0);
    },
  };
}

/**
 * Straight between two learnt points, and with a learnt slope beyond either. Keras 1 computed it in two ways: on Theano what is left of
 * the left point is cut off at the right one too, where a negative slope takes it there. Keras 1 names no backend, but TensorFlow's
 * variables end in ':0'.
 */
export function srelu(spec: LayerSpec): LayerDefinition {
  let onTheano = false;
  return {
    outputShapes: ([shape]) => [shape!],
    weights: ([shape]) => ['t_left', 'a_left', 't_right', 'a_right'].map((name) => weight(name, elements(spec, shape!))),
    compute([input], [left, leftSlope, distance, rightSlope]) {
      const beyondLeft = broadcast(tf.sub, asFloat(input!), left!);
      const width = tf.abs(distance!);
      const right = tf.relu(beyondLeft);
      const below = broadcast(tf.mul, tf.relu(tf.neg(beyondLeft)), leftSlope!);
      const center = onTheano ? broadcast(tf.minimum, tf.sub(right, below), width) : tf.sub(broadcast(tf.minimum, right, width), below);
      const above = broadcast(tf.mul, tf.relu(broadcast(tf.sub, beyondLeft, width)), rightSlope!);
      return tf.add(broadcast(tf.add, center, left!), above);
    },
    convertWeights(stored) {
      onTheano = stored.length > 0 && stored.every(({ name }) => name !== undefined && !name.endsWith(':0'));
      return stored;
    },
    masking: { gives: 'same' },
  };
}

export function parametricSoftplus(spec: LayerSpec): LayerDefinition {
  return {
    outputShapes: ([shape]) => [shape!],
    weights: ([shape]) => ['alphas', 'betas'].map((name) => weight(name, elements(spec, shape!))),
    compute: ([input], [alphas, betas]) => broadcast(tf.mul, tf.softplus(broadcast(tf.mul, asFloat(input!), betas!)), alphas!),
    masking: { gives: 'same' },
  };
}

/** Keras 1 has no paths in its files. */
function weight(name: string, shape: readonly number[]): WeightDefinition {
  return { name, shape, paths: [] };
}

function rows(spec: LayerSpec, shape: Shape): Shape {
  require(shape.length === 2, spec, () => `takes inputs of 2 axes and is given ${shape.length}`);
  return shape;
}

/** One number for each element of a sample. */
function elements(spec: LayerSpec, shape: Shape): number[] {
  return shape.slice(1).map((_, i) => fixedAxis(spec, shape, i + 1));
}
