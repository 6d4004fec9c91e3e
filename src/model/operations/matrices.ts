/** Operations on axes as vectors and matrices: `cross`, `diagonal`, `trace`, `tril` of `keras/src/ops/numpy.py`, `tf.linalg`. */

import type { Tensor } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { asBool, asFloat } from '../layers/dtypes';
import { broadcast, pad, transpose, where } from '../layers/manyAxes';
import { broadcastShapes, range } from '../layers/spatial';
import type { Shape } from '../types';
import { probed, reducedShape, to, X } from './families';
import { type Call, type Constants, type Operand, type Operation, promote } from './operation';
import { sizeOf } from './shaping';

/** Where the vectors of the operands and of the result lie; TensorFlow's are always last. */
function crossAxes(call: Constants): [number, number, number] {
  const all = call.integers('axis')?.[0];
  return ['axisa', 'axisb', 'axisc'].map((name) => all ?? call.number(name, -1)) as [number, number, number];
}

const without = (shape: Shape, axis: number): Shape => reducedShape(shape, [axis < 0 ? axis + shape.length : axis], false);

function moved(x: Tensor, axis: number): Tensor {
  const from = axis < 0 ? axis + x.rank : axis;
  return from === x.rank - 1 ? x : transpose(x, [...range(0, x.rank).filter((i) => i !== from), from]);
}

const cross: Operation = {
  parameters: ['x1|a', 'x2|b', 'axisa', 'axisb', 'axisc', 'axis'],
  infer(call) {
    const [a, b] = call.pair('x1', 'x2');
    const [axisA, axisB, axisC] = crossAxes(call);
    const rest = broadcastShapes(without(a.shape, axisA), without(b.shape, axisB)) ?? call.fail('meets shapes that do not go together');
    const type = promote(a.type, b.type);
    if (a.shape.at(axisA) === 2 && b.shape.at(axisB) === 2) return { shape: rest, type };
    const at = axisC < 0 ? axisC + rest.length + 1 : axisC;
    return { shape: [...rest.slice(0, at), 3, ...rest.slice(at)], type };
  },
  compute(call) {
    const [given, other] = call.pair('x1', 'x2');
    const [axisA, axisB, axisC] = crossAxes(call);
    const type = promote(given.dtype, other.dtype);
    const parts = (x: Tensor) => tf.unstack(to(x, type), x.rank - 1);
    const [a, b] = [parts(moved(given, axisA)), parts(moved(other, axisB))];
    const flat = a.length === 2 && b.length === 2;
    for (const vector of [a, b]) if (vector.length === 2) vector.push(tf.zerosLike(vector[0]!));
    const part = (i: number, j: number) => broadcast(tf.sub, broadcast(tf.mul, a[i]!, b[j]!), broadcast(tf.mul, a[j]!, b[i]!));
    if (flat) return part(0, 1);
    const all = [part(1, 2), part(2, 0), part(0, 1)];
    return tf.stack(all, axisC < 0 ? axisC + all[0]!.rank + 1 : axisC);
  },
};

/** How far right of the main diagonal each place of the last two axes is. */
function offsets(x: Tensor): Tensor {
  const [rows, columns] = x.shape.slice(-2) as [number, number];
  return tf.sub(tf.range(0, columns, 1, 'float32'), tf.expandDims(tf.range(0, rows, 1, 'float32'), 1));
}

/** So many diagonals below and above the main one stay; all of them where a number is negative. */
const bandPart: Operation = {
  parameters: [X, 'num_lower', 'num_upper'],
  infer: (call: Call<Operand>) => call.tensor('x'),
  compute(call) {
    const x = call.tensor('x');
    const offset = offsets(x);
    const [lower, upper] = [call.number('num_lower'), call.number('num_upper')];
    const kept = [
      ...(lower < 0 ? [] : [asFloat(tf.greaterEqual(offset, -lower))]),
      ...(upper < 0 ? [] : [asFloat(tf.lessEqual(offset, upper))]),
    ].reduce<Tensor>((all, next) => tf.mul(all, next), tf.onesLike(offset));
    return to(tf.mul(to(x, 'float32'), kept), x.dtype);
  },
};

/** The lower or upper triangle of the last two axes. */
function triangle(lower: boolean): Operation {
  return {
    parameters: [X, 'k'],
    infer: (call: Call<Operand>) => call.tensor('x'),
    compute(call: Call<Tensor>) {
      const x = call.tensor('x');
      const k = call.number('k', 0);
      const kept = lower ? tf.lessEqual(offsets(x), k) : tf.greaterEqual(offsets(x), k);
      return to(tf.mul(to(x, 'float32'), asFloat(kept)), x.dtype);
    },
  };
}

/** A diagonal of two axes, `offset` right of the main one, as the last axis. */
function diagonal(x: Tensor, a: number, b: number, offset: number): Tensor {
  const rest = range(0, x.rank).filter((axis) => axis !== a && axis !== b);
  const [rows, columns] = [x.shape[a]!, x.shape[b]!];
  const [down, right] = [Math.max(0, -offset), Math.max(0, offset)];
  const count = Math.max(0, Math.min(rows - down, columns - right));
  const flat = tf.reshape(transpose(x, [...rest, a, b]), [-1, rows * columns]);
  const places = range(0, count).map((i) => (down + i) * columns + right + i);
  return tf.reshape(tf.gather(flat, tf.tensor1d(places, 'int32'), 1), [...rest.map((axis) => x.shape[axis]!), count]);
}

