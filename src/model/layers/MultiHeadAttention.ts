/** MultiHeadAttention and GroupedQueryAttention: `keras/src/layers/attention`, `layers/attention/multi_head_attention.py` of Keras 2. */

import type { Tensor } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import type { Shape } from '../types';
import { combineMasks } from './Attention';
import { argumentOf, tensorIndex } from './call';
import { calledInTraining, constantArgument, fixedAxis, flagOf, numberOf, numbersOf, require, since } from './config';
import { asBool, asFloat } from './dtypes';
import type { LayerDefinition, WeightDefinition } from './KerasLayer';
import { broadcast, where } from './manyAxes';
import { range } from './spatial';
import type { LayerSpec } from './spec';
import { repeatAxis } from './UpSampling';

/** What the two layers have in common: which tensor plays which role, and the call's flags. */
interface Roles {
  readonly query: number;
  readonly value: number;
  readonly key: number;
  readonly keyGiven: boolean;
  readonly masks: { readonly query?: number; readonly value?: number; readonly key?: number; readonly attention?: number };
  readonly causal: boolean;
  readonly returnsScores: boolean;
}

function rolesOf(spec: LayerSpec, multiHead: boolean): Roles {
  const query = tensorIndex(argumentOf(spec, 'query', 0));
  const value = tensorIndex(argumentOf(spec, 'value', 1));
  require(query !== undefined && value !== undefined, spec, () => 'is not called with a query and a value');
  const key = tensorIndex(argumentOf(spec, 'key', 2));
  const order = spec.keras.major === 3 ? ['query_mask', 'value_mask', 'key_mask', 'attention_mask'] : ['attention_mask'];
  const mask = (name: string) => {
    const position = order.indexOf(name);
    const index = position < 0 ? undefined : tensorIndex(argumentOf(spec, name, position + 3));
    return index === undefined ? {} : { [name.replace('_mask', '')]: index };
  };
  require(!(calledInTraining(spec) && numberOf(spec, 'dropout', 0) > 0), spec, () =>
    'drops out at random at inference too (training=True)');
  return {
    query,
    value,
    key: key ?? value,
    keyGiven: key !== undefined,
    // From Keras 3.8 on, the mask that comes with the query counts and one that is passed does not.
    masks: {
      ...(multiHead && since(spec, 3, 8) ? {} : mask('query_mask')),
      ...mask('value_mask'),
      ...mask('key_mask'),
      ...mask('attention_mask'),
    },
    causal: Boolean(constantArgument(spec, 'use_causal_mask')),
    returnsScores: Boolean(constantArgument(spec, 'return_attention_scores')),
  };
}

/** One of the projections: a kernel and perhaps a bias. */
interface Projection {
  readonly name: string;
  readonly kernel: readonly number[];
  readonly bias: readonly number[];
}

function projectionWeights(projections: readonly Projection[], useBias: boolean): WeightDefinition[] {
  return projections.flatMap(({ name, kernel, bias }) => {
    const paths = (index: number) => [`${name}_dense/vars/${index}`, `_${name}_dense/vars/${index}`];
    const weights: WeightDefinition[] = [{ name: `${name}/kernel`, shape: kernel, paths: paths(0) }];
    return useBias ? [...weights, { name: `${name}/bias`, shape: bias, paths: paths(1) }] : weights;
  });
}

