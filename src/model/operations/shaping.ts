/** Operations that rearrange numbers without changing them: `keras/src/ops/{numpy,core,nn}.py`, top-level TensorFlow functions. */

import type { Tensor } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { mirrorPad, pad, reverse, transpose } from '../layers/manyAxes';
import { range } from '../layers/spatial';
import { repeatAxis } from '../layers/UpSampling';
import type { Shape } from '../types';
import { X } from './families';
import type { Call, Constants, Operand, Operation } from './operation';

/** Same numbers, same dtype, another shape. */
function rearranged(
  parameters: readonly string[],
  shapeOf: (shape: Shape, call: Call<Operand>) => Shape,
  compute: (x: Tensor, call: Call<Tensor>) => Tensor,
): Operation {
  return {
    parameters: [X, ...parameters],
    infer(call) {
      const { shape, type } = call.tensor('x');
      return { shape: shapeOf(shape, call), type };
    },
    compute: (call) => compute(call.tensor('x'), call),
  };
}

const product = (sizes: readonly number[]) => sizes.reduce((total, n) => total * n, 1);
/** How many numbers a shape holds; null where an axis is free. */
export const sizeOf = (shape: Shape): number | null => (shape.includes(null) ? null : product(shape as number[]));

/** A target shape with its -1 worked out; null where it depends on free axes. */
function reshaped(shape: Shape, target: readonly (number | null)[], call: Call<Operand>): Shape {
  const total = sizeOf(shape);
  const known = target.filter((n): n is number => n !== null && n >= 0);
  if (target.some((n) => n === null)) return target.map((n) => (n === -1 ? null : n));
  const free = target.indexOf(-1);
  if (free < 0) {
    if (total !== null && total !== product(known)) call.fail(`gives ${total} numbers the shape [${target.join(', ')}]`);
    return target;
  }
  if (total !== null && total % product(known) !== 0) call.fail(`gives ${total} numbers the shape [${target.join(', ')}]`);
  if (total !== null) return target.map((n, i) => (i === free ? total / product(known) : n));
  // Free axes of the input on their own may cancel: [null, 4, 4, 3] to [-1, 48] leaves just the batch free.
  return target.map((n, i) => (i === free ? null : n));
}

function transposition(call: Constants, rank: number): number[] {
  return call.integers('axes')?.map((axis) => (axis < 0 ? axis + rank : axis)) ?? range(0, rank).reverse();
}

function squeezed(shape: Shape, call: Constants): number[] {
  return call.integers('axis') === undefined || call.integers('axis')!.length === 0
    ? range(0, shape.length).filter((i) => shape[i] === 1)
    : call.axes('axis', shape.length);
}

/** New axes of length 1 at places counted in the result. */
function expanded(shape: Shape, call: Constants): Shape {
  const places = call.integers('axis') ?? [-1];
  const rank = shape.length + places.length;
  const at = places.map((axis) => (axis < 0 ? axis + rank : axis));
  const rest = [...shape];
  return range(0, rank).map((i) => (at.includes(i) ? 1 : (rest.shift() ?? null)));
}

/** Numbers around a tensor: a pair an axis, one pair, or one number for all. */
function paddings(call: Constants, rank: number): [number, number][] {
  const value = call.value('pad_width');
  if (typeof value === 'number') return range(0, rank).map(() => [value, value]);
  const list = value as (number | number[])[];
  if (list.length === 2 && list.every((n) => typeof n === 'number'))
    return range(0, rank).map(() => [...(list as number[])] as [number, number]);
  if (list.length === 1 && rank > 1) return range(0, rank).map(() => [...(list[0] as number[])] as [number, number]);
  return list.map((pair) => (typeof pair === 'number' ? [pair, pair] : [pair[0]!, pair[1] ?? pair[0]!]));
}

