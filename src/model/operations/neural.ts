/** Convolutions, pooling, normalization and attention as functions: `keras/src/ops/nn.py`, `tf.nn`. They are computed by the layers of the same kind. */

import type { Tensor } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { describe } from '../../check';
import { softmax } from '../activations';
import { convolution } from '../layers/Convolution';
import type { DataFormat } from '../layers/config';
import { depthwiseConvolution, separableConvolution } from '../layers/DepthwiseConvolution';
import { asBool, asFloat } from '../layers/dtypes';
import type { LayerDefinition } from '../layers/KerasLayer';
import { broadcast, pad, where } from '../layers/manyAxes';
import { layerNormalization } from '../layers/Normalizations';
import { adaptivePooling, pooling } from '../layers/Pooling';
import type { LayerSpec } from '../layers/spec';
import { transposedConvolution } from '../layers/TransposedConvolution';
import type { Shape } from '../types';
import { einsum } from './einsum';
import { to, X } from './families';
import type { Call, Constants, Operand, Operation } from './operation';

/** An operation that a layer computes: `define` makes the layer for these operand shapes; operands after the first are its weights. */
export function fromLayer(
  parameters: readonly string[],
  define: (call: Constants, shapes: readonly Shape[]) => LayerDefinition,
  type: 'float32' | 'same' = 'float32',
  /** What TensorFlow's paddings in numbers put around. */
  filling = 0,
): Operation {
  const operandsOf = <T>(call: Call<T>): T[] => [call.tensor('x'), ...parameters.slice(1).flatMap((name) => weightOf(call, name))];
  const around = (call: Constants, shape: Shape) => (parameters.includes('padding') ? writtenPadding(call, shape.length) : undefined);
  const weightOf = <T>(call: Call<T>, name: string): T[] => {
    const first = name.split('|')[0]!;
    if (!/kernel|bias|gamma|beta/.test(first)) return [];
    const weight = call.optional(first);
    return weight === undefined ? [] : [weight];
  };
  return {
    parameters,
    infer(call) {
      const operands = operandsOf(call);
      const shapes = operands.map(({ shape }: Operand) => shape);
      const pairs = around(call, shapes[0]!);
      if (pairs !== undefined) shapes[0] = shapes[0]!.map((n, i) => (n === null ? null : n + pairs[i]![0] + pairs[i]![1]));
      return define(call, shapes)
        .outputShapes([shapes[0]!])
        .map((shape) => ({ shape, type: type === 'same' ? operands[0]!.type : 'float32' }));
    },
    compute(call) {
      const operands = operandsOf(call);
      const pairs = around(call, operands[0]!.shape);
      const x = pairs === undefined ? operands[0]! : pad(to(operands[0]!, 'float32'), pairs, filling);
      const shapes = [x, ...operands.slice(1)].map(({ shape }: Tensor) => shape);
      const result = define(call, shapes).compute(
        [x],
        operands.slice(1).map((weight) => to(weight, 'float32')),
        [],
      );
      const outputs = (Array.isArray(result) ? result : [result]) as Tensor[];
      return type === 'same' ? outputs.map((x) => to(x, operands[0]!.dtype)) : outputs;
    },
  };
}

/** A layer's spec for the arguments of a call. */
export function layerSpec(call: Constants, config: Record<string, unknown>): LayerSpec {
  return { ...call.spec, config: { ...config, data_format: formatOf(call) } };
}

/** Keras' word for Keras' or TensorFlow's data format. */
export function formatOf(call: Constants): DataFormat {
  const format = String(call.value('data_format') ?? 'channels_last');
  if (/VECT/.test(format)) call.fail(`takes data_format ${format}, which is for whole numbers on GPUs; supported are NHWC and NCHW`);
  return /^NC|channels_first/.test(format) ? 'channels_first' : 'channels_last';
}

