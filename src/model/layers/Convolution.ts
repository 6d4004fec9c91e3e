/** Conv1D, Conv2D, Conv3D: `keras/src/layers/convolutional/base_conv.py`. */

import type { Tensor, Tensor4D, Tensor5D } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { type Activation, linear } from '../activations';
import { convolutionEnd } from './bias';
import { dataFormatOf, fixedAxis, flagOf, numberOf, require, tupleOf, wordOf } from './config';
import { asFloat } from './dtypes';
import type { LayerDefinition } from './KerasLayer';
import { legacyConvolutionWeights } from './legacyWeights';
import { broadcast } from './manyAxes';
import { type Padding, padSpatial, samePadding, shapeOf, spatialOf, subsample, toChannelsLast, windowCount } from './spatial';
import type { LayerSpec } from './spec';

/** The arguments that all convolutions share. */
export interface Geometry {
  readonly kernelSize: readonly number[];
  readonly strides: readonly number[];
  readonly dilation: readonly number[];
  readonly padding: Padding;
}

export function geometryOf(spec: LayerSpec, rank: number): Geometry {
  return {
    kernelSize: tupleOf(spec, 'kernel_size', rank),
    strides: tupleOf(spec, 'strides', rank, 1),
    dilation: tupleOf(spec, 'dilation_rate', rank, 1),
    padding: wordOf(spec, 'padding', rank === 1 ? ['valid', 'same', 'causal'] : ['valid', 'same'], 'valid'),
  };
}

export function convolution(spec: LayerSpec, rank: 1 | 2 | 3): LayerDefinition {
  const format = dataFormatOf(spec);
  const filters = numberOf(spec, 'filters');
  const groups = numberOf(spec, 'groups', 1);
  const useBias = flagOf(spec, 'use_bias', true);
  const geometry = geometryOf(spec, rank);
  const end = convolutionEnd(spec, rank < 3);
  return {
    outputShapes([shape]) {
      require(shape!.length >= rank + 2, spec, () => `takes inputs of at least ${rank + 2} axes and is given ${shape!.length}`);
      // Keras 2 takes further axes after the batch for more of it.
      const more = shape!.length - rank - 2;
      const one = shape!.slice(more);
      const convolved = shapeOf(null, convolvedShape(spatialOf(one, format), geometry), filters, format);
      return [[...shape!.slice(0, more + 1), ...convolved.slice(1)]];
    },
    weights([shape]) {
      const channels = fixedAxis(spec, shape!, format === 'channels_last' ? -1 : shape!.length - rank - 1);
      require(channels % groups === 0, spec, () => `has ${groups} groups for ${channels} channels`);
      const kernel = { name: 'kernel', shape: [...geometry.kernelSize, channels / groups, filters], paths: ['vars/0'] };
      return useBias ? [kernel, { name: 'bias', shape: [filters], paths: ['vars/1'] }] : [kernel];
    },
    compute([input], [kernel, bias]) {
      const inner = input!.shape.slice(-rank - 1);
      const flat = input!.rank === rank + 2 ? input! : tf.reshape(input!, [-1, ...inner]);
      const x = toChannelsLast(asFloat(flat), format);
      const result = end(bias, (added, activation) => convolve(x, kernel!, added, geometry, groups, activation));
      return flat === input ? result : tf.reshape(result, [...input!.shape.slice(0, -rank - 1), ...result.shape.slice(1)]);
    },
    convertWeights: legacyConvolutionWeights(spec, rank),
    shrinks: true,
  };
}

/** Spatial lengths after a convolution. */
export function convolvedShape(
  spatial: readonly (number | null)[],
  { kernelSize, strides, dilation, padding }: Geometry,
): (number | null)[] {
  return spatial.map((length, i) => windowCount(length, kernelSize[i]!, strides[i]!, padding, dilation[i]!));
}

/** A channels-last convolution of any rank with bias and activation, fused into one kernel where tfjs has one. */
export function convolve(
  x: Tensor,
  kernel: Tensor,
  bias: Tensor | undefined,
  geometry: Geometry,
  groups: number,
  activation: Activation,
): Tensor {
  const rank = x.rank - 2;
  if (rank === 1) return convolve1D(x, kernel, bias, geometry, groups, activation);
  if (groups > 1) return activation.apply(addBias(convolveGroups(x, kernel, geometry, groups), bias));
  const { strides, dilation } = geometry;
  if (strides.some((s) => s > 1) && dilation.some((d) => d > 1)) {
    const dense = convolve(
      padForSame(x, geometry),
      kernel,
      bias,
      { ...geometry, strides: strides.map(() => 1), padding: 'valid' },
      1,
      activation,
    );
    return subsample(dense, strides);
  }
  if (skipsInput(geometry)) return convolve(padForSame(x, geometry), kernel, bias, { ...geometry, padding: 'valid' }, 1, activation);
  const pad = geometry.padding === 'same' ? 'same' : 'valid';
  if (rank === 3) {
    const out = tf.conv3d(
      x as Tensor5D,
      kernel as Tensor5D,
      strides as [number, number, number],
      pad,
      'NDHWC',
      dilation as [number, number, number],
    );
    return activation.apply(addBias(out, bias));
  }
  const out = tf.fused.conv2d({
    x: x as Tensor4D,
    filter: kernel as Tensor4D,
    strides: strides as [number, number],
    pad,
    dilations: dilation as [number, number],
    ...(bias === undefined ? {} : { bias }),
    activation: activation.fused ?? 'linear',
  });
  return activation.fused === undefined ? activation.apply(out) : out;
}

