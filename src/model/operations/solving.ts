/**
 * Systems of equations: `cholesky`, `det`, `inv`, `solve`, `lu_factor`, `qr` of `keras/src/ops/linalg.py`, `tf.linalg`. Matrices of a fixed
 * size, of any number of them, by the steps that LAPACK takes, each one operation on all. Keras throws where there is no result; here it is NaN or
 * infinite, since no number is read back.
 */

import type { Tensor, Tensor3D } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { asBool, asFloat } from '../layers/dtypes';
import { reverse, transpose, where } from '../layers/manyAxes';
import { range } from '../layers/spatial';
import type { Shape } from '../types';
import { to, X } from './families';
import type { Call, Constants, Operand, Operation } from './operation';
import { sign } from './sign';

/** [count, rows, columns] of any number of matrices. */
export function stacked(x: Tensor): Tensor3D {
  const [rows, columns] = x.shape.slice(-2) as [number, number];
  return tf.reshape(to(x, 'float32'), [x.size / (rows * columns), rows, columns]);
}

/** A part of rows and columns of each. */
function part(x: Tensor, row: number, column: number, rows = x.shape[1]! - row, columns = x.shape[2]! - column): Tensor {
  return tf.slice(x, [0, row, column], [x.shape[0]!, rows, columns]);
}

function zeros(x: Tensor, rows: number, columns: number): Tensor {
  return tf.zeros([x.shape[0]!, rows, columns]);
}

export const turned = (x: Tensor): Tensor => transpose(x, [0, 2, 1]);

function identity(x: Tensor, rows: number, columns = rows): Tensor {
  return tf.tile(tf.expandDims(tf.eye(rows, columns), 0), [x.shape[0]!, 1, 1]);
}

/** The lower factor; of the matrix only the lower triangle counts. */
function cholesky(matrices: Tensor): Tensor {
  let rest = matrices;
  const columns = range(0, rest.shape[1]!).map((k) => {
    const column = tf.div(part(rest, 0, 0, rest.shape[1]!, 1), tf.sqrt(part(rest, 0, 0, 1, 1)));
    const below = part(column, 1, 0);
    if (below.shape[1]! > 0) rest = tf.sub(part(rest, 1, 1), tf.matMul(below, below, false, true));
    return k === 0 ? column : tf.concat([zeros(column, k, 1), column], 1);
  });
  return tf.concat(columns, 2);
}

/** Substitution, from the first row on or, of upper triangles, from the last. */
function substituted(triangles: Tensor, right: Tensor, lower: boolean): Tensor {
  if (!lower) return reverse(substituted(reverse(triangles, [1, 2]), reverse(right, [1]), true), [1]);
  let rest = right;
  const rows = range(0, triangles.shape[1]!).map((k) => {
    const row = tf.div(part(rest, 0, 0, 1), part(triangles, k, k, 1, 1));
    const factors = part(triangles, k + 1, k, triangles.shape[1]! - k - 1, 1);
    if (factors.shape[1]! > 0) rest = tf.sub(part(rest, 1, 0), tf.mul(factors, row));
    return row;
  });
  return tf.concat(rows, 1);
}

/** The rows left after elimination with the largest pivots, their factors, the order of the rows and the sign of that order. */
interface Eliminated {
  readonly upper: Tensor;
  readonly right: Tensor | undefined;
  readonly factors: Tensor;
  readonly order: Tensor;
  readonly sign: Tensor;
}

