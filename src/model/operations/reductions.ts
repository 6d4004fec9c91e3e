/** Operations that reduce, scan or sort axes: `keras/src/ops/{numpy,math,linalg,nn}.py`, `tf.reduce_*`. */

import type { Tensor } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { asBool, asFloat, readable } from '../layers/dtypes';
import { transpose, where } from '../layers/manyAxes';
import { unitLength } from '../layers/Normalizations';
import { roundHalfEven } from '../layers/rounding';
import { range } from '../layers/spatial';
import { probed, reducedShape, reduction, to, X } from './families';
import type { Call, Constants, Operation } from './operation';
import { truncatedQuotient } from './remainder';
import { sizeOf } from './shaping';
import { singularValues } from './singular';
import { wholeProducts } from './whole';

function variance(x: Tensor, axes: number[], keepDims: boolean): Tensor {
  return tf.moments(x, axes, keepDims).variance;
}

function logSumExp(x: Tensor, axes: number[], keepDims: boolean): Tensor {
  const most = tf.max(x, axes, true);
  const finite = where(tf.isFinite(most), most, tf.zerosLike(most));
  const sum = tf.add(tf.log(tf.sum(tf.exp(tf.sub(x, finite)), axes, true)), finite);
  return keepDims ? sum : tf.squeeze(sum, axes);
}

/** The maximum or minimum, with Keras 3's `initial` as one more element. */
function extreme(kind: 'max' | 'min') {
  return (x: Tensor, axes: number[], keepDims: boolean, call: Call<Tensor>): Tensor => {
    const found = kind === 'max' ? tf.max(x, axes, keepDims) : tf.min(x, axes, keepDims);
    const initial = call.value('initial');
    if (typeof initial !== 'number') return found;
    return kind === 'max' ? tf.maximum(found, initial) : tf.minimum(found, initial);
  };
}

/** Where the largest or smallest element is; over all elements when axis is None, which TensorFlow takes for axis 0. */
function argument(find: (x: Tensor, axis: number) => Tensor): Operation {
  const apply = (x: Tensor, axis: number, call: Constants) => find(call.spec.className === 'TFOpLambda' ? x : belowZero(x), axis);
  const flat = (call: Constants) => call.integers('axis') === undefined && call.spec.className !== 'TFOpLambda';
  return {
    parameters: [X, 'axis|dimension', 'keepdims'],
    infer(call) {
      const { shape } = call.tensor('x');
      if (flat(call)) return { shape: call.flag('keepdims') ? shape.map(() => 1) : [], type: 'int32' };
      return { shape: reducedShape(shape, [call.axis('axis', shape.length, 0)], call.flag('keepdims')), type: 'int32' };
    },
    compute(call) {
      const x = call.tensor('x');
      const numbers = readable(x);
      const found = flat(call) ? apply(tf.reshape(numbers, [-1]), 0, call) : apply(numbers, call.axis('axis', x.rank, 0), call);
      const axes = flat(call) ? range(0, x.rank) : [call.axis('axis', x.rank, 0)];
      // tfjs' WebGPU backend gives one number of a vector as a vector.
      return to(tf.reshape(found, reducedShape(x.shape, axes, call.flag('keepdims')) as number[]), 'int32');
    },
  };
}

/** Keras 3 takes -0 for less than 0 here. */
function belowZero(x: Tensor): Tensor {
  if (x.dtype !== 'float32') return x;
  const negativeZero = tf.logicalAnd(tf.equal(x, 0), tf.less(tf.reciprocal(x), 0));
  return where(negativeZero, tf.fill(x.shape, -1.1754943508222875e-38), x);
}

