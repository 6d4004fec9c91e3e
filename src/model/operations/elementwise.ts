/** Operations on single numbers and pairs: `keras/src/ops/{numpy,math,nn}.py`, `tf.math`, `tf.nn`. */

import type { Tensor } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import * as activations from '../activations';
import { axisOf } from '../layers/config';
import { asFloat } from '../layers/dtypes';
import { larger, smaller } from '../layers/extremes';
import { broadcast, where } from '../layers/manyAxes';
import { toWhole } from '../layers/narrow';
import { binary, type TypeRule, to, unary, X } from './families';
import type { Call, Operation } from './operation';
import { flooredQuotient, flooredRemainder, truncatedQuotient, truncatedRemainder } from './remainder';
import { inShaders } from './shaders';
import { sign } from './sign';
import { magnitude, negated, wholeProduct } from './whole';

const { PI, LN2, LN10 } = Math;

/** tfjs rounds halves to even on all backends, as numpy does. Whole numbers are whole, except in tens. */
function round(x: Tensor, call: Call<Tensor>): Tensor {
  if (x.dtype === 'int32') {
    if (call.number('decimals', 0) >= 0) return x.clone();
    const tens = tf.scalar(Math.fround(10 ** call.number('decimals', 0)));
    return toWhole(tf.div(tf.round(tf.mul(asFloat(x), tens)), tens));
  }
  const factor = 10 ** call.number('decimals', 0);
  return factor === 1 ? tf.round(x) : tf.div(tf.round(tf.mul(x, factor)), factor);
}

function truncate(x: Tensor): Tensor {
  if (x.dtype === 'int32') return x.clone();
  return tf.mul(sign(x), tf.floor(tf.abs(x)));
}

/** Below zero, -0 among them. A NaN has no sign that all backends agree on. */
function isNegative(x: Tensor): Tensor {
  return tf.less(where(tf.equal(x, 0), tf.reciprocal(x), x), 0);
}

/** Cephes' cube root is exact enough; here by powers, with the sign apart. */
function cubeRoot(x: Tensor): Tensor {
  return tf.mul(sign(x), tf.pow(tf.abs(x), 1 / 3));
}

/**
 * Shaders may be off by 2^-11 in a sine. There: reduced to [-pi/2, pi/2] by a pi in two parts, then the series up to x^11, which leaves 6e-8.
 */
export function sine(x: Tensor): Tensor {
  if (!inShaders()) return tf.sin(x);
  const turns = tf.round(tf.div(x, PI));
  const r = tf.sub(tf.sub(x, tf.mul(turns, 3.140625)), tf.mul(turns, PI - 3.140625));
  const square = tf.square(r);
  const series = [-1 / 39916800, 1 / 362880, -1 / 5040, 1 / 120, -1 / 6].reduce<Tensor>(
    (sum, c) => tf.add(tf.mul(sum, square), c),
    tf.zerosLike(r),
  );
  const odd = tf.sub(turns, tf.mul(tf.floor(tf.div(turns, 2)), 2));
  return tf.mul(tf.mul(r, tf.add(tf.mul(series, square), 1)), tf.sub(1, tf.mul(odd, 2)));
}

function cosine(x: Tensor): Tensor {
  return inShaders() ? sine(tf.add(x, PI / 2)) : tf.cos(x);
}

function tangent(x: Tensor): Tensor {
  return inShaders() ? tf.div(sine(x), cosine(x)) : tf.tan(x);
}

/** sin(pi x) / (pi x), 1 at 0. */
function sinc(x: Tensor): Tensor {
  const angle = tf.mul(x, PI);
  const zero = tf.equal(angle, 0);
  return where(zero, tf.onesLike(x), tf.div(sine(angle), where(zero, tf.onesLike(x), angle)));
}

export function logAddExp(a: Tensor, b: Tensor): Tensor {
  const most = tf.maximum(a, b);
  return tf.add(most, tf.log1p(tf.exp(tf.neg(tf.abs(tf.sub(a, b))))));
}