const padding = rearranged(
  ['pad_width|paddings', 'mode', 'constant_values'],
  (shape, call) => paddings(call, shape.length).map(([before, after], i) => (shape[i] === null ? null : shape[i]! + before + after)),
  (x, call) => {
    const pairs = paddings(call, x.rank);
    const mode = call.text('mode', 'constant').toLowerCase();
    if (mode === 'constant') return pad(x, pairs, call.number('constant_values', 0));
    if (mode === 'reflect' || mode === 'symmetric') return mirrorPad(x, pairs, mode);
    if (mode !== 'edge') call.fail(`pads by '${mode}'; supported are constant, reflect, symmetric and edge`);
    return pairs.reduce((out, [before, after], axis) => {
      const edge = (from: number) =>
        tf.slice(
          out,
          out.shape.map((_, i) => (i === axis ? from : 0)),
          out.shape.map((n, i) => (i === axis ? 1 : n)),
        );
      const copies = (from: number, count: number) => (count === 0 ? [] : [repeatAxis(edge(from), axis, count)]);
      const pieces = [...copies(0, before), out, ...copies(out.shape[axis]! - 1, after)];
      return pieces.length === 1 ? out : tf.concat(pieces, axis);
    }, x);
  },
);

/** A block of channels becomes a square of pixels, or the other way round. */
function depthToSpace(x: Tensor, block: number, inverse: boolean, first: boolean): Tensor {
  const pictures = first ? transpose(x, [0, 2, 3, 1]) : x;
  const [batch, height, width, channels] = pictures.shape as [number, number, number, number];
  const out = inverse
    ? tf.reshape(transpose(tf.reshape(pictures, [batch, height / block, block, width / block, block * channels]), [0, 1, 3, 2, 4]), [
        batch,
        height / block,
        width / block,
        block * block * channels,
      ])
    : tf.reshape(transpose(tf.reshape(pictures, [batch, height, width, block, (block * channels) / (block * block)]), [0, 1, 3, 2, 4]), [
        batch,
        height * block,
        width * block,
        channels / (block * block),
      ]);
  return first ? transpose(out, [0, 3, 1, 2]) : out;
}

function blocks(inverse: boolean): Operation {
  const first = (call: Constants) => ['channels_first', 'NCHW'].includes(call.text('data_format', 'channels_last'));
  return rearranged(
    ['block_size', 'data_format'],
    (shape, call) => {
      const block = call.number('block_size');
      const scaled = (n: number | null, factor: number) => (n === null ? null : n * factor);
      const [along, deep] = inverse ? [1 / block, block * block] : [block, 1 / (block * block)];
      return shape.map((n, i) => (i === 0 ? n : scaled(n, i === (first(call) ? 1 : 3) ? deep : along)));
    },
    (x, call) => depthToSpace(x, call.number('block_size'), inverse, first(call)),
  );
}

/** `tf.space_to_batch` and its way back, which TensorFlow dilates convolutions by. */
function batches(spread: boolean): Operation {
  const margins = spread ? 'paddings' : 'crops';
  const numbers = (call: Constants) => {
    const blocks = call.integers('block_shape') ?? call.fail('has no block_shape');
    const pairs = call.value(margins) as [number, number][] | undefined;
    return { blocks, pairs: pairs ?? call.fail(`has no ${margins}`) };
  };
  return {
    parameters: [X, 'block_shape|block_size', margins],
    infer(call) {
      const { shape, type } = call.tensor('x');
      const { blocks, pairs } = numbers(call);
      const sides = blocks.map((block, i) => {
        const n = shape[i + 1] ?? null;
        if (n === null) return null;
        return spread ? (n + pairs[i]![0] + pairs[i]![1]) / block : n * block - pairs[i]![0] - pairs[i]![1];
      });
      return { type, shape: [null, ...sides, ...shape.slice(1 + blocks.length)] };
    },
    compute(call) {
      const { blocks, pairs } = numbers(call);
      return spread ? tf.spaceToBatchND(call.tensor('x'), blocks, pairs) : tf.batchToSpaceND(call.tensor('x'), blocks, pairs);
    },
  };
}

