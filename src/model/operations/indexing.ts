/** Slices, gathers and masks: `keras/src/ops/{numpy,core,nn}.py`, TensorFlow's `__operators__.getitem`, `gather`, `slice`, `where`. */

import type { Tensor } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { asBool } from '../layers/dtypes';
import { where as choose, pad, reverse } from '../layers/manyAxes';
import { everyNth, range } from '../layers/spatial';
import type { Shape } from '../types';
import { to, X } from './families';
import { type Constants, hostValuesOf, type Operation, sizeTensor, unknownSize } from './operation';

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
  return overAll(
    call,
    entries.map((entry) => (isEllipsis(entry) ? 'ellipsis' : partOf(call, entry))),
    rank,
  );
}

/** The ellipsis, or else the end, stands for the axes that no entry takes. */
function overAll(call: Constants, entries: readonly (Index | 'ellipsis')[], rank: number): Index[] {
  const used = entries.filter((entry) => entry !== 'ellipsis' && entry.kind !== 'new').length;
  if (used > rank) call.fail(`indexes ${used} axes of a tensor of ${rank}`);
  const rest = range(0, rank - used).map((): Index => ({ kind: 'slice', step: 1 }));
  const indices = entries.flatMap((entry) => (entry === 'ellipsis' ? rest : [entry]));
  return entries.includes('ellipsis') ? indices : [...indices, ...rest];
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

/** `find` reads the index from the call. Of a vector of sizes, sizes come out. */
function itemsOf(parameters: readonly string[], find: (call: Constants, rank: number) => readonly Index[]): Operation {
  return {
    parameters: [X, ...parameters],
    infer(call) {
      const { shape, type, sizes } = call.tensor('x');
      const indices = find(call, shape.length);
      const out = indexedShape(shape, indices);
      return sizes !== undefined && shape.length === 1
        ? { shape: out, type, sizes: places(indices[0], sizes.length).map((i) => sizes[i] ?? null) }
        : { shape: out, type };
    },
    compute(call) {
      const x = call.tensor('x');
      const host = hostValuesOf(x);
      const indices = find(call, x.rank);
      if (host === undefined || x.rank !== 1) return indexed(x, indices, call);
      return sizeTensor(
        places(indices[0], x.size).map((i) => host[i]!),
        indexedShape(x.shape, indices) as number[],
      );
    },
  };
}

const getItem = (name: string) => itemsOf([name], (call, rank) => indexOf(call, name, rank));

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

/** `tf.strided_slice` with its bit masks: of an entry in several, the ellipsis counts before the new axis, and that before the single element. */
function stridedIndex(call: Constants, rank: number): Index[] {
  const [begin, end, strides] = [call.sizes('begin') ?? [], call.sizes('end') ?? [], call.sizes('strides')];
  const bit = (name: string, i: number) => ((call.number(name, 0) >> i) & 1) === 1;
  const entries = range(0, begin.length).map((i): Index | 'ellipsis' => {
    if (bit('ellipsis_mask', i)) return 'ellipsis';
    if (bit('new_axis_mask', i)) return { kind: 'new' };
    if (bit('shrink_axis_mask', i)) return { kind: 'at', index: begin[i] ?? unknownSize };
    return {
      kind: 'slice',
      step: strides?.[i] ?? 1,
      ...(bit('begin_mask', i) ? {} : { start: begin[i] ?? unknownSize }),
      ...(bit('end_mask', i) ? {} : { stop: end[i] ?? unknownSize }),
    };
  });
  return overAll(call, entries, rank);
}

const stridedSlice = itemsOf(
  ['begin', 'end', 'strides', 'begin_mask', 'end_mask', 'ellipsis_mask', 'new_axis_mask', 'shrink_axis_mask'],
  stridedIndex,
);

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

export const indexing: Readonly<Record<string, Operation>> = {
  GetItem: getItem('key'),
  SlicingOpLambda: getItem('slice_spec'),
  Slice: sliced('start_indices|begin', 'shape|size'),
  StridedSlice: stridedSlice,
  SliceUpdate: sliceUpdate,
};
