/** Pictures fitted into a size or turned: `tf.image.resize_with_crop_or_pad`, `resize_with_pad`, `transpose`, `rot90`. */

import type { Tensor } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { transpose } from '../layers/manyAxes';
import { type Interpolation, resizeImages } from '../layers/resize';
import type { Shape } from '../types';
import { to, X } from './families';
import { asBatch } from './layout';
import type { Call, Constants, Operand, Operation } from './operation';
import { turned, turnsOf } from './shaping';

const target = (call: Constants): [number, number] => [call.number('target_height'), call.number('target_width')];

function framedShape(call: Call<Operand>): Shape {
  const { shape } = call.tensor('x');
  return [...shape.slice(0, -3), ...target(call), shape.at(-1) ?? null];
}

/** Puts zeros around the rows and columns of [..., rows, columns, channels], or cuts them off where a number is negative. */
function framed(x: Tensor, rows: readonly [number, number], columns: readonly [number, number]): Tensor {
  const lead = x.shape.slice(0, -3).map((): [number, number] => [0, 0]);
  const margins = [...lead, rows, columns, [0, 0] as const];
  const begin = margins.map(([before]) => Math.max(0, -before));
  const kept = tf.slice(
    x,
    begin,
    x.shape.map((n, i) => n - begin[i]! - Math.max(0, -margins[i]![1])),
  );
  return tf.pad(
    kept,
    margins.map(([before, after]) => [Math.max(0, before), Math.max(0, after)] as [number, number]),
  );
}

/** In the middle; Python divides downwards, also what is negative. */
function middle(length: number, wanted: number): [number, number] {
  const more = wanted - length;
  const before = more >= 0 ? Math.floor(more / 2) : -Math.floor(-more / 2);
  return [before, more - before];
}

const quarterTurn = (shape: Shape): Shape => [...shape.slice(0, -3), shape.at(-2) ?? null, shape.at(-3) ?? null, shape.at(-1) ?? null];

function transposed(x: Tensor): Tensor {
  const lead = x.shape.slice(0, -3).map((_, i) => i);
  const [rows, columns, channels] = [x.rank - 3, x.rank - 2, x.rank - 1];
  return transpose(x, [...lead, columns, rows, channels]);
}

export const frames: Readonly<Record<string, Operation>> = {
  ResizeWithCropOrPad: {
    parameters: [X, 'target_height', 'target_width'],
    infer: (call) => ({ shape: framedShape(call), type: call.tensor('x').type }),
    compute(call) {
      const x = call.tensor('x');
      const [height, width] = target(call);
      return framed(x, middle(x.shape.at(-3)!, height), middle(x.shape.at(-2)!, width));
    },
  },
  ResizeWithPad: {
    parameters: [X, 'target_height', 'target_width', 'method', 'antialias'],
    infer: (call) => ({ shape: framedShape(call), type: call.value('method') === 'nearest' ? call.tensor('x').type : 'float32' }),
    compute(call) {
      const given = call.tensor('x');
      const { fround } = Math;
      const [height, width] = target(call);
      const [rows, columns] = given.shape.slice(-3) as [number, number];
      const ratio = Math.max(fround(columns / width), fround(rows / height));
      const [tall, wide] = [fround(rows / ratio), fround(columns / ratio)];
      const [top, left] = [Math.max(0, Math.floor((height - tall) / 2)), Math.max(0, Math.floor((width - wide) / 2))];
      const size = [Math.floor(tall), Math.floor(wide)] as const;
      const method = call.text('method', 'bilinear') as Interpolation;
      const resized = asBatch(given, (pictures) => resizeImages(pictures, size, method, call.flag('antialias')));
      const out = framed(resized, [top, height - top - size[0]], [left, width - left - size[1]]);
      return to(out, method === 'nearest' ? given.dtype : 'float32');
    },
  },
  TransposeImage: {
    parameters: [X],
    infer(call) {
      const { shape, type } = call.tensor('x');
      return { shape: quarterTurn(shape), type };
    },
    compute: (call) => transposed(call.tensor('x')),
  },
  RotateImage: {
    parameters: [X, 'k'],
    infer(call) {
      const { shape, type } = call.tensor('x');
      // TensorFlow decides in the graph, and so knows of no size.
      return { shape: [...shape.slice(0, -3), null, null, shape.at(-1) ?? null], type };
    },
    compute(call) {
      const x = call.tensor('x');
      return turned(x, turnsOf(call), x.rank - 3, x.rank - 2);
    },
  },
};