/** a / b, 0 where b is 0. */
function divideNoNan(a: Tensor, b: Tensor): Tensor {
  const zero = tf.equal(b, 0);
  const ratio = tf.div(a, where(zero, tf.onesLike(b), b));
  const zeros = tf.zerosLike(ratio);
  return where(tf.equal(tf.add(b, zeros), 0), zeros, ratio);
}

/** a b, 0 where b is 0 even if a is no number. */
function multiplyNoNan(a: Tensor, b: Tensor): Tensor {
  const products = tf.mul(a, b);
  const zeros = tf.zerosLike(products);
  return where(tf.equal(tf.add(b, zeros), 0), zeros, products);
}

function multiply(a: Tensor, b: Tensor): Tensor {
  return a.dtype === 'int32' ? wholeProduct(a, b) : tf.mul(a, b);
}

/** Shaders' powers of whole numbers are nearly whole. */
function power(a: Tensor, b: Tensor): Tensor {
  return a.dtype === 'int32' && inShaders() ? tf.cast(tf.round(tf.pow(asFloat(a), asFloat(b))), 'int32') : tf.pow(a, b);
}

/** Shaders' logarithm of 0 may be any low number. */
export function log(x: Tensor): Tensor {
  return inShaders() ? where(tf.equal(x, 0), tf.fill(x.shape, Number.NEGATIVE_INFINITY), tf.log(x)) : tf.log(x);
}

/** Shaders' own gives a number below -1 too. */
export function log1p(x: Tensor): Tensor {
  return inShaders() ? log(tf.add(x, 1)) : tf.log1p(x);
}

/** `apply`, where neither is NaN; one of them, where the other is. */
function withoutNaN(apply: (a: Tensor, b: Tensor) => Tensor) {
  return (a: Tensor, b: Tensor): Tensor => {
    if (a.dtype !== 'float32') return apply(a, b);
    const zeros = tf.add(tf.zerosLike(a), tf.zerosLike(b));
    const [left, right] = [tf.add(a, zeros), tf.add(b, zeros)];
    return where(tf.isNaN(left), right, where(tf.isNaN(right), left, apply(left, right)));
  };
}

const compare = (apply: (a: Tensor, b: Tensor) => Tensor): Operation => binary(apply, 'bool');
const logical = (apply: (a: Tensor, b: Tensor) => Tensor): Operation => binary((a, b) => apply(to(a, 'bool'), to(b, 'bool')), 'bool');
const same: TypeRule = 'same';
const kept: TypeRule = 'kept';

/** An activation over an axis of the call. */
function overAxis(apply: (x: Tensor, axis: number) => Tensor): Operation {
  return unary((x, call) => apply(x, axisOf(call.spec, call.integers('axis')?.[0] ?? -1, x.rank)), 'float', ['axis']);
}

/** Over one axis, several, or all when it is None. */
function softmaxOperation(): Operation {
  return unary((x, call) => activations.softmax(x, call.value('axis') === undefined ? [x.rank - 1] : call.axes('axis', x.rank)), 'float', [
    'axis',
  ]);
}

function logSoftmaxOperation(): Operation {
  return unary(
    (x, call) => {
      if (call.value('axis') === null) return tf.reshape(activations.logSoftmax(tf.reshape(x, [-1]), 0), x.shape);
      if ((call.integers('axis')?.length ?? 1) > 1) call.fail('takes log_softmax over several axes, which is not supported');
      return activations.logSoftmax(x, call.axis('axis', x.rank, -1));
    },
    'float',
    ['axis'],
  );
}

function leaky(fallback: number): Operation {
  return unary((x, call) => tf.leakyRelu(x, call.number('negative_slope', fallback)), 'float', ['negative_slope|alpha']);
}

function gelu(fallback: boolean): Operation {
  return unary((x, call) => activations.gelu(x, call.flag('approximate', fallback)), 'float', ['approximate']);
}

