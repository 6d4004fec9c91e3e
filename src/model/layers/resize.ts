/**
 * `tf.image.resize` of TensorFlow 2 (half-pixel centres), which Keras 2 and 3 both use. Kernels and their borders follow
 * tensorflow/core/kernels/image: resize_bicubic_op.cc, resize_area_op.cc, scale_and_translate_op.cc.
 */

import type { Tensor, Tensor4D } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { asFloat } from './dtypes';
import { roundHalfEven } from './rounding';

export type Interpolation = 'nearest' | 'bilinear' | 'bicubic' | 'area' | 'lanczos3' | 'lanczos5' | 'gaussian' | 'mitchellcubic';

export const interpolations2: readonly Interpolation[] = [
  'bilinear',
  'nearest',
  'bicubic',
  'area',
  'lanczos3',
  'lanczos5',
  'gaussian',
  'mitchellcubic',
];
export const interpolations3: readonly Interpolation[] = ['bilinear', 'nearest', 'bicubic', 'area', 'lanczos3', 'lanczos5'];

/** Resizes `[batch, height, width, channels]` to `[batch, ...size, channels]`, float32. `fewDigits`: they hold whole numbers, or floats of 16 bits. */
export function resizeImages(
  images: Tensor,
  size: readonly [number, number],
  method: Interpolation,
  antialias = false,
  fewDigits = images.dtype === 'int32',
): Tensor {
  const x = asFloat(images) as Tensor4D;
  const [height, width] = [x.shape[1], x.shape[2]];
  if (height === size[0] && width === size[1]) return x;
  if (method === 'nearest') return nearest(x, size);
  if (method === 'bilinear' && !antialias)
    return fewDigits ? interpolated(x, size) : tf.image.resizeBilinear(x, [size[0], size[1]], false, true);
  return byWeights(x, size, (length, count) => axisWeights(length, count, method, antialias));
}

/** Rows, then columns, as sums of the picture's with these weights: [count, length] of them. */
function byWeights(x: Tensor, size: readonly [number, number], weights: (length: number, count: number) => Float32Array): Tensor {
  const [batch, height, width, channels] = x.shape as [number, number, number, number];
  const rows = tf.tensor2d(weights(height, size[0]), [size[0], height]);
  const columns = tf.tensor2d(weights(width, size[1]), [size[1], width]);
  // Rows: [out, height] x [height, width * channels] a picture. Columns: the same on the transposed picture.
  const tall = tf.matMul(tf.tile(tf.expandDims(rows, 0), [batch, 1, 1]), tf.reshape(x, [batch, height, width * channels]));
  const turned = tf.transpose(tf.reshape(tall, [batch, size[0], width, channels]), [0, 2, 1, 3]);
  const wide = tf.matMul(tf.tile(tf.expandDims(columns, 0), [batch, 1, 1]), tf.reshape(turned, [batch, width, size[0] * channels]));
  return tf.transpose(tf.reshape(wide, [batch, size[1], size[0], channels]), [0, 2, 1, 3]);
}

/** TensorFlow 1: whether corners meet corners, the upper left one does, or pixels are squares. */
export type Sampling = 'corners' | 'corner' | 'centres';
export type Interpolation1 = 'bilinear' | 'nearest' | 'bicubic' | 'area';

function stepOf(length: number, size: number, sampling: Sampling): number {
  return Math.fround(sampling === 'corners' && size > 1 ? (length - 1) / (size - 1) : length / size);
}

/** Its cubic has a = -3/4, and its borders repeat, unless pixels are squares. */
export function resizeBicubic1(x: Tensor, size: readonly [number, number], sampling: Sampling): Tensor {
  return byWeights(x, size, (length, count) => {
    const weights = new Float32Array(length * count);
    if (sampling === 'centres') bicubicWeights(weights, length, count);
    else repeatedWeights(weights, length, count, stepOf(length, count, sampling));
    return weights;
  });
}

