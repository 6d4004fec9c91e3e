/** Elements chosen by index or condition: `keras/src/ops/{numpy,nn}.py`, TensorFlow's `gather`, `where`, `one_hot`. */

import type { DataType, Tensor } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { asBool, asFloat } from '../layers/dtypes';
import { where as choose, transpose } from '../layers/manyAxes';
import { broadcastShapes, range } from '../layers/spatial';
import type { Shape } from '../types';
import { to, X } from './families';
import { type Call, type Constants, type Operation, promote } from './operation';
import { flooredQuotient, flooredRemainder } from './remainder';

/** Elements of one axis, or of the flattened tensor. Negative indices count from the end. */
const take: Operation = {
  parameters: [X, 'indices', 'axis'],
  keywords: ['batch_dims'],
  infer(call) {
    const { shape, type } = call.tensor('x');
    const indices = call.tensor('indices').shape;
    if (isFlat(call)) return { shape: indices, type };
    if (call.number('batch_dims', 0) !== 0) {
      const lead = leadOf(call, shape.length, indices.length);
      return { shape: [...indices, ...shape.slice(lead + 1)], type };
    }
    const axis = call.axis('axis', shape.length, 0);
    return { shape: [...shape.slice(0, axis), ...indices, ...shape.slice(axis + 1)], type };
  },
  compute(call) {
    const x = call.tensor('x');
    if (call.number('batch_dims', 0) !== 0) {
      const indices = tf.cast(call.tensor('indices'), 'int32');
      return gatheredWithin(x, indices, leadOf(call, x.rank, indices.rank));
    }
    const flat = isFlat(call);
    const axis = flat ? 0 : call.axis('axis', x.rank, 0);
    const source = flat ? tf.reshape(x, [-1]) : x;
    const indices = tf.cast(call.tensor('indices'), 'int32');
    const length = source.shape[axis]!;
    const counted = fromFront(indices, length);
    const found = tf.gather(source, tf.reshape(counted, [-1]) as tf.Tensor1D, axis);
    return tf.reshape(found, [...source.shape.slice(0, axis), ...indices.shape, ...source.shape.slice(axis + 1)]);
  },
};

/** The axes that x and indices share, of which the next one of x is gathered. */
function leadOf(call: Constants, rank: number, indexRank: number): number {
  const given = call.number('batch_dims', 0);
  const lead = given < 0 ? given + indexRank : given;
  const axis = call.integers('axis') === undefined ? lead : call.axis('axis', rank, lead);
  return axis === lead ? lead : call.fail(`gathers axis ${axis} with batch_dims ${lead}; supported is the axis behind these`);
}

/** Each of the leading axes' own elements, by one flat gather. */
function gatheredWithin(x: Tensor, given: Tensor, lead: number): Tensor {
  const [length, rest] = [x.shape[lead]!, x.shape.slice(lead + 1)];
  const count = x.shape.slice(0, lead).reduce((product, n) => product * n, 1);
  const starts = tf.mul(tf.range(0, count, 1, 'int32'), tf.scalar(length, 'int32'));
  const indices = tf.add(tf.reshape(fromFront(given, length), [count, -1]), tf.reshape(starts, [count, 1]));
  const found = tf.gather(tf.reshape(x, [count * length, ...rest]), tf.reshape(indices, [-1]) as tf.Tensor1D, 0);
  return tf.reshape(found, [...given.shape, ...rest]);
}

/** Negative indices count from the end. Everything stays int32: tfjs' wasm backend takes mixed dtypes for garbage. */
function fromFront(indices: Tensor, length: number): Tensor {
  return choose(tf.less(indices, tf.scalar(0, 'int32')), tf.add(indices, tf.scalar(length, 'int32')), indices);
}

/** numpy flattens when axis is None; TensorFlow's gather takes the first axis. */
function isFlat(call: Constants): boolean {
  return call.integers('axis') === undefined && call.spec.className !== 'TFOpLambda';
}

