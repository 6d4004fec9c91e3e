/**
 * Dtypes that hold fewer numbers than tfjs' float32 and int32. Tensors of them are float32 or int32 tensors whose numbers are all of that
 * dtype; what computes with them rounds or wraps its result. Which symbolic tensor is of which dtype is kept beside it.
 */

import type { Tensor } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import type { SymbolicTensor } from '@tensorflow/tfjs-layers';
import { dtypeName } from '../../keras/policy';
import { asFloat } from './dtypes';
import { where } from './manyAxes';
import { roundHalfEven } from './rounding';

export type NarrowType = 'int8' | 'uint8' | 'int16' | 'uint16' | 'uint32' | 'uint64' | 'float16' | 'bfloat16';
/** What Keras tells apart and tfjs does not. int64 is held as int32, float64 as float32. */
export type ExactType = NarrowType | 'bool' | 'int32' | 'float32';

const narrowTypes: readonly string[] = ['int8', 'uint8', 'int16', 'uint16', 'uint32', 'uint64', 'float16', 'bfloat16'];

export function narrowType(dtype: unknown): NarrowType | undefined {
  const name = dtypeName(dtype);
  return narrowTypes.includes(name) ? (name as NarrowType) : undefined;
}

export function isHalf(type: ExactType | undefined): type is 'float16' | 'bfloat16' {
  return type === 'float16' || type === 'bfloat16';
}

const narrowSymbols = new WeakMap<SymbolicTensor, NarrowType>();

export function narrowTypeOf(symbol: SymbolicTensor): NarrowType | undefined {
  return narrowSymbols.get(symbol);
}

export function setNarrowType(symbol: SymbolicTensor, type: NarrowType | undefined): void {
  if (type === undefined) narrowSymbols.delete(symbol);
  else narrowSymbols.set(symbol, type);
}

/** The dtype of two that meet: `keras/src/backend/common/dtypes.py`, whose lattice is JAX's. TensorFlow itself takes no two. */
export function meet(a: ExactType, b: ExactType): ExactType {
  if (a === b || b === 'bool') return a;
  if (a === 'bool') return b;
  const [left, right] = [bitsOf(a), bitsOf(b)];
  if (left === undefined || right === undefined) return left === undefined && right === undefined ? 'float32' : left === undefined ? a : b;
  if (a[0] === b[0]) return left.bits >= right.bits ? a : b;
  const [signed, unsigned] = a[0] === 'u' ? [right.bits, left.bits] : [left.bits, right.bits];
  return `int${Math.min(32, signed > unsigned ? signed : 2 * unsigned)}` as ExactType;
}

/** How many bits a whole-number dtype has; undefined for the others. */
function bitsOf(type: ExactType): { signed: boolean; bits: number } | undefined {
  const found = /^(u?)int(\d+)$/.exec(type);
  return found === null ? undefined : { signed: found[1] === '', bits: Number(found[2]) };
}

/** The smallest and the largest number of a whole-number dtype of at most 16 bits; undefined for the others. */
export function limitsOf(type: ExactType): readonly [number, number] | undefined {
  if (type === 'bool') return [0, 1];
  const found = bitsOf(type);
  if (found === undefined || found.bits > 16) return undefined;
  const count = 2 ** found.bits;
  return found.signed ? [-count / 2, count / 2 - 1] : [0, count - 1];
}

/** A result computed in float32 or int32 as a narrow dtype has it: rounded to nearest even, or wrapped. */
export function narrowed(x: Tensor, type: NarrowType): Tensor {
  return isHalf(type) ? rounded(asFloat(x), type) : wrapped(x, type);
}

/** The same of a number. */
export function narrowedNumber(value: number, type: NarrowType): number {
  if (isHalf(type)) {
    const { precision, least, largest } = halves[type];
    if (!Number.isFinite(value) || value === 0) return value;
    const unit = 2 ** (Math.max(least, Math.floor(Math.log2(Math.abs(value)))) - precision + 1);
    const nearest = roundHalfEven(value / unit) * unit;
    return Math.abs(nearest) > largest ? Math.sign(value) * Number.POSITIVE_INFINITY : nearest;
  }
  const limits = limitsOf(type);
  if (limits === undefined) return value;
  const count = limits[1] - limits[0] + 1;
  return ((((value - limits[0]) % count) + count) % count) + limits[0];
}

/** Significant bits, the exponent below which numbers lie evenly, and the largest number. */
const halves = {
  float16: { precision: 11, least: -14, largest: 65504 },
  // Of its subnormal numbers, those below 2^-118, neither TensorFlow nor WebGPU keeps all.
  bfloat16: { precision: 8, least: -118, largest: 3.3895313892515355e38 },
} as const;