export function multiHeadAttention(spec: LayerSpec): LayerDefinition {
  const roles = rolesOf(spec, true);
  const heads = numberOf(spec, 'num_heads');
  const keySize = numberOf(spec, 'key_dim');
  const valueSize = spec.config.value_dim ? numberOf(spec, 'value_dim') : keySize;
  const useBias = flagOf(spec, 'use_bias', true);
  const useGate = flagOf(spec, 'use_gate', false);
  const given = numbersOf(spec, 'output_shape');
  const outputSizes = (query: Shape) => (given === undefined || given.length === 0 ? [fixedAxis(spec, query, -1)] : given);
  const rules = maskingOf(spec, roles, true);
  return {
    outputShapes(inputs) {
      const [query, value] = [inputs[roles.query]!, inputs[roles.value]!];
      const out = [...query.slice(0, -1), ...outputSizes(query)];
      if (!roles.returnsScores) return [out];
      const axes = attentionAxes(spec, query.length);
      const projected = (shape: Shape): Shape => [...shape.slice(0, -1), heads];
      const [rows, columns] = [projected(query), projected(value)];
      const free = rows.filter((_, axis) => !axes.includes(axis));
      return [out, [...free, ...axes.map((axis) => rows[axis] ?? null), ...axes.map((axis) => columns[axis] ?? null)]];
    },
    weights(inputs) {
      const [query, value, key] = [roles.query, roles.value, roles.key].map((index) => fixedAxis(spec, inputs[index]!, -1)) as [
        number,
        number,
        number,
      ];
      const sizes = outputSizes(inputs[roles.query]!);
      return projectionWeights(
        [
          { name: 'query', kernel: [query, heads, keySize], bias: [heads, keySize] },
          { name: 'key', kernel: [key, heads, keySize], bias: [heads, keySize] },
          ...(useGate ? [{ name: 'gate', kernel: [query, heads, valueSize], bias: [heads, valueSize] }] : []),
          { name: 'value', kernel: [value, heads, valueSize], bias: [heads, valueSize] },
          { name: 'output', kernel: [heads, valueSize, ...sizes], bias: sizes },
        ],
        useBias,
      );
    },
    compute(inputs, weights, masks) {
      const rest = [...weights];
      const take = () => [rest.shift()!, useBias ? rest.shift() : undefined] as const;
      const floats = (index: number) => asFloat(inputs[index]!);
      const query = toHeads(floats(roles.query), ...take());
      const key = toHeads(floats(roles.key), ...take());
      const gate = useGate ? tf.sigmoid(toHeads(floats(roles.query), ...take())) : undefined;
      const value = toHeads(floats(roles.value), ...take());
      const mask = rules.combine(inputs, masks);
      const { out, shares } = attend(spec, query, key, value, mask, roles.returnsScores, keySize);
      const combined = fromHeads(gate === undefined ? out : tf.mul(out, gate), ...take());
      return roles.returnsScores ? [combined, shares] : combined;
    },
    masking: rules.masking,
  };
}

/** [..., features] x [features, heads, size] -> [..., heads, size]. */
function toHeads(x: Tensor, kernel: Tensor, bias: Tensor | undefined): Tensor {
  const [features, heads, size] = kernel.shape as [number, number, number];
  const flat = tf.matMul(tf.reshape(x, [-1, features]), tf.reshape(kernel, [features, heads * size]));
  const split = tf.reshape(flat, [...x.shape.slice(0, -1), heads, size]);
  return bias === undefined ? split : broadcast(tf.add, split, bias);
}

/** [..., heads, size] x [heads, size, ...out] -> [..., ...out]. */
function fromHeads(x: Tensor, kernel: Tensor, bias: Tensor | undefined): Tensor {
  const [heads, size, ...out] = kernel.shape as [number, number, ...number[]];
  const flat = tf.matMul(tf.reshape(x, [-1, heads * size]), tf.reshape(kernel, [heads * size, -1]));
  const joined = tf.reshape(flat, [...x.shape.slice(0, -2), ...out]);
  return bias === undefined ? joined : broadcast(tf.add, joined, bias);
}

/**
 * The axes that attention runs over: all between batch and features unless the config says otherwise. Before Keras 3.12 negative ones count from
 * the end of the projected tensors, which have an axis of heads more (-2 is that one).
 */
function attentionAxes(spec: LayerSpec, rank: number): number[] {
  const length = since(spec, 3, 12) ? rank : rank + 1;
  return (numbersOf(spec, 'attention_axes') ?? range(1, rank - 1)).map((axis) => (axis < 0 ? axis + length : axis));
}

