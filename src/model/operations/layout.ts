/** Where pictures have their channels, and whether they come as a batch. */

import type { Tensor } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { transpose } from '../layers/manyAxes';
import { range } from '../layers/spatial';
import type { Constants } from './operation';

export function isChannelsFirst(call: Constants): boolean {
  return call.text('data_format', 'channels_last') === 'channels_first';
}

/** Applies a function of [..., rows, columns, channels] whichever axis the channels are. */
export function channelsLast(x: Tensor, call: Constants, apply: (x: Tensor) => Tensor): Tensor {
  if (!isChannelsFirst(call)) return apply(x);
  const axis = x.rank - 3;
  const order = [...range(0, axis), ...range(axis + 1, x.rank), axis];
  const back = order.map((_, i) => order.indexOf(i));
  return transpose(apply(transpose(x, order)), back);
}

/** Applies a function of a batch of pictures to one, or to a single picture. */
export function asBatch(x: Tensor, apply: (batch: Tensor) => Tensor): Tensor {
  return x.rank === 3 ? tf.squeeze(apply(tf.expandDims(x, 0)), [0]) : apply(x);
}
