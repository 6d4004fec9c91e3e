/** Slices, gathers and masks: `keras/src/ops/{numpy,core,nn}.py`, TensorFlow's `__operators__.getitem`, `gather`, `slice`, `where`. */

import type { DataType, Tensor } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { asBool, asFloat } from '../layers/dtypes';
import { where as choose, pad, reverse } from '../layers/manyAxes';
import { broadcastShapes, everyNth, range } from '../layers/spatial';
import type { Shape } from '../types';
import { probed, to, X } from './families';
import {
  type Call,
  type Constants,
  hostValuesOf,
  type Operand,
  type Operation,
  promote,
  sizeTensor,
  typeOf,
  unknownSize,
} from './operation';

/** One part of an index, for one axis of the input (or, for a new axis, for none). */
type Index =
  | { readonly kind: 'slice'; readonly start?: Bound; readonly stop?: Bound; readonly step: number }
  | { readonly kind: 'at'; readonly index: Bound }
  | { readonly kind: 'new' }
  | { readonly kind: 'take'; readonly indices: readonly number[] };
type Bound = number | typeof unknownSize;

/** Python's `x[...]` as one entry an axis. */
function indexOf(call: Constants, name: string, rank: number): Index[] {
  const key = call.structure(name);
  const entries: readonly unknown[] = Array.isArray(key) ? key : [key];
  const used = entries.filter((entry) => entry !== null && !isEllipsis(entry)).length;
  if (used > rank) call.fail(`indexes ${used} axes of a tensor of ${rank}`);
  const whole = (): Index => ({ kind: 'slice', step: 1 });
  const seen = entries.some(isEllipsis);
  const indices = entries.flatMap((entry): Index[] => (isEllipsis(entry) ? range(0, rank - used).map(whole) : [partOf(call, entry)]));
  return seen ? indices : [...indices, ...range(0, rank - used).map(whole)];
}

function isEllipsis(entry: unknown): boolean {
  return typeof entry === 'object' && entry !== null && /ellipsis/i.test(String((entry as { class_name?: unknown }).class_name ?? ''));
}

function partOf(call: Constants, entry: unknown): Index {
  if (entry === null) return { kind: 'new' };
  if (typeof entry === 'number' || entry === unknownSize) return { kind: 'at', index: entry as Bound };
  if (Array.isArray(entry) && entry.every((n) => Number.isInteger(n))) return { kind: 'take', indices: entry as number[] };
  const slice = ((entry as { config?: unknown }).config ?? entry) as { start?: Bound | null; stop?: Bound | null; step?: number | null };
  if (typeof entry !== 'object' || !('start' in slice || 'stop' in slice || 'step' in slice))
    call.fail(`has an index that is not supported: ${JSON.stringify(entry)}`);
  const step = slice.step ?? 1;
  if (!Number.isInteger(step) || step === 0) call.fail(`slices with step ${String(step)}`);
  const bound = (value: Bound | null | undefined, key: 'start' | 'stop') => (value === null || value === undefined ? {} : { [key]: value });
  return { kind: 'slice', step, ...bound(slice.start, 'start'), ...bound(slice.stop, 'stop') };
}

/** Python's `slice.indices`: first element and how many, for a known length. */
function sliceOf({ start, stop, step }: Extract<Index, { kind: 'slice' }>, length: number): { first: number; count: number } | undefined {
  if (start === unknownSize || stop === unknownSize) return undefined;
  const clamp = (value: number, low: number, high: number) => Math.min(Math.max(value < 0 ? value + length : value, low), high);
  if (step > 0) {
    const [first, end] = [clamp((start as number) ?? 0, 0, length), clamp((stop as number) ?? length, 0, length)];
    return { first, count: Math.max(0, Math.ceil((end - first) / step)) };
  }
  const first = clamp((start as number) ?? length - 1, -1, length - 1);
  const end = stop === undefined ? -1 : clamp(stop as number, -1, length - 1);
  return { first, count: Math.max(0, Math.ceil((end - first) / step)) };
}

function indexedShape(shape: Shape, indices: readonly Index[]): Shape {
  let axis = 0;
  return indices.flatMap((index): (number | null)[] => {
    if (index.kind === 'new') return [1];
    const length = shape[axis++] ?? null;
    if (index.kind === 'at') return [];
    if (index.kind === 'take') return [index.indices.length];
    if (length === null) return [null];
    return [sliceOf(index, length)?.count ?? null];
  });
}

