/**
 * Fourier transforms: `fft`, `rfft`, `stft` and their kin of `keras/src/ops/math.py`, with real and imaginary parts as tensors of their own. By
 * products with matrices of sines and cosines, of the factors of a length; tfjs has transforms of its own on one backend.
 */

import type { Tensor } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { mirrorPad, reverse, transpose } from '../layers/manyAxes';
import { range } from '../layers/spatial';
import type { Shape } from '../types';
import { to, X } from './families';
import type { Call, Constants, Operand, Operation } from './operation';
import { alongLast, windows } from './series';

/** Rows of complex numbers. */
export interface Complex {
  readonly real: Tensor;
  readonly imaginary: Tensor;
}

type Direction = 1 | -1;

function times(a: Complex, b: Complex, product: (x: Tensor, y: Tensor) => Tensor): Complex {
  return {
    real: tf.sub(product(a.real, b.real), product(a.imaginary, b.imaginary)),
    imaginary: tf.add(product(a.real, b.imaginary), product(a.imaginary, b.real)),
  };
}

/** exp(2 pi i j k / n) of all j and k. */
function roots(rows: number, columns: number, n: number, direction: Direction): Complex {
  const angle = (j: number, k: number) => (direction * 2 * Math.PI * ((j * k) % n)) / n;
  const table = (f: (x: number) => number) =>
    tf.tensor2d(
      range(0, rows).flatMap((j) => range(0, columns).map((k) => f(angle(j, k)))),
      [rows, columns],
    );
  return { real: table(Math.cos), imaginary: table(Math.sin) };
}

const each = ({ real, imaginary }: Complex, apply: (x: Tensor) => Tensor): Complex => ({
  real: apply(real),
  imaginary: apply(imaginary),
});

/** Lengths up to this are one product. */
const AT_ONCE = 64;

/** The transform of each row, without a factor. A length of two factors is transformed by one and then by the other. */
function rowsTransformed(rows: Complex, direction: Direction): Complex {
  const [count, n] = rows.real.shape as [number, number];
  const a = n <= AT_ONCE ? 1 : (range(2, Math.floor(Math.sqrt(n)) + 1).findLast((divisor) => n % divisor === 0) ?? 1);
  if (a === 1) return times(rows, roots(n, n, n, direction), (x, y) => tf.matMul(x, y));
  const b = n / a;
  const inner = each(rows, (x) => tf.reshape(transpose(tf.reshape(x, [count, a, b]), [0, 2, 1]), [count * b, a]));
  const first = each(rowsTransformed(inner, direction), (x) => tf.reshape(x, [count, b, a]));
  const turned = times(first, roots(b, a, n, direction), (x, y) => tf.mul(x, y));
  const outer = each(turned, (x) => tf.reshape(transpose(x, [0, 2, 1]), [count * a, b]));
  return each(rowsTransformed(outer, direction), (x) => tf.reshape(transpose(tf.reshape(x, [count, a, b]), [0, 2, 1]), [count, n]));
}

/** Along the last axis. */
function transformed(x: Complex, direction: Direction): Complex {
  const { shape } = x.real;
  return each(
    rowsTransformed(
      each(x, (part) => tf.reshape(part, [-1, shape.at(-1)!])),
      direction,
    ),
    (part) => tf.reshape(part, shape),
  );
}

function swapped(x: Tensor): Tensor {
  return transpose(x, [...range(0, x.rank - 2), x.rank - 1, x.rank - 2]);
}

function planeTransformed(x: Complex, direction: Direction): Complex {
  return each(transformed(each(transformed(x, direction), swapped), direction), swapped);
}

/** The last axis cut, or filled up with zeros. */
function fitted(x: Tensor, length: number): Tensor {
  const own = x.shape.at(-1)!;
  if (own === length) return x;
  return own > length ? alongLast(x, 0, length) : tf.concat([x, tf.zeros([...x.shape.slice(0, -1), length - own])], -1);
}

function realTransformed(x: Tensor, length: number): Complex {
  const real = fitted(x, length);
  const whole = transformed({ real, imaginary: tf.zerosLike(real) }, -1);
  return each(whole, (part) => alongLast(part, 0, Math.floor(length / 2) + 1));
}