function eliminated(matrices: Tensor, right?: Tensor): Eliminated {
  const size = matrices.shape[1]!;
  let rest = right === undefined ? matrices : tf.concat([matrices, right], 2);
  // What moves with the rows: where each came from, and the factors so far.
  let moved: Tensor = tf.tile(tf.reshape(tf.range(0, size, 1, 'float32'), [1, size, 1]), [matrices.shape[0]!, 1, 1]);
  let parity: Tensor = tf.ones([matrices.shape[0]!, 1, 1]);
  const [rows, tags]: [Tensor[], Tensor[]] = [[], []];
  for (let k = 0; k < size; k++) {
    const height = rest.shape[1]!;
    const largest = tf.argMax(tf.abs(tf.squeeze(part(rest, 0, 0, height, 1), [2])), 1);
    const chosen = tf.equal(tf.reshape(tf.cast(largest, 'int32'), [-1, 1, 1]), tf.reshape(tf.range(0, height, 1, 'int32'), [1, height, 1]));
    const hot = asFloat(chosen);
    const picked = (x: Tensor) => tf.sum(where(mask(hot, x), x, tf.zerosLike(x)), 1, true);
    const others = (x: Tensor) => {
      const below = part(x, 1, 0);
      return where(mask(part(hot, 1, 0), below), tf.tile(part(x, 0, 0, 1), [1, height - 1, 1]), below);
    };
    parity = tf.mul(parity, tf.sub(tf.mul(part(hot, 0, 0, 1, 1), 2), 1));
    const row = picked(rest);
    rows.push(k === 0 ? row : tf.concat([zeros(row, 1, k), row], 2));
    tags.push(tf.concat([picked(moved), zeros(row, 1, size - 1 - k)], 2));
    if (height === 1) break;
    const [below, pivot] = [others(rest), part(row, 0, 0, 1, 1)];
    const nothing = tf.equal(pivot, 0);
    const divisor = where(nothing, tf.onesLike(pivot), pivot);
    // A pivot of 0 has zeros below it.
    const factor = tf.div(part(below, 0, 0, height - 1, 1), divisor);
    moved = tf.concat([others(moved), factor], 2);
    rest = tf.sub(part(below, 0, 1), tf.mul(factor, part(row, 0, 1)));
  }
  const [whole, tagged] = [tf.concat(rows, 1), tf.concat(tags, 1)];
  return {
    upper: part(whole, 0, 0, size, size),
    right: right === undefined ? undefined : part(whole, 0, size),
    factors: size === 1 ? zeros(whole, 1, 1) : tf.concat([part(tagged, 0, 1), zeros(whole, size, 1)], 2),
    order: part(tagged, 0, 0, size, 1),
    sign: tf.squeeze(parity, [2]),
  };
}

const mask = (hot: Tensor, x: Tensor): Tensor => asBool(tf.tile(hot, [1, 1, x.shape[2]!]));

function solved(matrices: Tensor, right: Tensor): Tensor {
  const { upper, right: changed } = eliminated(matrices, right);
  return substituted(upper, changed!, false);
}

function diagonal(matrices: Tensor): Tensor {
  const size = Math.min(matrices.shape[1]!, matrices.shape[2]!);
  return tf.concat(
    range(0, size).map((i) => part(matrices, i, i, 1, 1)),
    2,
  );
}

/** The sign of the determinant and the logarithm of its size. */
function signAndLog(matrices: Tensor): [Tensor, Tensor] {
  const { upper, sign: parity } = eliminated(matrices);
  const pivots = diagonal(upper);
  return [tf.mul(parity, tf.prod(sign(pivots), 2)), tf.sum(tf.log(tf.abs(pivots)), 2)];
}

