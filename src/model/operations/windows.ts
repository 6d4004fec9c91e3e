/** What windows over pictures give that tfjs has no kernel for: pools with holes, the places of maxima, morphology. `tf.nn`. */

import type { Tensor } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { broadcast, reverse, where } from '../layers/manyAxes';
import { pool } from '../layers/Pooling';
import {
  fromChannelsLast,
  padSpatial,
  range,
  samePadding,
  shapeOf,
  spatialOf,
  subsample,
  toChannelsLast,
  windowCount,
} from '../layers/spatial';
import { to, X } from './families';
import { formatOf, LOWEST, spatial } from './neural';
import type { Constants, Operand, Operation } from './operation';

interface Windows {
  readonly size: readonly number[];
  readonly strides: readonly number[];
  readonly dilation: readonly number[];
  readonly padding: 'same' | 'valid';
}

function windowsOf(call: Constants, size: readonly number[], dilation: string): Windows {
  const rank = size.length;
  const each = (name: string): number[] => {
    const given = spatial(call, name, rank) ?? 1;
    return typeof given === 'number' ? Array<number>(rank).fill(given) : given;
  };
  const padding = call.text('padding', 'valid').toLowerCase();
  if (padding !== 'same' && padding !== 'valid') call.fail(`has padding '${padding}'; supported are same and valid`);
  return { size, strides: each('strides'), dilation: each(dilation), padding };
}

const counts = (lengths: readonly (number | null)[], { size, strides, dilation, padding }: Windows): (number | null)[] =>
  lengths.map((length, i) => windowCount(length, size[i]!, strides[i]!, padding, dilation[i]!));

function marginsOf(x: Tensor, { size, strides, dilation, padding }: Windows): [number, number][] {
  return size.map((n, i) => (padding === 'valid' ? [0, 0] : samePadding(x.shape[i + 1]!, n, strides[i]!, dilation[i]!)));
}

/** Goes through the places in a window, row by row, with what all windows have there. The tensors of a step go with it, but for its result. */
function overPlaces<T extends tf.TensorContainer>(
  x: Tensor,
  windows: Windows,
  first: (part: Tensor, place: readonly number[]) => T,
  next: (sum: T, part: Tensor, place: readonly number[]) => T,
  filling = LOWEST,
): T {
  const padded = padSpatial(x, marginsOf(x, windows), filling);
  const out = counts(x.shape.slice(1, -1), windows) as number[];
  const places = windows.size.reduce<number[][]>((all, n) => all.flatMap((place) => range(0, n).map((i) => [...place, i])), [[]]);
  const partAt = (place: readonly number[]) => {
    const start = place.map((at, i) => at * windows.dilation[i]!);
    const span = out.map((n, i) => (n - 1) * windows.strides[i]! + 1);
    return subsample(tf.slice(padded, [0, ...start, 0], [x.shape[0]!, ...span, x.shape.at(-1)!]), windows.strides);
  };
  return places.slice(1).reduce<T>(
    (sum, place) => tf.tidy(() => next(sum, partAt(place), place)),
    tf.tidy(() => first(partAt(places[0]!), places[0]!)),
  );
}

/** `tf.nn.pool`, with the order of arguments that it passes them on in. */
const anyPool: Operation = {
  parameters: [X, 'window_shape', 'pooling_type', 'padding', 'dilation_rate|dilations', 'strides', 'name', 'data_format'],
  infer(call) {
    const { shape, type } = call.tensor('x');
    const format = formatOf(call);
    const windows = windowsOf(call, call.integers('window_shape') ?? [], 'dilation_rate');
    const channels = (format === 'channels_last' ? shape.at(-1) : shape[1]) ?? null;
    return { type, shape: shapeOf(shape[0], counts(spatialOf(shape, format), windows), channels, format) };
  },
  compute(call) {
    const given = call.tensor('x');
    const windows = windowsOf(call, call.integers('window_shape') ?? [], 'dilation_rate');
    const kind = call.text('pooling_type', 'MAX') === 'MAX' ? 'max' : 'average';
    const format = formatOf(call);
    const x = toChannelsLast(to(given, 'float32'), format);
    const { size, strides, dilation, padding } = windows;
    const whole = dilation.every((n) => n === 1);
    if (!whole && padding === 'same') call.fail('pools windows with holes and same padding, which TensorFlow does not');
    const summed = () => overPlaces<Tensor>(x, windows, (part) => part.clone(), kind === 'max' ? tf.maximum : tf.add);
    const out = whole
      ? pool(x, size, strides, padding, kind)
      : kind === 'max'
        ? summed()
        : tf.div(
            summed(),
            size.reduce((a, b) => a * b),
          );
    return to(fromChannelsLast(out, format), given.dtype);
  },
};

/** Rows and columns of the windows of a picture operation that takes four numbers. */
function pictureWindows(call: Constants, name: string): Windows {
  const size = spatial(call, name, 2) ?? 1;
  return windowsOf(call, typeof size === 'number' ? [size, size] : size, 'dilations');
}

function pooledShape({ shape }: Operand, windows: Windows): (number | null)[] {
  return [shape[0] ?? null, ...counts(shape.slice(1, -1), windows), shape.at(-1) ?? null];
}