/** Real numbers of the first half of their spectrum. */
function realInverse(x: Complex, length: number): Tensor {
  const bins = Math.floor(length / 2) + 1;
  const mirrored = (part: Tensor, flip: (x: Tensor) => Tensor) => {
    const half = fitted(part, bins);
    const rest = length - bins;
    return rest === 0 ? half : tf.concat([half, flip(lastReversed(alongLast(half, 1, rest)))], -1);
  };
  const whole = { real: mirrored(x.real, (part) => part), imaginary: mirrored(x.imaginary, (part) => tf.neg(part)) };
  return tf.div(transformed(whole, 1).real, length);
}

const lastReversed = (x: Tensor): Tensor => reverse(x, [x.rank - 1]);

/** Keras gives a complex tensor as a tuple of two. */
function parts(call: Call<Tensor>): Complex {
  const [real, imaginary] = call.list('x') as [Tensor, Tensor];
  return { real: to(real, 'float32'), imaginary: to(imaginary, 'float32') };
}

const shapeOfParts = (call: Call<Operand>): Shape => call.list('x')[0]?.shape ?? call.fail('is called without its two parts');
const twice = (shape: Shape): readonly Operand[] => [
  { shape, type: 'float32' },
  { shape, type: 'float32' },
];
const listed = ({ real, imaginary }: Complex): readonly Tensor[] => [real, imaginary];

function complexTransform(apply: (x: Complex) => Complex): Operation {
  return {
    parameters: [X],
    infer: (call) => twice(shapeOfParts(call)),
    compute: (call) => listed(apply(parts(call))),
  };
}

function fixed(length: number | null | undefined, call: Constants): number {
  return length ?? call.fail('transforms an axis whose length is not fixed; fix the shape of the input in Keras');
}

const lengthGiven = (call: Constants): number | undefined => (call.value('fft_length') as number | null | undefined) ?? undefined;

/**
 * A window of the length of a frame with zeros around it. By name Hann's or Hamming's as TensorFlow has them: of an odd length, symmetric
 * although asked to be periodic. Undefined for a name that Keras does not have, or numbers of another length.
 */
export function frameWindow(window: unknown, length: number, fftLength: number): number[] | undefined {
  const before = Math.floor((fftLength - length) / 2);
  const own = Array.isArray(window) ? (window as number[]) : namedWindow(window, length);
  return own?.length === length ? range(0, fftLength).map((i) => own[i - before] ?? 0) : undefined;
}

function namedWindow(name: unknown, length: number): number[] | undefined {
  if (name !== 'hann' && name !== 'hamming') return undefined;
  const [mean, swing] = name === 'hamming' ? [0.54, 0.46] : [0.5, 0.5];
  const period = length % 2 === 0 ? length : length - 1;
  return range(0, length).map((i) => (length === 1 ? 1 : mean - swing * Math.cos((2 * Math.PI * i) / period)));
}

function windowOf(call: Constants): number[] | undefined {
  const given = call.value('window');
  if (given === null) return undefined;
  return (
    frameWindow(given ?? 'hann', call.number('sequence_length'), call.number('fft_length')) ??
    call.fail(`has the window ${String(given)}; supported are hann and hamming`)
  );
}

/** What the windows of frames that overlap need to add up to 1 (Griffin and Lim 1984). */
function inverseWindow(window: readonly number[], step: number): number[] {
  return window.map((weight, i) => {
    const overlaps = range(0, Math.ceil(window.length / step)).map((k) => window[(i % step) + k * step] ?? 0);
    return weight / overlaps.reduce((sum, other) => sum + other * other, 0);
  });
}

/** A signal with half a frame of its mirror image before and after it. */
export function centred(x: Tensor, length: number): Tensor {
  const margin = Math.floor(length / 2);
  return mirrorPad(x, [...x.shape.slice(0, -1).map((): [number, number] => [0, 0]), [margin, margin]], 'reflect');
}

/** The spectrum of each frame of a signal: `[..., frames, length / 2 + 1]`. */
export function framesTransformed(signal: Tensor, length: number, step: number, window: readonly number[] | undefined): Complex {
  const cut = windows(signal, length, step);
  return realTransformed(window === undefined ? cut : tf.mul(cut, tf.tensor1d([...window])), length);
}

const frameNames = ['sequence_length', 'sequence_stride', 'fft_length'];

