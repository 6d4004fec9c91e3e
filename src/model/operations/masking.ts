/** Parts of axes kept, marked or turned round by constants or lengths: `tf.boolean_mask`, `tf.sequence_mask`, `tf.reverse_sequence`. */

import type { Tensor } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { asFloat } from '../layers/dtypes';
import { transpose } from '../layers/manyAxes';
import { range } from '../layers/spatial';
import { to, X } from './families';
import { type Call, type Constants, constantShape, type Operation } from './operation';

/** The axes that the mask covers, and which places in them stay. */
function maskOf(call: Constants, rank: number): { axis: number; shape: number[]; places: number[] } {
  if (call.isTensor('mask'))
    call.fail('keeps what a computed mask tells, of which there is no telling how much; use tf.where or multiply by the mask');
  const mask = call.value('mask');
  const shape = constantShape(mask);
  const places = ([mask].flat(Number.POSITIVE_INFINITY as 10) as unknown[]).flatMap((on, i) => (on ? [i] : []));
  return { axis: call.axis('axis', rank, 0), shape, places };
}

const booleanMask: Operation = {
  // TensorFlow 1 has the name before the axis.
  parameters: [X, 'mask', 'name', 'axis'],
  infer(call) {
    const { shape, type } = call.tensor('x');
    const { axis, shape: masked } = maskOf(call, shape.length);
    // As in Keras, whose graph does not count.
    return { shape: [...shape.slice(0, axis), null, ...shape.slice(axis + masked.length)], type };
  },
  compute(call) {
    const x = call.tensor('x');
    const { axis, shape, places } = maskOf(call, x.rank);
    const rest = x.shape.slice(axis + shape.length);
    const flat = tf.reshape(x, [...x.shape.slice(0, axis), shape.reduce((a, b) => a * b, 1), ...rest]);
    return tf.gather(flat, tf.tensor1d(places, 'int32'), axis);
  },
};

/** True for the first so many places. */
const sequenceMask: Operation = {
  parameters: ['lengths', 'maxlen', 'dtype'],
  infer(call) {
    const [longest] = call.sizes('maxlen') ?? call.fail('has no maxlen: how long the mask is would hang on the values');
    return { shape: [...call.tensor('lengths').shape, longest ?? null], type: call.type('dtype', 'bool') };
  },
  compute(call) {
    const lengths = to(call.tensor('lengths'), 'float32');
    const [longest] = call.sizes('maxlen') as [number];
    return to(tf.greater(tf.expandDims(lengths, -1), tf.range(0, longest, 1, 'float32')), call.type('dtype', 'bool'));
  },
};

/** The first so many elements turned round, the rest left: for each element of the batch axis its own number. */
function reversedSequence(call: Call<Tensor>): Tensor {
  const given = call.tensor('x');
  const [along, batch] = [call.axis('seq_axis', given.rank, 0), call.axis('batch_axis', given.rank, 0)];
  const order = [batch, along, ...range(0, given.rank).filter((axis) => axis !== batch && axis !== along)];
  const x = transpose(given, order);
  const [count, length] = x.shape as [number, number];
  const lengths = tf.reshape(to(call.tensor('seq_lengths'), 'float32'), [count, 1]);
  const place = tf.reshape(tf.range(0, length, 1, 'float32'), [1, length]);
  const inside = asFloat(tf.less(place, lengths));
  const turned = tf.sub(tf.sub(lengths, 1), place);
  const from = tf.add(tf.mul(inside, turned), tf.mul(tf.sub(1, inside), place));
  const starts = tf.reshape(tf.range(0, count, 1, 'float32'), [count, 1]);
  const places = tf.cast(tf.reshape(tf.add(from, tf.mul(starts, length)), [-1]), 'int32') as tf.Tensor1D;
  const found = tf.gather(tf.reshape(x, [count * length, ...x.shape.slice(2)]), places);
  return transpose(
    tf.reshape(found, x.shape),
    order.map((_, axis) => order.indexOf(axis)),
  );
}

export const masking: Readonly<Record<string, Operation>> = {
  BooleanMask: booleanMask,
  SequenceMask: sequenceMask,
  ReverseSequence: {
    parameters: [X, 'seq_lengths', 'seq_axis|seq_dim', 'batch_axis|batch_dim'],
    infer(call) {
      const { shape, type } = call.tensor('x');
      const batch = call.axis('batch_axis', shape.length, 0);
      return { type, shape: shape.map((n, i) => (i === batch ? (n ?? call.tensor('seq_lengths').shape[0] ?? null) : n)) };
    },
    compute: reversedSequence,
  },
};
