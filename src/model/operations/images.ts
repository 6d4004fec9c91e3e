/** Operations on pictures: `keras/src/ops/image.py`, `tf.image`. */

import type { DataType, Tensor, Tensor4D } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { describe } from '../../check';
import { linear } from '../activations';
import { convolve } from '../layers/Convolution';
import { asFloat } from '../layers/dtypes';
import { reverse } from '../layers/manyAxes';
import { dtypeName, limitsOf, toWhole } from '../layers/narrow';
import { centerCrop, resizing } from '../layers/Preprocessing';
import { roundHalfEven } from '../layers/rounding';
import type { Shape } from '../types';
import { probed, to, unary, X } from './families';
import { asBatch, channelsLast, isChannelsFirst } from './layout';
import { fromLayer, layerSpec } from './neural';
import { type Call, type Constants, type Operation, typeOf } from './operation';

/** A size that may come from another tensor's shape. */
function sizeOf(call: Constants): [number | null, number | null] {
  const sizes = call.sizes('size');
  if (sizes === undefined) return call.fail('resizes to no size');
  return sizes.length === 1 ? [sizes[0]!, sizes[0]!] : [sizes[0]!, sizes[1]!];
}

const resizeParameters = [
  X,
  'size',
  'interpolation|method',
  'antialias',
  'crop_to_aspect_ratio',
  'pad_to_aspect_ratio',
  'fill_mode',
  'fill_value',
  'data_format',
  'preserve_aspect_ratio',
];

/** The size, or with `preserve_aspect_ratio` the largest one within it of the picture's proportions. */
function fittedSize(call: Constants, shape: Shape): [number | null, number | null] {
  const [height, width] = sizeOf(call);
  if (!call.flag('preserve_aspect_ratio')) return [height, width];
  const [rows, columns] = [shape[1] ?? null, shape[2] ?? null];
  if (height === null || width === null || rows === null || columns === null) return [null, null];
  const scale = Math.min(Math.fround(height / rows), Math.fround(width / columns));
  return [roundHalfEven(Math.fround(scale * rows)), roundHalfEven(Math.fround(scale * columns))];
}

function resizeConfig(call: Constants, shape: Shape): Record<string, unknown> {
  const [height, width] = fittedSize(call, shape);
  return {
    height,
    width,
    interpolation: call.value('interpolation') ?? 'bilinear',
    antialias: call.flag('antialias'),
    crop_to_aspect_ratio: call.flag('crop_to_aspect_ratio'),
    pad_to_aspect_ratio: call.flag('pad_to_aspect_ratio'),
    fill_value: call.number('fill_value', 0),
  };
}

const layerResize = fromLayer(resizeParameters, (call, [shape]) => resizing(layerSpec(call, resizeConfig(call, shape!))));

/** The layer wants its size when it is made; here it may be known only with the tensors. Keras 3 keeps the dtype, TensorFlow for 'nearest'. */
const resize: Operation = {
  parameters: resizeParameters,
  infer(call) {
    const { shape, type } = call.tensor('x');
    const size = fittedSize(call, shape);
    if (size.every((n) => n !== null)) {
      const inferred = layerResize.infer(call) as readonly { shape: Shape }[];
      return { shape: inferred[0]!.shape, type: keeps(call) ? type : 'float32' };
    }
    return { shape: [shape[0] ?? null, ...size, shape[3] ?? null], type: keeps(call) ? type : 'float32' };
  },
  compute(call) {
    const x = call.tensor('x');
    const out = (layerResize.compute(call) as readonly Tensor[])[0]!;
    if (!keeps(call)) return out;
    if (x.dtype !== 'int32' || call.spec.keras.major !== 3) return to(out, x.dtype);
    const limits = limitsOf(call.narrowType('x') ?? 'int32');
    const whole = tf.round(out);
    return to(limits === undefined ? whole : tf.clipByValue(whole, ...limits), 'int32');
  },
};

function keeps(call: Constants): boolean {
  return call.spec.keras.major === 3 || call.value('interpolation') === 'nearest';
}