const stft: Operation = {
  parameters: [X, ...frameNames, 'window', 'center'],
  infer(call) {
    const { shape } = call.tensor('x');
    const [length, step] = [call.number('fft_length'), call.number('sequence_stride')];
    const given = shape.at(-1) ?? null;
    const whole = given === null ? null : given + (call.flag('center', true) ? 2 * Math.floor(length / 2) : 0);
    const frames = whole === null ? null : Math.max(0, Math.floor((whole - length) / step) + 1);
    return twice([...shape.slice(0, -1), frames, Math.floor(length / 2) + 1]);
  },
  compute(call) {
    const x = to(call.tensor('x'), 'float32');
    const length = call.number('fft_length');
    const signal = call.flag('center', true) ? centred(x, length) : x;
    return listed(framesTransformed(signal, length, call.number('sequence_stride'), windowOf(call)));
  },
};

/** Frames laid `step` apart and added up: each in pieces of `step`, the pieces of a kind beside each other. */
function overlapped(frames: Tensor, step: number): Tensor {
  const [count, length] = frames.shape.slice(-2) as [number, number];
  const kinds = Math.ceil(length / step);
  const rows = tf.reshape(fitted(frames, kinds * step), [-1, count, kinds, step]);
  const laid = tf.split(rows, kinds, 2).map((piece, k) => tf.pad(tf.squeeze(piece, [2]), [[0, 0], [k, kinds - 1 - k], [0, 0]])); // biome-ignore format: one axis after the other
  const sum = tf.reshape(
    laid.reduce((all, piece) => tf.add(all, piece)),
    [...frames.shape.slice(0, -2), (count + kinds - 1) * step],
  );
  return alongLast(sum, 0, (count - 1) * step + length);
}

/** From where to where of the frames laid out. */
function kept(call: Constants, frames: number): [number, number] {
  const [length, step] = [call.number('fft_length'), call.number('sequence_stride')];
  const whole = length + step * (frames - 1);
  const margin = call.flag('center', true) ? Math.floor(length / 2) : 0;
  const given = call.value('length');
  return [margin, typeof given === 'number' ? Math.min(whole, margin + given) : whole - margin];
}

const istft: Operation = {
  parameters: [X, ...frameNames, 'length', 'window', 'center'],
  infer(call) {
    const shape = shapeOfParts(call);
    const [from, end] = kept(call, fixed(shape.at(-2), call));
    return { shape: [...shape.slice(0, -2), end - from], type: 'float32' };
  },
  compute(call) {
    const x = parts(call);
    const [length, step] = [call.number('fft_length'), call.number('sequence_stride')];
    const frames = realInverse(x, length);
    const window = windowOf(call);
    const laid = overlapped(window === undefined ? frames : tf.mul(frames, tf.tensor1d(inverseWindow(window, step))), step);
    const [from, end] = kept(call, x.real.shape.at(-2)!);
    return alongLast(laid, from, end - from);
  },
};

export const spectra: Readonly<Record<string, Operation>> = {
  FFT: complexTransform((x) => transformed(x, -1)),
  FFT2: complexTransform((x) => planeTransformed(x, -1)),
  IFFT2: complexTransform((x) => each(planeTransformed(x, 1), (part) => tf.div(part, part.shape.at(-1)! * part.shape.at(-2)!))),
  RFFT: {
    parameters: [X, 'fft_length'],
    infer(call) {
      const { shape } = call.tensor('x');
      return twice([...shape.slice(0, -1), Math.floor(fixed(lengthGiven(call) ?? shape.at(-1), call) / 2) + 1]);
    },
    compute(call) {
      const x = to(call.tensor('x'), 'float32');
      return listed(realTransformed(x, lengthGiven(call) ?? x.shape.at(-1)!));
    },
  },
  IRFFT: {
    parameters: [X, 'fft_length'],
    infer(call) {
      const shape = shapeOfParts(call);
      return { shape: [...shape.slice(0, -1), lengthGiven(call) ?? 2 * (fixed(shape.at(-1), call) - 1)], type: 'float32' };
    },
    compute(call) {
      const x = parts(call);
      return realInverse(x, lengthGiven(call) ?? 2 * (x.real.shape.at(-1)! - 1));
    },
  },
  STFT: stft,
  ISTFT: istft,
};
