import type { Tensor } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { describe } from '../check';
import { ActivationLensError } from '../errors';
import { axisOf, numberOf, since, unsupported } from './layers/config';
import { asFloat } from './layers/dtypes';
import { broadcast, where } from './layers/manyAxes';
import type { LayerSpec } from './layers/spec';

/** An activation function, elementwise unless it normalises over an axis. */
export interface Activation {
  readonly name: string;
  readonly apply: (x: Tensor) => Tensor;
  /** It halves the last axis ('glu'). */
  readonly halves?: true;
  /** It works along an axis, so that the order of axes matters. */
  readonly alongAxis?: true;
  /** Set where tfjs can compute it inside a convolution or a matrix product. All four backends know these. */
  readonly fused?: 'linear' | 'relu' | 'relu6' | 'elu' | 'sigmoid';
}

type Formula = (x: Tensor) => Tensor;

/** 0 at -3, 1 at 3: Keras 3. */
export const hardSigmoid3: Formula = (x) => tf.div(tf.relu6(tf.add(x, 3)), 6);

/** 0 at -2.5, 1 at 2.5: Keras 1 and 2. */
export const hardSigmoid2: Formula = (x) => tf.clipByValue(tf.add(tf.mul(x, 0.2), 0.5), 0, 1);

/** Gaussian error linear unit, by the error function or by tanh. */
export function gelu(x: Tensor, approximate = false): Tensor {
  if (!approximate) return tf.mul(tf.mul(x, 0.5), tf.add(tf.erf(tf.mul(x, Math.SQRT1_2)), 1));
  const inner = tf.mul(tf.add(x, tf.mul(tf.mul(tf.mul(x, x), x), 0.044715)), Math.sqrt(2 / Math.PI));
  return tf.mul(tf.mul(x, 0.5), tf.add(tf.tanh(inner), 1));
}

export function elu(x: Tensor, alpha = 1): Tensor {
  return alpha === 1 ? tf.elu(x) : where(tf.greater(x, 0), x, tf.mul(tf.elu(x), alpha));
}

export function celu(x: Tensor, alpha = 1): Tensor {
  return tf.add(tf.relu(x), tf.mul(tf.expm1(tf.div(tf.minimum(x, 0), alpha)), alpha));
}

/** Keras' relu with all its arguments (`backend.relu` of Keras 2, `activations.ReLU` of Keras 3). */
export function relu(x: Tensor, negativeSlope = 0, maxValue: number | null = null, threshold = 0): Tensor {
  if (negativeSlope !== 0 && maxValue === null && threshold === 0) return tf.leakyRelu(x, negativeSlope);
  let positive = threshold === 0 ? tf.relu(x) : where(tf.greater(x, threshold), x, tf.zerosLike(x));
  if (maxValue !== null) positive = tf.minimum(positive, maxValue);
  if (negativeSlope === 0) return positive;
  return tf.sub(positive, tf.mul(tf.relu(tf.sub(threshold, x)), negativeSlope));
}

/** Softmax over any axis or axes. tfjs has it for the last one. */
export function softmax(x: Tensor, axes: readonly number[]): Tensor {
  if (axes.length === 1 && axes[0] === x.rank - 1) return tf.softmax(x);
  const exponentials = tf.exp(broadcast(tf.sub, x, tf.max(x, [...axes], true)));
  return broadcast(tf.div, exponentials, tf.sum(exponentials, [...axes], true));
}

export function logSoftmax(x: Tensor, axis: number): Tensor {
  const shifted = broadcast(tf.sub, x, tf.max(x, axis, true));
  return broadcast(tf.sub, shifted, tf.log(tf.sum(tf.exp(shifted), axis, true)));
}

/** Martins and Astudillo 2016, as `backend.tensorflow.nn.sparsemax` of Keras 3. */
export function sparsemax(x: Tensor, axis: number): Tensor {
  const order = moveAxisLast(x.rank, axis);
  const logits = tf.transpose(x, order);
  const size = logits.shape[logits.rank - 1]!;
  const sorted = tf.topk(logits, size, true).values;
  const sums = tf.cumsum(sorted, logits.rank - 1);
  const ranks = tf.range(1, size + 1, 1, 'float32');
  const support = asFloat(tf.greater(tf.sub(sorted, tf.div(tf.sub(sums, 1), ranks)), 0));
  const count = tf.sum(support, -1, true);
  const tau = tf.div(tf.sub(tf.sum(tf.mul(sums, support), -1, true), 1), count);
  // Keras adds up the cumulative sums of the whole support, not its last one; its files are read with its own formula.
  return tf.transpose(tf.relu(tf.sub(logits, tau)), inverse(order));
}