/** `numpy.take_along_axis`: by one flat gather. */
const takeAlongAxis: Operation = {
  parameters: [X, 'indices', 'axis'],
  infer(call) {
    const [{ shape, type }, indices] = [call.tensor('x'), call.tensor('indices').shape];
    if (call.integers('axis') === undefined) return { shape: indices, type };
    const axis = call.axis('axis', shape.length, -1);
    const wide = (n: number | null, m: number | null) => (n === 1 || (n === null && m !== 1) ? m : n);
    return { shape: shape.map((n, i) => (i === axis ? (indices[i] ?? null) : wide(n, indices[i] ?? null))), type };
  },
  compute(call) {
    const flat = call.integers('axis') === undefined;
    const x = flat ? tf.reshape(call.tensor('x'), [-1]) : call.tensor('x');
    const axis = flat ? 0 : call.axis('axis', x.rank, -1);
    const given = tf.cast(call.tensor('indices'), 'int32');
    const shape = x.shape.map((n, i) => (i === axis ? given.shape[i]! : Math.max(n, given.shape[i]!)));
    const indices = fromFront(given, x.shape[axis]!);
    let stride = 1;
    let places: Tensor = tf.zeros(shape, 'int32');
    for (let i = x.rank - 1; i >= 0; i--) {
      const along = tf.reshape(
        tf.range(0, shape[i]!, 1, 'int32'),
        shape.map((n, k) => (k === i ? n : 1)),
      );
      const part: Tensor = i === axis ? indices : x.shape[i] === 1 ? tf.zerosLike(along) : along;
      places = tf.add(places, tf.mul(part, tf.scalar(stride, 'int32')));
      stride *= x.shape[i]!;
    }
    const found = tf.gather(tf.reshape(x, [-1]), tf.reshape(places, [-1]) as tf.Tensor1D);
    return tf.reshape(found, shape);
  },
};

/** Chooses by a condition; all three broadcast. */
/** `by` gives the condition's shape as it broadcasts. */
function chosenBy(by: (condition: Shape, x: Shape) => Shape): Operation {
  return {
    parameters: ['condition', 'x1|x', 'x2|y'],
    infer(call) {
      const [condition, a, b] = choices(call);
      const shape = [by(condition.shape, a.shape), a.shape, b.shape].reduce(
        (all, next) => broadcastShapes(all, next) ?? call.fail('chooses between shapes that do not go together'),
      );
      return { shape, type: promote(a.type, b.type) };
    },
    compute(call) {
      const [given, a, b] = choices(call);
      const condition = tf.reshape(given, by(given.shape, a.shape) as number[]);
      const type: DataType = promote(a.dtype, b.dtype);
      const shape = [condition.shape, a.shape, b.shape].reduce((all, next) => broadcastShapes(all, next) as number[]);
      const wide = (x: Tensor) => (x.shape.join() === shape.join() ? x : tf.broadcastTo(x, shape));
      const chosen = asBool(wide(tf.cast(to(condition, 'bool'), 'int32')));
      return choose(chosen, wide(to(a, type)), wide(to(b, type)));
    },
  };
}

const where = chosenBy((condition) => condition);

/** TensorFlow 1's: a vector chooses whole rows. */
const where1 = chosenBy((condition, x) => (condition.length === 1 ? [...condition, ...x.slice(1).map(() => 1)] : condition));

function choices<T>(call: Call<T>): [T, T, T] {
  if (call.optional('x1') === undefined || call.optional('x2') === undefined)
    call.fail('asks where a condition holds, which has no fixed shape');
  return [call.tensor('condition'), ...call.pair('x1', 'x2')];
}

function oneHotOf(call: Call<Tensor>, x: Tensor): Tensor {
  const depth = call.number('num_classes');
  const axis = call.axis('axis', x.rank + 1, -1);
  const hot = asFloat(tf.equal(tf.expandDims(tf.cast(x, 'int32'), -1), tf.range(0, depth, 1, 'int32')));
  return axis === x.rank ? hot : transpose(hot, [...range(0, axis), x.rank, ...range(axis, x.rank)]);
}

