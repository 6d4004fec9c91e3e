/** Sliding blocks as columns and back: `unfold` and `fold` of `keras/src/ops/nn.py`, channels first as there. */

import type { Tensor } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { range } from '../layers/spatial';
import { X } from './families';
import type { Constants, Operation } from './operation';

interface Blocks {
  readonly kernel: readonly [number, number];
  readonly dilation: readonly [number, number];
  readonly padding: readonly [number, number];
  readonly stride: readonly [number, number];
}

function blocksOf(call: Constants): Blocks {
  const pair = (name: string, fallback: number): [number, number] => {
    const [a, b] = call.integers(name) ?? [fallback];
    return [a!, b ?? a!];
  };
  return { kernel: pair('kernel_size', 1), dilation: pair('dilation', 1), padding: pair('padding', 0), stride: pair('stride', 1) };
}

/** Blocks along a side. */
function along(length: number | null, { kernel, dilation, padding, stride }: Blocks, side: 0 | 1): number | null {
  return length === null ? null : Math.floor((length + 2 * padding[side] - dilation[side] * (kernel[side] - 1) - 1) / stride[side]) + 1;
}

/** Each place in a block with where its first element lies. */
function places({ kernel, dilation }: Blocks): [number, number][] {
  return range(0, kernel[0]).flatMap((i) => range(0, kernel[1]).map((j): [number, number] => [i * dilation[0], j * dilation[1]]));
}

const names = ['kernel_size', 'dilation', 'padding', 'stride'];

export const patches: Readonly<Record<string, Operation>> = {
  Unfold: {
    parameters: [X, ...names],
    infer(call) {
      const { shape, type } = call.tensor('x');
      const blocks = blocksOf(call);
      const [rows, columns] = [along(shape[2] ?? null, blocks, 0), along(shape[3] ?? null, blocks, 1)];
      const depth = typeof shape[1] === 'number' ? shape[1] * blocks.kernel[0] * blocks.kernel[1] : null;
      return { type, shape: [shape[0] ?? null, depth, rows === null || columns === null ? null : rows * columns] };
    },
    compute(call) {
      const blocks = blocksOf(call);
      const { padding, stride } = blocks;
      const x = call.tensor('x');
      const [batch, channels, height, width] = x.shape as [number, number, number, number];
      const padded = tf.pad(x, [[0, 0], [0, 0], [padding[0], padding[0]], [padding[1], padding[1]]]); // biome-ignore format: one axis after the other
      const [rows, columns] = [along(height, blocks, 0)!, along(width, blocks, 1)!];
      const cut = places(blocks).map(([top, left]) => {
        const end = [batch, channels, top + (rows - 1) * stride[0] + 1, left + (columns - 1) * stride[1] + 1];
        const picked = tf.stridedSlice(padded, [0, 0, top, left], end, [1, 1, stride[0], stride[1]]);
        return tf.reshape(picked, [batch, channels, 1, rows * columns]);
      });
      return tf.reshape(tf.concat(cut, 2), [batch, channels * cut.length, rows * columns]);
    },
  },
  Fold: {
    parameters: [X, 'output_size', ...names],
    infer(call) {
      const { shape, type } = call.tensor('x');
      const { kernel } = blocksOf(call);
      const size = call.integers('output_size') ?? call.fail('folds to no size');
      const channels = typeof shape[1] === 'number' ? shape[1] / (kernel[0] * kernel[1]) : null;
      return { type, shape: [shape[0] ?? null, channels, size[0]!, size[1] ?? size[0]!] };
    },
    compute(call) {
      const blocks = blocksOf(call);
      const { kernel, padding, stride } = blocks;
      const x = call.tensor('x');
      const [batch, depth] = x.shape as [number, number];
      const size = call.integers('output_size')!;
      const [height, width] = [size[0]!, size[1] ?? size[0]!];
      const channels = depth / (kernel[0] * kernel[1]);
      const [rows, columns] = [along(height, blocks, 0)!, along(width, blocks, 1)!];
      const [tall, wide] = [height + 2 * padding[0], width + 2 * padding[1]];
      const split = tf.split(tf.reshape(x, [batch * channels, kernel[0] * kernel[1], rows, columns]), kernel[0] * kernel[1], 1);
      const laid = places(blocks).map(([top, left], i) => {
        const spread = apart(apart(tf.reshape(split[i]!, [batch * channels, rows, columns]), 1, stride[0]), 2, stride[1]);
        const [h, w] = spread.shape.slice(1) as [number, number];
        return tf.pad(spread, [[0, 0], [top, tall - top - h], [left, wide - left - w]]); // biome-ignore format: one axis after the other
      });
      const whole = laid.reduce((sum, part) => tf.add(sum, part));
      const cropped = tf.slice(whole, [0, padding[0], padding[1]], [batch * channels, height, width]);
      return tf.reshape(cropped, [batch, channels, height, width]);
    },
  },
};

/** Zeros between the elements of an axis, so that they are `step` apart. */
function apart(x: Tensor, axis: 1 | 2, step: number): Tensor {
  if (step === 1) return x;
  const [n, h, w] = x.shape as [number, number, number];
  const long = x.shape[axis]! * step - step + 1;
  if (axis === 1) {
    const filled = tf.pad(tf.reshape(x, [n, h, 1, w]), [[0, 0], [0, 0], [0, step - 1], [0, 0]]); // biome-ignore format: one axis after the other
    return tf.slice(tf.reshape(filled, [n, h * step, w]), [0, 0, 0], [n, long, w]);
  }
  const filled = tf.pad(tf.reshape(x, [n, h, w, 1]), [[0, 0], [0, 0], [0, 0], [0, step - 1]]); // biome-ignore format: one axis after the other
  return tf.slice(tf.reshape(filled, [n, h, w * step]), [0, 0, 0], [n, h, long]);
}