/** Orthogonal columns and an upper triangle by Householder's reflections, with signs as LAPACK and Eigen choose them. */
function orthogonal(matrices: Tensor, complete: boolean): [Tensor, Tensor] {
  const [height, width] = matrices.shape.slice(1) as [number, number];
  const count = Math.min(height, width);
  let rest = matrices;
  const rows: Tensor[] = [];
  const reflections: { vector: Tensor; factor: Tensor }[] = [];
  for (let k = 0; k < count; k++) {
    if (rest.shape[1]! > 1) {
      const [first, tail] = [part(rest, 0, 0, 1, 1), part(rest, 1, 0, rest.shape[1]! - 1, 1)];
      const squares = tf.sum(tf.square(tail), 1, true);
      const still = tf.lessEqual(squares, 1.1754943508222875e-38);
      const length = tf.sqrt(tf.add(tf.square(first), squares));
      const target = where(tf.greaterEqual(first, 0), tf.neg(length), length);
      const ones = tf.onesLike(first);
      const vector = tf.concat([ones, tf.div(tail, where(still, ones, tf.sub(first, target)))], 1);
      const factor = where(still, tf.zerosLike(first), tf.div(tf.sub(target, first), where(still, ones, target)));
      reflections.push({ vector, factor });
      rest = reflected(rest, vector, factor);
    }
    const row = part(rest, 0, 0, 1);
    rows.push(k === 0 ? row : tf.concat([zeros(row, 1, k), row], 2));
    if (k + 1 < count) rest = part(rest, 1, 1);
  }
  const columns = complete ? height : count;
  const q = reflections.reduceRight(
    (product, { vector, factor }, k) => {
      const padded = k === 0 ? vector : tf.concat([zeros(vector, k, 1), vector], 1);
      return reflected(product, padded, factor);
    },
    identity(matrices, height, columns),
  );
  const r = tf.concat(rows, 1);
  return [q, complete && height > count ? tf.concat([r, zeros(r, height - count, width)], 1) : r];
}

function reflected(x: Tensor, vector: Tensor, factor: Tensor): Tensor {
  return tf.sub(x, tf.mul(factor, tf.matMul(vector, tf.matMul(vector, x, true))));
}

/** How many rows and columns the matrices have; both must be known. */
export function sizesOf(shape: Shape, call: Constants): [number, number] {
  const [rows, columns] = [shape.at(-2) ?? null, shape.at(-1) ?? null];
  if (shape.length < 2 || rows === null || columns === null)
    return call.fail('computes with matrices whose size is not fixed; fix the shape of the input in Keras');
  return [rows, columns];
}

function square(shape: Shape, call: Constants): void {
  const [rows, columns] = sizesOf(shape, call);
  if (rows !== columns) call.fail(`takes square matrices and is given ${rows} by ${columns}`);
}

/** One result of square matrices. */
function ofSquare(
  parameters: readonly string[],
  shapeOf: (shape: Shape) => Shape,
  compute: (matrices: Tensor, call: Call<Tensor>) => Tensor,
): Operation {
  return {
    parameters: [X, ...parameters],
    infer(call) {
      const { shape } = call.tensor('x');
      square(shape, call);
      return { shape: shapeOf(shape), type: 'float32' };
    },
    compute(call) {
      const x = call.tensor('x');
      return tf.reshape(compute(stacked(x), call), shapeOf(x.shape) as number[]);
    },
  };
}

const same = (shape: Shape): Shape => shape;
const lead = (shape: Shape): Shape => shape.slice(0, -2);

/** Equations whose right sides are matrices, or vectors where there is one axis less. */
function ofEquations(parameters: readonly string[], compute: (matrices: Tensor, right: Tensor, call: Call<Tensor>) => Tensor): Operation {
  return {
    parameters,
    infer(call) {
      const [a, b] = [call.tensor('a'), call.tensor('b')];
      square(a.shape, call);
      return { shape: b.shape, type: 'float32' };
    },
    compute(call) {
      const [a, b] = [call.tensor('a'), call.tensor('b')];
      const right = stacked(b.rank === a.rank ? b : tf.expandDims(b, -1));
      const matrices = stacked(a);
      if (matrices.shape[0] !== right.shape[0]) call.fail(`has ${matrices.shape[0]} matrices for ${right.shape[0]} right sides`);
      return tf.reshape(compute(matrices, right, call), b.shape);
    },
  };
}

const pair = (operand: Operand): readonly Operand[] => [operand, operand];

function logDeterminants(): Operation {
  return {
    parameters: [X],
    infer(call) {
      const { shape } = call.tensor('x');
      square(shape, call);
      return pair({ shape: lead(shape), type: 'float32' });
    },
    compute(call) {
      const x = call.tensor('x');
      return signAndLog(stacked(x)).map((found) => tf.reshape(found, lead(x.shape) as number[]));
    },
  };
}

