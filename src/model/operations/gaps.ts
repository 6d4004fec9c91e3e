/** Numbers among which NaN stands for none: `nan*` of `keras/src/ops/numpy.py`. */

import type { Tensor } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { asBool, asFloat } from '../layers/dtypes';
import { transpose, where } from '../layers/manyAxes';
import { range } from '../layers/spatial';
import { elementwise } from './elementwise';
import { probed, reducedShape, reduction, type TypeRule, to, X } from './families';
import type { Call, Operation } from './operation';
import { ascending, interpolation, type Method, methodOf, products, reductions } from './reductions';

const { fround } = Math;

const without = (x: Tensor, value: number): Tensor => (x.dtype === 'float32' ? where(tf.isNaN(x), tf.fill(x.shape, value), x) : x);

/** NaN counts as a number that changes nothing; whole numbers have none. */
function neutral(apply: (x: Tensor, axes: number[], keepDims: boolean) => Tensor, value: number, rule: TypeRule): Operation {
  return reduction((x, axes, keep) => apply(without(x, value), axes, keep), rule);
}

/** The mean of what there is, and how much that is. */
function mean(x: Tensor, axes: number[], keepDims: boolean): [mean: Tensor, count: Tensor] {
  const count = tf.sum(asFloat(tf.logicalNot(tf.isNaN(x))), axes, keepDims);
  return [tf.div(tf.sum(without(x, 0), axes, keepDims), count), count];
}

function variance(x: Tensor, axes: number[], keepDims: boolean): Tensor {
  const [centre] = mean(x, axes, true);
  const off = without(tf.sub(x, centre), 0);
  return tf.div(tf.sum(tf.square(off), axes, keepDims), mean(x, axes, keepDims)[1]);
}

/** Where the largest or smallest is; -1 where there is none. */
function argument(name: 'Argmax' | 'Argmin', value: number): Operation {
  const found = reductions[name]!;
  return {
    ...found,
    compute(call) {
      const x = call.tensor('x');
      const places = found.compute(call.mapped((operand) => without(operand, value))) as Tensor;
      if (x.dtype !== 'float32') return places;
      const axes = call.axes('axis', x.rank);
      const none = asBool(tf.min(asFloat(tf.isNaN(x)), axes, call.flag('keepdims')));
      return where(none, tf.fill(places.shape, -1, 'int32'), places);
    },
  };
}

/** Keras has infinities be the largest numbers here. */
function scan(name: 'Cumsum' | 'Cumprod', value: number): Operation {
  const scanned = reductions[name]!;
  const known = elementwise.NanToNum!;
  return {
    ...scanned,
    compute(call) {
      const [x] = [call.tensor('x')];
      if (x.dtype !== 'float32') return scanned.compute(call);
      const finite = to(known.compute(call.mapped((operand) => without(operand, value))) as Tensor, x.dtype);
      return scanned.compute(call.mapped(() => finite));
    },
  };
}

/** The number below which there is a share `q` of those there are. Where it lies is worked out for every count that there may be. */
function quantile(x: Tensor, axes: number[], keepDims: boolean, q: number, method: Method): Tensor {
  const kept = range(0, x.rank).filter((i) => !axes.includes(i));
  const outer = kept.map((i) => x.shape[i]!);
  const rows = tf.reshape(transpose(x, [...kept, ...axes]), [tf.util.sizeFromShape(outer), -1]);
  const size = rows.shape[1]!;
  const [, count] = mean(rows, [1], false);
  const ordered = ascending(without(rows, Number.POSITIVE_INFINITY));
  const places = range(0, size + 1).map((n) => interpolation(q, Math.max(n, 1), method));
  const counted = (values: number[]) => tf.expandDims(tf.gather(tf.tensor1d(values), tf.cast(count, 'int32')), 1);
  const columns = tf.range(0, size, 1, 'float32');
  const at = (which: 'low' | 'high') => {
    const chosen = tf.equal(tf.add(tf.zerosLike(rows), columns), counted(places.map((place) => place[which])));
    return tf.sum(where(chosen, ordered, tf.zerosLike(ordered)), 1);
  };
  const [low, high, share] = [at('low'), at('high'), tf.squeeze(counted(places.map((place) => place.share)), [1])];
  const between = tf.add(tf.mul(low, tf.sub(1, share)), tf.mul(high, share));
  const found = where(tf.equal(share, 0), low, where(tf.equal(share, 1), high, between));
  const known = where(tf.equal(count, 0), tf.fill(found.shape, Number.NaN), found);
  return tf.reshape(known, reducedShape(x.shape, axes, keepDims) as number[]);
}

/** Keras takes the share in float32. */
function quantiles(share: (q: number) => number): Operation {
  return probed([X, 'q', 'axis', 'method', 'keepdims'], (call: Call<Tensor>) => {
    const x = to(call.tensor('x'), 'float32');
    const method = methodOf(call);
    const q = call.value('q');
    const of = (value: unknown) => quantile(x, call.axes('axis', x.rank), call.flag('keepdims'), share(Number(value)), method);
    return Array.isArray(q) ? tf.stack(q.map(of), 0) : of(q);
  });
}

export const gaps: Readonly<Record<string, Operation>> = {
  Nansum: neutral((x, axes, keep) => tf.sum(x, axes, keep), 0, 'same'),
  Nanprod: neutral((x, axes, keep) => tf.reshape(products(x, axes), reducedShape(x.shape, axes, keep) as number[]), 1, 'same'),
  Nanmax: neutral((x, axes, keep) => tf.max(x, axes, keep), Number.NEGATIVE_INFINITY, 'kept'),
  Nanmin: neutral((x, axes, keep) => tf.min(x, axes, keep), Number.POSITIVE_INFINITY, 'kept'),
  Nanmean: reduction((x, axes, keep) => mean(x, axes, keep)[0], 'float'),
  Nanvar: reduction(variance, 'float'),
  Nanstd: reduction((x, axes, keep) => tf.sqrt(variance(x, axes, keep)), 'float'),
  Nanmedian: reduction((x, axes, keep) => quantile(x, axes, keep, 0.5, 'linear'), 'float'),
  Nanquantile: quantiles(fround),
  Nanpercentile: quantiles((q) => fround(fround(q) / 100)),
  Nanargmax: argument('Argmax', Number.NEGATIVE_INFINITY),
  Nanargmin: argument('Argmin', Number.POSITIVE_INFINITY),
  Nancumsum: scan('Cumsum', 0),
  Nancumprod: scan('Cumprod', 1),
};
