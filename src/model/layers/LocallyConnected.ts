/**
 * LocallyConnected1D and 2D of Keras 1 and 2: `layers/locally_connected`. A convolution with weights of its own at every place, which are kept
 * place by place (implementation 1), as a whole matrix of which most is not used (2), or as the numbers of that matrix that are (3).
 */

import type { Tensor, Tensor1D } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { activationOf } from '../activations';
import type { Shape } from '../types';
import { convolvedShape, type Geometry, geometryOf } from './Convolution';
import { type DataFormat, dataFormatOf, fixedAxis, flagOf, numberOf, require } from './config';
import { asFloat } from './dtypes';
import type { LayerDefinition } from './KerasLayer';
import { channelsOf, fromChannelsLast, range, shapeOf, spatialOf } from './spatial';
import type { LayerSpec } from './spec';

export function locallyConnected(spec: LayerSpec, rank: 1 | 2): LayerDefinition {
  const format = dataFormatOf(spec);
  const filters = numberOf(spec, 'filters');
  const useBias = flagOf(spec, 'use_bias', true);
  const geometry = geometryOf(spec, rank);
  const activation = activationOf(spec, spec.config.activation, true);
  const implementation = numberOf(spec, 'implementation', 1);
  require([1, 2, 3].includes(implementation), spec, () => `has implementation ${implementation}; Keras has 1 to 3`);
  require(implementation > 1 || geometry.padding === 'valid', spec, () =>
    `has padding '${geometry.padding}'; Keras' implementation 1 has 'valid'`);
  const placesOf = (shape: Shape): number[] => {
    spatialOf(shape, format).forEach((_, i) => {
      fixedAxis(spec, shape, format === 'channels_last' ? i + 1 : i + 2);
    });
    return convolvedShape(spatialOf(shape, format), geometry) as number[];
  };
  const product = (sizes: readonly number[]) => sizes.reduce((total, n) => total * n, 1);
  // Channels first, Keras reads the bias in another shape and does not turn its axes (`backend.bias_add`).
  const withBias = (out: Tensor, bias: Tensor | undefined, places: number[]): Tensor =>
    bias === undefined ? out : tf.add(out, format === 'channels_last' ? bias : tf.reshape(bias, [1, filters, ...places]));
  const laidOut = (spatial: Shape, channels: number): number[] =>
    (format === 'channels_last' ? [...spatial, channels] : [channels, ...spatial]) as number[];
  const connectionsOf = (shape: Shape): number[][] =>
    connections(laidOut(spatialOf(shape, format), channelsOf(shape, format)!), laidOut(placesOf(shape), filters), geometry, format);
  const kernelShape = (shape: Shape, places: number[], channels: number): number[] => {
    if (implementation === 1) return [product(places), product(geometry.kernelSize) * channels, filters];
    if (implementation === 2) return [...laidOut(spatialOf(shape, format), channels), ...laidOut(places, filters)];
    return [connectionsOf(shape).reduce((sum, inputs) => sum + inputs.length, 0)];
  };
  /** The matrix from all of the input to all of the output. */
  const matrixOf = (kernel: Tensor, shape: Shape): Tensor => {
    const [inputs, outputs] = [product(shape.slice(1) as number[]), product(placesOf(shape)) * filters];
    const connected = connectionsOf(shape);
    if (implementation === 2) {
      const mask = new Float32Array(inputs * outputs);
      connected.forEach((from, to) => {
        for (const i of from) mask[i * outputs + to] = 1;
      });
      return tf.mul(tf.reshape(kernel, [inputs, outputs]), tf.tensor2d(mask, [inputs, outputs]));
    }
    // Row by row of outputs; 0 stands for what is not connected.
    const places = new Int32Array(inputs * outputs);
    let next = 1;
    connected.forEach((from, to) => {
      for (const i of from) places[i * outputs + to] = next++;
    });
    const numbers = tf.concat([tf.zeros([1]), kernel as Tensor1D]);
    return tf.reshape(tf.gather(numbers, tf.tensor1d(places, 'int32')), [inputs, outputs]);
  };
  const byMatrix = (x: Tensor, kernel: Tensor, batch: number, places: number[]): Tensor =>
    tf.reshape(tf.matMul(tf.reshape(x, [batch, -1]), matrixOf(kernel, x.shape)), [batch, ...laidOut(places, filters)]);
  return {
    shrinks: true,
    outputShapes: ([shape]) => [shapeOf(shape![0], placesOf(shape!), filters, format)],
    weights([shape]) {
      const places = placesOf(shape!);
      const channels = channelsOf(shape!, format)!;
      const kernel = { name: 'kernel', shape: kernelShape(shape!, places, channels), paths: ['vars/0'] };
      return useBias ? [kernel, { name: 'bias', shape: [...places, filters], paths: ['vars/1'] }] : [kernel];
    },
    compute([input], [kernel, bias]) {
      const x = asFloat(input!);
      const places = placesOf(x.shape);
      const batch = x.shape[0]!;
      if (implementation > 1) return activation.apply(withBias(byMatrix(x, kernel!, batch, places), bias, places));
      const patches = indicesOf(places).map((place) => {
        const from = place.map((at, i) => at * geometry.strides[i]!);
        const [begin, size] =
          format === 'channels_last'
            ? [
                [0, ...from, 0],
                [batch, ...geometry.kernelSize, x.shape[x.rank - 1]!],
              ]
            : [
                [0, 0, ...from],
                [batch, x.shape[1]!, ...geometry.kernelSize],
              ];
        return tf.reshape(tf.slice(x, begin, size), [1, batch, -1]);
      });
      const products = tf.matMul(tf.concat(patches, 0), kernel!);
      const out = tf.reshape(tf.transpose(products, [1, 0, 2]), [batch, ...places, filters]);
      return activation.apply(withBias(fromChannelsLast(out, format), bias, places));
    },
  };
}

/**
 * For every number of the output in its own order, the places of the numbers of the input that it is made of, ascending:
 * `conv_kernel_idxs` of `keras/utils/conv_utils.py`.
 */
function connections(input: number[], output: number[], { kernelSize, strides, padding }: Geometry, format: DataFormat): number[][] {
  const axes = range(0, kernelSize.length).map((i) => (format === 'channels_last' ? i : i + 1));
  const channels = format === 'channels_last' ? input.length - 1 : 0;
  const steps = input.map((_, i) => input.slice(i + 1).reduce((total, n) => total * n, 1));
  return indicesOf(output).map((place) => {
    const reached = input.map((length, axis) => {
      const i = axes.indexOf(axis);
      if (axis === channels) return range(0, length);
      const left = Math.floor(kernelSize[i]! / 2);
      const centre = place[axis]! * strides[i]! + (padding === 'valid' ? left : 0);
      return range(Math.max(0, centre - left), Math.min(length, centre + kernelSize[i]! - left));
    });
    return reached.reduce<number[]>((all, along, axis) => all.flatMap((at) => along.map((n) => at + n * steps[axis]!)), [0]);
  });
}

function indicesOf(sizes: readonly number[]): number[][] {
  return sizes.reduce<number[][]>((all, size) => all.flatMap((index) => range(0, size).map((at) => [...index, at])), [[]]);
}