/** TensorFlow 1's resizing: by corners or by the upper left, unless asked for half-pixel centres. */
function resize1(method: 'bilinear' | 'nearest'): Operation {
  return {
    parameters: [X, 'size', 'align_corners', 'name', 'half_pixel_centers'],
    infer(call) {
      const { shape, type } = call.tensor('x');
      return { shape: [shape[0] ?? null, ...sizeOf(call), shape[3] ?? null], type: method === 'nearest' ? type : 'float32' };
    },
    compute(call) {
      const x = to(call.tensor('x'), 'float32') as Tensor4D;
      const size = sizeOf(call) as [number, number];
      const [corners, centres] = [call.flag('align_corners'), call.flag('half_pixel_centers')];
      return method === 'bilinear'
        ? tf.image.resizeBilinear(x, size, corners, centres)
        : to(tf.image.resizeNearestNeighbor(x, size, corners, centres), call.tensor('x').dtype);
    },
  };
}

/** `tf.compat.v1.image.resize`: by corners or by the upper left. Of an equal size that is known beforehand, nothing happens. */
const resizeImages1: Operation = {
  parameters: [X, 'size', 'method', 'align_corners', 'preserve_aspect_ratio', 'name'],
  infer: (call) => by1(call).infer(call),
  compute: (call) => by1(call).compute(call),
};

function by1(call: Constants): Operation {
  const method = call.value('method') ?? 'bilinear';
  if (call.flag('preserve_aspect_ratio')) call.fail('keeps proportions as TensorFlow 1 does, which is not supported; use tf.image.resize');
  if (method === 'bilinear' || method === 0) return resize1('bilinear');
  if (method === 'nearest' || method === 1) return resize1('nearest');
  return call.fail(
    `resizes by the method ${describe(method)} of TensorFlow 1, which is not supported; supported are 'bilinear' and 'nearest'`,
  );
}

/** `tf.image.convert_image_dtype` from whole numbers: the largest is 1. */
function toUnit(x: Tensor, call: Constants): Tensor {
  return x.dtype === 'int32' ? tf.mul(asFloat(x), Math.fround(1 / largestOf(call))) : asFloat(x);
}

/** And back: saturated, rounded down. */
function fromUnit(unit: Tensor, type: DataType, call: Constants): Tensor {
  if (type !== 'int32') return unit;
  const most = largestOf(call);
  const low = limitsOf(call.narrowType('x') ?? 'int32')?.[0] ?? -(2 ** 31);
  return toWhole(tf.clipByValue(tf.mul(unit, Math.fround(most + 0.5)), low, most === 2 ** 31 - 1 ? 2 ** 31 - 128 : most));
}

function largestOf(call: Constants): number {
  return limitsOf(call.narrowType('x') ?? 'int32')?.[1] ?? 2 ** 31 - 1;
}

/** TensorFlow adjusts pictures of whole numbers between 0 and 1. */
function adjusting(parameters: readonly string[], apply: (unit: Tensor, call: Call<Tensor>) => Tensor): Operation {
  return {
    parameters: [X, ...parameters],
    infer: (call) => ({ shape: call.tensor('x').shape, type: call.tensor('x').type }),
    compute(call) {
      const x = call.tensor('x');
      return fromUnit(apply(toUnit(x, call), call), x.dtype, call);
    },
  };
}

const grayscale: Operation = {
  parameters: [X, 'data_format'],
  infer(call) {
    const { shape, type } = call.tensor('x');
    const axis = channelAxis(call, shape.length);
    return { shape: shape.map((n, i) => (i === axis ? 1 : n)), type };
  },
  compute(call) {
    const x = call.tensor('x');
    const axis = channelAxis(call, x.rank);
    if (x.shape[axis] === 1) return x.clone();
    // Keras 3 and TensorFlow write the same weights: 0.2989, 0.587, 0.114.
    const weights = tf.tensor(
      [0.2989, 0.587, 0.114],
      x.shape.map((n, i) => (i === axis ? n : 1)),
    );
    return to(tf.sum(tf.mul(to(x, 'float32'), weights), axis, true), x.dtype);
  },
};