/** As a 2D convolution of pictures one pixel high. */
function convolve1D(
  x: Tensor,
  kernel: Tensor,
  bias: Tensor | undefined,
  geometry: Geometry,
  groups: number,
  activation: Activation,
): Tensor {
  const [size, stride, dilation] = [geometry.kernelSize[0]!, geometry.strides[0]!, geometry.dilation[0]!];
  const causal = geometry.padding === 'causal';
  const padded = causal ? padSpatial(x, [[(size - 1) * dilation, 0]]) : x;
  const flat: Geometry = {
    kernelSize: [1, size],
    strides: [1, stride],
    dilation: [1, dilation],
    padding: causal ? 'valid' : geometry.padding,
  };
  // tfjs wants equal strides in some kernels; the first axis has length 1, so its stride is free.
  const out = convolve(
    tf.expandDims(padded, 1),
    tf.expandDims(kernel, 0),
    bias,
    { ...flat, strides: [stride, stride] },
    groups,
    activation,
  );
  return tf.squeeze(out, [1]);
}

/** One convolution a group; a depthwise one where every channel is a group of its own. */
function convolveGroups(x: Tensor, kernel: Tensor, geometry: Geometry, groups: number): Tensor {
  const channels = x.shape[x.rank - 1]!;
  if (groups === channels && x.rank === 4) {
    const multiplier = kernel.shape[3]! / channels;
    const [height, width] = geometry.kernelSize as [number, number];
    return depthwise(x, tf.reshape(kernel, [height, width, channels, multiplier]), undefined, geometry, linear);
  }
  const inputs = tf.split(x, groups, x.rank - 1);
  const kernels = tf.split(kernel, groups, kernel.rank - 1);
  return tf.concat(
    inputs.map((input, i) => convolve(input, kernels[i]!, undefined, geometry, 1, linear)),
    x.rank - 1,
  );
}

/** A channels-last 2D depthwise convolution. */
export function depthwise(x: Tensor, kernel: Tensor, bias: Tensor | undefined, geometry: Geometry, activation: Activation): Tensor {
  const { strides, dilation } = geometry;
  const dilated = dilation.some((d) => d > 1);
  if (strides[0] !== strides[1] || (dilated && strides.some((s) => s > 1))) {
    const dense: Geometry = { ...geometry, strides: [1, 1], padding: 'valid' };
    return subsample(depthwise(padForSame(x, geometry), kernel, bias, dense, activation), strides);
  }
  if (skipsInput(geometry)) return depthwise(padForSame(x, geometry), kernel, bias, { ...geometry, padding: 'valid' }, activation);
  const out = tf.fused.depthwiseConv2d({
    x: x as Tensor4D,
    filter: kernel as Tensor4D,
    strides: strides as [number, number],
    pad: geometry.padding === 'same' ? 'same' : 'valid',
    dilations: dilation as [number, number],
    ...(bias === undefined ? {} : { bias }),
    activation: activation.fused ?? 'linear',
  });
  return activation.fused === undefined ? activation.apply(out) : out;
}

/** tfjs' wasm backend returns zeros for 'same' padding where a stride is longer than the kernel. */
function skipsInput({ kernelSize, strides, dilation, padding }: Geometry): boolean {
  return padding === 'same' && strides.some((stride, i) => stride > (kernelSize[i]! - 1) * dilation[i]! + 1);
}

/** Writes 'same' padding out, so that a strided or dilated convolution can run as a 'valid' one. */
export function padForSame(x: Tensor, { kernelSize, strides, dilation, padding }: Geometry): Tensor {
  if (padding !== 'same') return x;
  return padSpatial(
    x,
    kernelSize.map((size, i) => samePadding(x.shape[i + 1]!, size, strides[i]!, dilation[i]!)),
  );
}

function addBias(x: Tensor, bias: Tensor | undefined): Tensor {
  return bias === undefined ? x : broadcast(tf.add, x, bias);
}