/** Scaled dot-product attention of tensors [batch, ...positions, heads, size]. */
function attend(
  spec: LayerSpec,
  query: Tensor,
  key: Tensor,
  value: Tensor,
  mask: Tensor | undefined,
  returnsScores: boolean,
  keySize: number,
): { out: Tensor; shares: Tensor } {
  const rank = query.rank;
  const axes = attentionAxes(spec, rank - 1);
  const batch = range(0, rank - 1).filter((axis) => !axes.includes(axis));
  const order = [...batch, ...axes, rank - 1];
  const sizes = (x: Tensor, along: readonly number[]) => along.map((axis) => x.shape[axis]!);
  // [everything else, positions, size]: three axes are what every backend computes with, however many there are.
  const flat = (x: Tensor) => tf.reshape(tf.transpose(x, order), [-1, product(sizes(x, axes)), x.shape[rank - 1]!]);
  const scores = tf.matMul(flat(tf.mul(query, 1 / Math.sqrt(keySize))), flat(key), false, true);
  const fused = spec.keras.major === 3 && numberOf(spec, 'dropout', 0) === 0 && !returnsScores && rank === 4;
  const shape = [...sizes(query, [...batch, ...axes]), ...sizes(key, axes)];
  const shares = maskedSoftmax(spec, scores, mask && spreadMask(mask, shape, axes.length, scores.shape), fused);
  const mixed = tf.reshape(tf.matMul(shares, flat(value)), [...sizes(query, [...batch, ...axes]), value.shape[rank - 1]!]);
  const back = order.map((_, axis) => order.indexOf(axis));
  return { out: tf.transpose(mixed, back), shares: tf.reshape(shares, shape) };
}

const product = (numbers: readonly number[]) => numbers.reduce((total, n) => total * n, 1);

/** A mask of pairs, to which the axes between batch and positions may be missing, as numbers of the shape of the flat scores. */
function spreadMask(mask: Tensor, shape: readonly number[], count: number, flat: readonly number[]): Tensor {
  const at = Math.max(0, mask.rank - 2 * count);
  const missing = Array<number>(Math.max(0, shape.length - mask.rank)).fill(1);
  const aligned = tf.reshape(asFloat(mask), [...mask.shape.slice(0, at), ...missing, ...mask.shape.slice(at)]);
  return tf.reshape(broadcast(tf.mul, aligned, tf.ones([...shape])), [...flat]);
}

/**
 * What is left out gets a score of minus a lot. The versions differ where a whole row is left out: Keras 2 adds the large number, Keras 3
 * replaces the score and, since 3.10 and where it goes through its Softmax layer, zeroes the shares.
 */
function maskedSoftmax(spec: LayerSpec, scores: Tensor, mask: Tensor | undefined, fused: boolean): Tensor {
  if (mask === undefined) return tf.softmax(scores);
  if (spec.keras.major < 3 && !flagOf(spec, 'softmax_robust_masking', false)) {
    return tf.softmax(tf.add(scores, tf.mul(tf.sub(1, mask), -1e9)));
  }
  const kept = asBool(mask);
  const shares = tf.softmax(where(kept, scores, tf.fill(scores.shape, -1e9)));
  return fused || !since(spec, 3, 10) ? shares : where(kept, shares, tf.zerosLike(shares));
}

