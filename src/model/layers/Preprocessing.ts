/**
 * Rescaling, Resizing, CenterCrop, RandomCrop, AutoContrast: `keras/src/layers/preprocessing`, and
 * `layers/preprocessing/image_preprocessing.py` of Keras 2.
 */

import type { DataType, Tensor } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { dtypeName } from '../../keras/policy';
import type { Shape } from '../types';
import { calledInTraining, type DataFormat, dataFormatOf, flagOf, numberOf, numbersOf, plain, require, since, wordOf } from './config';
import { asBool, asFloat } from './dtypes';
import type { LayerDefinition } from './KerasLayer';
import { broadcast, pad, where } from './manyAxes';
import { identity } from './Regularization';
import { interpolations2, interpolations3, resizeImages } from './resize';
import { fromChannelsLast, shapeOf, toChannelsLast } from './spatial';
import type { LayerSpec } from './spec';

/** Layers of pictures with a dtype of whole numbers round or wrap what they compute, each in its way. */
function refuseWholeNumbers(spec: LayerSpec): void {
  const name = dtypeName(spec.config.dtype);
  require(!/^u?int/.test(name), spec, () => `computes in ${name}, which is not supported; give it the dtype float32 in Keras`);
}

export function rescaling(spec: LayerSpec): LayerDefinition {
  refuseWholeNumbers(spec);
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
  if (interpolation !== 'nearest') refuseWholeNumbers(spec);
  const antialias = flagOf(spec, 'antialias', false);
  const crop = flagOf(spec, 'crop_to_aspect_ratio', false);
  const pad = flagOf(spec, 'pad_to_aspect_ratio', false);
  const fill = numberOf(spec, 'fill_value', 0);
  return {
    outputShapes: ([shape]) => [pictureShape(spec, shape!, size, format)],
    ...(interpolation === 'nearest' ? keptType(spec) : {}),
    compute([input]) {
      let x = toChannelsLast(asFloat(input!), format);
      if (crop) x = cropToAspect(x, size);
      else if (pad) x = padToAspect(x, size, fill);
      const resized = resizeImages(x, size, interpolation, antialias, fewDigits || input!.dtype === 'int32');
      return fromChannelsLast(interpolation === 'nearest' ? asKept(spec, resized, input!) : resized, format);
    },
  };
}

/** Keras before 2.8 gives pictures that it cuts or repeats the dtype that they have; later ones make them float32 first. */
function keepsType(spec: LayerSpec): boolean {
  return spec.keras.major === 2 && !since(spec, 2, 8);
}

function keptType(spec: LayerSpec): Pick<LayerDefinition, 'outputTypes'> {
  return keepsType(spec) ? { outputTypes: ([type]) => [typeKept(type!)] } : {};
}

const typeKept = (type: DataType): DataType => (type === 'int32' ? 'int32' : 'float32');