export const shaping: Readonly<Record<string, Operation>> = {
  Reshape: rearranged(
    ['newshape|shape'],
    (shape, call) => reshaped(shape, call.sizes('newshape') ?? [], call),
    (x, call) => tf.reshape(x, (call.sizes('newshape') ?? []) as number[]),
  ),
  Ravel: rearranged(
    [],
    (shape) => [sizeOf(shape)],
    (x) => tf.reshape(x, [-1]),
  ),
  BatchFlatten: rearranged(
    [],
    (shape) => [shape[0] ?? null, null], // as Keras, which takes the sizes from the tensor
    (x) => tf.reshape(x, [x.shape[0]!, -1]),
  ),
  Transpose: rearranged(
    ['axes|perm'],
    (shape, call) => transposition(call, shape.length).map((axis) => shape[axis] ?? null),
    (x, call) => transpose(x, transposition(call, x.rank)),
  ),
  Swapaxes: rearranged(
    ['axis1', 'axis2'],
    (shape, call) => swapped(range(0, shape.length), call).map((axis) => shape[axis] ?? null),
    (x, call) => transpose(x, swapped(range(0, x.rank), call)),
  ),
  Moveaxis: rearranged(
    ['source', 'destination'],
    (shape, call) => moved(shape.length, call).map((axis) => shape[axis] ?? null),
    (x, call) => transpose(x, moved(x.rank, call)),
  ),
  ExpandDims: rearranged(['axis|dim'], expanded, (x, call) => tf.reshape(x, expanded(x.shape, call) as number[])),
  Squeeze: rearranged(
    ['axis|squeeze_dims'],
    (shape, call) => shape.filter((_, i) => !squeezed(shape, call).includes(i)),
    (x, call) =>
      tf.reshape(
        x,
        x.shape.filter((_, i) => !squeezed(x.shape, call).includes(i)),
      ),
  ),
  BroadcastTo: rearranged(
    ['shape'],
    (_, call) => call.sizes('shape') ?? [],
    (x, call) => tf.broadcastTo(x, (call.sizes('shape') ?? []) as number[]),
  ),
  Tile: rearranged(
    ['repeats|multiples'],
    (shape, call) => {
      const [lead, reps] = tiling(shape.length, call);
      return [...Array<number>(lead).fill(1), ...shape].map((n, i) => (n === null || reps[i] === null ? null : n * reps[i]!));
    },
    (x, call) => {
      const [lead, reps] = tiling(x.rank, call);
      return tf.tile(tf.reshape(x, [...Array<number>(lead).fill(1), ...x.shape]), reps as number[]);
    },
  ),
  Repeat: rearranged(
    ['repeats', 'axis'],
    (shape, call) => {
      const axis = call.integers('axis')?.[0];
      const [length, counts] = [axis === undefined ? sizeOf(shape) : (shape.at(axis) ?? null), call.integers('repeats') ?? [1]];
      const total = counts.length > 1 ? counts.reduce((sum, n) => sum + n, 0) : length === null ? null : length * counts[0]!;
      return axis === undefined ? [total] : shape.map((n, i) => (i === call.axis('axis', shape.length, 0) ? total : n));
    },
    (x, call) => {
      const flat = call.integers('axis') === undefined;
      const given = flat ? tf.reshape(x, [-1]) : x;
      const axis = flat ? 0 : call.axis('axis', x.rank, 0);
      const counts = call.integers('repeats') ?? [1];
      if (counts.length === 1) return repeatAxis(given, axis, counts[0]!);
      const indices = counts.flatMap((count, i) => Array<number>(count).fill(i));
      return tf.gather(given, tf.tensor1d(indices, 'int32'), axis);
    },
  ),
  Flip: rearranged(
    ['axis'],
    (shape) => shape,
    (x, call) => reverse(x, call.axes('axis', x.rank)),
  ),
  Fliplr: rearranged(
    [],
    (shape) => shape,
    (x) => reverse(x, [1]),
  ),
  Flipud: rearranged(
    [],
    (shape) => shape,
    (x) => reverse(x, [0]),
  ),
  Roll: rearranged(['shift', 'axis'], (shape) => shape, roll),
  Rot90: rearranged(
    ['k', 'axes'],
    (shape, call) => {
      const [a, b] = (call.integers('axes') ?? [0, 1]).map((axis) => (axis < 0 ? axis + shape.length : axis)) as [number, number];
      const odd = call.number('k', 1) % 2 !== 0;
      return shape.map((n, i) => (odd && i === a ? (shape[b] ?? null) : odd && i === b ? (shape[a] ?? null) : n));
    },
    (x, call) => {
      const [a, b] = (call.integers('axes') ?? [0, 1]).map((axis) => (axis < 0 ? axis + x.rank : axis)) as [number, number];
      const turns = turnsOf(call);
      // Keras 3.15 on TensorFlow gives the half turn of an oblong the wrong shape on the way, and scrambles it; on JAX it does not.
      if (turns === 2 && x.shape[a] !== x.shape[b])
        call.fail('turns an oblong by half a turn, of which Keras makes other numbers on TensorFlow than on JAX');
      return turned(x, turns, a, b);
    },
  ),
  Pad: padding,
  SpaceToBatch: batches(true),
  BatchToSpace: batches(false),
  DepthToSpace: blocks(false),
  SpaceToDepth: blocks(true),
  MatrixTranspose: rearranged(
    [],
    (shape) => [...shape.slice(0, -2), shape.at(-1) ?? null, shape.at(-2) ?? null],
    (x) => transpose(x, [...range(0, x.rank - 2), x.rank - 1, x.rank - 2]),
  ),
};