/** A running sum or product; over the flattened tensor when axis is None. */
function scan(apply: (x: Tensor, axis: number, exclusive: boolean, reverse: boolean) => Tensor): Operation {
  const flat = (call: Constants) =>
    call.value('axis') === null || (call.value('axis') === undefined && call.spec.className !== 'TFOpLambda');
  return {
    parameters: [X, 'axis', 'exclusive', 'reverse'],
    keywords: ['dtype'],
    infer(call) {
      const { shape, type: given } = call.tensor('x');
      const type = call.type('dtype', given);
      if (!flat(call)) return { shape, type: type === 'bool' ? 'int32' : type };
      return {
        shape: [shape.includes(null) ? null : shape.reduce<number>((product, n) => product * n!, 1)],
        type: type === 'bool' ? 'int32' : type,
      };
    },
    compute(call) {
      const x = call.tensor('x');
      const type = call.type('dtype', x.dtype);
      const numbers = to(x, type === 'bool' ? 'int32' : type);
      const along = readable(numbers);
      const [given, axis] = flat(call) ? [tf.reshape(along, [-1]), 0] : [along, call.axis('axis', x.rank, 0)];
      const [exclusive, reverse] = [call.flag('exclusive'), call.flag('reverse')];
      // The webgpu backend takes four axes at most; a scan needs three.
      const [before, after] = [given.shape.slice(0, axis), given.shape.slice(axis + 1)].map((sizes) => sizes.reduce((a, b) => a * b, 1));
      const scanned = apply(tf.reshape(given, [before!, given.shape[axis]!, after!]), 1, exclusive, reverse);
      return to(tf.reshape(scanned, given.shape), numbers.dtype);
    },
  };
}

/** Along the last axis of a tensor, whichever axis is meant. */
function alongAxis(x: Tensor, axis: number, apply: (last: Tensor) => Tensor): Tensor {
  const order = [...range(0, x.rank).filter((i) => i !== axis), axis];
  const back = order.map((_, i) => order.indexOf(i));
  return transpose(apply(transpose(x, order)), back);
}

function sorted(x: Tensor, axis: number, descending: boolean, which: 'values' | 'indices'): Tensor {
  return alongAxis(x, axis, (last) => {
    const size = last.shape[last.rank - 1]!;
    // topk puts the largest first; of equal ones the earlier. Ascending order of the negatives keeps that for equal elements.
    const found = tf.topk(descending ? last : tf.neg(last), size, true)[which];
    return which === 'values' && !descending ? tf.neg(found) : found;
  });
}

function sorting(which: 'values' | 'indices'): Operation {
  return {
    parameters: [X, 'axis', 'direction'],
    infer(call) {
      const { shape, type } = call.tensor('x');
      return { shape: call.value('axis') === null ? [sizeOf(shape)] : shape, type: which === 'values' ? type : 'int32' };
    },
    compute(call) {
      const x = call.value('axis') === null ? tf.reshape(call.tensor('x'), [-1]) : call.tensor('x');
      return to(
        sorted(
          x.dtype === 'bool' ? tf.cast(x, 'int32') : x,
          call.axis('axis', x.rank, -1),
          call.text('direction', '') === 'DESCENDING',
          which,
        ),
        which === 'values' ? x.dtype : 'int32',
      );
    },
  };
}

/** The largest or smallest sum along columns (order 1, -1) or rows (infinities). */
function matrixNorm(magnitudes: Tensor, axes: number[], keepDims: boolean, order: unknown, call: Call<Tensor>): Tensor {
  const known = new Map<unknown, [summed: number, most: boolean]>([
    [1, [0, true]],
    [-1, [0, false]],
    ['inf', [1, true]],
    [Number.POSITIVE_INFINITY, [1, true]],
    [Number.NEGATIVE_INFINITY, [1, false]],
  ]).get(order);
  if (known === undefined || axes.length !== 2) return call.fail(`takes a matrix norm of order ${String(order)}, which is not supported`);
  const [summed, most] = known;
  const sums = tf.sum(magnitudes, [axes[summed]!], true);
  const other = [axes[1 - summed]!];
  const found = most ? tf.max(sums, other, true) : tf.min(sums, other, true);
  return keepDims ? found : tf.squeeze(found, axes);
}

