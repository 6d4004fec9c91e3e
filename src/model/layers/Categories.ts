/** CategoryEncoding, Discretization, IntegerLookup: `keras/src/layers/preprocessing/{category_encoding,discretization,index_lookup}.py`. */

import type { Tensor } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import type { Shape } from '../types';
import { flagOf, numberOf, numbersOf, require, since, wordOf } from './config';
import { asFloat } from './dtypes';
import type { LayerDefinition } from './KerasLayer';
import { broadcast, where } from './manyAxes';
import type { LayerSpec } from './spec';

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
  const depth = numberOf(spec, spec.config.max_tokens === undefined ? 'num_tokens' : 'max_tokens');
  const encoding: Encoding = { mode, depth, axis: () => 1, shrinks: !isBefore34(spec) };
  // Keras before 2.6 takes a batch of single numbers for as many samples.
  const apart = <T>(shape: readonly T[], one: T): readonly T[] => (shape.length === 1 && !since(spec, 2, 6) ? [...shape, one] : shape);
  const sampled = (x: Tensor): Tensor => tf.reshape(x, [...apart(x.shape, 1)]);
  return {
    outputShapes: ([shape]) => [encodedShape(apart(shape!, 1), encoding)],
    compute: ([indices, weights]) => encode(sampled(tf.cast(indices!, 'int32')), encoding, weights && sampled(weights)),
  };
}

