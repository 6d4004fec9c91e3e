/** Signals along an axis: `trapezoid`, `correlate`, `corrcoef`, `extract_sequences` of `keras/src/ops/{numpy,math}.py`. */

import type { Tensor, Tensor3D } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { transpose } from '../layers/manyAxes';
import { range } from '../layers/spatial';
import { reducedShape, to, X } from './families';
import type { Constants, Operation } from './operation';

/** A part of the last axis. */
export function alongLast(x: Tensor, from: number, length: number): Tensor {
  return tf.slice(
    x,
    x.shape.map((_, i) => (i === x.rank - 1 ? from : 0)),
    [...x.shape.slice(0, -1), length],
  );
}

const trapezoid: Operation = {
  parameters: ['y|x1', 'x', 'dx', 'axis'],
  infer(call) {
    const { shape } = call.tensor('y');
    return { shape: reducedShape(shape, [call.axis('axis', shape.length, -1)], false), type: 'float32' };
  },
  compute(call) {
    const given = to(call.tensor('y'), 'float32');
    const axis = call.axis('axis', given.rank, -1);
    const y = transpose(given, [...range(0, given.rank).filter((i) => i !== axis), axis]);
    const count = y.shape.at(-1)! - 1;
    const heights = tf.mul(tf.add(alongLast(y, 1, count), alongLast(y, 0, count)), 0.5);
    const at = call.optional('x');
    const widths = at === undefined ? undefined : to(at, 'float32');
    return tf.sum(
      tf.mul(heights, widths === undefined ? call.number('dx', 1) : tf.sub(alongLast(widths, 1, count), alongLast(widths, 0, count))),
      -1,
    );
  },
};

const correlateModes = ['valid', 'same', 'full'];

/** The second row of numbers slid over the first. */
const correlate: Operation = {
  parameters: ['x1', 'x2', 'mode'],
  infer(call) {
    const [a, b] = call.pair('x1', 'x2');
    const [n, m] = [a.shape[0] ?? null, b.shape[0] ?? null];
    const mode = call.text('mode', 'valid');
    if (!correlateModes.includes(mode)) call.fail(`correlates by '${mode}'; supported are ${correlateModes.join(', ')}`);
    if (n === null || m === null) return { shape: [null], type: 'float32' };
    if (mode === 'valid' && m > n) call.fail('slides the longer over the shorter, which Keras does not by TensorFlow; swap them');
    return { shape: [mode === 'full' ? n + m - 1 : mode === 'same' ? Math.max(n, m) : n - m + 1], type: 'float32' };
  },
  compute(call) {
    const [x, kernel] = call.pair('x1', 'x2').map((given) => to(given, 'float32')) as [Tensor, Tensor];
    const [n, m] = [x.size, kernel.size];
    const mode = call.text('mode', 'valid');
    const margin = mode === 'valid' ? 0 : m - 1;
    const row = tf.reshape(tf.pad(x, [[margin, margin]]), [1, n + 2 * margin, 1]) as Tensor3D;
    const full = tf.reshape(tf.conv1d(row, tf.reshape(kernel, [m, 1, 1]) as Tensor3D, 1, 'valid'), [-1]);
    return mode === 'same' ? tf.slice(full, [Math.floor((n + m - 1 - Math.max(n, m)) / 2)], [Math.max(n, m)]) : full;
  },
};

const corrcoef: Operation = {
  parameters: [X],
  infer(call) {
    const { shape } = call.tensor('x');
    if (shape.length !== 2) call.fail(`correlates the rows of a tensor of ${shape.length} axes; supported are 2`);
    return { shape: [shape[0] ?? null, shape[0] ?? null], type: 'float32' };
  },
  compute(call) {
    const x = to(call.tensor('x'), 'float32');
    const off = tf.sub(x, tf.mean(x, -1, true));
    const covariance = tf.div(tf.matMul(off, off, false, true), x.shape[1]! - 1);
    const deviation = tf.sqrt(tf.div(tf.sum(tf.square(off), 1, true), x.shape[1]! - 1));
    return tf.clipByValue(tf.div(covariance, tf.mul(deviation, transpose(deviation))), -1, 1);
  },
};

/** Windows of the last axis, `step` apart; what is left at the end goes. */
export function windows(x: Tensor, length: number, step: number): Tensor {
  const count = Math.max(0, Math.floor((x.shape.at(-1)! - length) / step) + 1);
  const places = range(0, count).flatMap((i) => range(i * step, i * step + length));
  const rows = tf.reshape(x, [-1, x.shape.at(-1)!]);
  return tf.reshape(tf.gather(rows, tf.tensor1d(places, 'int32'), 1), [...x.shape.slice(0, -1), count, length]);
}

const sequencesOf = (call: Constants): [number, number] => [call.number('sequence_length'), call.number('sequence_stride')];

const extractSequences: Operation = {
  parameters: [X, 'sequence_length', 'sequence_stride'],
  infer(call) {
    const { shape, type } = call.tensor('x');
    const [length, step] = sequencesOf(call);
    const whole = shape.at(-1) ?? null;
    return { shape: [...shape.slice(0, -1), whole === null ? null : Math.max(0, Math.floor((whole - length) / step) + 1), length], type };
  },
  compute: (call) => windows(call.tensor('x'), ...sequencesOf(call)),
};

export const series: Readonly<Record<string, Operation>> = {
  Trapezoid: trapezoid,
  Correlate: correlate,
  Corrcoef: corrcoef,
  ExtractSequences: extractSequences,
};
