import type { Tensor } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { asFloat } from '../layers/dtypes';
import { where } from '../layers/manyAxes';

/** -1, 0 or 1; NaN of NaN. tfjs' wasm backend takes what is nearly 0 for 0. */
export function sign(x: Tensor): Tensor {
  if (x.dtype !== 'float32' || tf.getBackend() !== 'wasm') return tf.sign(x);
  return where(tf.isNaN(x), x, tf.sub(asFloat(tf.greater(x, 0)), asFloat(tf.less(x, 0))));
}
