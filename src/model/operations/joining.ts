/** Tensors put together and taken apart: `keras/src/ops/{numpy,core}.py`, TensorFlow's `concat`, `stack`, `split`. */

import type { DataType, Tensor } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { range } from '../layers/spatial';
import { probed, to, X } from './families';
import { type Constants, hostValuesOf, type Operand, type Operation, promote, sizeTensor } from './operation';
import { sizeOf } from './shaping';

function joined(operands: readonly Operand[], axis: number): Operand {
  const type = operands.map((operand) => operand.type).reduce(promote);
  const sizes = operands.map(({ shape }) => shape[axis] ?? null);
  const total = sizes.includes(null) ? null : sizes.reduce<number>((sum, n) => sum + n!, 0);
  const shape = operands[0]!.shape.map((_, i) =>
    i === axis ? total : (operands.map((operand) => operand.shape[i]).find((n) => n !== null) ?? null),
  );
  return { shape, type };
}

function sameType(tensors: readonly Tensor[]): Tensor[] {
  const type = tensors.map(({ dtype }) => dtype).reduce<DataType>(promote, 'bool');
  return tensors.map((x) => to(x, type));
}

/** Stacks along an axis that `insert` makes of lower ranks first (`hstack`, `vstack`, `dstack`). */
function stackAlong(axis: (rank: number) => number, atLeast: number): Operation {
  return probed(['xs'], (call) => {
    const tensors = sameType(call.list('xs')).map((x) => {
      if (x.rank >= atLeast) return x;
      return atLeast === 2 ? tf.reshape(x, [1, -1]) : tf.expandDims(x.rank === 1 ? tf.reshape(x, [1, -1]) : x, -1);
    });
    return tf.concat(tensors, axis(tensors[0]!.rank));
  });
}

/** Where to cut an axis: a count of equal parts, sizes (TensorFlow), or places (numpy). */
function parts(call: Constants, length: number | null): (number | null)[] {
  const value = call.value('indices_or_sections');
  if (typeof value === 'number' && call.spec.className === 'ArraySplit' && length !== null)
    return range(0, value).map((i) => Math.floor(length / value) + (i < length % value ? 1 : 0));
  if (typeof value === 'number') {
    if (length !== null && length % value !== 0) call.fail(`splits an axis of length ${length} into ${value} parts`);
    return Array<number | null>(value).fill(length === null ? null : length / value);
  }
  if (!Array.isArray(value)) call.fail('has neither a number of parts nor sizes to split into');
  const list = value as number[];
  if (call.spec.className === 'TFOpLambda') {
    const rest = length === null ? null : length - list.filter((n) => n >= 0).reduce((sum, n) => sum + n, 0);
    return list.map((n) => (n < 0 ? rest : n));
  }
  const ends = [...list, length];
  return ends.map((end, i) => (end === null ? null : end - (i === 0 ? 0 : ends[i - 1]!)));
}

/** Cuts an axis: the one that is passed, or a `fixed` one. */
function splitAlong(fixed?: (rank: number) => number): Operation {
  const axisOf = (call: Constants, rank: number) => fixed?.(rank) ?? call.axis('axis', rank, 0);
  return {
    parameters: [X, 'indices_or_sections|num_or_size_splits', ...(fixed ? [] : ['axis'])],
    infer(call) {
      const { shape, type } = call.tensor('x');
      const axis = axisOf(call, shape.length);
      return parts(call, shape[axis] ?? null).map((size) => ({ type, shape: shape.map((n, i) => (i === axis ? size : n)) }));
    },
    compute(call) {
      const x = call.tensor('x');
      const axis = axisOf(call, x.rank);
      return tf.split(x, parts(call, x.shape[axis]!) as number[], axis);
    },
  };
}

/** `tf.stack(x)` of a tensor takes it for the list of its first axis, and puts that back together. */
function isAlone(call: Constants): boolean {
  if (call.spec.className !== 'TFOpLambda' || !call.isSingle('x')) return false;
  if (call.number('axis', 0) !== 0) call.fail('stacks the first axis of one tensor along another');
  return true;
}

