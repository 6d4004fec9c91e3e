/** LayerNormalization, GroupNormalization, RMSNormalization, UnitNormalization: `keras/src/layers/normalization`. LayerScale: `keras/src/applications/convnext.py`. */

import type { Tensor } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import type { Shape } from '../types';
import { argumentOf, tensorIndex } from './call';
import { axisOf, fixedAxis, flagOf, numberOf, numbersOf, require, since } from './config';
import { asFloat } from './dtypes';
import type { LayerDefinition, WeightDefinition } from './KerasLayer';
import { broadcast } from './manyAxes';
import type { LayerSpec } from './spec';

function sortedAxes(spec: LayerSpec, rank: number): number[] {
  return (numbersOf(spec, 'axis') ?? [-1]).map((axis) => axisOf(spec, axis, rank)).sort((a, b) => a - b);
}

/** gamma and beta of one shape, as far as the layer has them. */
function scaleAndCenter(shape: readonly number[], scale: boolean, center: boolean): WeightDefinition[] {
  return [...(scale ? ['gamma'] : []), ...(center ? ['beta'] : [])].map((name, i) => ({ name, shape, paths: [`vars/${i}`] }));
}

export function layerNormalization(spec: LayerSpec): LayerDefinition {
  const epsilon = numberOf(spec, 'epsilon', 1e-3);
  const rms = flagOf(spec, 'rms_scaling', false);
  const scale = flagOf(spec, 'scale', true) || rms;
  const center = flagOf(spec, 'center', true) && !rms;
  return {
    outputShapes: ([shape]) => [shape!],
    weights([shape]) {
      // Keras 2 keeps the order of the list, Keras 3 sorts it.
      const axes = spec.keras.major === 3 ? sortedAxes(spec, shape!.length) : (numbersOf(spec, 'axis') ?? [-1]);
      return scaleAndCenter(
        axes.map((axis) => fixedAxis(spec, shape!, axis)),
        scale,
        center,
      );
    },
    compute([input], weights) {
      const x = asFloat(input!);
      const axes = sortedAxes(spec, x.rank);
      const wide = x.shape.map((length, i) => (axes.includes(i) ? length : 1));
      const rest = weights.map((weight) => tf.reshape(weight, wide));
      const gamma = scale ? rest.shift() : undefined;
      const beta = center ? rest.shift() : undefined;
      const { mean, variance } = tf.moments(x, axes, true);
      const centred = rms ? x : broadcast(tf.sub, x, mean);
      return scaled(broadcast(tf.mul, centred, tf.rsqrt(tf.add(variance, epsilon))), gamma, beta);
    },
    masking: { gives: 'same' },
  };
}

export function groupNormalization(spec: LayerSpec): LayerDefinition {
  const epsilon = numberOf(spec, 'epsilon', 1e-3);
  const [scale, center] = [flagOf(spec, 'scale', true), flagOf(spec, 'center', true)];
  const given = numberOf(spec, 'groups', 32);
  require(tensorIndex(argumentOf(spec, 'mask', 1)) === undefined, spec, () => 'weighs its input by a mask, which is not supported');
  const axisIn = (rank: number) => axisOf(spec, numberOf(spec, 'axis', -1), rank);
  return {
    outputShapes([shape]) {
      const channels = fixedAxis(spec, shape!, axisIn(shape!.length));
      require(given === -1 || channels % given === 0, spec, () => `has ${given} groups for ${channels} channels`);
      return [shape!];
    },
    weights: ([shape]) => scaleAndCenter([fixedAxis(spec, shape!, axisIn(shape!.length))], scale, center),
    compute([input], weights) {
      const x = asFloat(input!);
      const axis = axisIn(x.rank);
      const channels = x.shape[axis]!;
      const groups = given === -1 ? channels : given;
      // [batch, before, group, channels of a group, after]: five axes whatever the rank.
      const before = x.shape.slice(1, axis).reduce((product, n) => product * n, 1);
      const after = x.shape.slice(axis + 1).reduce((product, n) => product * n, 1);
      const grouped = tf.reshape(x, [x.shape[0]!, before, groups, channels / groups, after]);
      const { mean, variance } = tf.moments(grouped, [1, 3, 4], true);
      const normal = tf.reshape(broadcast(tf.mul, broadcast(tf.sub, grouped, mean), tf.rsqrt(tf.add(variance, epsilon))), x.shape);
      const wide = x.shape.map((length, i) => (i === axis ? length : 1));
      const rest = weights.map((weight) => tf.reshape(weight, wide));
      return scaled(normal, scale ? rest.shift() : undefined, center ? rest.shift() : undefined);
    },
    masking: { gives: 'same' },
  };
}

