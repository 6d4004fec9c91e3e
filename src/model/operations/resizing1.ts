/** TensorFlow 1's resizing: by corners or from the upper left, unless asked for half-pixel centres. `tf.compat.v1.image.resize_*`. */

import type { Tensor, Tensor4D } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { type Interpolation1, resizeArea1, resizeBicubic1, type Sampling } from '../layers/resize';
import type { Shape } from '../types';
import { to, X } from './families';
import { fittedSize } from './images';
import { asBatch } from './layout';
import type { Call, Constants, Operand, Operation } from './operation';

function resized(x: Tensor, size: readonly [number, number], method: Interpolation1, sampling: Sampling): Tensor {
  const pictures = x as Tensor4D;
  const [corners, centres] = [sampling === 'corners', sampling === 'centres'];
  if (method === 'bilinear') return tf.image.resizeBilinear(pictures, [...size], corners, centres);
  if (method === 'nearest') return tf.image.resizeNearestNeighbor(pictures, [...size], corners, centres);
  return method === 'bicubic' ? resizeBicubic1(x, size, sampling) : resizeArea1(x, size, sampling);
}

function samplingOf(call: Constants): Sampling {
  return call.flag('align_corners') ? 'corners' : call.flag('half_pixel_centers') ? 'centres' : 'corner';
}

function sizedShape(call: Call<Operand>): Shape {
  const { shape } = call.tensor('x');
  return [...shape.slice(0, -3), ...fittedSize(call, shape), shape.at(-1) ?? null];
}

function resizeBy(method: Interpolation1): Operation {
  return {
    parameters: [X, 'size', 'align_corners', 'name', 'half_pixel_centers'],
    infer: (call) => ({ shape: sizedShape(call), type: method === 'nearest' ? call.tensor('x').type : 'float32' }),
    compute(call) {
      const x = call.tensor('x');
      const out = resized(to(x, 'float32'), fittedSize(call, x.shape) as [number, number], method, samplingOf(call));
      return method === 'nearest' ? to(out, x.dtype) : out;
    },
  };
}

const methods: readonly Interpolation1[] = ['bilinear', 'nearest', 'bicubic', 'area'];

function methodOf(call: Constants): Interpolation1 {
  const given = call.value('method') ?? 0;
  const method = typeof given === 'number' ? methods[given] : methods.find((name) => name === given);
  return method ?? call.fail(`resizes by method ${String(given)}; supported are ${methods.join(', ')}`);
}

/** A picture that is of the size already comes back as it is. */
const isSized = (call: Constants, shape: Shape): boolean => fittedSize(call, shape).join() === shape.slice(-3, -1).join();

const resizeImages1: Operation = {
  parameters: [X, 'size', 'method', 'align_corners', 'preserve_aspect_ratio'],
  infer(call) {
    const { shape, type } = call.tensor('x');
    const keeps = methodOf(call) === 'nearest' || isSized(call, shape);
    return { shape: sizedShape(call), type: keeps ? type : 'float32' };
  },
  compute(call) {
    const x = call.tensor('x');
    if (isSized(call, x.shape)) return x.clone();
    const size = fittedSize(call, x.shape) as [number, number];
    const out = asBatch(to(x, 'float32'), (pictures) => resized(pictures, size, methodOf(call), samplingOf(call)));
    return methodOf(call) === 'nearest' ? to(out, x.dtype) : out;
  },
};

export const resizing1: Readonly<Record<string, Operation>> = {
  ResizeBilinear1: resizeBy('bilinear'),
  ResizeNearest1: resizeBy('nearest'),
  ResizeBicubic1: resizeBy('bicubic'),
  ResizeArea1: { ...resizeBy('area'), parameters: [X, 'size', 'align_corners'] },
  ResizeImages1: resizeImages1,
};
