/** Operations on pictures: `keras/src/ops/image.py`, `tf.image`. */

import type { DataType, Tensor } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { dtypeName } from '../../keras/policy';
import { linear } from '../activations';
import { convolve } from '../layers/Convolution';
import { asFloat } from '../layers/dtypes';
import { reverse } from '../layers/manyAxes';
import { type ExactType, limitsOf, narrowType, toNarrowWhole, toWhole } from '../layers/narrow';
import { resizing } from '../layers/Preprocessing';
import { roundHalfEven } from '../layers/rounding';
import type { Shape } from '../types';
import { probed, to, unary, X } from './families';
import { asBatch, channelsLast, isChannelsFirst } from './layout';
import { layerSpec } from './neural';
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
export function fittedSize(call: Constants, shape: Shape): [number | null, number | null] {
  const [height, width] = sizeOf(call);
  if (!call.flag('preserve_aspect_ratio')) return [height, width];
  const [rows, columns] = [shape.at(-3) ?? null, shape.at(-2) ?? null];
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

const resizer = (call: Constants, shape: Shape) => resizing(layerSpec(call, resizeConfig(call, shape)), call.narrowType('x') !== undefined);

/** The layer wants its size when it is made; here it may be known only with the tensors. Keras 3 keeps the dtype, TensorFlow for 'nearest'. */
const resize: Operation = {
  parameters: resizeParameters,
  infer(call) {
    const { shape, type: given } = call.tensor('x');
    const size = fittedSize(call, shape);
    const type = keeps(call) ? given : 'float32';
    if (size.some((n) => n === null)) return { shape: [...shape.slice(0, -3), ...size, shape.at(-1) ?? null], type };
    const lead = shape.length === 3 ? [null] : [];
    const [out] = resizer(call, [...lead, ...shape]).outputShapes([[...lead, ...shape]]);
    return { shape: out!.slice(lead.length), type };
  },
  compute(call) {
    const x = call.tensor('x');
    const out = asBatch(x, (pictures) => resizer(call, pictures.shape).compute([pictures], [], []) as Tensor);
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

/** `tf.image.convert_image_dtype` from whole numbers: the largest is 1. */
function toUnit(x: Tensor, call: Constants): Tensor {
  return x.dtype === 'int32' ? tf.mul(asFloat(x), Math.fround(1 / largestOf(call))) : asFloat(x);
}

/** And back: saturated, rounded down. */
function fromUnit(unit: Tensor, type: DataType, call: Constants): Tensor {
  if (type !== 'int32') return unit;
  return saturated(scaledTo(call.narrowType('x') ?? 'int32', unit), call.narrowType('x') ?? 'int32');
}

/** 1 becomes a little more than the largest number. */
function scaledTo(type: ExactType, unit: Tensor): Tensor {
  return tf.mul(unit, Math.fround((limitsOf(type)?.[1] ?? 2 ** 31 - 1) + 0.5));
}

function saturated(x: Tensor, type: ExactType): Tensor {
  // Of int32's largest number, the nearest below that float32 has.
  const [low, high] = limitsOf(type) ?? [-(2 ** 31), 2 ** 31 - 128];
  return toWhole(tf.clipByValue(x, low, high));
}

function largestOf(call: Constants): number {
  return limitsOf(call.narrowType('x') ?? 'int32')?.[1] ?? 2 ** 31 - 1;
}

/** TensorFlow adjusts pictures of whole numbers between 0 and 1. */
export function adjusting(parameters: readonly string[], apply: (unit: Tensor, call: Call<Tensor>) => Tensor): Operation {
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
const extractPatches = probed([X, 'size|sizes|ksizes', 'strides', 'dilation_rate|rates', 'padding', 'data_format'], (call) => {
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

/** What is left when as much goes on all sides. */
const centralCrop: Operation = {
  parameters: [X, 'central_fraction'],
  infer(call) {
    const { shape, type } = call.tensor('x');
    const kept = (n: number | null | undefined) => (typeof n === 'number' ? n - 2 * margin(call, n) : null);
    return { shape: [...shape.slice(0, -3), kept(shape.at(-3)), kept(shape.at(-2)), shape.at(-1) ?? null], type };
  },
  compute(call) {
    const x = call.tensor('x');
    const cut = x.shape.map((n, i) => (i === x.rank - 3 || i === x.rank - 2 ? margin(call, n) : 0));
    return tf.slice(
      x,
      cut,
      x.shape.map((n, i) => n - 2 * cut[i]!),
    );
  },
};

function margin(call: Constants, length: number): number {
  return Math.trunc((length - length * call.number('central_fraction')) / 2);
}

/** `tf.image.convert_image_dtype`: whole numbers are scaled by the largest. */
const convertDtype: Operation = {
  parameters: [X, 'dtype', 'saturate'],
  infer(call) {
    const { shape, type } = call.tensor('x');
    const dtype = call.value('dtype');
    const target = typeOf(dtype);
    if (type === 'bool' || target === 'bool' || (type === 'int32' && target === 'int32'))
      call.fail(`converts pictures of ${type} to ${dtypeName(dtype)}; supported is from or to floats`);
    if (/64|uint32/.test(dtypeName(dtype)) && target === 'int32')
      call.fail(`converts pictures to ${dtypeName(dtype)}, whose largest number is beyond int32; convert to uint8 or int32`);
    return { shape, type: target, narrow: narrowType(dtype) };
  },
  compute(call) {
    const x = call.tensor('x');
    const dtype = call.value('dtype');
    if (typeOf(dtype) === 'float32') return toUnit(x, call);
    const type = narrowType(dtype) ?? 'int32';
    const scaled = scaledTo(type, x);
    if (call.flag('saturate')) return saturated(scaled, type);
    return type === 'int32' ? toWhole(scaled) : toNarrowWhole(scaled, type);
  },
};

export const images: Readonly<Record<string, Operation>> = {
  Resize: resize,
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
  CentralCrop: centralCrop,
  FlipLeftRight: unary((x) => reverse(x, [x.rank - 2]), 'kept'),
  FlipUpDown: unary((x) => reverse(x, [x.rank - 3]), 'kept'),
  AdjustBrightness: adjusting(['delta'], (x, call) => tf.add(x, call.number('delta'))),
  AdjustContrast: adjusting(['contrast_factor'], (x, call) => {
    const mean = tf.mean(x, [x.rank - 3, x.rank - 2], true);
    return tf.add(tf.mul(tf.sub(x, mean), call.number('contrast_factor')), mean);
  }),
  AdjustGamma: adjusting(['gamma', 'gain'], (x, call) => tf.mul(tf.pow(x, call.number('gamma', 1)), call.number('gain', 1))),
  ConvertImageDtype: convertDtype,
  PerImageStandardization: standardize,
};
