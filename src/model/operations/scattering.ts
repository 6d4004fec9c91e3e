/** Numbers put in places that other numbers tell: `scatter`, `scatter_update`, `segment_*` of `keras/src/ops/{core,math}.py`, `tf.scatter_nd`. */

import type { Tensor } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { asBool, asFloat, readable } from '../layers/dtypes';
import { where } from '../layers/manyAxes';
import { range } from '../layers/spatial';
import { to } from './families';
import type { Call, Constants, Operand, Operation } from './operation';

const { sizeFromShape } = tf.util;

type Reduction = 'add' | 'max' | 'min' | 'mul';

/** What leaves every number as it is: of floats, the largest numbers stand for the infinities, as in TensorFlow. */
const neutral: Readonly<Record<Reduction, (type: string) => number>> = {
  add: () => 0,
  mul: () => 1,
  max: (type) => (type === 'int32' ? -(2 ** 31) : -3.4028234663852886e38),
  min: (type) => (type === 'int32' ? 2 ** 31 - 1 : 3.4028234663852886e38),
};

/** More numbers than this at a time are more than a device may be asked for. */
const MOST = 2 ** 27;

/** [count, length] numbers brought together by slots, of which there are `slots`: [slots, length]. Other places' are left out. */
function gathered(places: Tensor, numbers: Tensor, slots: number, how: Reduction, call: Call<Tensor>): Tensor {
  const [count, length] = numbers.shape as [number, number];
  if (count * length * slots > MOST)
    call.fail(`brings ${count} rows of ${length} together in ${slots} places, more than there is memory for`);
  const shape = [count, slots, length];
  const own = tf.equal(tf.reshape(places, [count, 1]), tf.reshape(tf.range(0, slots, 1, 'int32'), [1, slots]));
  const mask = asBool(tf.broadcastTo(tf.reshape(tf.cast(own, 'int32'), [count, slots, 1]), shape));
  const wide = tf.broadcastTo(tf.reshape(numbers, [count, 1, length]), shape);
  const nothing = tf.fill(shape, neutral[how](numbers.dtype), numbers.dtype as 'float32' | 'int32');
  const kept = where(mask, wide, nothing);
  const reduce = { add: tf.sum, max: tf.max, min: tf.min, mul: tf.prod }[how];
  return to(tf.reshape(reduce(readable(kept), 0), [slots, length]), numbers.dtype);
}

/** Places in the leading axes of `shape`, one number each. */
function flattened(indices: Tensor, shape: readonly number[]): Tensor {
  const depth = indices.shape.at(-1)!;
  const strides = range(0, depth).map((i) => sizeFromShape(shape.slice(i + 1, depth)));
  const rows = tf.reshape(tf.cast(indices, 'int32'), [-1, depth]);
  return tf.sum(tf.mul(rows, tf.tensor2d([strides], [1, depth], 'int32')), 1);
}

function noTruths(type: string, call: Constants): void {
  if (type === 'bool') call.fail('scatters truths; cast to int32 before it in Keras');
  if (!['', 'DEFAULT', 'ERROR'].includes(call.text('bad_indices_policy', '')))
    call.fail(`leaves out indices beyond the ends (${call.text('bad_indices_policy', '')}), which is not supported`);
}

const scatter: Operation = {
  parameters: ['indices', 'values|updates', 'shape'],
  keywords: ['bad_indices_policy'],
  infer(call) {
    const { type } = call.tensor('values');
    noTruths(type, call);
    return { shape: call.sizes('shape') ?? call.fail('scatters into no shape'), type };
  },
  compute(call) {
    return tf.scatterND(tf.cast(call.tensor('indices'), 'int32'), call.tensor('values'), call.sizes('shape') as number[]);
  },
};

/** Of places that are told twice TensorFlow leaves open which update stays, unless they are reduced. */
function scatterUpdate(reductionOf: (call: Constants) => Reduction | undefined): Operation {
  return {
    parameters: ['inputs|tensor', 'indices', 'updates'],
    keywords: ['reduction', 'bad_indices_policy'],
    infer(call) {
      const { shape, type } = call.tensor('inputs');
      noTruths(type, call);
      return { shape, type };
    },
    compute(call) {
      const x = call.tensor('inputs');
      const indices = tf.cast(call.tensor('indices'), 'int32');
      const updates = to(call.tensor('updates', x), x.dtype);
      const how = reductionOf(call);
      const depth = indices.shape.at(-1)!;
      const [slots, length] = [sizeFromShape(x.shape.slice(0, depth)), sizeFromShape(x.shape.slice(depth))];
      const places = flattened(indices, x.shape);
      const rows = tf.reshape(updates, [-1, length]);
      const target = tf.reshape(x, [slots, length]);
      const at = tf.reshape(places, [-1, 1]);
      // tfjs' cpu backend writes into the tensor that it is given.
      const own = tf.mul(target, tf.scalar(1, x.dtype));
      if (how === undefined) return tf.reshape(tf.tensorScatterUpdate(own, at, rows), x.shape);
      if (how === 'add') return tf.reshape(tf.add(target, tf.scatterND(at, rows, [slots, length])), x.shape);
      const reduced = gathered(places, rows, slots, how, call);
      const join = { max: tf.maximum, min: tf.minimum, mul: tf.mul }[how];
      return tf.reshape(join(target, reduced), x.shape);
    },
  };
}