function indexed(x: Tensor, indices: readonly Index[], call: Constants): Tensor {
  let [out, axis] = [x, 0];
  const shape: number[] = [];
  const only = (first: number, count: number) => {
    if (first === 0 && count === out.shape[axis]) return;
    out = tf.slice(
      out,
      out.shape.map((_, i) => (i === axis ? first : 0)),
      out.shape.map((n, i) => (i === axis ? count : n)),
    );
  };
  for (const index of indices) {
    if (index.kind === 'new') {
      shape.push(1);
      continue;
    }
    const length = out.shape[axis]!;
    if (index.kind === 'at') {
      const at = (index.index as number) + ((index.index as number) < 0 ? length : 0);
      if (at < 0 || at >= length) call.fail(`takes element ${String(index.index)} of an axis of length ${length}`);
      only(at, 1);
    } else if (index.kind === 'take') {
      out = tf.gather(
        out,
        tf.tensor1d(
          index.indices.map((n) => (n < 0 ? n + length : n)),
          'int32',
        ),
        axis,
      );
      shape.push(index.indices.length);
    } else {
      const { first, count } = sliceOf(index, length)!;
      const span = count === 0 ? 0 : (count - 1) * Math.abs(index.step) + 1;
      only(index.step > 0 ? first : first - span + 1, span);
      if (index.step < 0) out = reverse(out, [axis]);
      out = everyNth(out, axis, Math.abs(index.step));
      shape.push(count);
    }
    axis++;
  }
  return tf.reshape(out, shape);
}

const getItem = (name: string): Operation => ({
  parameters: [X, name],
  infer(call) {
    const { shape, type, sizes } = call.tensor('x');
    const indices = indexOf(call, name, shape.length);
    const out = indexedShape(shape, indices);
    return sizes !== undefined && shape.length === 1
      ? { shape: out, type, sizes: places(indices[0], sizes.length).map((i) => sizes[i] ?? null) }
      : { shape: out, type };
  },
  compute(call) {
    const x = call.tensor('x');
    const host = hostValuesOf(x);
    const indices = indexOf(call, name, x.rank);
    if (host === undefined || x.rank !== 1) return indexed(x, indices, call);
    return sizeTensor(
      places(indices[0], x.size).map((i) => host[i]!),
      indexedShape(x.shape, indices) as number[],
    );
  },
});

/** Which elements of a vector an index takes. */
function places(index: Index | undefined, length: number): number[] {
  if (index === undefined || index.kind === 'new') return range(0, length);
  if (index.kind === 'take') return index.indices.map((i) => (i < 0 ? i + length : i));
  if (index.kind === 'at') return index.index === unknownSize ? [] : [(index.index as number) + ((index.index as number) < 0 ? length : 0)];
  const slice = sliceOf(index, length);
  return slice === undefined ? [] : range(0, slice.count).map((i) => slice.first + i * index.step);
}

/** `tf.slice` and `keras.ops.slice`: a start and a size an axis. */
function sliced(startNames: string, sizeNames: string): Operation {
  const [startName, sizeName] = [startNames.split('|')[0]!, sizeNames.split('|')[0]!];
  const window = (shape: Shape, call: Constants): { start: (number | null)[]; size: (number | null)[] } => {
    const start = call.sizes(startName) ?? [];
    const size = (call.sizes(sizeName) ?? []).map((n, i) => {
      if (n !== -1) return n;
      return shape[i] === null || start[i] === null ? null : shape[i]! - start[i]!;
    });
    return { start, size };
  };
  return {
    parameters: [X, startNames, sizeNames],
    infer(call) {
      const { shape, type } = call.tensor('x');
      return { shape: window(shape, call).size, type };
    },
    compute(call) {
      const x = call.tensor('x');
      const { start, size } = window(x.shape, call);
      return tf.slice(x, start as number[], size as number[]);
    },
  };
}

