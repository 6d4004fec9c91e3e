/**
 * Functions of float16 and bfloat16 that TensorFlow's kernels compute in several steps, each of which they round. The steps were found by
 * comparing all numbers of both dtypes (without the bfloat16 below 2^-100); where a kernel rounds otherwise, a function is not here.
 */

import type { Tensor } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { broadcast, where } from '../layers/manyAxes';
import { byPackets, narrowed, narrowedNumber, truncated } from '../layers/narrow';
import { linear } from './linear';
import { normalizing } from './neural';
import type { Call } from './operation';

export type Half = 'float16' | 'bfloat16';

/** One call, whose results are rounded step by step. */
interface Steps {
  readonly type: Half;
  readonly call: Call<Tensor>;
  /** A result as the dtype has it. */
  readonly r: (x: Tensor) => Tensor;
  /** A constant as the dtype has it. */
  readonly c: (value: number) => number;
}

type Formula = (x: Tensor, steps: Steps) => Tensor;

/** e^x / (e^x + 1), and 1 where e^x is infinite. */
const sigmoid: Formula = (x, { r }) => {
  const power = r(tf.exp(x));
  const infinite = tf.isInf(power);
  const finite = where(infinite, tf.onesLike(x), power);
  return where(infinite, tf.onesLike(x), r(tf.div(finite, r(tf.add(finite, 1)))));
};

/** What an elu has below 0. */
const drop: Formula = (x, { r }) => r(tf.sub(r(tf.exp(x)), 1));

/** Of large numbers the number, of small ones the power; Eigen's epsilon of float16 is an eighth of what its name says. */
const softplus: Formula = (x, { type, r, c }) => {
  const limit = c(c(Math.log(type === 'float16' ? 2 ** -13 : 2 ** -7)) + 2);
  const power = r(tf.exp(x));
  const middle = where(tf.less(x, limit), power, r(tf.log1p(power)));
  return where(tf.greater(x, -limit), x, middle);
};

/** Vectorised in packets of eight; the rest by a square root, rounded, and a quotient. */
const rsqrt: Formula = (x, { r }) =>
  byPackets(
    x,
    8,
    () => r(tf.rsqrt(x)),
    () => r(tf.reciprocal(r(tf.sqrt(x)))),
  );

const hardSigmoid: Formula = (x, { r }) => r(tf.div(tf.clipByValue(r(tf.add(x, 3)), 0, 6), 6));

const gelu: Formula = (x, { r, c }) => {
  const cube = r(tf.mul(r(tf.pow(x, 3)), c(0.044715)));
  const inner = r(tf.mul(r(tf.add(x, cube)), c(0.7978845608028654)));
  return r(tf.mul(r(tf.mul(x, 0.5)), r(tf.add(r(tf.tanh(inner)), 1))));
};

/** By the error function, of which Eigen's is not known to the last digit. */
function approximated(fallback: boolean): Formula {
  return (x, steps) =>
    steps.call.flag('approximate', fallback)
      ? gelu(x, steps)
      : steps.call.fail(`computes the exact gelu of ${steps.type}, whose rounding is not known here; cast to float32 before it in Keras`);
}

const unaries: Readonly<Record<string, Formula>> = {
  Sigmoid: sigmoid,
  Silu(x, steps) {
    const beta = steps.call.number('beta', 1);
    return steps.r(tf.mul(x, sigmoid(beta === 1 ? x : steps.r(tf.mul(x, steps.c(beta))), steps)));
  },
  Rsqrt: rsqrt,
  HardSigmoid: hardSigmoid,
  HardSilu: (x, steps) => steps.r(tf.mul(x, hardSigmoid(x, steps))),
  Elu(x, steps) {
    const alpha = steps.call.number('alpha', 1);
    const low = drop(x, steps);
    return where(tf.less(x, 0), alpha === 1 ? low : steps.r(tf.mul(low, steps.c(alpha))), x);
  },
  Selu: (x, steps) =>
    where(tf.less(x, 0), steps.r(tf.mul(drop(x, steps), steps.c(1.7580993408473768))), steps.r(tf.mul(x, steps.c(1.0507009873554805)))),
  Softsign: (x, { r }) => r(tf.div(x, r(tf.add(tf.abs(x), 1)))),
  LeakyRelu: (x, { call, r, c }) => where(tf.greater(x, 0), x, r(tf.mul(x, c(call.number('negative_slope', 0.2))))),
  Gelu: approximated(true),
  GeluExact: approximated(false),
  Softplus: softplus,
  LogSigmoid: (x, steps) => tf.neg(softplus(tf.neg(x), steps)),
  Squareplus: (x, { call, r, c }) => r(tf.div(r(tf.add(x, r(tf.sqrt(r(tf.add(r(tf.square(x)), c(call.number('b', 4)))))))), 2)),
  Log2: (x, { r, c }) => r(tf.div(r(tf.log(x)), c(Math.LN2))),
  TanhShrink: (x, { r }) => r(tf.sub(x, r(tf.tanh(x)))),
};

/** Products are summed in float32. Of bfloat16, TensorFlow cuts the sum off, where all else is rounded to nearest. */
const product =
  (key: 'Matmul' | 'Tensordot') =>
  ({ type, call, r }: Steps): Tensor => {
    const sums = linear[key]!.compute(call) as Tensor;
    return type === 'bfloat16' ? truncated(sums, type) : r(sums);
  };

const others: Readonly<Record<string, (steps: Steps) => Tensor>> = {
  Matmul: product('Matmul'),
  Tensordot: product('Tensordot'),
  SquaredDifference({ call, r }) {
    const difference = r(broadcast(tf.sub, ...call.pair('x1', 'x2')));
    return r(tf.square(difference));
  },
  /** A factor and an addend a channel, then one product and one sum. */
  BatchNorm(steps) {
    const { call, r, c } = steps;
    const { x, mean, variance, offset, scale, epsilon } = normalizing(call);
    const root = rsqrt(r(tf.add(variance, c(epsilon))), steps);
    const factor = scale === undefined ? root : r(tf.mul(root, scale));
    const shift = tf.neg(r(tf.mul(mean, factor)));
    return r(broadcast(tf.add, r(broadcast(tf.mul, x, factor)), offset === undefined ? shift : r(tf.add(offset, shift))));
  },
};

/** The operations that are computed in steps. */
export const inSteps: ReadonlySet<string> = new Set([...Object.keys(unaries), ...Object.keys(others)]);

export function computeInSteps(key: string, call: Call<Tensor>, type: Half): Tensor {
  const steps: Steps = { type, call, r: (x) => narrowed(x, type), c: (value) => narrowedNumber(value, type) };
  const unary = unaries[key];
  return unary === undefined ? others[key]!(steps) : unary(call.tensor('x'), steps);
}
