/**
 * Rescaling, Resizing, CenterCrop, RandomCrop, AutoContrast, CategoryEncoding, Discretization: `keras/src/layers/preprocessing`, and
 * `layers/preprocessing/image_preprocessing.py` of Keras 2.
 */

import type { Tensor } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import type { Shape } from '../types';
import { type DataFormat, dataFormatOf, flagOf, numberOf, numbersOf, plain, require, since, wordOf } from './config';
import { asBool, asFloat } from './dtypes';
import type { LayerDefinition } from './KerasLayer';
import { broadcast, pad, where } from './manyAxes';
import { identity } from './Regularization';
import { type Interpolation, interpolations2, interpolations3, resizeImages } from './resize';
import { fromChannelsLast, shapeOf, toChannelsLast } from './spatial';
import type { LayerSpec } from './spec';

export function rescaling(spec: LayerSpec): LayerDefinition {
  const tensorOf = (key: string, fallback: number): Tensor => tf.tensor((plain(spec.config[key]) ?? fallback) as number | number[]);
  return {
    outputShapes: ([shape]) => [shape!],
    compute: ([x]) => broadcast(tf.add, broadcast(tf.mul, asFloat(x!), tensorOf('scale', 1)), tensorOf('offset', 0)),
    ...(spec.keras.major === 3 ? { masking: { gives: 'same' } } : {}),
  };
}

/** Shape and layout of pictures, with or without a batch axis. */
function pictureShape(spec: LayerSpec, shape: Shape, size: readonly [number, number], format: DataFormat): Shape {
  require(shape.length === 4, spec, () => `takes pictures [batch, height, width, channels] and is given ${shape.length} axes`);
  return shapeOf(shape[0], size, (format === 'channels_last' ? shape[3] : shape[1]) ?? null, format);
}

function sizeOf(spec: LayerSpec): [number, number] {
  return [numberOf(spec, 'height'), numberOf(spec, 'width')];
}

/** `fewDigits`: the pictures' numbers, though float32, are of a dtype with fewer digits. */
export function resizing(spec: LayerSpec, fewDigits = false): LayerDefinition {
  const format = dataFormatOf(spec);
  const size = sizeOf(spec);
  const choices = spec.keras.major === 3 ? interpolations3 : interpolations2;
  const interpolation = wordOf(spec, 'interpolation', choices, 'bilinear');
  const antialias = flagOf(spec, 'antialias', false);
  const crop = flagOf(spec, 'crop_to_aspect_ratio', false);
  const pad = flagOf(spec, 'pad_to_aspect_ratio', false);
  const fill = numberOf(spec, 'fill_value', 0);
  return {
    outputShapes: ([shape]) => [pictureShape(spec, shape!, size, format)],
    compute([input]) {
      let x = toChannelsLast(asFloat(input!), format);
      if (crop) x = cropToAspect(x, size);
      else if (pad) x = padToAspect(x, size, fill);
      return fromChannelsLast(resizeImages(x, size, interpolation, antialias, fewDigits || input!.dtype === 'int32'), format);
    },
  };
}

/** The largest middle part of pictures that has the aspect ratio of `size`. */
function cropToAspect(x: Tensor, size: readonly [number, number]): Tensor {
  const { height, width, top, left } = aspectWindow(x, size);
  return tf.slice(x, [0, top, left, 0], [x.shape[0]!, height, width, x.shape[3]!]);
}

function aspectWindow(x: Tensor, [targetHeight, targetWidth]: readonly [number, number]) {
  const [rows, columns] = [x.shape[1]!, x.shape[2]!];
  const height = Math.max(1, Math.min(rows, Math.trunc(Math.fround((columns * targetHeight) / targetWidth))));
  const width = Math.max(1, Math.min(columns, Math.trunc(Math.fround((rows * targetWidth) / targetHeight))));
  return { height, width, top: Math.trunc((rows - height) / 2), left: Math.trunc((columns - width) / 2) };
}

/** The same number of rows or columns on both sides, so that an odd remainder is left out, as Keras does. */
function padToAspect(x: Tensor, [targetHeight, targetWidth]: readonly [number, number], fill: number): Tensor {
  const [rows, columns] = [x.shape[1]!, x.shape[2]!];
  const height = Math.max(rows, Math.trunc(Math.fround((columns * targetHeight) / targetWidth)));
  const width = Math.max(columns, Math.trunc(Math.fround((rows * targetWidth) / targetHeight)));
  const [vertical, horizontal] = [Math.trunc((height - rows) / 2), Math.trunc((width - columns) / 2)];
  return pad(
    x,
    [
      [0, 0],
      [vertical, vertical],
      [horizontal, horizontal],
      [0, 0],
    ],
    fill,
  );
}

function smartResize(x: Tensor, size: readonly [number, number], method: Interpolation = 'bilinear'): Tensor {
  return resizeImages(cropToAspect(x, size), size, method);
}

export function centerCrop(spec: LayerSpec): LayerDefinition {
  const format = dataFormatOf(spec);
  const size = sizeOf(spec);
  return {
    outputShapes: ([shape]) => [pictureShape(spec, shape!, size, format)],
    compute([input]) {
      const x = toChannelsLast(asFloat(input!), format);
      const [down, right] = [x.shape[1]! - size[0], x.shape[2]! - size[1]];
      if (down < 0 || right < 0) return fromChannelsLast(smartResize(x, size), format);
      const part = tf.slice(x, [0, Math.floor(down / 2), Math.floor(right / 2), 0], [x.shape[0]!, size[0], size[1], x.shape[3]!]);
      return fromChannelsLast(part, format);
    },
  };
}

