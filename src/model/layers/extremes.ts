/** The larger and the smaller of two tensors: NaN where either is. tfjs' wasm backend looks for NaN in the first alone. */

import type { Tensor } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { where } from './manyAxes';

function ofEither(apply: (a: Tensor, b: Tensor) => Tensor) {
  return (a: Tensor, b: Tensor): Tensor => {
    const found = apply(a, b);
    if (tf.getBackend() !== 'wasm' || b.dtype !== 'float32') return found;
    const second = tf.add(b, tf.zerosLike(found));
    return where(tf.isNaN(second), second, found);
  };
}

export const larger = ofEither(tf.maximum);
export const smaller = ofEither(tf.minimum);