/** The largest or smallest singular value, or the sum of all. */
function spectralNorm(x: Tensor, axes: number[], keepDims: boolean, order: 2 | -2 | 'nuc', call: Call<Tensor>): Tensor {
  const values = singularValues(transpose(x, [...range(0, x.rank).filter((i) => !axes.includes(i)), ...axes]), call);
  const found = order === 'nuc' ? tf.sum(values, -1) : order === 2 ? tf.max(values, -1) : tf.min(values, -1);
  return tf.reshape(found, reducedShape(x.shape, axes, keepDims) as number[]);
}

/** A norm over one axis, two for a matrix norm, or all. */
function norm(x: Tensor, axes: number[], keepDims: boolean, call: Call<Tensor>): Tensor {
  const order = call.value('ord') ?? 'fro';
  const magnitudes = tf.abs(x);
  // TensorFlow takes a vector's norm of all numbers; two axes are a matrix.
  const isVector = axes.length === 1 || (call.spec.className === 'TFOpLambda' && call.integers('axis') === undefined);
  if (order === 'fro' || order === 'euclidean' || (order === 2 && isVector)) return tf.sqrt(tf.sum(tf.square(x), axes, keepDims));
  if (!isVector && axes.length === 2 && (order === 2 || order === -2 || order === 'nuc'))
    return spectralNorm(x, axes, keepDims, order, call);
  if (!isVector) return matrixNorm(magnitudes, axes, keepDims, order, call);
  if (order === 1) return tf.sum(magnitudes, axes, keepDims);
  if (order === 'inf' || order === Number.POSITIVE_INFINITY) return tf.max(magnitudes, axes, keepDims);
  if (order === '-inf' || order === Number.NEGATIVE_INFINITY) return tf.min(magnitudes, axes, keepDims);
  if (order === 0) return tf.sum(asFloat(tf.notEqual(x, 0)), axes, keepDims);
  if (typeof order !== 'number') call.fail(`takes a norm of order ${String(order)}`);
  return tf.pow(tf.sum(tf.pow(magnitudes, order as number), axes, keepDims), 1 / (order as number));
}

const methods = ['linear', 'lower', 'higher', 'midpoint', 'nearest'] as const;
export type Method = (typeof methods)[number];

export function methodOf(call: Constants): Method {
  const method = methods.find((name) => name === call.text('method', 'linear'));
  return method ?? call.fail(`interpolates by '${call.text('method', '')}'; supported are ${methods.join(', ')}`);
}

/** The two of `size` sorted numbers between which there is a share `q` below, and how much the second one counts. */
export function interpolation(q: number, size: number, method: Method): { low: number; high: number; share: number } {
  const at = q * (size - 1);
  const [low, high] = [Math.floor(at), Math.ceil(at)];
  const share = {
    linear: at - low,
    lower: 0,
    higher: low === high ? 0 : 1,
    midpoint: low === high ? 0 : 0.5,
    nearest: roundHalfEven(at) - low,
  }[method];
  return { low, high, share };
}

/** The last axis sorted. */
export function ascending(x: Tensor): Tensor {
  return sorted(x, x.rank - 1, false, 'values');
}

/** The number below which there is a share `q` of all, between two numbers by the method. */
function quantile(x: Tensor, axes: number[], keepDims: boolean, q: number, method: Method = 'linear'): Tensor {
  const kept = range(0, x.rank).filter((i) => !axes.includes(i));
  const rows = tf.reshape(transpose(x, [...kept, ...axes]), [...kept.map((i) => x.shape[i]!), -1]);
  const ordered = ascending(rows);
  const { low, high, share } = interpolation(q, rows.shape[rows.rank - 1]!, method);
  const pick = (i: number) =>
    tf.squeeze(tf.slice(ordered, [...kept.map(() => 0), i], [...kept.map((k) => x.shape[k]!), 1]), [ordered.rank - 1]);
  const found = share === 0 ? pick(low) : share === 1 ? pick(high) : tf.add(tf.mul(pick(low), 1 - share), tf.mul(pick(high), share));
  return keepDims
    ? tf.reshape(
        found,
        x.shape.map((n, i) => (axes.includes(i) ? 1 : n)),
      )
    : found;
}

export function products(x: Tensor, axes: number[]): Tensor {
  return x.dtype === 'int32' ? wholeProducts(x, axes) : tf.prod(x, axes);
}

