/** DepthwiseConv1D and 2D, SeparableConv1D and 2D: `base_depthwise_conv.py` and `base_separable_conv.py` of `keras/src/layers/convolutional`. */

import type { Tensor } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { type Activation, linear } from '../activations';
import { convolutionEnd } from './bias';
import { convolve, convolvedShape, depthwise, type Geometry, geometryOf } from './Convolution';
import { dataFormatOf, fixedAxis, flagOf, numberOf, require, tupleOf } from './config';
import { asFloat } from './dtypes';
import type { LayerDefinition, WeightDefinition } from './KerasLayer';
import { legacyConvolutionWeights } from './legacyWeights';
import { padSpatial, shapeOf, spatialOf, toChannelsLast } from './spatial';
import type { LayerSpec } from './spec';

export function depthwiseConvolution(spec: LayerSpec, rank: 1 | 2): LayerDefinition {
  const format = dataFormatOf(spec);
  const multiplier = numberOf(spec, 'depth_multiplier', 1);
  const useBias = flagOf(spec, 'use_bias', true);
  const geometry = depthwiseGeometry(spec, rank);
  const end = convolutionEnd(spec, false);
  const channelsIn = (shape: readonly (number | null)[]) => fixedAxis(spec, shape, format === 'channels_last' ? -1 : 1);
  return {
    outputShapes([shape]) {
      require(shape!.length === rank + 2, spec, () => `takes inputs of ${rank + 2} axes and is given ${shape!.length}`);
      return [shapeOf(shape![0], convolvedShape(spatialOf(shape!, format), geometry), channelsIn(shape!) * multiplier, format)];
    },
    weights([shape]) {
      const channels = channelsIn(shape!);
      const name = spec.keras.major === 3 ? 'kernel' : 'depthwise_kernel';
      const kernel = { name, shape: [...geometry.kernelSize, channels, multiplier], paths: ['vars/0'] };
      return useBias ? [kernel, { name: 'bias', shape: [channels * multiplier], paths: ['vars/1'] }] : [kernel];
    },
    compute([input], [kernel, bias]) {
      const x = toChannelsLast(asFloat(input!), format);
      return end(bias, (added, activation) => depthwiseOfRank(x, kernel!, added, geometry, activation));
    },
    convertWeights: legacyConvolutionWeights(spec, rank),
    shrinks: true,
  };
}

export function separableConvolution(spec: LayerSpec, rank: 1 | 2): LayerDefinition {
  const format = dataFormatOf(spec);
  const filters = numberOf(spec, 'filters');
  const multiplier = numberOf(spec, 'depth_multiplier', 1);
  const useBias = flagOf(spec, 'use_bias', true);
  const geometry = depthwiseGeometry(spec, rank);
  const ones = geometry.kernelSize.map(() => 1);
  const pointwise: Geometry = { kernelSize: ones, strides: ones, dilation: ones, padding: 'valid' };
  const end = convolutionEnd(spec, false);
  return {
    outputShapes([shape]) {
      require(shape!.length === rank + 2, spec, () => `takes inputs of ${rank + 2} axes and is given ${shape!.length}`);
      return [shapeOf(shape![0], convolvedShape(spatialOf(shape!, format), geometry), filters, format)];
    },
    weights([shape]) {
      const channels = fixedAxis(spec, shape!, format === 'channels_last' ? -1 : 1);
      const weights: WeightDefinition[] = [
        { name: 'depthwise_kernel', shape: [...geometry.kernelSize, channels, multiplier], paths: ['vars/0'] },
        { name: 'pointwise_kernel', shape: [...ones, channels * multiplier, filters], paths: ['vars/1'] },
      ];
      return useBias ? [...weights, { name: 'bias', shape: [filters], paths: ['vars/2'] }] : weights;
    },
    compute([input], [depthwiseKernel, pointwiseKernel, bias]) {
      const x = toChannelsLast(asFloat(input!), format);
      const spread = depthwiseOfRank(x, depthwiseKernel!, undefined, geometry, linear);
      return end(bias, (added, activation) => convolve(spread, pointwiseKernel!, added, pointwise, 1, activation));
    },
    convertWeights: legacyConvolutionWeights(spec, rank),
    shrinks: true,
  };
}

/** Keras 2's depthwise layers keep no kernel size of rank 2 when they were given one number. */
function depthwiseGeometry(spec: LayerSpec, rank: 1 | 2): Geometry {
  return { ...geometryOf(spec, rank), kernelSize: tupleOf(spec, 'kernel_size', rank) };
}

function depthwiseOfRank(x: Tensor, kernel: Tensor, bias: Tensor | undefined, geometry: Geometry, activation: Activation): Tensor {
  if (x.rank === 4) return depthwise(x, kernel, bias, geometry, activation);
  const [size, stride, dilation] = [geometry.kernelSize[0]!, geometry.strides[0]!, geometry.dilation[0]!];
  const causal = geometry.padding === 'causal';
  const padded = causal ? padSpatial(x, [[(size - 1) * dilation, 0]]) : x;
  const flat: Geometry = {
    kernelSize: [1, size],
    strides: [stride, stride],
    dilation: [1, dilation],
    padding: causal ? 'valid' : geometry.padding,
  };
  return tf.squeeze(depthwise(tf.expandDims(padded, 1), tf.expandDims(kernel, 0), bias, flat, activation), [1]);
}