/** `tf.strided_slice` with its bit masks. */
function stridedIndex(call: Constants, rank: number): Index[] {
  const [begin, end, strides] = [call.sizes('begin') ?? [], call.sizes('end') ?? [], call.sizes('strides')];
  const bit = (name: string, i: number) => ((call.number(name, 0) >> i) & 1) === 1;
  if (call.number('ellipsis_mask', 0) || call.number('new_axis_mask', 0)) call.fail('slices with an ellipsis or a new axis by bit mask');
  return range(0, rank).map((i): Index => {
    if (i >= begin.length) return { kind: 'slice', step: 1 };
    if (bit('shrink_axis_mask', i)) return { kind: 'at', index: begin[i] ?? unknownSize };
    return {
      kind: 'slice',
      step: strides?.[i] ?? 1,
      ...(bit('begin_mask', i) ? {} : { start: begin[i] ?? unknownSize }),
      ...(bit('end_mask', i) ? {} : { stop: end[i] ?? unknownSize }),
    };
  });
}

const stridedSlice: Operation = {
  parameters: [X, 'begin', 'end', 'strides', 'begin_mask', 'end_mask', 'ellipsis_mask', 'new_axis_mask', 'shrink_axis_mask'],
  infer(call) {
    const { shape, type } = call.tensor('x');
    return { shape: indexedShape(shape, stridedIndex(call, shape.length)), type };
  },
  compute: (call) => indexed(call.tensor('x'), stridedIndex(call, call.tensor('x').rank), call),
};