/** Fractions of whole numbers are cut off, as a cast does. */
function asKept(spec: LayerSpec, x: Tensor, { dtype }: Tensor): Tensor {
  return keepsType(spec) ? tf.cast(x, typeKept(dtype)) : x;
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

function smartResize(x: Tensor, size: readonly [number, number]): Tensor {
  return resizeImages(cropToAspect(x, size), size, 'bilinear');
}

/** Keras before 2.7 has no answer for pictures that are smaller than the crop. */
export function centerCrop(spec: LayerSpec): LayerDefinition {
  if (spec.keras.major === 2) refuseWholeNumbers(spec);
  const format = dataFormatOf(spec);
  const size = sizeOf(spec);
  const isCovered = (rows: number | null, columns: number | null): boolean => {
    const covered = (rows ?? size[0]) >= size[0] && (columns ?? size[1]) >= size[1];
    require(covered || since(spec, 2, 7), spec, () =>
      `crops pictures of ${rows} x ${columns} to ${size.join(' x ')}, which Keras ${spec.keras.text} does not do`);
    return covered;
  };
  return {
    outputShapes([shape]) {
      const given = pictureShape(spec, shape!, size, format);
      if (format === 'channels_last') isCovered(shape![1]!, shape![2]!);
      return [given];
    },
    ...keptType(spec),
    compute([input]) {
      const x = toChannelsLast(asFloat(input!), format);
      const cropped = isCovered(x.shape[1]!, x.shape[2]!) ? middle(x, size) : smartResize(x, size);
      return fromChannelsLast(asKept(spec, cropped, input!), format);
    },
  };
}

function middle(x: Tensor, [height, width]: readonly [number, number]): Tensor {
  const [top, left] = [Math.floor((x.shape[1]! - height) / 2), Math.floor((x.shape[2]! - width) / 2)];
  return tf.slice(x, [0, top, left, 0], [x.shape[0]!, height, width, x.shape[3]!]);
}

/** The middle of pictures that were resized until their shorter side is as long as the target's. */
function coverAndCrop(x: Tensor, [height, width]: readonly [number, number]): Tensor {
  const [rows, columns] = [x.shape[1]!, x.shape[2]!];
  const covering: [number, number] =
    rows / columns > height / width ? [Math.trunc((width * rows) / columns), width] : [height, Math.trunc((height * columns) / rows)];
  return middle(resizeImages(x, covering, 'bilinear'), [height, width]);
}

/** The corner of the largest middle part, as large as the target or as far as the picture goes. */
function cornerResized(x: Tensor, size: readonly [number, number]): Tensor {
  const { top, left } = aspectWindow(x, size);
  const [height, width] = [Math.min(size[0], x.shape[1]! - top), Math.min(size[1], x.shape[2]! - left)];
  return resizeImages(tf.slice(x, [0, top, left, 0], [x.shape[0]!, height, width, x.shape[3]!]), size, 'bilinear');
}

/**
 * At inference Keras before 2.7 resizes and cuts; 2.7 to 3.5 cut to the aspect ratio and resize; 3.6 and 3.7 cut once more in between; later
 * ones pass pictures through, whatever size they promise.
 */
export function randomCrop(spec: LayerSpec): LayerDefinition {
  const format = dataFormatOf(spec);
  const size = sizeOf(spec);
  require(!calledInTraining(spec), spec, () => 'crops at inference too (it is called with training=True), at random');
  if (since(spec, 3, 8)) {
    const { masking: _, ...definition } = identity(spec);
    return definition;
  }
  refuseWholeNumbers(spec);
  const early = !since(spec, 2, 7);
  const inside = early ? coverAndCrop : since(spec, 3, 6) ? cornerResized : smartResize;
  return {
    outputShapes: ([shape]) => [pictureShape(spec, shape!, size, format)],
    ...(early ? {} : keptType(spec)),
    compute([input]) {
      const cropped = inside(toChannelsLast(asFloat(input!), format), size);
      return fromChannelsLast(early ? cropped : asKept(spec, cropped, input!), format);
    },
    convertWeights: () => [],
  };
}

/** From a layer's value range to 0 to 255. */
export function toBytes(x: Tensor, low: number, high: number): Tensor {
  return tf.mul(tf.div(tf.sub(x, low), high - low), 255);
}

export function fromBytes(x: Tensor, low: number, high: number): Tensor {
  return tf.add(tf.mul(tf.div(x, 255), high - low), low);
}

/** AutoContrast stretches every channel of every picture to the whole range, at inference too. */
export function autoContrast(spec: LayerSpec): LayerDefinition {
  const [low, high] = (numbersOf(spec, 'value_range') ?? [0, 255]) as [number, number];
  return {
    outputShapes: ([shape]) => [shape!],
    compute([input]) {
      const x = asFloat(input!);
      const bytes = toBytes(x, low, high);
      const [least, most] = [tf.min(bytes, [1, 2], true), tf.max(bytes, [1, 2], true)];
      const flat = tf.equal(most, least);
      const scale = tf.div(255, where(flat, tf.onesLike(most), tf.sub(most, least)));
      const stretched = tf.clipByValue(tf.mul(tf.sub(bytes, least), scale), 0, 255);
      const values = fromBytes(stretched, low, high);
      return where(asBool(tf.mul(asFloat(flat), tf.ones(x.shape))), x, values);
    },
  };
}
