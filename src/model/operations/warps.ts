/**
 * Pictures pulled out of shape: `affine_transform` and `perspective_transform` of `keras/src/ops/image.py`. Where an output pixel comes from
 * follows ImageProjectiveTransformV3 (tensorflow/core/kernels/image/image_ops.h) in float32. It is found out here, since tfjs' own kernels
 * differ from it: the cpu backend's leaves out all pictures but the first and rounds otherwise.
 */

import type { Tensor } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { to } from './families';
import { asBatch, channelsLast } from './layout';
import type { Call, Operation } from './operation';

const { fround } = Math;

/** A coordinate outside brought inside, as each fill mode does; 'constant' leaves it. */
function mapped(at: number, length: number, mode: string): number {
  if (mode === 'constant') return at;
  let inside = at;
  const beyond = at < 0 ? -1 : at > length - 1 ? 1 : 0;
  if (length <= 1) inside = 0;
  else if (mode === 'reflect' && beyond !== 0) {
    const period = 2 * length;
    if (beyond < 0) {
      inside = fround(period * Math.trunc(-at / period) + at);
      inside = inside < -length ? fround(inside + period) : fround(-inside - 1);
    } else {
      inside = fround(at - period * Math.trunc(at / period));
      if (inside >= length) inside = fround(period - inside - 1);
    }
  } else if (mode === 'wrap' && beyond !== 0) {
    const whole = length * Math.trunc(Math.abs(at) / (length - 1));
    inside = beyond < 0 ? fround(at + whole + length) : fround(at - whole);
  }
  return Math.min(Math.max(inside, 0), length - 1);
}

/** Half away from zero, as C rounds. */
const roundAway = (x: number): number => Math.sign(x) * Math.floor(Math.abs(x) + 0.5);

/** For each output pixel, up to four pixels that it is made of, by number (`height * width`: the fill value), and their weights. */
function sources(transform: readonly number[], height: number, width: number, nearest: boolean, mode: string) {
  const [a, b, c, d, e, f, g, h] = transform.map(fround) as [number, number, number, number, number, number, number, number];
  const outside = height * width;
  const number = (y: number, x: number) => (y >= 0 && y < height && x >= 0 && x < width ? y * width + x : outside);
  const taps = Array.from({ length: nearest ? 1 : 4 }, () => ({ pixels: new Int32Array(outside), weights: new Float32Array(outside) }));
  for (let i = 0; i < outside; i++) {
    const [row, column] = [Math.floor(i / width), i % width];
    const projection = fround(fround(fround(g * column) + fround(h * row)) + 1);
    const along = (p: number, q: number, r: number) => fround(fround(fround(fround(p * column) + fround(q * row)) + r) / projection);
    const found: [number, number][] = [];
    if (projection === 0) found.push(...taps.map((_, k): [number, number] => [outside, k === 0 ? 1 : 0]));
    else {
      const [x, y] = [mapped(along(a, b, c), width, mode), mapped(along(d, e, f), height, mode)];
      const [left, top] = [Math.floor(x), Math.floor(y)];
      if (nearest) found.push([number(roundAway(y), roundAway(x)), 1]);
      else
        for (const [down, right] of [[0, 0], [0, 1], [1, 0], [1, 1]] as const) // biome-ignore format: a square
          found.push([number(top + down, left + right), (down ? y - top : top + 1 - y) * (right ? x - left : left + 1 - x)]);
    }
    for (const [k, [pixel, weight]] of found.entries()) {
      taps[k]!.pixels[i] = pixel;
      taps[k]!.weights[i] = weight;
    }
  }
  return taps;
}

function warp(call: Call<Tensor>, given: Tensor, transforms: readonly (readonly number[])[], mode: string): Tensor {
  const nearest = call.text('interpolation', 'bilinear') === 'nearest';
  const pictures = to(given, 'float32');
  const out = asBatch(pictures, (batch) =>
    channelsLast(batch, call, (x) => {
      const [count, height, width, channels] = x.shape as [number, number, number, number];
      const flat = tf.reshape(x, [count, height * width, channels]);
      const filled = tf.concat([flat, tf.fill([count, 1, channels], call.number('fill_value', 0))], 1);
      const warped = (numbers: Tensor, transform: readonly number[]) =>
        sources(transform, height, width, nearest, mode)
          .map(({ pixels, weights }) =>
            tf.mul(tf.gather(numbers, tf.tensor1d(pixels, 'int32'), 1), tf.tensor(weights, [1, height * width, 1])),
          )
          .reduce((sum, part) => tf.add(sum, part));
      if (transforms.length === 1) return tf.reshape(warped(filled, transforms[0]!), x.shape);
      const each = tf
        .split(filled, count)
        .map((picture, i) => warped(picture, transforms[i] ?? call.fail('has fewer transforms than pictures')));
      return tf.reshape(tf.concat(each), x.shape);
    }),
  );
  return to(out, given.dtype);
}

/** The eight numbers that take `end` points to `start` points. */
function homography(start: readonly (readonly number[])[], end: readonly (readonly number[])[]): number[] {
  const rows = start.flatMap(([x, y], i) => {
    const [u, v] = end[i] as [number, number];
    return [
      [u, v, 1, 0, 0, 0, -x! * u, -x! * v, x!],
      [0, 0, 0, u, v, 1, -y! * u, -y! * v, y!],
    ];
  });
  return solve(rows);
}

/** Gauss' elimination; a row holds its coefficients and its right side. */
function solve(rows: number[][]): number[] {
  const n = rows.length;
  for (let column = 0; column < n; column++) {
    const pivot = rows.reduce(
      (best, row, i) => (i >= column && Math.abs(row[column]!) > Math.abs(rows[best]![column]!) ? i : best),
      column,
    );
    [rows[column], rows[pivot]] = [rows[pivot]!, rows[column]!];
    for (let i = 0; i < n; i++) {
      if (i === column) continue;
      const factor = rows[i]![column]! / rows[column]![column]!;
      rows[i] = rows[i]!.map((value, k) => value - factor * rows[column]![k]!);
    }
  }
  return rows.map((row, i) => row[n]! / row[i]!);
}

export const warps: Readonly<Record<string, Operation>> = {
  AffineTransform: {
    parameters: ['images', 'transform', 'interpolation', 'fill_mode', 'fill_value', 'data_format'],
    infer: (call) => call.tensor('images'),
    compute(call) {
      const transform = call.value('transform') as number[] | number[][];
      const transforms = (Array.isArray(transform[0]) ? transform : [transform]) as number[][];
      return warp(call, call.tensor('images'), transforms, call.text('fill_mode', 'constant'));
    },
  },
  PerspectiveTransform: {
    parameters: ['images', 'start_points', 'end_points', 'interpolation', 'fill_value', 'data_format'],
    infer: (call) => call.tensor('images'),
    compute(call) {
      const points = (name: string) => {
        const given = call.value(name) as number[][] | number[][][];
        return (Array.isArray(given[0]![0]) ? given : [given]) as number[][][];
      };
      const [starts, ends] = [points('start_points'), points('end_points')];
      const transforms = starts.map((start, i) => homography(start, ends[i]!));
      return warp(call, call.tensor('images'), transforms, 'constant');
    },
  },
};
