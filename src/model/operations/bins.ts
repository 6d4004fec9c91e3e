/** Places among sorted numbers: `digitize` of `keras/src/ops/numpy.py`. */

import type { Tensor } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { asFloat } from '../layers/dtypes';
import { to, X } from './families';
import type { Operation } from './operation';

/** How many of the edges are at or below each value. A NaN is above all. */
function count(values: Tensor, edges: Tensor): Tensor {
  const [x, sorted] = [tf.reshape(to(values, 'float32'), [-1, 1]), tf.reshape(to(edges, 'float32'), [1, -1])];
  const below = tf.sub(sorted.size, tf.sum(asFloat(tf.less(x, sorted)), 1));
  return tf.reshape(tf.cast(below, 'int32'), values.shape);
}

export const bins: Readonly<Record<string, Operation>> = {
  Digitize: {
    parameters: [X, 'bins'],
    infer: (call) => ({ shape: call.tensor('x').shape, type: 'int32' }),
    compute: (call) => count(call.tensor('x'), call.tensor('bins')),
  },
};