/** At inference Keras 2, and 3 up to 3.5, resize; 3.6 and 3.7 cut and resize; later ones pass pictures through, whatever size they promise. */
export function randomCrop(spec: LayerSpec): LayerDefinition {
  const format = dataFormatOf(spec);
  const size = sizeOf(spec);
  if (since(spec, 3, 8)) {
    const { masking: _, ...definition } = identity(spec);
    return definition;
  }
  return {
    outputShapes: ([shape]) => [pictureShape(spec, shape!, size, format)],
    compute([input]) {
      const x = toChannelsLast(asFloat(input!), format);
      if (!since(spec, 3, 6)) return fromChannelsLast(smartResize(x, size), format);
      const { top, left } = aspectWindow(x, size);
      const [height, width] = [Math.min(size[0], x.shape[1]! - top), Math.min(size[1], x.shape[2]! - left)];
      return fromChannelsLast(
        resizeImages(tf.slice(x, [0, top, left, 0], [x.shape[0]!, height, width, x.shape[3]!]), size, 'bilinear'),
        format,
      );
    },
    convertWeights: () => [],
  };
}

/** AutoContrast stretches every channel of every picture to the whole range, at inference too. */
export function autoContrast(spec: LayerSpec): LayerDefinition {
  const [low, high] = (numbersOf(spec, 'value_range') ?? [0, 255]) as [number, number];
  return {
    outputShapes: ([shape]) => [shape!],
    compute([input]) {
      const x = asFloat(input!);
      const bytes = tf.mul(tf.div(tf.sub(x, low), high - low), 255);
      const [least, most] = [tf.min(bytes, [1, 2], true), tf.max(bytes, [1, 2], true)];
      const flat = tf.equal(most, least);
      const scale = tf.div(255, where(flat, tf.onesLike(most), tf.sub(most, least)));
      const stretched = tf.clipByValue(tf.mul(tf.sub(bytes, least), scale), 0, 255);
      const values = tf.add(tf.mul(tf.div(stretched, 255), high - low), low);
      return where(asBool(tf.mul(asFloat(flat), tf.ones(x.shape))), x, values);
    },
  };
}

type Mode = 'int' | 'one_hot' | 'multi_hot' | 'count';

/** How a version encodes: which axis of the inputs several hot ones share, and whether a last axis of 1 goes. */
interface Encoding {
  readonly mode: Mode;
  readonly depth: number;
  /** Of inputs of more than one axis. Keras takes a batch of single numbers for one sample. */
  readonly axis: (rank: number) => number;
  readonly shrinks: boolean;
}

export function categoryEncoding(spec: LayerSpec): LayerDefinition {
  const mode =
    spec.config.output_mode === 'binary' ? 'multi_hot' : wordOf(spec, 'output_mode', ['one_hot', 'multi_hot', 'count'], 'multi_hot');
  const encoding: Encoding = { mode, depth: numberOf(spec, 'num_tokens'), axis: () => 1, shrinks: !isBefore34(spec) };
  return {
    outputShapes: ([shape]) => [encodedShape(shape!, encoding)],
    compute: ([indices, weights]) => encode(tf.cast(indices!, 'int32'), encoding, weights),
  };
}

export function discretization(spec: LayerSpec): LayerDefinition {
  const bounds = numbersOf(spec, 'bin_boundaries');
  require(bounds !== undefined, spec, () => 'has no bin_boundaries in its config');
  const mode = wordOf(spec, 'output_mode', ['int', 'one_hot', 'multi_hot', 'count'], 'int');
  const early = isBefore34(spec);
  const encoding: Encoding = { mode, depth: bounds.length + 1, axis: (rank) => (early ? rank - 1 : 1), shrinks: !early };
  return {
    outputShapes: ([shape]) => [encodedShape(shape!, encoding)],
    outputTypes: () => [mode === 'int' ? 'int32' : 'float32'],
    compute([input]) {
      const x = tf.expandDims(asFloat(input!), -1);
      const bins = tf.cast(tf.sum(tf.cast(tf.greaterEqual(x, tf.tensor1d(bounds)), 'int32'), -1), 'int32');
      return encode(bins, encoding);
    },
  };
}

/** Keras 3.4 gave both layers one way to encode. */
function isBefore34(spec: LayerSpec): boolean {
  return spec.keras.major === 3 && !since(spec, 3, 4);
}

function encodedShape(shape: Shape, { mode, depth, axis, shrinks }: Encoding): Shape {
  if (mode === 'int') return shape;
  if (mode === 'one_hot') return shrinks && shape.length > 1 && shape.at(-1) === 1 ? [...shape.slice(0, -1), depth] : [...shape, depth];
  return [...shape.filter((_, i) => i !== (shape.length === 1 ? 0 : axis(shape.length))), depth];
}

function encode(indices: Tensor, { mode, depth, axis, shrinks }: Encoding, weights?: Tensor): Tensor {
  if (mode === 'int') return indices;
  const { rank } = indices;
  const single = mode === 'one_hot' && shrinks && rank > 1 && indices.shape[rank - 1] === 1;
  const flat = single ? tf.squeeze(indices, [rank - 1]) : indices;
  const hot = asFloat(tf.equal(tf.expandDims(flat, -1), tf.range(0, depth, 1, 'int32')));
  if (mode === 'one_hot') return hot;
  const counted = weights === undefined ? hot : tf.mul(hot, tf.expandDims(asFloat(weights), -1));
  const along = rank === 1 ? 0 : axis(rank);
  return mode === 'count' ? tf.sum(counted, along) : tf.max(counted, along);
}