/** Keys are the classes of `keras.ops`. */
export const elementwise: Readonly<Record<string, Operation>> = {
  Absolute: unary((x) => (x.dtype === 'int32' ? magnitude(x) : tf.abs(x)), kept),
  Fabs: unary((x) => tf.abs(x)),
  Negative: unary((x) => (x.dtype === 'int32' ? negated(x) : tf.neg(x)), same),
  Square: unary((x) => multiply(x, x), same),
  Sign: unary((x) => sign(x), same),
  Floor: unary((x) => tf.floor(x)),
  Ceil: unary((x) => tf.ceil(x)),
  Round: unary(round, same, ['decimals']),
  Trunc: unary(truncate, kept),
  Sqrt: unary((x) => tf.sqrt(x)),
  Rsqrt: unary((x) => tf.rsqrt(x)),
  Cbrt: unary(cubeRoot),
  Reciprocal: unary((x) => tf.reciprocal(x)),
  Exp: unary((x) => tf.exp(x)),
  Exp2: unary((x) => tf.exp(tf.mul(x, LN2))),
  Expm1: unary((x) => tf.expm1(x)),
  Log: unary(log),
  Log1p: unary(log1p),
  Log2: unary((x) => tf.div(log(x), LN2)),
  Log10: unary((x) => tf.div(log(x), LN10)),
  Sin: unary(sine),
  Cos: unary(cosine),
  Tan: unary(tangent),
  Sinh: unary((x) => tf.sinh(x)),
  Cosh: unary((x) => tf.cosh(x)),
  Tanh: unary((x) => tf.tanh(x)),
  Arcsin: unary((x) => tf.asin(x)),
  Arccos: unary((x) => tf.acos(x)),
  Arctan: unary((x) => tf.atan(x)),
  Arcsinh: unary((x) => tf.asinh(x)),
  Arccosh: unary((x) => tf.acosh(x)),
  Arctanh: unary((x) => tf.atanh(x)),
  Deg2rad: unary((x) => tf.mul(x, PI / 180)),
  Rad2deg: unary((x) => tf.mul(x, 180 / PI)),
  Sinc: unary(sinc),
  Erf: unary((x) => tf.erf(x)),
  Erfc: unary((x) => tf.sub(1, tf.erf(x))),
  NanToNum: {
    ...unary((x, call) => {
      if (x.dtype === 'int32') return x.clone();
      const limit = 3.4028234663852886e38;
      const known = where(tf.isNaN(x), tf.fill(x.shape, call.number('nan', 0)), x);
      const high = where(tf.logicalAnd(tf.isInf(known), tf.greater(known, 0)), tf.fill(x.shape, call.number('posinf', limit)), known);
      return where(tf.logicalAnd(tf.isInf(high), tf.less(high, 0)), tf.fill(x.shape, call.number('neginf', -limit)), high);
    }, kept),
    keywords: ['nan', 'posinf', 'neginf'],
  },
  Isfinite: unary((x) => tf.isFinite(to(x, 'float32')), 'bool'),
  Isinf: unary((x) => tf.isInf(to(x, 'float32')), 'bool'),
  Isnan: unary((x) => tf.isNaN(to(x, 'float32')), 'bool'),
  Isposinf: unary((x) => tf.logicalAnd(tf.isInf(to(x, 'float32')), tf.greater(x, 0)), 'bool'),
  Isneginf: unary((x) => tf.logicalAnd(tf.isInf(to(x, 'float32')), tf.less(x, 0)), 'bool'),
  Signbit: unary((x) => isNegative(to(x, 'float32')), 'bool'),
  Isreal: unary((x) => tf.onesLike(x), 'bool'),
  Real: unary((x) => x.clone(), same),
  Conjugate: unary((x) => x.clone(), same),
  LogicalNot: unary((x) => tf.logicalNot(to(x, 'bool')), 'bool'),

  Add: binary(
    (a, b) => tf.add(a, b),
    same,
    (a, b) => a + b,
  ),
  Subtract: binary(
    (a, b) => tf.sub(a, b),
    same,
    (a, b) => a - b,
  ),
  Multiply: binary(multiply, same, (a, b) => a * b),
  Divide: binary((a, b) => tf.div(a, b), 'float'),
  // TensorFlow 1's div, after Python 2: whole numbers give whole numbers.
  DivideByType: binary((a, b) => (a.dtype === 'int32' ? flooredQuotient(a, b) : tf.div(a, b))),
  DivideNoNan: binary(divideNoNan, 'float'),
  FloorDivide: binary(flooredQuotient, same, (a, b) => Math.floor(a / b)),
  Mod: binary(flooredRemainder),
  Fmod: binary(truncatedRemainder),
  TruncateDivide: binary(truncatedQuotient),
  TruncateMod: binary(truncatedRemainder),
  Power: binary(power),
  Maximum: binary(larger),
  Minimum: binary(smaller),
  Fmax: binary(withoutNaN(tf.maximum)),
  Fmin: binary(withoutNaN(tf.minimum)),
  SquaredDifference: binary((a, b) => {
    if (a.dtype !== 'int32') return tf.squaredDifference(a, b);
    const difference = tf.sub(a, b);
    return wholeProduct(difference, difference);
  }),
  MultiplyNoNan: binary((a, b) => multiplyNoNan(a, b)),
  ScalarMul: { ...binary(multiply), parameters: ['x1|scalar', 'x2|x'] },
  AddN: {
    parameters: ['xs|inputs'],
    infer(call) {
      const operands = call.list('xs');
      return operands[0]!;
    },
    compute: (call) =>
      call
        .list('xs')
        .reduce((a, b) => tf.add(a, b))
        .clone(),
  },
  Arctan2: binary((a, b) => tf.atan2(a, b), 'float'),
  Arctan2YX: { ...binary((a, b) => tf.atan2(a, b), 'float'), parameters: ['x1|y', 'x2|x'] },
  Ldexp: binary((a, b) => tf.mul(a, tf.pow(2, b)), 'float'),
  Hypot: binary((a, b) => tf.sqrt(tf.add(tf.square(a), tf.square(b))), 'float'),
  Logaddexp: binary(logAddExp, 'float'),
  Logaddexp2: binary((a, b) => tf.div(logAddExp(tf.mul(a, LN2), tf.mul(b, LN2)), LN2), 'float'),
  Heaviside: binary(
    (a, b) => where(tf.equal(tf.add(a, tf.zerosLike(b)), 0), tf.add(b, tf.zerosLike(a)), tf.step(tf.add(a, tf.zerosLike(b)))),
    'float',
  ),
  Equal: compare((a, b) => tf.equal(a, b)),
  NotEqual: compare((a, b) => tf.notEqual(a, b)),
  Less: compare((a, b) => tf.less(a, b)),
  LessEqual: compare((a, b) => tf.lessEqual(a, b)),
  Greater: compare((a, b) => tf.greater(a, b)),
  GreaterEqual: compare((a, b) => tf.greaterEqual(a, b)),
  LogicalAnd: logical((a, b) => tf.logicalAnd(a, b)),
  LogicalOr: logical((a, b) => tf.logicalOr(a, b)),
  LogicalXor: logical((a, b) => tf.notEqual(tf.cast(a, 'int32'), tf.cast(b, 'int32'))),
  Isclose: {
    ...compare((a, b) => tf.equal(a, b)),
    parameters: ['x1', 'x2', 'rtol', 'atol', 'equal_nan'],
    compute(call) {
      const [a, b] = call.pair('x1', 'x2').map((x) => to(x, 'float32')) as [Tensor, Tensor];
      const [relative, absolute] = [call.number('rtol', 1e-5), call.number('atol', 1e-8)];
      const close = (x: Tensor, y: Tensor): Tensor => {
        const near = tf.lessEqual(tf.abs(tf.sub(x, y)), tf.add(tf.mul(tf.abs(y), relative), absolute));
        const alike = tf.logicalOr(tf.equal(x, y), near);
        return call.flag('equal_nan') ? tf.logicalOr(alike, tf.logicalAnd(tf.isNaN(x), tf.isNaN(y))) : alike;
      };
      return broadcast(close, a, b);
    },
  },

  Relu: unary((x) => tf.relu(x), same),
  Relu6: unary((x) => tf.relu6(x), same),
  ReLU: unary(
    (x, call) => {
      const maximum = call.value('max_value');
      return activations.relu(
        x,
        call.number('negative_slope', 0),
        typeof maximum === 'number' ? maximum : null,
        call.number('threshold', 0),
      );
    },
    same,
    ['negative_slope', 'max_value', 'threshold'],
  ),
  Crelu: {
    parameters: [X, 'axis'],
    infer(call) {
      const { shape, type } = call.tensor('x');
      const axis = call.axis('axis', shape.length, -1);
      return { shape: shape.map((n, i) => (i === axis && n !== null ? n * 2 : n)), type };
    },
    compute(call) {
      const x = call.tensor('x');
      return tf.concat([tf.relu(x), tf.relu(tf.neg(x))], call.axis('axis', x.rank, -1));
    },
  },
  LeakyRelu: leaky(0.2),
  Elu: unary((x, call) => activations.elu(x, call.number('alpha', 1)), 'float', ['alpha']),
  Selu: unary((x) => tf.selu(x)),
  Celu: unary((x, call) => activations.celu(x, call.number('alpha', 1)), 'float', ['alpha']),
  Glu: {
    parameters: [X, 'axis'],
    infer(call) {
      const { shape } = call.tensor('x');
      const axis = call.axis('axis', shape.length, -1);
      return { shape: shape.map((n, i) => (i === axis && n !== null ? n / 2 : n)), type: 'float32' };
    },
    compute: (call) => activations.glu(to(call.tensor('x'), 'float32'), call.axis('axis', call.tensor('x').rank, -1)),
  },
  Gelu: gelu(true),
  GeluExact: gelu(false),
  Silu: unary((x, call) => tf.mul(x, tf.sigmoid(tf.mul(x, call.number('beta', 1)))), 'float', ['beta']),
  Sigmoid: unary((x) => tf.sigmoid(x)),
  LogSigmoid: unary(activations.logSigmoid),
  HardSigmoid: unary(activations.hardSigmoid3),
  HardSilu: unary((x) => tf.mul(x, activations.hardSigmoid3(x))),
  HardTanh: unary(activations.hardTanh),
  HardShrink: unary((x, call) => activations.hardShrink(x, call.number('threshold', 0.5)), 'float', ['threshold']),
  SoftShrink: unary((x, call) => activations.softShrink(x, call.number('threshold', 0.5)), 'float', ['threshold']),
  TanhShrink: unary(activations.tanhShrink),
  Threshold: unary((x, call) => activations.threshold(x, call.number('threshold'), call.number('default_value')), 'float', [
    'threshold',
    'default_value',
  ]),
  Softplus: unary((x) => tf.softplus(x)),
  Softsign: unary(activations.softsign),
  Squareplus: unary((x, call) => activations.squareplus(x, call.number('b', 4)), 'float', ['b']),
  SparsePlus: unary(activations.sparsePlus),
  SparseSigmoid: unary(activations.sparseSigmoid),
  Softmax: softmaxOperation(),
  LogSoftmax: logSoftmaxOperation(),
  Sparsemax: overAxis(activations.sparsemax),
  Clip: unary((x, call) => clip(x, call), same, ['x_min|clip_value_min|min_value', 'x_max|clip_value_max|max_value']),
  StopGradient: unary((x) => x.clone(), kept),
  // 'shape' is what ensure_shape checks.
  Identity: { parameters: [X, 'shape'], infer: (call) => call.tensor('x'), compute: (call) => call.tensor('x').clone() },
};

/** Limits may be None or tensors. Where they cross, TensorFlow gives the lower one. */
function clip(x: Tensor, call: Call<Tensor>): Tensor {
  const [low, high] = [call.optional('x_min', x), call.optional('x_max', x)];
  const lowered = high === undefined ? x : tf.minimum(x, to(high, x.dtype));
  return low === undefined ? lowered : tf.maximum(lowered, to(low, x.dtype));
}