/** How many quarter turns `k` makes, from 0 to 3. */
export function turnsOf(call: Constants): number {
  return ((call.number('k', 1) % 4) + 4) % 4;
}

/** So many quarter turns, from the second axis towards the first. */
export function turned(x: Tensor, turns: number, a: number, b: number): Tensor {
  if (turns === 0) return x.clone();
  if (turns === 2) return reverse(x, [a, b]);
  const order = range(0, x.rank).map((i) => (i === a ? b : i === b ? a : i));
  return reverse(transpose(x, order), [turns === 1 ? a : b]);
}

function swapped(order: number[], call: Constants): number[] {
  const [a, b] = [call.axis('axis1', order.length, 0), call.axis('axis2', order.length, 1)];
  return order.map((axis) => (axis === a ? b : axis === b ? a : axis));
}

function moved(rank: number, call: Constants): number[] {
  const [from, to_] = [call.axes('source', rank), call.axes('destination', rank)];
  const order = range(0, rank).filter((axis) => !from.includes(axis));
  for (const [place, axis] of to_.map((place, i): [number, number] => [place, from[i]!]).sort((a, b) => a[0] - b[0]))
    order.splice(place, 0, axis);
  return order;
}

/** How many axes come in front, and the counts of all. */
function tiling(rank: number, call: Constants): [number, (number | null)[]] {
  const reps = call.sizes('repeats') ?? [1];
  const full = [...Array<number>(Math.max(0, rank - reps.length)).fill(1), ...reps];
  return [full.length - rank, full];
}

function roll(x: Tensor, call: Call<Tensor>): Tensor {
  const shifts = call.integers('shift') ?? [0];
  const axes = call.integers('axis');
  const turn = (tensor: Tensor, shift: number, axis: number): Tensor => {
    const length = tensor.shape[axis]!;
    const cut = (((-shift % length) + length) % length) | 0;
    if (cut === 0) return tensor;
    const part = (from: number, size: number) =>
      tf.slice(
        tensor,
        tensor.shape.map((_, i) => (i === axis ? from : 0)),
        tensor.shape.map((n, i) => (i === axis ? size : n)),
      );
    return tf.concat([part(cut, length - cut), part(0, cut)], axis);
  };
  if (axes === undefined) return tf.reshape(turn(tf.reshape(x, [-1]), shifts[0]!, 0), x.shape);
  return axes.reduce((out, axis, i) => turn(out, shifts[i] ?? shifts[0]!, axis < 0 ? axis + x.rank : axis), x.clone());
}