export const joining: Readonly<Record<string, Operation>> = {
  Concatenate: {
    parameters: ['xs|values', 'axis'],
    infer(call) {
      const operands = call.list('xs');
      const all = joined(operands, call.axis('axis', operands[0]!.shape.length, 0));
      return operands.every(({ sizes }) => sizes !== undefined) ? { ...all, sizes: operands.flatMap(({ sizes }) => [...sizes!]) } : all;
    },
    compute(call) {
      const given = call.list('xs');
      const sizes = given.map(hostValuesOf);
      if (sizes.every((size) => size !== undefined))
        return sizeTensor(
          sizes.flatMap((size) => [...size!]),
          [given.reduce((sum, x) => sum + x.size, 0)],
        );
      const tensors = sameType(given);
      return tensors.length === 1 ? tensors[0]!.clone() : tf.concat(tensors, call.axis('axis', tensors[0]!.rank, 0));
    },
  },
  Stack: {
    parameters: ['x|xs|values|arrays', 'axis'],
    infer(call) {
      if (isAlone(call)) return call.tensor('x');
      const operands = call.list('x');
      const rank = operands[0]!.shape.length + 1;
      const axis = call.axis('axis', rank, 0);
      const { type } = joined(operands, 0);
      const known = operands[0]!.shape.map((n, i) => n ?? operands.map(({ shape }) => shape[i]).find((m) => m !== null) ?? null);
      const sizes = operands.flatMap((operand) => operand.sizes ?? []);
      const ofSizes = rank === 1 && operands.every((operand) => operand.sizes !== undefined);
      return { type, shape: [...known.slice(0, axis), operands.length, ...known.slice(axis)], ...(ofSizes ? { sizes } : {}) };
    },
    compute(call) {
      if (isAlone(call)) return call.tensor('x').clone();
      const given = call.list('x');
      const sizes = given.map(hostValuesOf);
      if (sizes.every((size) => size?.length === 1) && given[0]!.rank === 0)
        return sizeTensor(
          sizes.flatMap((size) => [...size!]),
          [given.length],
        );
      const tensors = sameType(given);
      return tf.stack(tensors, call.axis('axis', tensors[0]!.rank + 1, 0));
    },
  },
  Unstack: {
    parameters: [X, 'num', 'axis'],
    infer(call) {
      const { shape, type, sizes } = call.tensor('x');
      const axis = call.axis('axis', shape.length, 0);
      const count = shape[axis] ?? call.number('num');
      const each = (i: number) => (sizes === undefined || shape.length !== 1 ? {} : { sizes: [sizes[i] ?? null] });
      return range(0, count).map((part) => ({ type, shape: shape.filter((_, i) => i !== axis), ...each(part) }));
    },
    compute(call) {
      const x = call.tensor('x');
      const sizes = x.rank === 1 ? hostValuesOf(x) : undefined;
      return sizes === undefined ? tf.unstack(x, call.axis('axis', x.rank, 0)) : sizes.map((size) => sizeTensor([size], []));
    },
  },
  Split: splitAlong(),
  ArraySplit: splitAlong(),
  Hsplit: splitAlong((rank) => (rank === 1 ? 0 : 1)),
  Vsplit: splitAlong(() => 0),
  Dsplit: splitAlong(() => 2),
  Hstack: stackAlong((rank) => (rank === 1 ? 0 : 1), 1),
  Vstack: stackAlong(() => 0, 2),
  Dstack: stackAlong(() => 2, 3),
  Append: {
    parameters: ['x1', 'x2', 'axis'],
    infer(call) {
      const operands = call.pair('x1', 'x2');
      if (call.integers('axis') !== undefined) return joined(operands, call.axis('axis', operands[0].shape.length, 0));
      return joined(
        operands.map(({ shape, type }) => ({ shape: [sizeOf(shape)], type })),
        0,
      );
    },
    compute(call) {
      const [a, b] = sameType(call.pair('x1', 'x2')) as [Tensor, Tensor];
      return call.integers('axis') === undefined
        ? tf.concat([tf.reshape(a, [-1]), tf.reshape(b, [-1])], 0)
        : tf.concat([a, b], call.axis('axis', a.rank, 0));
    },
  },
};