export function glu(x: Tensor, axis: number): Tensor {
  const [value, gate] = tf.split(x, 2, axis);
  return tf.mul(value!, tf.sigmoid(gate!));
}

export const silu: Formula = (x) => tf.mul(x, tf.sigmoid(x));
export const mish: Formula = (x) => tf.mul(x, tf.tanh(tf.softplus(x)));
export const logSigmoid: Formula = (x) => tf.neg(tf.softplus(tf.neg(x)));
export const softsign: Formula = (x) => tf.div(x, tf.add(tf.abs(x), 1));
export const squareplus = (x: Tensor, b = 4): Tensor => tf.div(tf.add(x, tf.sqrt(tf.add(tf.square(x), b))), 2);
export const hardTanh: Formula = (x) => tf.clipByValue(x, -1, 1);
export const tanhShrink: Formula = (x) => tf.sub(x, tf.tanh(x));
export const hardShrink = (x: Tensor, threshold = 0.5): Tensor => where(tf.greater(tf.abs(x), threshold), x, tf.zerosLike(x));
export const softShrink = (x: Tensor, threshold = 0.5): Tensor =>
  tf.sub(tf.relu(tf.sub(x, threshold)), tf.relu(tf.sub(tf.neg(x), threshold)));
export const threshold = (x: Tensor, limit: number, value: number): Tensor => where(tf.greater(x, limit), x, tf.fill(x.shape, value));
export const sparsePlus: Formula = (x) => where(tf.less(x, 1), tf.mul(tf.square(tf.relu(tf.add(x, 1))), 0.25), x);
export const sparseSigmoid: Formula = (x) => tf.clipByValue(tf.mul(tf.add(x, 1), 0.5), 0, 1);

const last =
  (formula: (x: Tensor, axis: number) => Tensor): Formula =>
  (x) =>
    formula(x, x.rank - 1);

/** What every version knows. */
const common: Readonly<Record<string, Formula>> = {
  linear: (x) => x,
  relu: (x) => tf.relu(x),
  relu6: (x) => tf.relu6(x),
  elu: (x) => tf.elu(x),
  selu: (x) => tf.selu(x),
  sigmoid: (x) => tf.sigmoid(x),
  tanh: (x) => tf.tanh(x),
  softmax: (x) => softmax(x, [x.rank - 1]),
  softplus: (x) => tf.softplus(x),
  softsign,
  exponential: (x) => tf.exp(x),
};

/** Known since some Keras 2: the same formula in Keras 3. */
const since2: Readonly<Record<string, Formula>> = {
  swish: silu,
  silu,
  gelu: (x) => gelu(x),
  mish,
  leaky_relu: (x) => tf.leakyRelu(x, 0.2),
  log_softmax: last(logSoftmax),
};

const byVersion: Readonly<Record<1 | 2 | 3, Readonly<Record<string, Formula>>>> = {
  1: { ...common, hard_sigmoid: hardSigmoid2 },
  2: { ...common, ...since2, hard_sigmoid: hardSigmoid2, softmax_v2: common.softmax! },
  3: {
    ...common,
    ...since2,
    hard_sigmoid: hardSigmoid3,
    hard_silu: (x) => tf.mul(x, hardSigmoid3(x)),
    hard_swish: (x) => tf.mul(x, hardSigmoid3(x)),
    hard_tanh: hardTanh,
    hard_shrink: (x) => hardShrink(x),
    soft_shrink: (x) => softShrink(x),
    tanh_shrink: tanhShrink,
    log_sigmoid: logSigmoid,
    celu: (x) => celu(x),
    glu: last(glu),
    squareplus: (x) => squareplus(x),
    sparse_plus: sparsePlus,
    sparse_sigmoid: sparseSigmoid,
    sparsemax: last(sparsemax),
  },
};

const alongAxis = new Set(['softmax', 'softmax_v2', 'log_softmax', 'sparsemax', 'glu']);
const fusable = new Set(['linear', 'relu', 'relu6', 'elu', 'sigmoid']);

/** Names of the activations that a version of Keras knows. */
export function activationNames(major: 1 | 2 | 3): string[] {
  return Object.keys(byVersion[major]);
}

/** No activation. */
export const linear: Activation = { name: 'linear', apply: (x) => x, fused: 'linear' };

/**
 * The activation that a config names: a string, null (linear), a serialized function, or a serialized weightless layer such as
 * `LeakyReLU`. With `keepsShape` it must not change the shape. Formulas are those of the Keras version that wrote the file. Throws `custom-object` for the author's own function and
 * `unsupported-layer` for a layer with weights.
 */