export function discretization(spec: LayerSpec): LayerDefinition {
  const given = numbersOf(spec, spec.config.bins === undefined ? 'bin_boundaries' : 'bins');
  require(given !== undefined, spec, () => 'has no bin_boundaries in its config');
  // TensorFlow 2.4 and 2.5 add infinity to the bins, and put a number that is one of them below it.
  const below = spec.config.bins !== undefined && given.at(-1) === Number.POSITIVE_INFINITY;
  const bounds = given.filter((bound) => bound !== Number.POSITIVE_INFINITY);
  const mode = wordOf(spec, 'output_mode', ['int', 'one_hot', 'multi_hot', 'count'], 'int');
  const early = isBefore34(spec);
  const encoding: Encoding = { mode, depth: bounds.length + 1, axis: (rank) => (early ? rank - 1 : 1), shrinks: !early };
  return {
    outputShapes: ([shape]) => [encodedShape(shape!, encoding)],
    outputTypes: () => [mode === 'int' ? 'int32' : 'float32'],
    compute([input]) {
      const x = tf.expandDims(asFloat(input!), -1);
      const passed = broadcast(below ? tf.greater : tf.greaterEqual, x, tf.tensor1d(bounds));
      const bins = tf.cast(tf.sum(tf.cast(passed, 'int32'), -1), 'int32');
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
  const hot = asFloat(broadcast(tf.equal, tf.expandDims(flat, -1), tf.range(0, depth, 1, 'int32')));
  if (mode === 'one_hot') return hot;
  const counted = weights === undefined ? hot : broadcast(tf.mul, hot, tf.expandDims(asFloat(weights), -1));
  const along = rank === 1 ? 0 : axis(rank);
  return mode === 'count' ? tf.sum(counted, along) : tf.max(counted, along);
}

const lookupModes = ['int', 'one_hot', 'multi_hot', 'count', 'tf_idf'] as const;

/** The places of numbers in a vocabulary behind those of the mask and of what is not in it, or (`invert`) the numbers of places. */
export function integerLookup(spec: LayerSpec): LayerDefinition {
  const vocabulary = numbersOf(spec, 'vocabulary');
  require(vocabulary !== undefined, spec, () => 'has no vocabulary in its config; pass the one it was adapted to as its argument in Keras');
  const whole = vocabulary.every((token) => Number.isInteger(token) && Math.abs(token) < 2 ** 31);
  require(whole, spec, () => 'has a vocabulary that is not of whole numbers of 32 bits');
  const given = spec.config.output_mode;
  const mode = given === 'binary' ? 'multi_hot' : given === 'tf-idf' ? 'tf_idf' : wordOf(spec, 'output_mode', lookupModes, 'int');
  const mask = (spec.config.mask_token ?? null) === null ? undefined : numberOf(spec, 'mask_token');
  const strangers = numberOf(spec, 'num_oov_indices', 1);
  const stranger = numberOf(spec, 'oov_token', -1);
  const hashes = strangers > 1 && (spec.config.oov_method ?? 'floormod') !== 'floormod';
  require(!hashes, spec, () =>
    `puts numbers that it does not know into places by ${String(spec.config.oov_method)}; supported is floormod`);
  const first = mask !== undefined && mode === 'int' ? 1 : 0;
  const special = [...Array<number | undefined>(first).fill(mask), ...Array<number>(strangers).fill(stranger)];
  const announced = special.every((token, i) => vocabulary[i] === token);
  const tokens = announced ? vocabulary.slice(special.length) : vocabulary;
  const places = tokens.map((_, i) => special.length + i);
  if (flagOf(spec, 'invert', false)) {
    return {
      outputShapes: ([shape]) => [shape!],
      outputTypes: () => ['int32'],
      compute([input]) {
        refuseLong(spec, tokens);
        return masked(found(input!, places, tokens, stranger), input!, mask === undefined ? undefined : 0, mask ?? 0);
      },
      convertWeights: () => [],
    };
  }
  const depth = flagOf(spec, 'pad_to_max_tokens', false) ? numberOf(spec, 'max_tokens') : special.length + tokens.length;
  const two = spec.keras.major === 2;
  const encoding: Encoding = { mode: mode === 'tf_idf' ? 'count' : mode, depth, axis: () => 1, shrinks: true };
  const weighs = mode === 'tf_idf';
  const rarities = weighs && !two ? raritiesOf(spec, announced ? 0 : special.length, depth) : undefined;
  return {
    outputShapes: ([shape]) => [encodedShape(shape!, encoding)],
    outputTypes: () => [mode === 'int' || !(two || weighs) ? 'int32' : 'float32'],
    // Keras 2 keeps the frequencies as a weight too.
    ...(weighs && two
      ? { weights: () => [{ name: 'idf_weights', shape: [depth], trainable: false, paths: ['vars/idf_weights'], counts: false }] }
      : {}),
    ...(two ? {} : { convertWeights: () => [] }),
    compute([input], [stored]) {
      const x = tf.cast(input!, 'int32');
      refuseLong(spec, tokens);
      const known = found(x, tokens, places, -1);
      const all = strangers === 0 ? known : where(tf.less(known, tf.scalar(0, 'int32')), placed(x, strangers, first), known);
      // What is masked has no place among the hot ones.
      const encoded = encode(masked(all, x, mask, mode === 'int' ? 0 : -1), encoding);
      if (weighs) return broadcast(tf.mul, encoded, stored ?? tf.tensor1d(rarities!));
      return two ? encoded : tf.cast(encoded, 'int32');
    },
  };
}

function refuseLong(spec: LayerSpec, tokens: readonly number[]): void {
  require(tf.getBackend() !== 'webgpu' || tokens.every((token) => Math.abs(token) < 2 ** 24), spec, () =>
    'has a whole number that float32 has not, in which the webgpu backend computes them; use wasm or cpu');
}

/** Where numbers go that are not in the vocabulary. */
function placed(x: Tensor, strangers: number, first: number): Tensor {
  const start = constant(x, first);
  return strangers === 1 ? start : tf.add(tf.mod(x, tf.scalar(strangers, 'int32')), start);
}

/** The value of each key, and `otherwise` for what is no key. */
function found(x: Tensor, keys: readonly number[], values: readonly number[], otherwise: number): Tensor {
  const hits = tf.cast(broadcast(tf.equal, tf.expandDims(tf.cast(x, 'int32'), -1), tf.tensor1d([...keys], 'int32')), 'int32');
  const offsets = tf.tensor1d(
    values.map((value) => value - otherwise),
    'int32',
  );
  return tf.add(tf.sum(broadcast(tf.mul, hits, offsets), -1), tf.scalar(otherwise, 'int32'));
}

function masked(values: Tensor, x: Tensor, mask: number | undefined, value: number): Tensor {
  if (mask === undefined) return values;
  return where(tf.equal(tf.cast(x, 'int32'), tf.scalar(mask, 'int32')), constant(values, value), values);
}

/** Inverse document frequencies: their mean for places that the vocabulary does not speak of, nothing for those beyond it. */
function raritiesOf(spec: LayerSpec, ahead: number, depth: number): number[] {
  const given = numbersOf(spec, 'idf_weights');
  require(given !== undefined, spec, () => 'has no idf_weights in its config');
  const mean = given.reduce((sum, weight) => sum + weight, 0) / given.length;
  const all = [...Array<number>(ahead).fill(mean), ...given];
  return [...all, ...Array<number>(Math.max(0, depth - all.length)).fill(0)];
}

const constant = (like: Tensor, value: number): Tensor => tf.fill(like.shape, value, 'int32');