function reductionNamed(call: Constants): Reduction | undefined {
  const name = call.value('reduction') ?? undefined;
  if (name === undefined || name === 'add' || name === 'max' || name === 'min' || name === 'mul') return name;
  return call.fail(`reduces by '${String(name)}'; supported are add, max, min and mul`);
}

/** Rows of a first axis brought together by the number of their segment. Negative ones are in none. */
function segments(how: Reduction, finish: (sum: Tensor, places: Tensor, count: number) => Tensor = (sum) => sum): Operation {
  const count = (call: Constants): number => {
    if (call.flag('sorted'))
      call.fail('counts its segments in its values (sorted), so that its shape is not known; give num_segments instead');
    const given = call.value('num_segments');
    return typeof given === 'number' ? given : call.fail('has no num_segments, so that its shape is not known; give it in Keras');
  };
  return {
    parameters: ['data', 'segment_ids', 'num_segments', 'sorted'],
    infer(call) {
      const [{ shape, type }, ids] = [call.tensor('data'), call.tensor('segment_ids')];
      noTruths(type, call);
      return { shape: [count(call), ...shape.slice(ids.shape.length)], type };
    },
    compute(call) {
      const [x, ids] = [call.tensor('data'), tf.cast(call.tensor('segment_ids'), 'int32')];
      const rest = x.shape.slice(ids.rank);
      const places = tf.reshape(ids, [-1]);
      const rows = tf.reshape(x, [ids.size, sizeFromShape(rest)]);
      const slots = count(call);
      const reduced = how === 'add' ? summed(places, rows, slots) : gathered(places, rows, slots, how, call);
      return tf.reshape(finish(reduced, places, slots), [slots, ...rest]);
    },
  };
}

/** What is in no segment goes into one more, which is left away. */
function summed(places: Tensor, rows: Tensor, slots: number): Tensor {
  const least = tf.scalar(0, 'int32');
  const inside = where(tf.less(places, least), tf.fill(places.shape, slots, 'int32'), places);
  const length = rows.shape[1]!;
  return tf.slice(tf.scatterND(tf.reshape(inside, [-1, 1]), rows, [slots + 1, length]), [0, 0], [slots, length]);
}

/** A segment of nothing has the mean 0. */
function averaged(sum: Tensor, places: Tensor, slots: number): Tensor {
  const counts = summed(places, asFloat(tf.onesLike(tf.reshape(places, [-1, 1]))), slots);
  return tf.div(sum, tf.maximum(counts, 1));
}

const segmentMean = segments('add', averaged);

export const scattering: Readonly<Record<string, Operation>> = {
  Scatter: scatter,
  ScatterUpdate: scatterUpdate(reductionNamed),
  TensorScatterAdd: scatterUpdate(() => 'add'),
  TensorScatterMax: scatterUpdate(() => 'max'),
  TensorScatterMin: scatterUpdate(() => 'min'),
  SegmentSum: segments('add'),
  SegmentMax: segments('max'),
  SegmentMin: segments('min'),
  SegmentProd: segments('mul'),
  SegmentMean: {
    ...segmentMean,
    infer(call: Call<Operand>) {
      const { type } = call.tensor('data');
      if (type !== 'float32') call.fail(`takes means of ${type}, which TensorFlow rounds; cast to float32 before it in Keras`);
      return segmentMean.infer(call);
    },
  },
  GatherNd: {
    parameters: ['params', 'indices', 'batch_dims'],
    keywords: ['bad_indices_policy'],
    infer(call) {
      const [{ shape, type }, indices] = [call.tensor('params'), call.tensor('indices')];
      if (call.number('batch_dims', 0) !== 0) call.fail('gathers within each picture of a batch (batch_dims), which is not supported');
      noTruths(type, call);
      return { shape: [...indices.shape.slice(0, -1), ...shape.slice(indices.shape.at(-1)!)], type };
    },
    compute(call) {
      const [x, indices] = [call.tensor('params'), call.tensor('indices')];
      const depth = indices.shape.at(-1)!;
      const rows = tf.reshape(x, [sizeFromShape(x.shape.slice(0, depth)), sizeFromShape(x.shape.slice(depth))]);
      const found = tf.gather(rows, flattened(indices, x.shape));
      return tf.reshape(found, [...indices.shape.slice(0, -1), ...x.shape.slice(depth)]);
    },
  },
};