/** Elements of one axis, or of the flattened tensor. Negative indices count from the end. */
const take: Operation = {
  parameters: [X, 'indices', 'axis'],
  infer(call) {
    const { shape, type } = call.tensor('x');
    const indices = call.tensor('indices').shape;
    if (isFlat(call)) return { shape: indices, type };
    const axis = call.axis('axis', shape.length, 0);
    return { shape: [...shape.slice(0, axis), ...indices, ...shape.slice(axis + 1)], type };
  },
  compute(call) {
    const x = call.tensor('x');
    if (call.number('batch_dims', 0) !== 0) call.fail('gathers with batch_dims, which is not supported');
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
    return { shape: shape.map((n, i) => (i === axis ? (indices[i] ?? null) : n === 1 ? (indices[i] ?? null) : n)), type };
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
const where: Operation = {
  parameters: ['condition', 'x1|x', 'x2|y'],
  infer(call) {
    const [condition, a, b] = choices(call);
    const shape = [condition.shape, a.shape, b.shape].reduce(
      (all, next) => broadcastShapes(all, next) ?? call.fail('chooses between shapes that do not go together'),
    );
    return { shape, type: promote(a.type, b.type) };
  },
  compute(call) {
    const [condition, a, b] = choices(call);
    const type: DataType = promote(a.dtype, b.dtype);
    const shape = [condition.shape, a.shape, b.shape].reduce((all, next) => broadcastShapes(all, next) as number[]);
    const wide = (x: Tensor) => (x.shape.join() === shape.join() ? x : tf.broadcastTo(x, shape));
    const chosen = asBool(wide(tf.cast(to(condition, 'bool'), 'int32')));
    return choose(chosen, wide(to(a, type)), wide(to(b, type)));
  },
};

function choices<T>(call: Call<T>): [T, T, T] {
  if (call.optional('x1') === undefined || call.optional('x2') === undefined)
    call.fail('asks where a condition holds, which has no fixed shape');
  return [call.tensor('condition'), ...call.pair('x1', 'x2')];
}

function oneHotOf(call: Call<Tensor>, x: Tensor): Tensor {
  const depth = call.number('num_classes');
  const axis = call.axis('axis', x.rank + 1, -1);
  const hot = asFloat(tf.equal(tf.expandDims(tf.cast(x, 'int32'), -1), tf.range(0, depth, 1, 'int32')));
  return axis === x.rank ? hot : tf.transpose(hot, [...range(0, axis), x.rank, ...range(axis, x.rank)]);
}

const oneHot: Operation = {
  parameters: [`${X}|indices`, 'num_classes|depth', 'on_value', 'off_value', 'axis', 'dtype'],
  infer(call) {
    const { shape } = call.tensor('x');
    const axis = call.axis('axis', shape.length + 1, -1);
    return { shape: [...shape.slice(0, axis), call.number('num_classes'), ...shape.slice(axis)], type: hotType(call) };
  },
  compute(call) {
    const hot = oneHotOf(call, call.tensor('x'));
    const [on, off] = [call.value('on_value') ?? 1, call.value('off_value') ?? 0] as [number, number];
    return to(on === 1 && off === 0 ? hot : tf.add(tf.mul(hot, on - off), off), hotType(call));
  },
};

function hotType(call: Constants): DataType {
  return call.value('dtype') ? typeOf(call.value('dtype')) : 'float32';
}

const multiHot: Operation = {
  parameters: [X, 'num_classes', 'axis', 'dtype'],
  infer(call) {
    const { shape } = call.tensor('x');
    const axis = call.axis('axis', shape.length + 1, -1);
    const hot = [...shape.slice(0, axis), call.number('num_classes'), ...shape.slice(axis)];
    return { shape: hot.filter((_, i) => i !== (shape.length > 1 ? 1 : 0)), type: hotType(call) };
  },
  compute(call) {
    const x = call.tensor('x');
    return to(tf.max(oneHotOf(call, x), x.rank > 1 ? 1 : 0), hotType(call));
  },
};

/** The lower or upper triangle of the last two axes. */
function triangle(lower: boolean): Operation {
  return {
    parameters: [X, 'k'],
    infer: (call: Call<Operand>) => call.tensor('x'),
    compute(call: Call<Tensor>) {
      const x = call.tensor('x');
      const [rows, columns] = x.shape.slice(-2) as [number, number];
      const offset = tf.sub(tf.range(0, columns, 1, 'float32'), tf.expandDims(tf.range(0, rows, 1, 'float32'), 1));
      const k = call.number('k', 0);
      const kept = lower ? tf.lessEqual(offset, k) : tf.greaterEqual(offset, k);
      return to(tf.mul(to(x, 'float32'), asFloat(kept)), x.dtype);
    },
  };
}

/** A window of a tensor replaced by another tensor. */
const sliceUpdate: Operation = {
  parameters: [X, 'start_indices', 'updates'],
  infer: (call) => call.tensor('x'),
  compute(call) {
    const x = call.tensor('x');
    const updates = to(call.tensor('updates', x), x.dtype);
    const around = (call.sizes('start_indices') ?? []).map((start, i): [number, number] => [
      start!,
      x.shape[i]! - start! - updates.shape[i]!,
    ]);
    return choose(asBool(pad(tf.ones(updates.shape), around)), pad(updates, around), x);
  },
};

/** The diagonal of two axes, as the last axis, and its sum. */
function diagonal(x: Tensor, call: Constants): Tensor {
  const [a, b, offset] = [call.axis('axis1', x.rank, 0), call.axis('axis2', x.rank, 1), call.number('offset', 0)];
  const rest = range(0, x.rank).filter((axis) => axis !== a && axis !== b);
  const [rows, columns] = [x.shape[a]!, x.shape[b]!];
  const [down, right] = [Math.max(0, -offset), Math.max(0, offset)];
  const count = Math.max(0, Math.min(rows - down, columns - right));
  const flat = tf.reshape(tf.transpose(x, [...rest, a, b]), [-1, rows * columns]);
  const places = range(0, count).map((i) => (down + i) * columns + right + i);
  return tf.reshape(tf.gather(flat, tf.tensor1d(places, 'int32'), 1), [...rest.map((axis) => x.shape[axis]!), count]);
}

const diagonalParameters = [X, 'offset', 'axis1', 'axis2'];

export const indexing: Readonly<Record<string, Operation>> = {
  GetItem: getItem('key'),
  SlicingOpLambda: getItem('slice_spec'),
  Slice: sliced('start_indices|begin', 'shape|size'),
  StridedSlice: stridedSlice,
  Take: take,
  TakeAlongAxis: takeAlongAxis,
  Where: where,
  OneHot: oneHot,
  MultiHot: multiHot,
  SliceUpdate: sliceUpdate,
  Diagonal: probed(diagonalParameters, (call) => diagonal(call.tensor('x'), call)),
  Trace: probed(diagonalParameters, (call) => tf.sum(diagonal(call.tensor('x'), call), -1)),
  Tril: triangle(true),
  Triu: triangle(false),
};