export function rmsNormalization(spec: LayerSpec): LayerDefinition {
  const epsilon = numberOf(spec, 'epsilon', 1e-6);
  return {
    outputShapes: ([shape]) => [shape!],
    weights: ([shape]) => [
      { name: 'scale', shape: sortedAxes(spec, shape!.length).map((axis) => fixedAxis(spec, shape!, axis)), paths: ['vars/0'] },
    ],
    compute([input], [scale]) {
      const x = asFloat(input!);
      const axes = sortedAxes(spec, x.rank);
      const inverse = tf.rsqrt(tf.add(tf.mean(tf.square(x), axes, true), epsilon));
      // Keras multiplies by the scale as it is: it lines up with the last axes.
      return broadcast(tf.mul, broadcast(tf.mul, x, inverse), scale!);
    },
  };
}

export function unitNormalization(spec: LayerSpec): LayerDefinition {
  return {
    outputShapes: ([shape]) => [shape!],
    compute: ([x]) => unitLength(asFloat(x!), sortedAxes(spec, x!.rank), spec.keras.major === 3 ? 1e-12 : 1e-6),
    masking: { gives: 'same' },
  };
}

/** Divides by the Euclidean length, which counts as at least `least`. */
export function unitLength(x: Tensor, axes: readonly number[], least: number): Tensor {
  return broadcast(tf.div, x, tf.maximum(tf.sqrt(tf.sum(tf.square(x), [...axes], true)), least));
}

export function layerScale(spec: LayerSpec): LayerDefinition {
  const size = (shape: Shape) => (spec.config.projection_dim === undefined ? fixedAxis(spec, shape, -1) : numberOf(spec, 'projection_dim'));
  return {
    outputShapes: ([shape]) => [shape!],
    weights: ([shape]) => [{ name: 'gamma', shape: [size(shape!)], paths: ['vars/0'] }],
    compute: ([x], [gamma]) => broadcast(tf.mul, asFloat(x!), gamma!),
  };
}

/** Normalization, which keeps mean, variance and a count, or has the first two in its config: `keras/src/layers/preprocessing/normalization.py`. */
export function normalization(spec: LayerSpec): LayerDefinition {
  const given = { mean: numbersDeep(spec, 'mean'), variance: numbersDeep(spec, 'variance') };
  const invert = flagOf(spec, 'invert', false);
  const fixed = given.mean !== undefined && given.variance !== undefined;
  const least = since(spec, 2, 4) ? 1e-7 : 0;
  const axesOf = (rank: number) =>
    spec.config.axis === null ? [] : (numbersOf(spec, 'axis') ?? [-1]).map((axis) => axisOf(spec, axis, rank)).sort((a, b) => a - b);
  return {
    outputShapes: ([shape]) => [shape!],
    weights([shape]) {
      if (fixed) return [];
      const kept = axesOf(shape!.length).map((axis) => fixedAxis(spec, shape!, axis));
      return [
        { name: 'mean', shape: kept, trainable: false, paths: ['vars/0'] },
        { name: 'variance', shape: kept, trainable: false, paths: ['vars/1'] },
        { name: 'count', shape: [], trainable: false, paths: ['vars/2'] },
      ];
    },
    compute([input], weights) {
      const x = asFloat(input!);
      const axes = axesOf(x.rank);
      const wide = x.shape.map((length, i) => (axes.includes(i) ? length : 1));
      const shaped = (values: readonly number[] | undefined, weight: Tensor | undefined) =>
        values === undefined ? tf.reshape(weight!, wide) : constant(values, wide, axes);
      const mean = shaped(given.mean, weights[0]);
      const deviation = tf.maximum(tf.sqrt(shaped(given.variance, weights[1])), least);
      return invert ? broadcast(tf.add, broadcast(tf.mul, x, deviation), mean) : broadcast(tf.div, broadcast(tf.sub, x, mean), deviation);
    },
    ...(spec.keras.major === 3 ? { masking: { gives: 'same' } } : {}),
  };
}

/** Numbers of a config however deeply they are nested. */
function numbersDeep(spec: LayerSpec, key: string): number[] | undefined {
  const value = spec.config[key];
  if (value === null || value === undefined) return undefined;
  const flat = [value].flat(Number.POSITIVE_INFINITY as 10);
  require(flat.every((n) => typeof n === 'number'), spec, () => `has a ${key} in its config that is not of numbers`);
  return flat as number[];
}

/** One number for all, one for each element of the kept axes, or fewer that line up with the last kept axes. */
function constant(values: readonly number[], broadcast: readonly number[], axes: readonly number[]): Tensor {
  if (values.length === 1) return tf.scalar(values[0]!);
  let size = 1;
  const shape = [...broadcast].map(() => 1);
  for (const axis of [...axes].reverse()) {
    if (size === values.length) break;
    shape[axis] = broadcast[axis]!;
    size *= broadcast[axis]!;
  }
  return tf.tensor([...values], shape);
}

function scaled(x: Tensor, gamma: Tensor | undefined, beta: Tensor | undefined): Tensor {
  const multiplied = gamma === undefined ? x : broadcast(tf.mul, x, gamma);
  return beta === undefined ? multiplied : broadcast(tf.add, multiplied, beta);
}
