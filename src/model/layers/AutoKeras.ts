/**
 * The layers that AutoKeras puts before its models of pictures: `autokeras/keras_layers.py` of 1.0 to 3.0. They compute nothing that Keras
 * does not, but are classes of their own.
 */

import * as tf from '@tensorflow/tfjs-core';
import { asFloat } from './dtypes';
import type { LayerDefinition } from './KerasLayer';

/** `tf.cast(inputs, tf.float32)`; strings, which AutoKeras casts too, are no input here. */
export function castToFloat32(): LayerDefinition {
  return { outputShapes: ([shape]) => [shape!], outputTypes: () => ['float32'], compute: ([x]) => asFloat(x!).clone() };
}

/** `tf.expand_dims(inputs, axis=-1)`: a channel for pictures without one. */
export function expandLastDim(): LayerDefinition {
  return { outputShapes: ([shape]) => [[...shape!, 1]], outputTypes: ([type]) => [type!], compute: ([x]) => tf.expandDims(x!, -1) };
}
