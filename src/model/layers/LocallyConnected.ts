/** LocallyConnected1D and 2D of Keras 1 and 2: `layers/locally_connected`. A convolution with weights of its own at every place. */

import type { Tensor } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { activationOf } from '../activations';
import type { Shape } from '../types';
import { convolvedShape, geometryOf } from './Convolution';
import { dataFormatOf, fixedAxis, flagOf, numberOf, require } from './config';
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
  require(implementation === 1, spec, () => `has implementation ${implementation}; supported is 1, Keras' default`);
  require(geometry.padding === 'valid', spec, () => `has padding '${geometry.padding}'; Keras' implementation 1 has 'valid'`);
  const placesOf = (shape: Shape): number[] => {
    spatialOf(shape, format).forEach((_, i) => {
      fixedAxis(spec, shape, format === 'channels_last' ? i + 1 : i + 2);
    });
    return convolvedShape(spatialOf(shape, format), geometry) as number[];
  };
  const product = (sizes: readonly number[]) => sizes.reduce((total, n) => total * n, 1);
  return {
    outputShapes: ([shape]) => [shapeOf(shape![0], placesOf(shape!), filters, format)],
    weights([shape]) {
      const places = placesOf(shape!);
      const channels = channelsOf(shape!, format)!;
      const kernel = { name: 'kernel', shape: [product(places), product(geometry.kernelSize) * channels, filters], paths: ['vars/0'] };
      return useBias ? [kernel, { name: 'bias', shape: [...places, filters], paths: ['vars/1'] }] : [kernel];
    },
    compute([input], [kernel, bias]) {
      const x = asFloat(input!);
      const places = placesOf(x.shape);
      const batch = x.shape[0]!;
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
      let out: Tensor = tf.reshape(tf.transpose(products, [1, 0, 2]), [batch, ...places, filters]);
      out = fromChannelsLast(out, format);
      // Channels first, Keras reads the bias in another shape and does not turn its axes (`backend.bias_add`).
      if (bias !== undefined) out = tf.add(out, format === 'channels_last' ? bias : tf.reshape(bias, [1, filters, ...places]));
      return activation.apply(out);
    },
  };
}

function indicesOf(sizes: readonly number[]): number[][] {
  return sizes.reduce<number[][]>((all, size) => all.flatMap((index) => range(0, size).map((at) => [...index, at])), [[]]);
}