function channelAxis(call: Constants, rank: number): number {
  return isChannelsFirst(call) ? rank - 3 : rank - 1;
}

/** The axes of rows and of columns. */
function sides(call: Constants, rank: number): [number, number] {
  return isChannelsFirst(call) ? [rank - 2, rank - 1] : [rank - 3, rank - 2];
}

/** What is put around, or cut off, before and after a side; one of three numbers may be left to the other two. */
function margins(
  call: Constants,
  length: number | null,
  before: string,
  after: string,
  target: string,
  sign: 1 | -1,
): [number | null, number | null] {
  const [b, a, t] = [before, after, target].map((name) => call.value(name) as number | null | undefined);
  const rest = t === null || t === undefined || length === null ? null : sign * (t - length);
  return [b ?? (rest === null ? null : rest - (a ?? 0)), a ?? (rest === null ? null : rest - (b ?? 0))];
}

function framing(names: 'padding' | 'cropping'): Operation {
  const sign = names === 'padding' ? 1 : -1;
  const pairs = (shape: Shape, call: Constants) => {
    const [row, column] = sides(call, shape.length);
    return shape.map((n, i): [number | null, number | null] => {
      if (i === row) return margins(call, n, `top_${names}`, `bottom_${names}`, 'target_height', sign);
      return i === column ? margins(call, n, `left_${names}`, `right_${names}`, 'target_width', sign) : [0, 0];
    });
  };
  return {
    parameters: [X],
    keywords: [...['top', 'bottom', 'left', 'right'].map((side) => `${side}_${names}`), 'target_height', 'target_width', 'data_format'],
    infer(call) {
      const { shape, type } = call.tensor('x');
      const [row, column] = sides(call, shape.length);
      const out = pairs(shape, call).map(([before, after], i) => {
        const target = i === row ? call.value('target_height') : i === column ? call.value('target_width') : undefined;
        if (typeof target === 'number') return target;
        const n = shape[i] ?? null;
        return n === null || before === null || after === null ? null : n + sign * (before + after);
      });
      return { shape: out, type };
    },
    compute(call) {
      const x = call.tensor('x');
      const known = pairs(x.shape, call) as [number, number][];
      if (names === 'padding') return tf.pad(x, known);
      return tf.slice(
        x,
        known.map(([before]) => before),
        x.shape.map((n, i) => n - known[i]![0] - known[i]![1]),
      );
    },
  };
}

/** Patches as channels, by a convolution with an identity kernel. */
const extractPatches = probed([X, 'size|sizes', 'strides', 'dilation_rate|rates', 'padding', 'data_format'], (call) => {
  const given = call.tensor('x');
  const pair = (name: string, fallback: number[]): number[] => {
    const value = call.integers(name) ?? fallback;
    return value.length === 1 ? [value[0]!, value[0]!] : value.length === 4 ? value.slice(1, 3) : value;
  };
  const size = pair('size', [1, 1]);
  const geometry = {
    kernelSize: size,
    strides: pair('strides', size),
    dilation: pair('dilation_rate', [1, 1]),
    padding: call.text('padding', 'valid').toLowerCase() as 'same' | 'valid',
  };
  const patches = asBatch(to(given, 'float32'), (batch) =>
    channelsLast(batch, call, (x) => {
      const channels = x.shape[3]!;
      const depth = size[0]! * size[1]! * channels;
      const kernel = tf.reshape(tf.eye(depth), [size[0]!, size[1]!, channels, depth]);
      return convolve(x, kernel, undefined, geometry, 1, linear);
    }),
  );
  return to(patches, given.dtype);
});