/** The maxima, and where in the picture (or in the batch) each is: of equal ones the first. */
const maxPoolWithArgmax: Operation = {
  parameters: [X, 'ksize', 'strides', 'padding', 'data_format', 'output_dtype|Targmax', 'include_batch_in_index'],
  infer(call) {
    const x = call.tensor('x');
    if (formatOf(call) !== 'channels_last') call.fail('takes places of maxima with channels first, which TensorFlow does not on the CPU');
    const shape = pooledShape(x, pictureWindows(call, 'ksize'));
    return [
      { shape, type: x.type },
      { shape, type: 'int32' },
    ];
  },
  compute(call) {
    const given = call.tensor('x');
    const x = to(given, 'float32');
    const windows = pictureWindows(call, 'ksize');
    const [batch, height, width, channels] = x.shape as [number, number, number, number];
    const across = call.flag('include_batch_in_index');
    if (tf.getBackend() === 'webgpu' && (across ? x.size : x.size / batch) > 2 ** 24)
      call.fail('numbers more than 2^24 places, and the webgpu backend has no whole numbers beyond; use wasm or cpu');
    const offset = ([row, column]: readonly number[]) => (row! * width + column!) * channels;
    const [most, offsets] = overPlaces<[Tensor, Tensor]>(
      x,
      windows,
      (part) => [part.clone(), tf.zerosLike(part)],
      ([best, at], part, place) => {
        const better = tf.greater(part, best);
        return [where(better, part, best), where(better, tf.fill(part.shape, offset(place)), at)];
      },
    );
    const [, rows, columns] = most.shape as [number, number, number];
    const [[top], [left]] = marginsOf(x, windows) as [[number, number], [number, number]];
    const [down, right] = windows.strides as [number, number];
    const corners = range(0, across ? batch : 1).flatMap((b) =>
      range(0, rows).flatMap((row) =>
        range(0, columns).flatMap((column) => {
          const corner = b * height * width * channels + offset([row * down - top, column * right - left]);
          return range(corner, corner + channels);
        }),
      ),
    );
    const places = tf.add(tf.tensor(corners, [across ? batch : 1, rows, columns, channels], 'int32'), tf.cast(offsets, 'int32'));
    return [to(most, given.dtype), places];
  },
};

/** Grey dilation: the largest sum of a window and the filter. Erosion is that of the negative by the filter turned round. */
function morphology(parameters: readonly string[], erode: boolean): Operation {
  const windowsFor = (call: Constants, filter: readonly (number | null)[]) => windowsOf(call, filter.slice(0, 2) as number[], 'dilations');
  return {
    parameters: [X, 'filters|filter|kernel', 'strides', ...parameters],
    infer(call) {
      if (formatOf(call) !== 'channels_last') call.fail('dilates or erodes with channels first, which TensorFlow does not');
      const x = call.tensor('x');
      return { shape: pooledShape(x, windowsFor(call, call.tensor('filters').shape)), type: x.type };
    },
    compute(call) {
      const given = call.tensor('x');
      const x = to(given, 'float32');
      const filter = to(call.tensor('filters', given), 'float32');
      const [rows, columns, channels] = filter.shape as [number, number, number];
      const [picture, weights] = erode ? [tf.neg(x), reverse(filter, [0, 1])] : [x, filter];
      const flat = tf.reshape(weights, [rows * columns, channels]);
      const raised = (part: Tensor, [row, column]: readonly number[]) =>
        broadcast(tf.add, part, tf.slice(flat, [row! * columns + column!, 0], [1, channels]));
      const out = overPlaces<Tensor>(picture, windowsFor(call, filter.shape), raised, (most, part, place) =>
        tf.maximum(most, raised(part, place)),
      );
      return to(erode ? tf.neg(out) : out, given.dtype);
    },
  };
}

/** `tf.extract_volume_patches`: what is in a window, as channels. */
const volumePatches: Operation = {
  parameters: [X, 'ksizes', 'strides', 'padding'],
  infer(call) {
    const { shape, type } = call.tensor('x');
    const windows = volumeWindows(call);
    const depth = windows.size.reduce((product, n) => product * n, 1);
    const channels = shape.at(-1) ?? null;
    return { type, shape: [shape[0] ?? null, ...counts(shape.slice(1, -1), windows), channels === null ? null : channels * depth] };
  },
  compute(call) {
    const given = call.tensor('x');
    const windows = volumeWindows(call);
    const parts = overPlaces<Tensor[]>(
      to(given, 'float32'),
      windows,
      (part) => [part.clone()],
      (all, part) => [...all, part.clone()],
      0,
    );
    return to(parts.length === 1 ? parts[0]! : tf.concat(parts, 4), given.dtype);
  },
};

function volumeWindows(call: Constants): Windows {
  const size = spatial(call, 'ksizes', 3) ?? 1;
  return windowsOf(call, typeof size === 'number' ? [size, size, size] : size, 'rates');
}

export const windows: Readonly<Record<string, Operation>> = {
  Pool: anyPool,
  VolumePatches: volumePatches,
  MaxPoolWithArgmax: maxPoolWithArgmax,
  Dilation2D: morphology(['padding', 'data_format', 'dilations'], false),
  Dilation2D1: morphology(['dilations|rates', 'padding'], false),
  Erosion2D: morphology(['padding', 'data_format', 'dilations'], true),
  Erosion2D1: morphology(['dilations|rates', 'padding'], true),
};