const oneHot: Operation = {
  parameters: [`${X}|indices`, 'num_classes|depth', 'on_value', 'off_value', 'axis', 'dtype'],
  infer(call) {
    const { shape } = call.tensor('x');
    const axis = call.axis('axis', shape.length + 1, -1);
    return { shape: [...shape.slice(0, axis), call.number('num_classes'), ...shape.slice(axis)], type: call.type('dtype', 'float32') };
  },
  compute(call) {
    const hot = oneHotOf(call, call.tensor('x'));
    const [on, off] = [call.value('on_value') ?? 1, call.value('off_value') ?? 0] as [number, number];
    return to(on === 1 && off === 0 ? hot : tf.add(tf.mul(hot, on - off), off), call.type('dtype', 'float32'));
  },
};

const multiHot: Operation = {
  parameters: [X, 'num_classes', 'axis', 'dtype'],
  infer(call) {
    const { shape } = call.tensor('x');
    const axis = call.axis('axis', shape.length + 1, -1);
    const hot = [...shape.slice(0, axis), call.number('num_classes'), ...shape.slice(axis)];
    return { shape: hot.filter((_, i) => i !== (shape.length > 1 ? 1 : 0)), type: call.type('dtype', 'float32') };
  },
  compute(call) {
    const x = call.tensor('x');
    return to(tf.max(oneHotOf(call, x), x.rank > 1 ? 1 : 0), call.type('dtype', 'float32'));
  },
};

/** The first choice whose condition holds. */
const select: Operation = {
  parameters: ['condlist', 'choicelist', 'default'],
  infer(call) {
    const choices = call.list('choicelist');
    const shape = [...call.list('condlist'), ...choices]
      .map((operand) => operand.shape)
      .reduce((all, next) => broadcastShapes(all, next) ?? call.fail('chooses between shapes that do not go together'));
    return { shape, type: choices.map(({ type }) => type).reduce(promote) };
  },
  compute(call) {
    const [conditions, options] = [call.list('condlist'), call.list('choicelist')];
    const type = options.map(({ dtype }) => dtype).reduce(promote);
    const shape = [...conditions, ...options].map((x) => x.shape).reduce((all, next) => broadcastShapes(all, next) as number[]);
    const wide = (x: Tensor) => (x.shape.join() === shape.join() ? x : tf.broadcastTo(x, shape));
    const fallback = call.optional('default', options[0]) ?? tf.scalar(0, type);
    return options.reduceRight<Tensor>(
      (rest, option, i) => choose(asBool(wide(tf.cast(to(conditions[i]!, 'bool'), 'int32'))), wide(to(option, type)), rest),
      wide(to(fallback, type)),
    );
  },
};

/** A place in all numbers as a place on each axis. */
const unravelIndex: Operation = {
  parameters: ['indices', 'shape'],
  infer(call) {
    const { shape, type } = call.tensor('indices');
    if (shape.length !== 1)
      call.fail('unravels indices of several axes, of which Keras makes others on TensorFlow than on JAX; flatten them');
    return (call.integers('shape') ?? []).map(() => ({ shape, type }));
  },
  compute(call) {
    let rest = call.tensor('indices');
    const places = [...(call.integers('shape') ?? [])].reverse().map((length) => {
      const size = tf.scalar(length, rest.dtype);
      const place = flooredRemainder(rest, size);
      rest = flooredQuotient(rest, size);
      return place;
    });
    return places.reverse();
  },
};

/** `tf.nn.embedding_lookup` in one table. */
const embeddingLookup: Operation = { ...take, parameters: [`${X}|params`, 'indices|ids', 'partition_strategy', 'name'] };

/** `tf.compat.v1.batch_gather`: all axes of the indices but the last are shared. */
const batchGather: Operation = {
  parameters: [`${X}|params`, 'indices'],
  infer(call) {
    const [{ shape, type }, indices] = [call.tensor('x'), call.tensor('indices').shape];
    return { shape: [...indices, ...shape.slice(indices.length)], type };
  },
  compute(call) {
    const indices = tf.cast(call.tensor('indices'), 'int32');
    return gatheredWithin(call.tensor('x'), indices, indices.rank - 1);
  },
};

export const choosing: Readonly<Record<string, Operation>> = {
  Take: take,
  EmbeddingLookup: embeddingLookup,
  BatchGather: batchGather,
  TakeAlongAxis: takeAlongAxis,
  Where: where,
  Where1: where1,
  Select: select,
  UnravelIndex: unravelIndex,
  OneHot: oneHot,
  MultiHot: multiHot,
};