/** TensorFlow also takes one number an axis of the tensor; layers take one a spatial axis. */
export function spatial(call: Constants, name: string, rank: number): number | number[] | undefined {
  const value = call.integers(name);
  if (value === undefined) return undefined;
  if (value.length === 1) return value[0]!;
  if (value.length === rank) return value;
  const first = String(call.value('data_format') ?? '').startsWith('NC');
  return first ? value.slice(2) : value.slice(1, -1);
}

/** What TensorFlow puts around pictures whose maxima it takes. */
export const LOWEST = -3.4028234663852886e38;

type Rank = 1 | 2 | 3;
const rankOf = ([x]: readonly Shape[]) => (x!.length - 2) as Rank;

/** TensorFlow's paddings written out: a pair an axis of the tensor. */
function writtenPadding(call: Constants, rank: number): [number, number][] | undefined {
  const padding = call.value('padding');
  if (!Array.isArray(padding)) return undefined;
  const pairs = padding as [number, number][];
  if (pairs.length !== rank || pairs.some((pair) => pair.length !== 2))
    call.fail(`has padding ${describe(padding)}; supported are same, valid, and a pair of numbers for each of the ${rank} axes`);
  return pairs;
}

/** The arguments that convolutions share. */
function convolutionConfig(call: Constants, shapes: readonly Shape[]): Record<string, unknown> {
  const rank = rankOf(shapes);
  const padding = call.value('padding') ?? 'valid';
  return {
    kernel_size: shapes[1]!.slice(0, rank),
    strides: spatial(call, 'strides', rank) ?? 1,
    dilation_rate: spatial(call, 'dilation_rate', rank) ?? 1,
    padding: Array.isArray(padding) ? 'valid' : padding,
    use_bias: false,
  };
}

const STRIDES = 'strides|stride';
const DILATION = 'dilation_rate|dilations|rate';
const convolutionParameters = [STRIDES, 'padding', 'data_format', DILATION];

function conv(parameters: readonly string[]): Operation {
  return fromLayer([X, 'kernel|filters|filter', ...parameters], (call, shapes) => {
    const spec = layerSpec(call, convolutionConfig(call, shapes));
    const channels = spec.config.data_format === 'channels_first' ? shapes[0]![1] : shapes[0]!.at(-1);
    const groups = typeof channels === 'number' ? channels / shapes[1]!.at(-2)! : 1;
    return convolution({ ...spec, config: { ...spec.config, filters: shapes[1]!.at(-1), groups } }, rankOf(shapes));
  });
}

function depthwiseConv(parameters: readonly string[]): Operation {
  return fromLayer([X, 'kernel|filter', ...parameters], (call, shapes) => {
    const spec = layerSpec(call, { ...convolutionConfig(call, shapes), depth_multiplier: shapes[1]!.at(-1) });
    return depthwiseConvolution(spec, rankOf(shapes) as 1 | 2);
  });
}

function separableConv(parameters: readonly string[]): Operation {
  return fromLayer([X, 'depthwise_kernel|depthwise_filter', 'pointwise_kernel|pointwise_filter', ...parameters], (call, shapes) => {
    const spec = layerSpec(call, { ...convolutionConfig(call, shapes), depth_multiplier: shapes[1]!.at(-1), filters: shapes[2]!.at(-1) });
    return separableConvolution(spec, rankOf(shapes) as 1 | 2);
  });
}

const convTranspose = fromLayer([X, 'kernel', 'strides', 'padding', 'output_padding', 'data_format', 'dilation_rate'], (call, shapes) => {
  const rank = rankOf(shapes);
  const padding = call.integers('output_padding');
  const spec = layerSpec(call, {
    ...convolutionConfig(call, shapes),
    filters: shapes[1]!.at(-2),
    output_padding: padding === undefined ? null : spatial(call, 'output_padding', rank),
  });
  return transposedConvolution(spec, rank);
});

