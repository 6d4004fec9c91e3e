/** Places among numbers: `digitize`, `searchsorted`, `isin` of `keras/src/ops/numpy.py`, `tf.searchsorted`. */

import type { Tensor } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { asBool, asFloat } from '../layers/dtypes';
import { to, X } from './families';
import { type Operation, promote } from './operation';

/** How many of the edges are below each value; with `right`, below or at it: a NaN is above all. The last axis is sorted. */
function places(values: Tensor, edges: Tensor, right: boolean): Tensor {
  const type = promote(values.dtype, edges.dtype);
  const rows = edges.size / edges.shape.at(-1)!;
  const [x, sorted] = [tf.reshape(to(values, type), [rows, -1, 1]), tf.reshape(to(edges, type), [rows, 1, -1])];
  const counted = (truths: Tensor) => tf.sum(asFloat(truths), 2);
  const below = right ? tf.sub(edges.shape.at(-1)!, counted(tf.less(x, sorted))) : counted(tf.greater(x, sorted));
  return tf.reshape(tf.cast(below, 'int32'), values.shape);
}

export const bins: Readonly<Record<string, Operation>> = {
  Digitize: {
    parameters: [X, 'bins'],
    infer: (call) => ({ shape: call.tensor('x').shape, type: 'int32' }),
    compute: (call) => places(call.tensor('x'), call.tensor('bins'), true),
  },
  SearchSorted: {
    parameters: ['sorted_sequence', 'values', 'side'],
    infer: (call) => ({ shape: call.pair('sorted_sequence', 'values')[1].shape, type: 'int32' }),
    compute(call) {
      const [sorted, values] = call.pair('sorted_sequence', 'values');
      return places(values, sorted, call.text('side', 'left') === 'right');
    },
  },
  IsIn: {
    parameters: ['x1', 'x2', 'assume_unique', 'invert'],
    infer: (call) => ({ shape: call.pair('x1', 'x2')[0].shape, type: 'bool' }),
    compute(call) {
      const [x, among] = call.pair('x1', 'x2');
      if (among.size === 0) return asBool(tf.zeros(x.shape, 'int32'));
      const type = promote(x.dtype, among.dtype);
      const same = tf.equal(tf.reshape(to(x, type), [-1, 1]), tf.reshape(to(among, type), [1, -1]));
      const found = tf.reshape(tf.max(asFloat(same), 1), x.shape);
      return asBool(call.flag('invert') ? tf.sub(1, found) : found);
    },
  },
};