/** Vectors along a diagonal of matrices, `offset` right of the main one, with zeros elsewhere. */
function onDiagonal(x: Tensor, offset: number): Tensor {
  const length = x.shape.at(-1)!;
  const rows = tf.reshape(x, [-1, length, 1]);
  const wide = tf.broadcastTo(rows, [rows.shape[0]!, length, length]);
  const square = where(asBool(tf.broadcastTo(tf.eye(length), wide.shape)), wide, tf.zerosLike(wide));
  const [before, after] = [Math.max(0, -offset), Math.max(0, offset)];
  const padded = pad(square, [[0, 0], [before, after], [after, before]]); // biome-ignore format: one axis after the other
  return tf.reshape(padded, [...x.shape.slice(0, -1), padded.shape[1]!, padded.shape[2]!]);
}

/** numpy's `diag`, of a vector a matrix and of a matrix its diagonal; `flat` takes all numbers as one vector. */
function diag(flat: boolean): Operation {
  return {
    parameters: [X, 'k'],
    infer(call) {
      const { shape, type } = call.tensor('x');
      const k = call.number('k', 0);
      if (flat || shape.length === 1) {
        const length = sizeOf(shape);
        const side = length === null ? null : length + Math.abs(k);
        return { shape: [side, side], type };
      }
      if (shape.length !== 2) call.fail(`takes the diagonal of a tensor of ${shape.length} axes; Keras takes 1 or 2`);
      const [rows, columns] = shape as [number | null, number | null];
      const length = rows === null || columns === null ? null : Math.max(0, Math.min(rows + Math.min(0, k), columns - Math.max(0, k)));
      return { shape: [length], type };
    },
    compute(call) {
      const x = flat ? tf.reshape(call.tensor('x'), [-1]) : call.tensor('x');
      const k = call.number('k', 0);
      return x.rank === 1 ? onDiagonal(x, k) : diagonal(x, 0, 1, k);
    },
  };
}

/** Every product of the two, the second one's within the place of the first one's. */
const kron: Operation = {
  parameters: ['x1', 'x2'],
  infer(call) {
    const [a, b] = call.pair('x1', 'x2');
    const [left, right] = sameRank(a.shape, b.shape);
    return { shape: left.map((n, i) => (n === null || right[i] === null ? null : n * right[i]!)), type: promote(a.type, b.type) };
  },
  compute(call) {
    const [a, b] = call.pair('x1', 'x2');
    const type = promote(a.dtype, b.dtype);
    const [left, right] = sameRank(a.shape, b.shape) as [number[], number[]];
    const outer = tf.reshape(
      to(a, type),
      left.flatMap((n) => [n, 1]),
    );
    const inner = tf.reshape(
      to(b, type),
      right.flatMap((n) => [1, n]),
    );
    return tf.reshape(
      broadcast(tf.mul, outer, inner),
      left.map((n, i) => n * right[i]!),
    );
  },
};

function sameRank(a: Shape, b: Shape): [Shape, Shape] {
  const rank = Math.max(a.length, b.length);
  const wide = (shape: Shape): Shape => [...Array<number>(rank - shape.length).fill(1), ...shape];
  return [wide(a), wide(b)];
}

const lastDiagonal = (x: Tensor): Tensor => diagonal(x, x.rank - 2, x.rank - 1, 0);

/** numpy's, of any two axes. */
function chosenDiagonal(call: Call<Tensor>): Tensor {
  const x = call.tensor('x');
  return diagonal(x, call.axis('axis1', x.rank, 0), call.axis('axis2', x.rank, 1), call.number('offset', 0));
}

const diagonalParameters = [X, 'offset', 'axis1', 'axis2'];

const shorter = (shape: Shape): number | null => {
  const [rows, columns] = [shape.at(-2) ?? null, shape.at(-1) ?? null];
  return rows === null || columns === null ? null : Math.min(rows, columns);
};

export const matrices: Readonly<Record<string, Operation>> = {
  Cross: cross,
  BandPart: bandPart,
  Tril: triangle(true),
  Triu: triangle(false),
  Diagonal: probed(diagonalParameters, chosenDiagonal),
  Trace: probed(diagonalParameters, (call) => tf.sum(chosenDiagonal(call), -1)),
  Diag: diag(false),
  Diagflat: diag(true),
  Kron: kron,
  MatrixDiag: {
    parameters: ['diagonal'],
    infer(call) {
      const { shape, type } = call.tensor('diagonal');
      return { shape: [...shape, shape.at(-1) ?? null], type };
    },
    compute: (call) => onDiagonal(call.tensor('diagonal'), 0),
  },
  MatrixSetDiag: {
    parameters: [X, 'diagonal'],
    infer: (call) => call.tensor('x'),
    compute(call) {
      const x = call.tensor('x');
      const diagonals = to(call.tensor('diagonal', x), x.dtype);
      const short = diagonals.shape.at(-1)!;
      const [rows, columns] = x.shape.slice(-2) as [number, number];
      const placed = pad(onDiagonal(diagonals, 0), [
        ...x.shape.slice(0, -2).map((): [number, number] => [0, 0]),
        [0, rows - short],
        [0, columns - short],
      ]);
      return where(asBool(tf.broadcastTo(tf.eye(rows, columns), x.shape)), placed, x);
    },
  },
  MatrixDiagPart: {
    parameters: [X],
    infer(call) {
      const { shape, type } = call.tensor('x');
      return { shape: [...shape.slice(0, -2), shorter(shape)], type };
    },
    compute: (call) => lastDiagonal(call.tensor('x')),
  },
  MatrixTrace: {
    parameters: [X],
    infer(call) {
      const { shape, type } = call.tensor('x');
      return { shape: shape.slice(0, -2), type };
    },
    compute: (call) => tf.sum(lastDiagonal(call.tensor('x')), -1),
  },
};