/** `tf.nn.conv2d_transpose`, which is told the size of its output. */
const conv2dTranspose: Operation = {
  parameters: [X, 'kernel|filters|filter', 'output_shape', 'strides', 'padding', 'data_format', 'dilations'],
  infer(call) {
    if (/^NC/.test(call.text('data_format', 'NHWC'))) call.fail('transposes a convolution with channels first, which is not supported');
    const shape = call.sizes('output_shape') ?? call.fail('has no output_shape');
    return { shape: [call.tensor('x').shape[0] ?? null, ...shape.slice(1)], type: 'float32' };
  },
  compute(call) {
    const x = to(call.tensor('x'), 'float32') as tf.Tensor4D;
    const kernel = to(call.tensor('kernel'), 'float32') as tf.Tensor4D;
    if (call.integers('dilations')?.some((n) => n !== 1)) call.fail('transposes a dilated convolution, which is not supported');
    const [, height, width, channels] = call.sizes('output_shape') as [number, number, number, number];
    const given = spatial(call, 'strides', 2) ?? 1;
    const strides: [number, number] = typeof given === 'number' ? [given, given] : [given[0]!, given[1]!];
    const padding = call.text('padding', 'same').toLowerCase() as 'same' | 'valid';
    return tf.conv2dTranspose(x, kernel, [x.shape[0], height, width, channels], strides, padding);
  },
};

function pools(kind: 'max' | 'average'): Operation {
  return fromLayer(
    [X, 'pool_size|ksize', 'strides', 'padding', 'data_format'],
    (call, shapes) => {
      const rank = rankOf(shapes);
      const size = spatial(call, 'pool_size', rank);
      const padding = Array.isArray(call.value('padding')) ? 'valid' : call.text('padding', 'valid');
      const config = { pool_size: size, strides: spatial(call, 'strides', rank) ?? size, padding };
      return pooling(layerSpec(call, config), rank, kind);
    },
    'same',
    LOWEST,
  );
}

function adaptive(kind: 'max' | 'average'): Operation {
  return fromLayer([X, 'output_size', 'data_format'], (call, shapes) =>
    adaptivePooling(layerSpec(call, { output_size: call.value('output_size') }), rankOf(shapes), kind),
  );
}

/** What a batch is normalized with, each as wide as the batch along one axis. */
interface Statistics {
  readonly x: Tensor;
  readonly mean: Tensor;
  readonly variance: Tensor;
  readonly offset: Tensor | undefined;
  readonly scale: Tensor | undefined;
  readonly epsilon: number;
}

function statisticsAlong(call: Call<Tensor>, axis: number, mean: Tensor, variance: Tensor, epsilon: number): Statistics {
  const x = to(call.tensor('x'), 'float32');
  const wide = <T extends Tensor | undefined>(vector: T): T =>
    vector === undefined || vector.rank > 1
      ? vector
      : (tf.reshape(
          vector,
          x.shape.map((n, i) => (i === axis ? n : 1)),
        ) as T);
  const [offset, scale] = [call.optional('offset', x), call.optional('scale', x)];
  return { x, mean: wide(mean), variance: wide(variance), offset: wide(offset), scale: wide(scale), epsilon };
}

function normalized({ x, mean, variance, offset, scale, epsilon }: Statistics): Tensor {
  let factor = tf.rsqrt(tf.add(variance, epsilon));
  if (scale !== undefined) factor = tf.mul(factor, scale);
  const out = broadcast(tf.mul, broadcast(tf.sub, x, mean), factor);
  return offset === undefined ? out : broadcast(tf.add, out, offset);
}

/** The arguments of a batch normalization. */
export function normalizing(call: Call<Tensor>): Statistics {
  const x = call.tensor('x');
  const [mean, variance] = [call.tensor('mean', x), call.tensor('variance', x)];
  return statisticsAlong(call, call.axis('axis', x.rank, -1), mean, variance, call.number('epsilon', 1e-3));
}

