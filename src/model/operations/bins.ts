/** Places among sorted numbers: `digitize` and `searchsorted` of `keras/src/ops/numpy.py`. */

import type { Tensor } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { asFloat } from '../layers/dtypes';
import { to, X } from './families';
import type { Operation } from './operation';

/** How many of the edges are below each value, or (`right`) at it. A NaN is above all. */
function count(values: Tensor, edges: Tensor, right: boolean): Tensor {
  const [x, sorted] = [tf.reshape(to(values, 'float32'), [-1, 1]), tf.reshape(to(edges, 'float32'), [1, -1])];
  const above = right ? tf.less(x, sorted) : tf.lessEqual(x, sorted);
  const below = tf.sub(sorted.size, tf.sum(asFloat(above), 1));
  return tf.reshape(tf.cast(below, 'int32'), values.shape);
}

export const bins: Readonly<Record<string, Operation>> = {
  Digitize: {
    parameters: [X, 'bins'],
    infer: (call) => ({ shape: call.tensor('x').shape, type: 'int32' }),
    compute: (call) => count(call.tensor('x'), call.tensor('bins'), true),
  },
  SearchSorted: {
    parameters: ['sorted_sequence', 'values', 'side'],
    infer: (call) => ({ shape: call.tensor('values').shape, type: 'int32' }),
    compute: (call) => count(call.tensor('values'), call.tensor('sorted_sequence'), call.text('side', 'left') === 'right'),
  },
};