export function resizeArea1(x: Tensor, size: readonly [number, number], sampling: Sampling): Tensor {
  return byWeights(x, size, (length, count) => {
    const weights = new Float32Array(length * count);
    areaWeights(weights, length, count, stepOf(length, count, sampling));
    return weights;
  });
}

/**
 * Every step in float32 and in the order of TensorFlow's kernel (resize_bilinear_op.cc). Whole numbers and floats of 16 bits lie on ties
 * between two levels, which the kernels of tfjs' backends do not all hit.
 */
function interpolated(x: Tensor, size: readonly [number, number]): Tensor {
  return [2, 1].reduce((pictures, axis) => {
    const { low, high, share } = neighbours(pictures.shape[axis]!, size[axis - 1]!);
    const [first, second] = [low, high].map((places) => tf.gather(pictures, tf.tensor1d(places, 'int32'), axis)) as [Tensor, Tensor];
    const shares = tf.tensor(
      share,
      pictures.shape.map((_, i) => (i === axis ? share.length : 1)),
    );
    return tf.add(first, tf.mul(tf.sub(second, first), shares));
  }, x);
}

/** The two pixels that each output lies between, and how far it is from the first. */
function neighbours(length: number, size: number): { low: number[]; high: number[]; share: number[] } {
  const { fround } = Math;
  const scale = fround(length / size);
  const at = Array.from({ length: size }, (_, i) => fround(fround(fround(i + 0.5) * scale) - 0.5));
  return {
    low: at.map((place) => Math.max(Math.floor(place), 0)),
    high: at.map((place) => Math.max(0, Math.min(Math.floor(place) + 1, length - 1))),
    share: at.map((place) => fround(place - Math.floor(place))),
  };
}

function nearest(x: Tensor4D, size: readonly [number, number]): Tensor {
  const whole = size[0] % x.shape[1] === 0 && size[1] % x.shape[2] === 0;
  if (whole) return tf.image.resizeNearestNeighbor(x, [size[0], size[1]], false, true);
  // Which pixel is nearest hangs on float32 rounding, which the kernels of tfjs' backends do not share.
  const rows = tf.gather(x, tf.tensor1d(nearestIndices(x.shape[1], size[0]), 'int32'), 1);
  return tf.gather(rows, tf.tensor1d(nearestIndices(x.shape[2], size[1]), 'int32'), 2);
}

function nearestIndices(length: number, size: number): number[] {
  const scale = Math.fround(length / size);
  return Array.from({ length: size }, (_, i) => Math.min(Math.floor(Math.fround(Math.fround(i + 0.5) * scale)), length - 1));
}

/** Row i: what each of `length` inputs adds to output i. */
function axisWeights(length: number, size: number, method: Interpolation, antialias: boolean): Float32Array {
  const weights = new Float32Array(length * size);
  if (method === 'area') areaWeights(weights, length, size, Math.fround(length / size));
  else if (method === 'bicubic' && !antialias) bicubicWeights(weights, length, size);
  else kernelWeights(weights, length, size, kernels[method]!, antialias);
  return weights;
}

/** Keys' cubic with a = -1/2, its argument rounded to 1/1024 as TensorFlow's table is. Neighbours outside the picture do not count. */
function bicubicWeights(weights: Float32Array, length: number, size: number): void {
  const scale = Math.fround(length / size);
  for (let i = 0; i < size; i++) {
    const at = Math.fround(Math.fround(Math.fround(i + 0.5) * scale) - 0.5);
    const first = Math.floor(at);
    const offset = roundHalfEven((at - first) * 1024) / 1024;
    const around = [1 + offset, offset, 1 - offset, 2 - offset].map((distance, k) => {
      const index = first - 1 + k;
      return { index, weight: index < 0 || index >= length ? 0 : keys(distance) };
    });
    const sum = around.reduce((total, { weight }) => total + weight, 0);
    for (const { index, weight } of around) if (weight !== 0) weights[i * length + index]! += weight / sum;
  }
}

