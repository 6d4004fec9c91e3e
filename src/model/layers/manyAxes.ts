/**
 * Kernels of tfjs for tensors of any number of axes. Beyond four, its WebGPU backend pads with the wrong numbers, broadcasts a vector wrongly,
 * reverses not at all and has no `where`; WebGL has no `reverse`, `pad` or `where` there. Fewer axes that hold the same numbers do as well.
 * Its wasm backend reverses and chooses truths outside their memory: numbers do there.
 */

import type { Tensor } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { asBool, readable } from './dtypes';

const product = (sizes: readonly number[]) => sizes.reduce((total, n) => total * n, 1);

/** `apply(a, b)` by numpy's broadcasting; neighbouring axes that broadcast alike are taken as one. */
export function broadcast(apply: (a: Tensor, b: Tensor) => Tensor, a: Tensor, b: Tensor): Tensor {
  const rank = Math.max(a.rank, b.rank);
  if (rank <= 4 || a.size === 1 || b.size === 1) return apply(a, b);
  const [left, right] = [a, b].map((x) => [...Array<number>(rank - x.rank).fill(1), ...x.shape]) as [number[], number[]];
  const [merged, mergedRight]: [number[], number[]] = [[], []];
  let last = '';
  left.forEach((m, i) => {
    const n = right[i]!;
    const kind = m === n ? (m === 1 ? last : 'both') : m === 1 ? 'right' : 'left';
    if (kind === last && merged.length > 0) {
      merged[merged.length - 1]! *= m;
      mergedRight[mergedRight.length - 1]! *= n;
    } else {
      merged.push(m);
      mergedRight.push(n);
    }
    last = kind;
  });
  const out = apply(tf.reshape(a, merged), tf.reshape(b, mergedRight));
  return tf.reshape(
    out,
    left.map((m, i) => Math.max(m, right[i]!)),
  );
}

/** Pads axis by axis. */
export function pad(x: Tensor, paddings: readonly (readonly [number, number])[], value = 0): Tensor {
  if (x.rank <= 4)
    return tf.pad(
      x,
      paddings.map(([before, after]): [number, number] => [before, after]),
      value,
    );
  return eachAxis(x, paddings, (flat, pair) => tf.pad(flat, [[0, 0], pair, [0, 0]], value));
}

export function mirrorPad(x: Tensor, paddings: readonly (readonly [number, number])[], mode: 'reflect' | 'symmetric'): Tensor {
  return eachAxis(x, paddings, (flat, pair) => tf.mirrorPad(flat, [[0, 0], pair, [0, 0]], mode));
}

function eachAxis(
  x: Tensor,
  paddings: readonly (readonly [number, number])[],
  apply: (flat: Tensor, pair: [number, number]) => Tensor,
): Tensor {
  return paddings.reduce<Tensor>((out, [before, after], axis) => {
    if (before === 0 && after === 0) return out;
    const flat = tf.reshape(out, [product(out.shape.slice(0, axis)), out.shape[axis]!, product(out.shape.slice(axis + 1))]);
    const padded = apply(flat, [before, after]);
    return tf.reshape(padded, [...out.shape.slice(0, axis), padded.shape[1]!, ...out.shape.slice(axis + 1)]);
  }, x);
}

/** tfjs' WebGPU backend transposes floats alone; there, whole numbers and truths go by way of them. */
export function transpose(x: Tensor, order?: readonly number[]): Tensor {
  const turned = tf.transpose(readable(x), order === undefined ? undefined : [...order]);
  if (x.dtype === 'bool') return asBool(turned);
  return turned.dtype === x.dtype ? turned : tf.cast(turned, x.dtype);
}

export function reverse(x: Tensor, axes: readonly number[]): Tensor {
  if (x.dtype === 'bool') return asBool(reverse(tf.cast(x, 'int32'), axes));
  if (x.rank <= 4) return tf.reverse(x, [...axes]);
  return axes.reduce<Tensor>((out, axis) => {
    const flat = tf.reshape(out, [product(out.shape.slice(0, axis)), out.shape[axis]!, product(out.shape.slice(axis + 1))]);
    return tf.reshape(tf.reverse(flat, [1]), out.shape);
  }, x);
}

/** `a` where the condition holds, `b` elsewhere; all of one shape. */
export function where(condition: Tensor, a: Tensor, b: Tensor): Tensor {
  if (a.dtype === 'bool') return asBool(where(condition, tf.cast(a, 'int32'), tf.cast(b, 'int32')));
  if (a.rank <= 4) return tf.where(condition, a, b);
  return tf.reshape(tf.where(tf.reshape(condition, [-1]), tf.reshape(a, [-1]), tf.reshape(b, [-1])), a.shape);
}