/** By a scale that is a power of two, which changes no digit, and a rounding to whole numbers, which halves to even on all backends. */
function rounded(x: Tensor, type: 'float16' | 'bfloat16', toDigits: (x: Tensor) => Tensor = tf.round): Tensor {
  const { precision, least, largest } = halves[type];
  const most = 127;
  const finite = tf.isFinite(x);
  const magnitude = where(finite, tf.abs(x), tf.onesLike(x));
  const powers = (sign: 1 | -1) => tf.tensor1d(Array.from({ length: most - least + 1 }, (_, i) => 2 ** (sign * (least + i))));
  const guess = tf.clipByValue(tf.floor(tf.div(tf.log(magnitude), Math.LN2)), least, most);
  const places = tf.cast(tf.sub(guess, least), 'int32');
  const looked = (table: Tensor) => tf.reshape(tf.gather(table, tf.reshape(places, [-1])), x.shape);
  const [power, inverse] = [looked(powers(1)), looked(powers(-1))];
  // A logarithm may be off by the last digit, and the exponent by one.
  const [low, high] = [tf.less(magnitude, power), tf.greaterEqual(tf.mul(magnitude, 0.5), power)];
  const scaled = (factors: readonly [number, number]) =>
    where(low, tf.fill(x.shape, factors[0]), where(high, tf.fill(x.shape, factors[1]), tf.onesLike(x)));
  const atLeast = 2 ** least;
  const unit = tf.maximum(tf.mul(power, scaled([0.5, 2])), atLeast);
  const perUnit = tf.minimum(tf.mul(inverse, scaled([2, 0.5])), 1 / atLeast);
  const digits = toDigits(tf.mul(tf.mul(x, perUnit), 2 ** (precision - 1)));
  const value = tf.mul(tf.mul(digits, 2 ** (1 - precision)), unit);
  const beyond = tf.greater(tf.abs(value), largest);
  const bounded = tf.mul(value, where(beyond, tf.fill(x.shape, Number.POSITIVE_INFINITY), tf.onesLike(x)));
  return where(finite, bounded, x);
}

/** A float cut off, not rounded, after the digits that the dtype has. */
export function truncated(x: Tensor, type: 'float16' | 'bfloat16'): Tensor {
  return rounded(x, type, (digits) => where(tf.less(digits, 0), tf.ceil(digits), tf.floor(digits)));
}

/** The last bits of whole numbers. tfjs' WebGPU backend computes int32 in float32: there, exact below 2^24. */
function wrapped(x: Tensor, type: NarrowType): Tensor {
  const limits = limitsOf(type);
  if (limits === undefined) return x;
  const count = limits[1] - limits[0] + 1;
  if (tf.getBackend() === 'webgpu') {
    const numbers = tf.sub(asFloat(x), limits[0]);
    return tf.cast(tf.add(tf.sub(numbers, tf.mul(tf.floor(tf.mul(numbers, 1 / count)), count)), limits[0]), 'int32');
  }
  const whole = (n: number) => tf.scalar(n, 'int32');
  return tf.add(tf.mod(tf.sub(x, whole(limits[0])), whole(count)), whole(limits[0]));
}

/** int32 of floats as x86 processors cast them: what does not fit, and NaN, is the lowest number. */
export function toWhole(x: Tensor): Tensor {
  const fits = tf.less(tf.abs(x), 2 ** 31);
  const kept = tf.cast(where(fits, x, tf.zerosLike(x)), 'int32');
  return where(fits, kept, tf.fill(x.shape, -(2 ** 31), 'int32'));
}

/** How many numbers TensorFlow's vectorised casts take at a time. */
const PACKET = 32;

/**
 * A small whole-number dtype of floats. C++ does not define the cast of what does not fit; TensorFlow 2.21's kernels (x86)
 * saturate in whole packets and wrap in the rest of the tensor, and so does this.
 */
export function toNarrowWhole(x: Tensor, type: NarrowType): Tensor {
  const whole = toWhole(x);
  const limits = limitsOf(type);
  if (limits === undefined) return whole;
  return byPackets(
    x,
    PACKET,
    () => tf.cast(tf.clipByValue(asFloat(whole), ...limits), 'int32'),
    () => wrapped(whole, type),
  );
}

/** What a vectorised kernel makes of whole packets of x, in order, and what its other code makes of the rest. */
export function byPackets(x: Tensor, packet: number, vectorised: () => Tensor, other: () => Tensor): Tensor {
  const inPackets = x.size - (x.size % packet);
  if (inPackets === 0) return other();
  if (inPackets === x.size) return vectorised();
  const early = tf.less(tf.range(0, x.size, 1, 'float32'), inPackets);
  return tf.reshape(where(early, tf.reshape(vectorised(), [-1]), tf.reshape(other(), [-1])), x.shape);
}