/** The mask of pairs [batch, queries, keys] that all of a call's masks add up to. */
function maskingOf(spec: LayerSpec, roles: Roles, multiHead: boolean) {
  const sliding = spec.config.sliding_window;
  return {
    combine(inputs: readonly Tensor[], masks: readonly (Tensor | undefined)[]): Tensor | undefined {
      const of = (role: 'query' | 'value' | 'key') => {
        const given = roles.masks[role];
        return given === undefined ? masks[roles[role]] : inputs[given];
      };
      const [queryMask, valueMask] = [of('query'), of('value')];
      const keyMask = roles.keyGiven || roles.masks.key !== undefined ? of('key') : undefined;
      const [rows, columns] = [inputs[roles.query]!.shape[1]!, inputs[roles.value]!.shape[1]!];
      const row = () => tf.reshape(tf.range(0, rows, 1, 'float32'), [1, rows, 1]);
      const column = () => tf.reshape(tf.range(0, columns, 1, 'float32'), [1, 1, columns]);
      const own = combineMasks(
        queryMask && tf.expandDims(queryMask, -1),
        valueMask && tf.expandDims(valueMask, -2),
        keyMask && tf.expandDims(keyMask, -2),
        roles.causal ? tf.greaterEqual(row(), column()) : undefined,
        typeof sliding === 'number' ? tf.less(tf.abs(tf.sub(row(), column())), sliding) : undefined,
      );
      const given = roles.masks.attention === undefined ? undefined : inputs[roles.masks.attention];
      return combineMasks(own, given);
    },
    // Keras 2.4 to 2.9 know only the mask that a call passes.
    masking: since(spec, 2, 10)
      ? {
          takes: true,
          gives: {
            when: (present: readonly boolean[]) => present[roles.query] === true,
            shape: (inputs: readonly Shape[]) => inputs[roles.query]!.slice(0, 2),
            compute: (_: readonly Tensor[], masks: readonly (Tensor | undefined)[]) => masks[roles.query]!.clone(),
          },
          // Keras 3.8: "Delete the masks because the masks are handled at the level of the layer".
          ...(multiHead && since(spec, 3, 8) ? { strips: [roles.query, roles.value, roles.key] } : {}),
        }
      : {},
  };
}

export function groupedQueryAttention(spec: LayerSpec): LayerDefinition {
  const roles = rolesOf(spec, false);
  const [size, queryHeads, keyHeads] = [
    numberOf(spec, 'head_dim'),
    numberOf(spec, 'num_query_heads'),
    numberOf(spec, 'num_key_value_heads'),
  ];
  const useBias = flagOf(spec, 'use_bias', true);
  const useGate = flagOf(spec, 'use_gate', false);
  const rules = maskingOf(spec, roles, false);
  return {
    outputShapes(inputs) {
      const [query, key] = [inputs[roles.query]!, inputs[roles.key]!];
      require(query.length === 3, spec, () => `takes inputs of 3 axes and is given ${query.length}`);
      return roles.returnsScores ? [query, [query[0] ?? null, queryHeads, query[1] ?? null, key[1] ?? null]] : [query];
    },
    weights(inputs) {
      const [query, value, key] = [roles.query, roles.value, roles.key].map((index) => fixedAxis(spec, inputs[index]!, -1)) as [
        number,
        number,
        number,
      ];
      return projectionWeights(
        [
          { name: 'query', kernel: [query, queryHeads, size], bias: [queryHeads, size] },
          { name: 'key', kernel: [key, keyHeads, size], bias: [keyHeads, size] },
          ...(useGate ? [{ name: 'gate', kernel: [query, queryHeads, size], bias: [queryHeads, size] }] : []),
          { name: 'value', kernel: [value, keyHeads, size], bias: [keyHeads, size] },
          { name: 'output', kernel: [queryHeads, size, query], bias: [query] },
        ],
        useBias,
      );
    },
    compute(inputs, weights, masks) {
      const rest = [...weights];
      const take = () => [rest.shift()!, useBias ? rest.shift() : undefined] as const;
      const floats = (index: number) => asFloat(inputs[index]!);
      const query = toHeads(floats(roles.query), ...take());
      const key = repeatAxis(toHeads(floats(roles.key), ...take()), 2, queryHeads / keyHeads);
      const gate = useGate ? tf.sigmoid(toHeads(floats(roles.query), ...take())) : undefined;
      const value = repeatAxis(toHeads(floats(roles.value), ...take()), 2, queryHeads / keyHeads);
      const { out, shares } = attend(spec, query, key, value, rules.combine(inputs, masks), roles.returnsScores, size);
      const combined = fromHeads(gate === undefined ? out : tf.mul(out, gate), ...take());
      return roles.returnsScores ? [combined, shares] : combined;
    },
    masking: rules.masking,
  };
}
