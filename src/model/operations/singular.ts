/**
 * Singular values and what follows from them: `svd`, `pinv`, `lstsq` of `keras/src/ops/linalg.py`, `tf.linalg`. By Jacobi's rotations of columns
 * (Hestenes 1958), all pairs of a round at once. The signs of singular vectors are a matter of the algorithm: where they would show, the operation is refused.
 */

import type { Tensor } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { where } from '../layers/manyAxes';
import { range } from '../layers/spatial';
import { to, X } from './families';
import type { Call, Constants, Operation } from './operation';
import { sizesOf, stacked, turned } from './solving';

const EPSILON = 2 ** -23;
/** Rounds grow with the columns, and each is a dozen operations. */
const MOST_COLUMNS = 128;

/** Orthogonal columns U S of matrices that are not wide, and the rotations V that make them of the given ones. */
function rotated(matrices: Tensor): { columns: Tensor; rotations: Tensor } {
  const [count, height, width] = matrices.shape as [number, number, number];
  // An even number of columns has a partner for each.
  const even = width + (width % 2);
  const padded = even === width ? matrices : tf.concat([matrices, tf.zeros([count, height, 1])], 2);
  let both: Tensor = tf.concat([padded, tf.tile(tf.expandDims(tf.eye(even), 0), [count, 1, 1])], 1);
  const half = even / 2;
  // The first stays and the others go round, so that all meet.
  const ring = [0, half, ...range(1, half - 1), ...range(half + 1, even), half - 1].slice(0, even);
  const order = half === 1 ? [0, 1] : ring;
  const sweeps = 6 + Math.ceil(Math.log2(even));
  for (let round = 0; round < sweeps * Math.max(1, even - 1); round++) {
    const [left, right] = tf.split(both, 2, 2) as [Tensor, Tensor];
    const [a, b] = [left, right].map((x) => tf.slice(x, [0, 0, 0], [count, height, half])) as [Tensor, Tensor];
    const overlap = tf.sum(tf.mul(a, b), 1, true);
    const apart = tf.equal(overlap, 0);
    const ones = tf.onesLike(overlap);
    const slope = tf.div(tf.sub(tf.sum(tf.square(b), 1, true), tf.sum(tf.square(a), 1, true)), tf.mul(where(apart, ones, overlap), 2));
    const steep = tf.div(ones, tf.add(tf.abs(slope), tf.sqrt(tf.add(tf.square(slope), 1))));
    const signed = where(tf.less(slope, 0), tf.neg(steep), steep);
    const tangent = where(apart, tf.zerosLike(overlap), signed);
    const cosine = tf.rsqrt(tf.add(tf.square(tangent), 1));
    const sine = tf.mul(cosine, tangent);
    const turnedBoth = [tf.sub(tf.mul(left, cosine), tf.mul(right, sine)), tf.add(tf.mul(left, sine), tf.mul(right, cosine))];
    both = tf.gather(tf.concat(turnedBoth, 2), tf.tensor1d(order, 'int32'), 2);
  }
  return { columns: tf.slice(both, [0, 0, 0], [count, height, even]), rotations: tf.slice(both, [0, height, 0], [count, width, even]) };
}

/** Matrices with at least as many rows as columns, and whether they had to be turned. */
function upright(x: Tensor): [Tensor, boolean] {
  const matrices = stacked(x);
  const wide = matrices.shape[1] < matrices.shape[2];
  return [wide ? turned(matrices) : matrices, wide];
}

const lengths = (columns: Tensor): Tensor => tf.sqrt(tf.sum(tf.square(columns), 1, true));

/** The pseudoinverses; singular values that `kept` leaves out count as 0. */
function inverted(x: Tensor, kept: (values: Tensor, largest: Tensor) => Tensor): Tensor {
  const [matrices, wide] = upright(x);
  const { columns, rotations } = rotated(matrices);
  const values = lengths(columns);
  const counts = kept(values, tf.max(values, 2, true));
  const ones = tf.onesLike(values);
  const scale = where(counts, tf.div(ones, where(counts, tf.square(values), ones)), tf.zerosLike(values));
  const inverse = tf.matMul(tf.mul(rotations, scale), columns, false, true);
  return wide ? turned(inverse) : inverse;
}

function sizes(call: Constants, shape: readonly (number | null)[]): [number, number] {
  const [rows, columns] = sizesOf(shape, call);
  if (Math.min(rows, columns) > MOST_COLUMNS)
    call.fail(`takes singular values of ${rows} by ${columns} matrices; supported are up to ${MOST_COLUMNS} rows or columns`);
  return [rows, columns];
}

const svd: Operation = {
  parameters: [X, 'full_matrices', 'compute_uv'],
  infer(call) {
    if (call.flag('compute_uv', true))
      call.fail('computes singular vectors, whose signs are a matter of the algorithm; take the values alone (compute_uv=False)');
    const { shape } = call.tensor('x');
    return { shape: [...shape.slice(0, -2), Math.min(...sizes(call, shape))], type: 'float32' };
  },
  compute: (call) => singularValues(call.tensor('x'), call),
};

/** From the largest to the smallest, of matrices in the last two axes. */
export function singularValues(x: Tensor, call: Constants): Tensor {
  const count = Math.min(...sizes(call, x.shape));
  const [matrices] = upright(x);
  const values = tf.squeeze(lengths(rotated(matrices).columns), [1]);
  return tf.reshape(tf.topk(values, count, true).values, [...x.shape.slice(0, -2), count]);
}

/** Keras' bound for what counts as 0, as a share of the largest value. */
function bound(call: Constants, rows: number, columns: number, times: number): number {
  const given = call.value('rcond');
  return typeof given === 'number' ? given : times * Math.max(rows, columns) * EPSILON;
}

const pinv: Operation = {
  parameters: [X, 'rcond'],
  infer(call) {
    const { shape } = call.tensor('x');
    const [rows, columns] = sizes(call, shape);
    return { shape: [...shape.slice(0, -2), columns, rows], type: 'float32' };
  },
  compute(call) {
    const x = call.tensor('x');
    const [rows, columns] = sizes(call, x.shape);
    const share = bound(call, rows, columns, 10);
    const inverse = inverted(x, (values, largest) => tf.greater(values, tf.mul(largest, share)));
    return tf.reshape(inverse, [...x.shape.slice(0, -2), columns, rows]);
  },
};

const lstsq: Operation = {
  parameters: ['a', 'b', 'rcond'],
  infer(call) {
    const [a, b] = [call.tensor('a'), call.tensor('b')];
    const [, columns] = sizes(call, a.shape);
    if (a.shape.length !== 2) call.fail(`solves with a tensor of ${a.shape.length} axes; Keras takes 2`);
    return { shape: [columns, ...b.shape.slice(1)], type: 'float32' };
  },
  compute(call: Call<Tensor>) {
    const [a, b] = [call.tensor('a'), to(call.tensor('b'), 'float32')];
    const [rows, columns] = sizes(call, a.shape);
    const given = bound(call, rows, columns, 1);
    const share = given < 0 ? EPSILON : given;
    const inverse = inverted(a, (values, largest) => tf.logicalAnd(tf.greaterEqual(values, tf.mul(largest, share)), tf.greater(values, 0)));
    const right = tf.reshape(b, [1, rows, -1]);
    return tf.reshape(tf.matMul(inverse, right), [columns, ...b.shape.slice(1)]);
  },
};

export const singular: Readonly<Record<string, Operation>> = { SVD: svd, Pinv: pinv, Lstsq: lstsq };