/** TensorFlow's mean of whole numbers is a whole number, rounded towards zero. `keras.ops` has floats. */
function meanOfWhole(x: Tensor, axes: number[], keepDims: boolean): Tensor {
  const count = axes.reduce((product, axis) => product * x.shape[axis]!, 1);
  return truncatedQuotient(tf.cast(tf.sum(readable(x), axes, keepDims), 'int32'), tf.scalar(count, 'int32'));
}

export const reductions: Readonly<Record<string, Operation>> = {
  Sum: reduction((x, axes, keep) => tf.sum(x, axes, keep)),
  Mean: reduction((x, axes, keep) => tf.mean(x, axes, keep), 'float'),
  MeanOfWhole: reduction((x, axes, keep, call) =>
    call.tensor('x').dtype === 'float32' ? tf.mean(x, axes, keep) : meanOfWhole(x, axes, keep),
  ),
  // tfjs' WebGPU backend forgets to keep the axes.
  Prod: reduction((x, axes, keep) => tf.reshape(products(x, axes), reducedShape(x.shape, axes, keep) as number[])),
  Max: { ...reduction(extreme('max'), 'kept'), keywords: ['initial'] },
  Min: { ...reduction(extreme('min'), 'kept'), keywords: ['initial'] },
  Amax: reduction(extreme('max'), 'kept'),
  Amin: reduction(extreme('min'), 'kept'),
  Ptp: reduction((x, axes, keep) => tf.sub(tf.max(x, axes, keep), tf.min(x, axes, keep))),
  Var: reduction(variance, 'float'),
  Std: reduction((x, axes, keep) => tf.sqrt(variance(x, axes, keep)), 'float'),
  // As numbers: see `readable`.
  All: reduction((x, axes, keep) => asBool(tf.min(asFloat(x), axes, keep)), 'bool'),
  Any: reduction((x, axes, keep) => asBool(tf.max(asFloat(x), axes, keep)), 'bool'),
  CountNonzero: reduction((x, axes, keep) => tf.sum(asFloat(tf.notEqual(to(x, 'float32'), 0)), axes, keep), 'int32'),
  Logsumexp: reduction(logSumExp, 'float'),
  Norm: { ...reduction(norm, 'float'), keywords: ['ord'] },
  EuclideanNorm: reduction((x, axes, keep) => tf.sqrt(tf.sum(tf.square(x), axes, keep)), 'float'),
  Median: reduction((x, axes, keep) => quantile(x, axes, keep, 0.5), 'float'),
  Average: {
    ...reduction((x, axes, keep) => tf.mean(x, axes, keep), 'float'),
    parameters: [X, 'weights', 'axis'],
    compute(call) {
      const x = to(call.tensor('x'), 'float32');
      const axes = call.axes('axis', x.rank);
      const weights = call.optional('weights', x);
      if (weights === undefined) return tf.mean(x, axes);
      const given = to(weights, 'float32');
      const wide =
        given.rank === x.rank
          ? given
          : tf.reshape(
              given,
              x.shape.map((n, i) => (axes.includes(i) ? n : 1)),
            );
      return tf.div(tf.sum(tf.mul(x, wide), axes), tf.sum(tf.mul(tf.onesLike(x), wide), axes));
    },
  },
  Argmax: argument((x, axis) => tf.argMax(x, axis)),
  Argmin: argument((x, axis) => tf.argMin(x, axis)),
  Cumsum: scan((x, axis, exclusive, reverse) => tf.cumsum(x, axis, exclusive, reverse)),
  Cumprod: scan((x, axis, exclusive, reverse) => tf.cumprod(x, axis, exclusive, reverse)),
  Sort: sorting('values'),
  Argsort: sorting('indices'),
  Moments: {
    parameters: [X, 'axes', 'shift', 'keepdims|keep_dims'],
    infer(call) {
      const { shape, type } = call.tensor('x');
      if (type === 'bool') call.fail('takes moments of bool; cast to float32 before');
      const reduced = reducedShape(shape, call.axes('axes', shape.length), call.flag('keepdims'));
      return [
        { shape: reduced, type },
        { shape: reduced, type },
      ];
    },
    compute(call) {
      const x = call.tensor('x');
      if (x.dtype === 'int32') {
        const [axes, keep] = [call.axes('axes', x.rank), call.flag('keepdims')];
        const off = tf.sub(x, meanOfWhole(x, axes, true));
        return [meanOfWhole(x, axes, keep), meanOfWhole(tf.mul(off, off), axes, keep)];
      }
      const { mean, variance: spread } = tf.moments(x, call.axes('axes', x.rank), call.flag('keepdims'));
      return [mean, spread];
    },
  },
  TopK: {
    parameters: [X, 'k', 'sorted'],
    infer(call) {
      if (!call.flag('sorted', true) && call.number('k', 1) > 1)
        call.fail('takes the largest in any order (sorted=False), of which there is no right one; take them sorted');
      const { shape, type } = call.tensor('x');
      const out = [...shape.slice(0, -1), call.number('k', 1)];
      return [
        { shape: out, type },
        { shape: out, type: 'int32' },
      ];
    },
    compute(call) {
      const { values, indices } = tf.topk(call.tensor('x'), call.number('k', 1), true);
      return [values, to(indices, 'int32')];
    },
  },
  Normalize: {
    parameters: [X, 'axis|ord', 'order|axis', 'epsilon'],
    infer: (call) => ({ shape: call.tensor('x').shape, type: 'float32' }),
    compute(call) {
      const x = to(call.tensor('x'), 'float32');
      const order = call.number('order', 2);
      const axes = call.value('axis') === undefined ? [x.rank - 1] : call.axes('axis', x.rank);
      const least = call.number('epsilon', 1e-7);
      if (order === 2) return unitLength(x, axes, least);
      const length = tf.pow(tf.sum(tf.pow(tf.abs(x), order), axes, true), 1 / order);
      return tf.div(x, tf.maximum(length, least));
    },
  },
  L2Normalize: {
    parameters: [X, 'axis|dim', 'epsilon'],
    infer: (call) => ({ shape: call.tensor('x').shape, type: 'float32' }),
    compute(call) {
      const x = to(call.tensor('x'), 'float32');
      return unitLength(x, call.axes('axis', x.rank), Math.sqrt(call.number('epsilon', 1e-12)));
    },
  },
  Quantile: quantiles(1),
  Percentile: quantiles(100),
  Diff: probed([X, 'n', 'axis'], (call) => {
    const given = call.tensor('x');
    const truths = given.dtype === 'bool';
    let x = truths ? tf.cast(given, 'int32') : given;
    const axis = call.axis('axis', x.rank, -1);
    for (let i = 0; i < call.number('n', 1); i++) {
      const size = x.shape.map((n, k) => (k === axis ? n - 1 : n));
      x = tf.sub(
        tf.slice(
          x,
          size.map((_, k) => (k === axis ? 1 : 0)),
          size,
        ),
        tf.slice(
          x,
          size.map(() => 0),
          size,
        ),
      );
    }
    return truths ? asBool(x) : x;
  }),
};

/** Quantiles for one or several constants q. */
function quantiles(scale: number): Operation {
  return probed([X, 'q', 'axis', 'method', 'keepdims'], (call) => {
    const x = to(call.tensor('x'), 'float32');
    // Keras 3.15 computes a Quantile node by 'linear' whatever its method is.
    if (scale === 1 && call.text('method', 'linear') !== 'linear')
      call.fail(`takes quantiles by '${call.text('method', '')}', which Keras computes only outside of models; use percentile`);
    const method = methodOf(call);
    const axes = call.axes('axis', x.rank);
    const q = call.value('q');
    const outside = [q].flat().find((value) => !(Number(value) >= 0 && Number(value) <= scale));
    if (outside !== undefined) call.fail(`has q ${String(outside)}; it must be from 0 to ${scale}`);
    const of = (value: unknown) => quantile(x, axes, call.flag('keepdims'), Number(value) / scale, method);
    return Array.isArray(q) ? tf.stack(q.map(of), 0) : of(q);
  });
}
