/** MaxPooling and AveragePooling 1D-3D, Global* 1D-3D, Adaptive* 1D-3D: `keras/src/layers/pooling`. */

import type { Tensor, Tensor4D } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { dataFormatOf, fixedAxis, flagOf, require, tupleOf, wordOf } from './config';
import { asFloat } from './dtypes';
import type { LayerDefinition } from './KerasLayer';
import { channelsOf, fromChannelsLast, range, shapeOf, spatialOf, toChannelsLast, windowCount } from './spatial';
import type { LayerSpec } from './spec';

type Reduction = 'max' | 'average';

/** The most negative float32. */
const LEAST_FLOAT = -(2 - 2 ** -23) * 2 ** 127;

export function pooling(spec: LayerSpec, rank: 1 | 2 | 3, kind: Reduction): LayerDefinition {
  const format = dataFormatOf(spec);
  const size = tupleOf(spec, 'pool_size', rank, 2);
  const strides = tupleOf(spec, 'strides', rank, size);
  const padding = wordOf(spec, 'padding', ['valid', 'same'], 'valid');
  return {
    outputShapes([shape]) {
      require(shape!.length === rank + 2, spec, () => `takes inputs of ${rank + 2} axes and is given ${shape!.length}`);
      const spatial = spatialOf(shape!, format).map((length, i) => windowCount(length, size[i]!, strides[i]!, padding));
      return [shapeOf(shape![0], spatial, channelsOf(shape!, format), format)];
    },
    compute([input]) {
      const x = toChannelsLast(asFloat(input!), format);
      return fromChannelsLast(pool(x, size, strides, padding, kind), format);
    },
    shrinks: true,
  };
}

/** Pools the spatial axes of a channels-last tensor. Padding never counts in an average. */
export function pool(x: Tensor, size: readonly number[], strides: readonly number[], padding: 'valid' | 'same', kind: Reduction): Tensor {
  if (size.length === 1) {
    const wide = pool(tf.expandDims(x, 1), [1, size[0]!], [1, strides[0]!], padding, kind);
    return tf.squeeze(wide, [1]);
  }
  if (size.length === 3) return pool3D(x, size, strides, padding, kind);
  const shape = [size, strides] as [[number, number], [number, number]];
  if (kind === 'average') return tf.avgPool(x as Tensor4D, ...shape, padding);
  const largest = tf.maxPool(x as Tensor4D, ...shape, padding);
  // Of nothing but NaN or -Infinity TensorFlow gives the number that it began with. What could hold such a thing comes to this backend.
  return tf.getBackend() === 'cpu' ? tf.maximum(largest, LEAST_FLOAT) : largest;
}

/** Pictures first, then depth: the 3D kernels of tfjs' wasm backend give wrong maxima for windows of unequal sides. */
function pool3D(x: Tensor, size: readonly number[], strides: readonly number[], padding: 'valid' | 'same', kind: Reduction): Tensor {
  const [batch, depth, height, width, channels] = x.shape as [number, number, number, number, number];
  const pictures = tf.reshape(x, [batch * depth, height, width, channels]);
  const flat = pool(pictures, size.slice(1), strides.slice(1), padding, kind);
  const [, rows, columns] = flat.shape as [number, number, number, number];
  const deep = tf.reshape(flat, [batch, depth, rows * columns, channels]);
  const out = pool(deep, [size[0]!, 1], [strides[0]!, 1], padding, kind);
  return tf.reshape(out, [batch, out.shape[1]!, rows, columns, channels]);
}

export function globalPooling(spec: LayerSpec, rank: 1 | 2 | 3, kind: Reduction): LayerDefinition {
  const format = dataFormatOf(spec);
  const keepDims = flagOf(spec, 'keepdims', false);
  const axes = format === 'channels_last' ? range(1, rank + 1) : range(2, rank + 2);
  const masked = rank === 1 && kind === 'average';
  return {
    outputShapes([shape]) {
      require(shape!.length === rank + 2, spec, () => `takes inputs of ${rank + 2} axes and is given ${shape!.length}`);
      const channels = channelsOf(shape!, format);
      return keepDims ? [shapeOf(shape![0], Array<number>(rank).fill(1), channels, format)] : [[shape![0] ?? null, channels]];
    },
    compute([input, given], _, masks) {
      const mask = given ?? masks[0];
      const x = asFloat(input!);
      if (kind === 'max') return tf.max(x, axes, keepDims);
      if (mask === undefined) return tf.mean(x, axes, keepDims);
      const counts = asFloat(tf.expandDims(mask, format === 'channels_last' ? 2 : 1));
      return tf.div(tf.sum(tf.mul(x, counts), axes, keepDims), tf.sum(counts, axes, keepDims));
    },
    ...(masked ? { masking: { takes: true } } : {}),
  };
}

/**
 * Adaptive pooling as PyTorch has it: output i covers the inputs from floor(i * n / m) up to ceil((i + 1) * n / m). Keras' TensorFlow
 * backend pools one axis after the other; for an average of windows of different sizes that is what counts.
 */
export function adaptivePooling(spec: LayerSpec, rank: 1 | 2 | 3, kind: Reduction): LayerDefinition {
  const format = dataFormatOf(spec);
  const size = tupleOf(spec, 'output_size', rank);
  return {
    outputShapes([shape]) {
      require(shape!.length === rank + 2, spec, () => `takes inputs of ${rank + 2} axes and is given ${shape!.length}`);
      for (let i = 0; i < rank; i++) fixedAxis(spec, shape!, format === 'channels_last' ? i + 1 : i + 2);
      return [shapeOf(shape![0], size, channelsOf(shape!, format), format)];
    },
    compute([input]) {
      let x = toChannelsLast(asFloat(input!), format);
      size.forEach((count, i) => {
        x = adaptAxis(x, i + 1, count, kind);
      });
      return fromChannelsLast(x, format);
    },
  };
}

function adaptAxis(x: Tensor, axis: number, count: number, kind: Reduction): Tensor {
  const length = x.shape[axis]!;
  const slices = range(0, count).map((i) => {
    const from = Math.floor((i * length) / count);
    const to = Math.ceil(((i + 1) * length) / count);
    const begin = Array<number>(x.rank).fill(0);
    const size = [...x.shape];
    begin[axis] = from;
    size[axis] = to - from;
    const window = tf.slice(x, begin, size);
    return kind === 'max' ? tf.max(window, axis, true) : tf.mean(window, axis, true);
  });
  return slices.length === 1 ? slices[0]! : tf.concat(slices, axis);
}
