/** Conv1DTranspose, Conv2DTranspose, Conv3DTranspose: `keras/src/layers/convolutional/base_conv_transpose.py`. */

import type { Tensor, Tensor4D, Tensor5D } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import type { Shape } from '../types';
import { convolutionEnd } from './bias';
import { type Geometry, geometryOf } from './Convolution';
import { dataFormatOf, fixedAxis, flagOf, numberOf, require, tupleOf } from './config';
import { asFloat } from './dtypes';
import type { LayerDefinition } from './KerasLayer';
import { legacyConvolutionWeights } from './legacyWeights';
import { broadcast, pad } from './manyAxes';
import { padSpatial, shapeOf, spatialOf, toChannelsLast } from './spatial';
import type { LayerSpec } from './spec';

export function transposedConvolution(spec: LayerSpec, rank: 1 | 2 | 3): LayerDefinition {
  const format = dataFormatOf(spec);
  const filters = numberOf(spec, 'filters');
  const useBias = flagOf(spec, 'use_bias', true);
  const geometry = geometryOf(spec, rank);
  require(numberOf(spec, 'groups', 1) === 1, spec, () => `has ${spec.config.groups} groups; Keras has no grouped transposed convolution`);
  const given = spec.config.output_padding;
  const outputPadding = given === null || given === undefined ? undefined : tupleOf(spec, 'output_padding', rank);
  const end = convolutionEnd(spec, false);
  return {
    outputShapes([shape]) {
      require(shape!.length === rank + 2, spec, () => `takes inputs of ${rank + 2} axes and is given ${shape!.length}`);
      return [shapeOf(shape![0], transposedShape(spatialOf(shape!, format), geometry, outputPadding), filters, format)];
    },
    weights([shape]) {
      const channels = fixedAxis(spec, shape!, format === 'channels_last' ? -1 : 1);
      const kernel = { name: 'kernel', shape: [...geometry.kernelSize, filters, channels], paths: ['vars/0'] };
      return useBias ? [kernel, { name: 'bias', shape: [filters], paths: ['vars/1'] }] : [kernel];
    },
    compute([input], [kernel, bias]) {
      const x = toChannelsLast(asFloat(input!), format);
      const out = convolveTransposed(x, kernel!, geometry, outputPadding);
      return end(bias, (added, activation) => activation.apply(added === undefined ? out : broadcast(tf.add, out, added)));
    },
    convertWeights: legacyConvolutionWeights(spec, rank, true),
  };
}

/** `_get_output_shape_given_tf_padding` of `keras/src/backend/common/backend_utils.py`, the same as Keras 2's `deconv_output_length`. */
function transposedShape(spatial: Shape, geometry: Geometry, outputPadding: readonly number[] | undefined): (number | null)[] {
  const { kernelSize, strides, dilation, padding } = geometry;
  return spatial.map((length, i) => {
    if (length === null) return null;
    const [size, stride, extra] = [(kernelSize[i]! - 1) * dilation[i]! + 1, strides[i]!, outputPadding?.[i]];
    if (padding === 'valid') return (length - 1) * stride + size + (extra ?? Math.max(size, stride) - size);
    return extra === undefined ? length * stride : (length - 1) * stride + (size % 2) + extra;
  });
}

function convolveTransposed(x: Tensor, kernel: Tensor, geometry: Geometry, outputPadding: readonly number[] | undefined): Tensor {
  const rank = x.rank - 2;
  if (rank === 1) {
    const flat: Geometry = {
      ...geometry,
      kernelSize: [1, geometry.kernelSize[0]!],
      strides: [1, geometry.strides[0]!],
      dilation: [1, geometry.dilation[0]!],
    };
    // A picture one pixel high: its own row takes no padding, and 'same' asks for none.
    const out = convolveTransposed(tf.expandDims(x, 1), tf.expandDims(kernel, 0), flat, outputPadding && [0, outputPadding[0]!]);
    return tf.squeeze(out, [1]);
  }
  const { kernelSize, strides, dilation, padding } = geometry;
  const spatial = x.shape.slice(1, -1);
  const wanted = transposedShape(spatial, geometry, outputPadding) as number[];
  const spread = dilation.reduce((dilated, rate, i) => dilateAxis(dilated, i, rate), kernel);
  const sizes = kernelSize.map((size, i) => (size - 1) * dilation[i]! + 1);
  // All that the inputs reach; 'same' keeps the middle of it, an output padding adds rows that no input reaches.
  const reached = spatial.map((length, i) => (length - 1) * strides[i]! + sizes[i]!);
  const shape = [x.shape[0]!, ...reached, kernel.shape[kernel.rank - 2]!];
  const full =
    rank === 2
      ? tf.conv2dTranspose(
          x as Tensor4D,
          spread as Tensor4D,
          shape as [number, number, number, number],
          strides as [number, number],
          'valid',
        )
      : transposed3D(x as Tensor5D, spread as Tensor5D, strides as [number, number, number], shape as Tensor5D['shape']);
  const skipped = spatial.map((length, i) =>
    padding === 'same' ? Math.floor(Math.max(0, (length - 1) * strides[i]! + sizes[i]! - wanted[i]!) / 2) : 0,
  );
  return window(full, skipped, wanted);
}

/** tfjs' wasm backend adds into memory that it has not cleared; there, zeros between the inputs and an ordinary convolution. */
function transposed3D(x: Tensor5D, kernel: Tensor5D, strides: [number, number, number], shape: Tensor5D['shape']): Tensor {
  if (tf.getBackend() !== 'wasm') return tf.conv3dTranspose(x, kernel, shape, strides, 'valid');
  const apart = strides.reduce<Tensor>((spread, stride, i) => dilateAxis(spread, i + 1, stride), x);
  const edges = kernel.shape.slice(0, 3).map((size): [number, number] => [size - 1, size - 1]);
  const turned = tf.transpose(tf.reverse(kernel, [0, 1, 2]), [0, 1, 2, 4, 3]);
  return tf.conv3d(padSpatial(apart, edges) as Tensor5D, turned as Tensor5D, 1, 'valid');
}

/** A part of the spatial axes of a channels-last tensor; zeros beyond its end. */
function window(x: Tensor, from: readonly number[], size: readonly number[]): Tensor {
  const kept = size.map((length, i) => Math.min(length, x.shape[i + 1]! - from[i]!));
  const part = tf.slice(x, [0, ...from, 0], [x.shape[0]!, ...kept, x.shape[x.rank - 1]!]);
  if (kept.every((length, i) => length === size[i])) return part;
  return pad(part, [[0, 0], ...kept.map((length, i): [number, number] => [0, size[i]! - length]), [0, 0]]);
}

/** Puts `rate - 1` zeros between the elements of one axis. */
function dilateAxis(x: Tensor, axis: number, rate: number): Tensor {
  if (rate === 1) return x;
  const before = x.shape.slice(0, axis).reduce((product, n) => product * n, 1);
  const after = x.shape.slice(axis + 1).reduce((product, n) => product * n, 1);
  const length = x.shape[axis]!;
  const split = tf.reshape(x, [before, length, 1, after]);
  const joined = tf.concat([split, tf.zeros([before, length, rate - 1, after])], 2);
  const spread = tf.slice(tf.reshape(joined, [before, length * rate, after]), [0, 0, 0], [before, (length - 1) * rate + 1, after]);
  return tf.reshape(spread, [...x.shape.slice(0, axis), (length - 1) * rate + 1, ...x.shape.slice(axis + 1)]);
}