/** `tf.image.crop_to_bounding_box` and `pad_to_bounding_box`. */
function boundingBox(crop: boolean): Operation {
  return {
    parameters: [X, 'offset_height', 'offset_width', 'target_height', 'target_width'],
    infer(call) {
      const { shape, type } = call.tensor('x');
      const size = ['target_height', 'target_width'].map((name) => call.sizes(name)?.[0] ?? null);
      return { shape: [...shape.slice(0, -3), ...size, shape.at(-1) ?? null], type };
    },
    compute(call) {
      const x = call.tensor('x');
      const [top, left, height, width] = ['offset_height', 'offset_width', 'target_height', 'target_width'].map(
        (name) => call.sizes(name)![0]!,
      );
      const lead = x.shape.slice(0, -3);
      const [rows, columns, channels] = x.shape.slice(-3) as [number, number, number];
      if (crop) return tf.slice(x, [...lead.map(() => 0), top!, left!, 0], [...lead, height!, width!, channels]);
      return tf.pad(x, [
        ...lead.map((): [number, number] => [0, 0]),
        [top!, height! - rows - top!],
        [left!, width! - columns - left!],
        [0, 0],
      ]);
    },
  };
}

/** Every picture to mean 0 and deviation 1; a deviation counts as at least 1 / sqrt(number of values). */
const standardize = unary((x) => {
  const axes = [x.rank - 3, x.rank - 2, x.rank - 1];
  const { mean, variance } = tf.moments(x, axes, true);
  const count = axes.reduce((product, axis) => product * x.shape[axis]!, 1);
  return tf.div(tf.sub(x, mean), tf.maximum(tf.sqrt(variance), 1 / Math.sqrt(count)));
});

export const images: Readonly<Record<string, Operation>> = {
  Resize: resize,
  ResizeBilinear1: resize1('bilinear'),
  ResizeNearest1: resize1('nearest'),
  ResizeImages1: resizeImages1,
  RGBToGrayscale: grayscale,
  RgbToGrayscale: {
    ...grayscale,
    compute(call) {
      const x = call.tensor('x');
      if (x.dtype !== 'int32') return grayscale.compute(call);
      const weighted = tf.mul(toUnit(x, call), tf.tensor1d([0.2989, 0.587, 0.114]));
      return fromUnit(tf.sum(weighted, -1, true), 'int32', call);
    },
  },
  GrayscaleToRgb: {
    parameters: [X],
    infer(call) {
      const { shape, type } = call.tensor('x');
      return { shape: [...shape.slice(0, -1), 3], type };
    },
    compute: (call) =>
      tf.tile(call.tensor('x'), [
        ...call
          .tensor('x')
          .shape.slice(0, -1)
          .map(() => 1),
        3,
      ]),
  },
  PadImages: framing('padding'),
  CropImages: framing('cropping'),
  ExtractPatches: extractPatches,
  CropToBoundingBox: boundingBox(true),
  PadToBoundingBox: boundingBox(false),
  CentralCrop: fromLayer(
    [X, 'central_fraction'],
    (call, [shape]) => {
      const fraction = call.number('central_fraction');
      const kept = (n: number | null | undefined) =>
        typeof n === 'number' ? n - 2 * Math.trunc((n - n * fraction) / 2) : call.fail('crops a picture of free size');
      return centerCrop(layerSpec(call, { height: kept(shape![1]), width: kept(shape![2]) }));
    },
    'same',
  ),
  FlipLeftRight: unary((x) => reverse(x, [x.rank - 2]), 'kept'),
  FlipUpDown: unary((x) => reverse(x, [x.rank - 3]), 'kept'),
  AdjustBrightness: adjusting(['delta'], (x, call) => tf.add(x, call.number('delta'))),
  AdjustContrast: adjusting(['contrast_factor'], (x, call) => {
    const mean = tf.mean(x, [x.rank - 3, x.rank - 2], true);
    return tf.add(tf.mul(tf.sub(x, mean), call.number('contrast_factor')), mean);
  }),
  ConvertImageDtype: {
    parameters: [X, 'dtype'],
    infer(call) {
      const { shape, type } = call.tensor('x');
      if (typeOf(call.value('dtype')) !== 'float32' || type === 'bool')
        call.fail(`converts pictures of ${type} to ${dtypeName(call.value('dtype'))}; supported is to floats`);
      return { shape, type: 'float32' };
    },
    compute: (call) => toUnit(call.tensor('x'), call),
  },
  PerImageStandardization: standardize,
};