/** TensorFlow 1's cubic, sampled from a corner on; beyond the borders these repeat. */
function repeatedWeights(weights: Float32Array, length: number, size: number, scale: number): void {
  for (let i = 0; i < size; i++) {
    const at = Math.fround(i * scale);
    const first = Math.floor(at);
    const offset = roundHalfEven((at - first) * 1024) / 1024;
    for (const [k, distance] of [1 + offset, offset, 1 - offset, 2 - offset].entries())
      weights[i * length + clamp(first - 1 + k, length)]! += cubic(distance, -0.75);
  }
}

/** The mean over the interval of the input that an output covers; past the last pixel it repeats. */
function areaWeights(weights: Float32Array, length: number, size: number, scale: number): void {
  for (let i = 0; i < size; i++) {
    const [from, to] = [Math.fround(i * scale), Math.fround((i + 1) * scale)];
    for (let j = Math.floor(from); j < Math.ceil(to); j++) {
      const overlap = Math.min(j + 1, to) - Math.max(j, from);
      weights[i * length + clamp(j, length)]! += overlap / scale;
    }
  }
}

interface Kernel {
  readonly radius: number;
  readonly at: (distance: number) => number;
}

/** In float32, as TensorFlow: whether a neighbour at the kernel's very edge counts hangs on it. */
function kernelWeights(weights: Float32Array, length: number, size: number, kernel: Kernel, antialias: boolean): void {
  const { fround } = Math;
  const inverse = fround(1 / fround(size / length));
  const spread = antialias ? Math.max(inverse, 1) : 1;
  const reach = fround(kernel.radius * spread);
  const shrink = fround(1 / spread);
  for (let i = 0; i < size; i++) {
    const sample = fround(fround(i + 0.5) * inverse);
    const from = clamp(Math.ceil(fround(fround(sample - reach) - 0.5)), length);
    const to = clamp(Math.floor(fround(fround(sample + reach) - 0.5)), length);
    let sum = 0;
    for (let j = from; j <= to; j++) {
      const weight = kernel.at(Math.abs(fround(fround(j + 0.5 - sample) * shrink)));
      weights[i * length + j] = weight;
      sum += weight;
    }
    for (let j = from; j <= to; j++) weights[i * length + j]! /= sum;
  }
}

const kernels: Readonly<Partial<Record<Interpolation, Kernel>>> = {
  bilinear: { radius: 1, at: (x) => Math.max(0, 1 - x) },
  bicubic: { radius: 2, at: keys },
  lanczos3: { radius: 3, at: (x) => lanczos(x, 3) },
  lanczos5: { radius: 5, at: (x) => lanczos(x, 5) },
  gaussian: { radius: 1.5, at: (x) => (x >= 1.5 ? 0 : Math.exp(-(x * x) / (2 * 0.5 * 0.5))) },
  mitchellcubic: {
    radius: 2,
    at: (x) => {
      if (x >= 2) return 0;
      if (x >= 1) return ((-7 / 18) * x + 2) * x * x - (10 / 3) * x + 16 / 9;
      return ((7 / 6) * x - 2) * x * x + 8 / 9;
    },
  },
};

function keys(x: number): number {
  return cubic(x, -0.5);
}

function cubic(x: number, a: number): number {
  if (x >= 2) return 0;
  if (x >= 1) return ((a * x - 5 * a) * x + 8 * a) * x - 4 * a;
  return ((a + 2) * x - (a + 3)) * x * x + 1;
}

function lanczos(x: number, radius: number): number {
  if (x > radius) return 0;
  if (x <= 1e-3) return 1;
  return (radius * Math.sin(Math.PI * x) * Math.sin((Math.PI * x) / radius)) / (Math.PI * Math.PI * x * x);
}

function clamp(index: number, length: number): number {
  return Math.min(Math.max(index, 0), length - 1);
}
