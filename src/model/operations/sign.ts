import type { Tensor } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { asFloat } from '../layers/dtypes';
import { where } from '../layers/manyAxes';

/** -1, 0 or 1; NaN of NaN, for which tfjs has 0. Its wasm backend takes what is nearly 0 for 0. */
export function sign(x: Tensor): Tensor {
  if (x.dtype !== 'float32') return tf.sign(x);
  const signs = tf.getBackend() === 'wasm' ? tf.sub(asFloat(tf.greater(x, 0)), asFloat(tf.less(x, 0))) : tf.sign(x);
  return where(tf.isNaN(x), x, signs);
}