/** L below the diagonal and U above; and, `inverse`, where the rows went (Keras) instead of where they came from (TensorFlow). */
function factors(inverse: boolean): Operation {
  return {
    parameters: [X],
    infer(call) {
      const { shape } = call.tensor('x');
      square(shape, call);
      return [
        { shape, type: 'float32' },
        { shape: shape.slice(0, -1), type: 'int32' },
      ];
    },
    compute(call) {
      const x = call.tensor('x');
      const { upper, factors: below, order } = eliminated(stacked(x));
      const size = x.shape.at(-1)!;
      const places = tf.reshape(tf.range(0, size, 1, 'float32'), [1, 1, size]);
      const moves = asFloat(tf.equal(order, places));
      const went = tf.sum(tf.mul(moves, tf.reshape(places, [1, size, 1])), 1);
      const permutation = inverse ? went : tf.squeeze(order, [2]);
      return [tf.reshape(tf.add(upper, below), x.shape), tf.reshape(tf.cast(permutation, 'int32'), x.shape.slice(0, -1))];
    },
  };
}

const qr: Operation = {
  parameters: [X, 'full_matrices'],
  keywords: ['mode'],
  infer(call) {
    const { shape } = call.tensor('x');
    const [rows, columns] = sizesOf(shape, call);
    const inner = isComplete(call) ? rows : Math.min(rows, columns);
    return [
      { shape: [...lead(shape), rows, inner], type: 'float32' },
      { shape: [...lead(shape), inner, columns], type: 'float32' },
    ];
  },
  compute(call) {
    const x = call.tensor('x');
    return orthogonal(stacked(x), isComplete(call)).map((found) => tf.reshape(found, [...x.shape.slice(0, -2), ...found.shape.slice(1)]));
  },
};

function isComplete(call: Constants): boolean {
  return call.text('mode', 'reduced') === 'complete' || call.flag('full_matrices');
}

const logDeterminant = (matrices: Tensor): Tensor => tf.mul(tf.sum(tf.log(diagonal(cholesky(matrices))), 2), 2);

export const solving: Readonly<Record<string, Operation>> = {
  Cholesky: ofSquare(['upper'], same, (x, call) => (call.flag('upper') ? turned(cholesky(x)) : cholesky(x))),
  CholeskyInverse: ofSquare(['upper'], same, (x, call) => {
    const upper = call.flag('upper');
    const inverse = substituted(x, identity(x, x.shape[1]!), !upper);
    return tf.matMul(inverse, inverse, !upper, upper);
  }),
  Det: ofSquare([], lead, (x) => {
    const { upper, sign: parity } = eliminated(x);
    return tf.mul(parity, tf.prod(diagonal(upper), 2));
  }),
  Slogdet: logDeterminants(),
  Logdet: ofSquare([], lead, logDeterminant),
  Inv: ofSquare(['adjoint'], same, (x, call) => {
    const given = call.flag('adjoint') ? turned(x) : x;
    return solved(given, identity(given, given.shape[1]!));
  }),
  LuFactor: factors(true),
  Lu: factors(false),
  Qr: qr,
  Solve: ofEquations(['a|matrix', 'b|rhs', 'adjoint'], (a, b, call) => solved(call.flag('adjoint') ? turned(a) : a, b)),
  SolveTriangular: ofEquations(['a', 'b', 'lower'], (a, b, call) => substituted(a, b, call.flag('lower'))),
  // TensorFlow's, which takes lower ones unless told.
  TriangularSolve: ofEquations(['a|matrix', 'b|rhs', 'lower', 'adjoint'], (a, b, call) => {
    const lower = call.flag('lower', true);
    return call.flag('adjoint') ? substituted(turned(a), b, !lower) : substituted(a, b, lower);
  }),
  CholeskySolve: ofEquations(['a|chol', 'b|rhs'], (a, b) => substituted(turned(a), substituted(a, b, true), false)),
};