export function activationOf(spec: LayerSpec, value: unknown, keepsShape = false): Activation {
  if (value === null || value === undefined) return linear;
  if (typeof value === 'object') return fromObject(spec, value as Record<string, unknown>);
  const name = String(value).replace(/^(keras|tf\.keras)\.activations\./, '');
  const known = byVersion[spec.keras.major];
  const apply = Object.hasOwn(known, name) ? known[name] : undefined;
  // Before Keras had one, a gelu was its author's, and as often the approximation by tanh.
  if (name === 'gelu' && !since(spec, 2, 4)) return customFunction(spec, name, spec.keras.text);
  if (apply === undefined) return customFunction(spec, name);
  if (keepsShape && name === 'glu') unsupported(spec, "has the activation 'glu' inside; make it a layer of its own");
  return {
    name,
    apply,
    ...(name === 'glu' ? { halves: true } : {}),
    ...(alongAxis.has(name) ? { alongAxis: true } : {}),
    ...(fusable.has(name) ? { fused: name as NonNullable<Activation['fused']> } : {}),
  };
}

function fromObject(spec: LayerSpec, value: Record<string, unknown>): Activation {
  const className = String(value.class_name ?? '');
  const config = value.config;
  if (className === 'function' || typeof config === 'string') return activationOf(spec, config);
  const inner: LayerSpec = { ...spec, className, config: (config ?? {}) as Record<string, unknown> };
  const apply = layerActivation(inner);
  if (apply === undefined) {
    if (className === 'PReLU') unsupported(spec, 'has a PReLU with weights of its own as its activation; make it a layer of its own');
    return customFunction(spec, String(value.registered_name ?? className));
  }
  return { name: className, apply, ...(className === 'Softmax' ? { alongAxis: true } : {}) };
}

/**
 * For a layer that computes channels-last whatever its format is: the activation to apply within, and what to apply to the result in the
 * layer's own format. Keras applies activations there, which matters to those that work along an axis.
 */
export function aroundFormat(
  activation: Activation,
  format: 'channels_last' | 'channels_first',
): { readonly inside: Activation; readonly outside: (x: Tensor) => Tensor } {
  if (format === 'channels_last' || activation.alongAxis === undefined) return { inside: activation, outside: (x) => x };
  return { inside: linear, outside: activation.apply };
}

/** Keras' activation layers, as functions. Undefined for any other class. */
export function layerActivation(spec: LayerSpec): Formula | undefined {
  const { keras, config } = spec;
  switch (spec.className) {
    case 'Activation':
      return activationOf(spec, config.activation).apply;
    case 'ReLU': {
      const [slope, limit] = [numberOf(spec, 'negative_slope', 0), numberOf(spec, 'threshold', 0)];
      const maximum = config.max_value === null || config.max_value === undefined ? null : numberOf(spec, 'max_value');
      return (x) => relu(x, slope, maximum, limit);
    }
    case 'LeakyReLU': {
      const slope = numberOf(spec, config.negative_slope === undefined ? 'alpha' : 'negative_slope', 0.3);
      return (x) => tf.leakyRelu(x, slope);
    }
    case 'ELU': {
      const alpha = numberOf(spec, 'alpha', 1);
      return (x) => elu(x, alpha);
    }
    case 'ThresholdedReLU': {
      const theta = numberOf(spec, 'theta', 1);
      return (x) => where(tf.greater(x, theta), x, tf.zerosLike(x));
    }
    case 'Softmax': {
      const axis = config.axis ?? -1;
      const axes = Array.isArray(axis) ? (axis as number[]) : [axis as number];
      return (x) =>
        softmax(
          x,
          axes.map((a) => axisOf(spec, a, x.rank)),
        );
    }
    case 'Softplus':
    case 'Softsign':
    case 'Mish':
      return byVersion[keras.major][spec.className.toLowerCase()];
    default:
      return undefined;
  }
}

function customFunction(spec: LayerSpec, name: string, version: string | number = spec.keras.major): never {
  const known = activationNames(spec.keras.major).filter((other) => other !== name);
  throw new ActivationLensError(
    'custom-object',
    `Layer '${spec.path}' (${spec.className}) has the activation ${describe(name)}, which Keras ${version} does not have: it is a function of the model's author, and its code is not in the file. ` +
      `Known here: ${known.join(', ')}. Register the layer through customLayers.`,
    { details: { layer: spec.name, path: spec.path, activation: name } },
  );
}

function moveAxisLast(rank: number, axis: number): number[] {
  return [...Array.from({ length: rank }, (_, i) => i).filter((i) => i !== axis), axis];
}

function inverse(order: readonly number[]): number[] {
  return order.map((_, i) => order.indexOf(i));
}
