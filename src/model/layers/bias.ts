/** Biases as Keras adds them. */

import type { Tensor } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { type Activation, activationOf, aroundFormat, linear } from '../activations';
import { dataFormatOf, since } from './config';
import { broadcast } from './manyAxes';
import { fromChannelsLast } from './spatial';
import type { LayerSpec } from './spec';

/**
 * `ops.add` on TensorFlow since Keras 3.7 (`keras/src/backend/tensorflow/numpy.py`): what has one axis longer than 1 is a bias of the last
 * axis, if that is as long, or else of the first after the batch, wherever its own axis is. A bias of channels that come first is added along
 * the columns of a picture that has as many columns as channels.
 */
export function addAsKeras3(x: Tensor, bias: Tensor): Tensor {
  const long = bias.shape.filter((length) => length > 1);
  if (long.length === 1 && x.rank > 1) {
    if (x.shape[x.rank - 1] === long[0]) return broadcast(tf.add, x, tf.reshape(bias, [-1]));
    if (x.shape[1] === long[0]) return broadcast(tf.add, x, tf.reshape(bias, [1, -1, ...x.shape.slice(2).map(() => 1)]));
  }
  return broadcast(tf.add, x, bias);
}

/**
 * What a convolution does after its kernel: `convolve` computes channels last, with a bias and an activation that it may fuse. `fuses`:
 * TensorFlow's graphs (`fit`, `predict`) fuse the bias of this layer into its kernel, channel by channel, whatever `ops.add` asked for.
 */
export function convolutionEnd(
  spec: LayerSpec,
  fuses: boolean,
): (bias: Tensor | undefined, convolve: (bias: Tensor | undefined, activation: Activation) => Tensor) => Tensor {
  const format = dataFormatOf(spec);
  const activation = activationOf(spec, spec.config.activation, true);
  const { inside, outside } = aroundFormat(activation, format);
  const apart = format === 'channels_first' && !fuses && since(spec, 3, 7);
  return (bias, convolve) => {
    if (bias === undefined || !apart) return outside(fromChannelsLast(convolve(bias, inside), format));
    const product = fromChannelsLast(convolve(undefined, linear), format);
    return activation.apply(addAsKeras3(product, tf.reshape(bias, [1, -1, ...product.shape.slice(2).map(() => 1)])));
  };
}