const batchNorm: Operation = {
  parameters: [X, 'mean', 'variance', 'offset', 'scale', 'epsilon|variance_epsilon'],
  keywords: ['axis'],
  infer: (call) => ({ shape: call.tensor('x').shape, type: 'float32' }),
  compute: (call) => normalized(normalizing(call)),
};

/** TensorFlow 1's, as `keras.backend.batch_normalization` calls it. Where it trains, the statistics are its batch's, and are passed on. */
const fusedBatchNorm: Operation = {
  parameters: [X, 'scale', 'offset', 'mean', 'variance', 'epsilon', 'data_format', 'is_training', 'name', 'exponential_avg_factor'],
  infer(call) {
    const { shape } = call.tensor('x');
    if (call.flag('is_training', true) && call.number('exponential_avg_factor', 1) !== 1)
      call.fail('moves its averages, which are not kept from one prediction to the next');
    const statistics = { shape: [shape[channelOf(call, shape.length)] ?? null], type: 'float32' as const };
    return [{ shape, type: 'float32' }, statistics, statistics];
  },
  compute(call) {
    const x = to(call.tensor('x'), 'float32');
    const axis = channelOf(call, x.rank);
    const epsilon = Math.max(call.number('epsilon', 1e-3), 1.001e-5); // what the kernel takes at least
    if (!call.flag('is_training', true)) {
      const [mean, variance] = [call.tensor('mean', x), call.tensor('variance', x)];
      return [normalized(statisticsAlong(call, axis, mean, variance, epsilon)), mean.clone(), variance.clone()];
    }
    const others = x.shape.flatMap((_, i) => (i === axis ? [] : [i]));
    const { mean, variance } = tf.moments(x, others);
    const count = x.size / x.shape[axis]!;
    return [normalized(statisticsAlong(call, axis, mean, variance, epsilon)), mean, tf.mul(variance, count > 1 ? count / (count - 1) : 1)];
  },
};

const channelOf = (call: Constants, rank: number): number => (formatOf(call) === 'channels_first' ? 1 : rank - 1);

function isGiven(call: Constants, name: string): boolean {
  return call.isTensor(name) || (call.value(name) ?? null) !== null;
}

const layerNorm = fromLayer([X, 'gamma', 'beta', 'axis', 'epsilon', 'rms_scaling'], (call) =>
  layerNormalization({
    ...call.spec,
    config: {
      axis: call.value('axis') ?? -1,
      epsilon: call.value('epsilon') ?? 1e-7,
      rms_scaling: call.flag('rms_scaling'),
      scale: isGiven(call, 'gamma'),
      center: isGiven(call, 'beta'),
    },
  }),
);

const rmsNorm: Operation = {
  parameters: [X, 'scale', 'axis', 'epsilon'],
  infer: (call) => ({ shape: call.tensor('x').shape, type: 'float32' }),
  compute(call) {
    const x = to(call.tensor('x'), 'float32');
    const axes = (call.integers('axis') ?? [-1]).map((axis) => (axis < 0 ? axis + x.rank : axis));
    const out = broadcast(tf.mul, x, tf.rsqrt(tf.add(tf.mean(tf.square(x), axes, true), call.number('epsilon', 1e-7))));
    const scale = call.optional('scale', x);
    return scale === undefined ? out : broadcast(tf.mul, out, scale);
  },
};

const biasAdd: Operation = {
  parameters: [X, 'bias', 'data_format'],
  infer: (call) => call.tensor('x'),
  compute(call) {
    const x = call.tensor('x');
    const bias = call.tensor('bias', x);
    const first = call.text('data_format', 'N...C').startsWith('NC');
    return broadcast(tf.add, x, first ? tf.reshape(bias, [1, -1, ...x.shape.slice(2).map(() => 1)]) : bias);
  },
};

/** [batch, positions, heads, size] of query, key and value; fewer key heads are repeated. */
const dotProductAttention: Operation = {
  parameters: ['query', 'key', 'value', 'bias', 'mask', 'scale', 'is_causal'],
  infer(call) {
    const [query, value] = [call.tensor('query'), call.tensor('value')];
    return { shape: [...query.shape.slice(0, -1), value.shape.at(-1) ?? null], type: 'float32' };
  },
  compute(call) {
    const query = call.tensor('query');
    const heads = query.shape[2]!;
    const spread = (x: Tensor) => {
      const [batch, length, own, size] = x.shape as [number, number, number, number];
      if (own === heads || own === 1) return own === heads ? x : tf.tile(x, [1, 1, heads, 1]);
      return tf.reshape(tf.tile(tf.reshape(x, [batch, length, own, 1, size]), [1, 1, 1, heads / own, 1]), [batch, length, heads, size]);
    };
    const [key, value] = [spread(call.tensor('key')), spread(call.tensor('value'))];
    const scale = call.value('scale') ?? 1 / Math.sqrt(key.shape[3]!);
    let logits = tf.mul(einsum('btnh,bsnh->bnts', [query, key]), scale as number);
    const bias = call.optional('bias', logits);
    if (bias !== undefined) logits = tf.add(logits, bias);
    const given = call.optional('mask');
    const [rows, columns] = [logits.shape[2]!, logits.shape[3]!];
    const kept = [
      ...(given === undefined ? [] : [to(given, 'float32')]),
      ...(call.flag('is_causal')
        ? [asFloat(tf.greaterEqual(tf.reshape(tf.range(0, rows, 1, 'float32'), [rows, 1]), tf.range(0, columns, 1, 'float32')))]
        : []),
    ];
    if (kept.length > 0) {
      const wide = kept.reduce<Tensor>((all, mask) => tf.mul(all, mask), tf.ones(logits.shape));
      logits = where(asBool(wide), logits, tf.fill(logits.shape, -0.7 * 3.4028234663852886e38));
    }
    return einsum('bnts,bsnh->btnh', [softmax(logits, [3]), value]);
  },
};

const localResponse: Operation = {
  parameters: [X, 'depth_radius', 'bias', 'alpha', 'beta'],
  infer: (call) => call.tensor('x'),
  compute: (call) =>
    tf.localResponseNormalization(
      to(call.tensor('x'), 'float32') as tf.Tensor4D,
      call.number('depth_radius', 5),
      call.number('bias', 1),
      call.number('alpha', 1),
      call.number('beta', 0.5),
    ),
};

/** Keras normalizes whole numbers in whole numbers. */
function floatsOnly(operation: Operation): Operation {
  return {
    ...operation,
    infer(call) {
      const { type } = call.tensor('x');
      return type === 'float32'
        ? operation.infer(call)
        : call.fail(`normalizes ${type}, which Keras rounds in between; cast to float32 before it in Keras`);
    },
  };
}

export const neural: Readonly<Record<string, Operation>> = {
  Conv: conv(convolutionParameters),
  Conv1: conv([STRIDES, 'padding', 'use_cudnn_on_gpu', 'data_format', DILATION]),
  DepthwiseConv: depthwiseConv(convolutionParameters),
  DepthwiseConv1: depthwiseConv([STRIDES, 'padding', DILATION, 'name', 'data_format']),
  SeparableConv: separableConv(convolutionParameters),
  SeparableConv1: separableConv([STRIDES, 'padding', DILATION, 'name', 'data_format']),
  ConvTranspose: convTranspose,
  Conv2DTranspose: conv2dTranspose,
  MaxPool: pools('max'),
  AveragePool: pools('average'),
  AdaptiveMaxPool: adaptive('max'),
  AdaptiveAveragePool: adaptive('average'),
  BatchNorm: floatsOnly(batchNorm),
  FusedBatchNorm: floatsOnly(fusedBatchNorm),
  LayerNorm: floatsOnly(layerNorm),
  RMSNorm: floatsOnly(rmsNorm),
  BiasAdd: biasAdd,
  DotProductAttention: dotProductAttention,
  LocalResponseNormalization: localResponse,
};
