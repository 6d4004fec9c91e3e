/** Attention and AdditiveAttention: `keras/src/layers/attention`, `layers/attention/base_dense_attention.py` of Keras 2. */

import type { Tensor } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { argumentOf, tensorIndices } from './call';
import { calledInTraining, constantArgument, fixedAxis, flagOf, losesMasksOfLists, numberOf, require, wordOf } from './config';
import { asFloat } from './dtypes';
import type { LayerDefinition, WeightDefinition } from './KerasLayer';
import type { LayerSpec } from './spec';

/** Scores of [batch, queries, features] against [batch, keys, features]. */
type Scores = (query: Tensor, key: Tensor, weights: readonly Tensor[]) => Tensor;

export function attention(spec: LayerSpec): LayerDefinition {
  const useScale = flagOf(spec, 'use_scale', false);
  const concat = wordOf(spec, 'score_mode', ['dot', 'concat'], 'dot') === 'concat';
  const names = [...(useScale ? ['scale'] : []), ...(concat ? ['concat_score_weight'] : [])];
  const scores: Scores = (query, key, weights) => {
    const scale = useScale ? weights[0] : undefined;
    if (!concat) {
      const products = tf.matMul(query, key, false, true);
      return scale === undefined ? products : tf.mul(products, scale);
    }
    const sums = pairwiseSum(query, key);
    return tf.mul(tf.sum(tf.tanh(scale === undefined ? sums : tf.mul(sums, scale)), -1), weights[weights.length - 1]!);
  };
  return denseAttention(spec, scores, () => names.map((name, i) => ({ name, shape: [], paths: [`vars/${i}`] })));
}

export function additiveAttention(spec: LayerSpec): LayerDefinition {
  const useScale = flagOf(spec, 'use_scale', true);
  const scores: Scores = (query, key, [scale]) => {
    const sums = tf.tanh(pairwiseSum(query, key));
    return tf.sum(scale === undefined ? sums : tf.mul(sums, scale), -1);
  };
  return denseAttention(spec, scores, (shape) =>
    useScale ? [{ name: 'scale', shape: [fixedAxis(spec, shape, -1)], paths: ['vars/0'] }] : [],
  );
}

function pairwiseSum(query: Tensor, key: Tensor): Tensor {
  return tf.add(tf.expandDims(query, -2), tf.expandDims(key, -3));
}

function denseAttention(
  spec: LayerSpec,
  scores: Scores,
  weights: (shape: readonly (number | null)[]) => WeightDefinition[],
): LayerDefinition {
  const roles = tensorIndices(argumentOf(spec, 'inputs', 0));
  require(roles.length === 2 || roles.length === 3, spec, () =>
    `is called with ${roles.length} tensors instead of [query, value] or [query, value, key]`);
  require(!(calledInTraining(spec) && numberOf(spec, 'dropout', 0) > 0), spec, () =>
    'drops out at random at inference too (training=True)');
  const [query, value, key] = [roles[0]!, roles[1]!, roles[2] ?? roles[1]!];
  const givenMasks = givenMaskIndices(spec);
  const causal = flagOf(spec, 'causal', false) || Boolean(constantArgument(spec, 'use_causal_mask'));
  const returnsScores = Boolean(constantArgument(spec, 'return_attention_scores'));
  return {
    outputShapes(inputs) {
      const [q, v, k] = [inputs[query]!, inputs[value]!, inputs[key]!];
      const out = [...q.slice(0, -1), v.at(-1) ?? null];
      return returnsScores ? [out, [...q.slice(0, -1), k.at(-2) ?? null]] : [out];
    },
    weights: (inputs) => weights(inputs[query]!),
    compute(inputs, variables, masks) {
      const [q, v, k] = [query, value, key].map((index) => asFloat(inputs[index]!)) as [Tensor, Tensor, Tensor];
      const [queryMask, valueMask] = [query, value].map((index, i) => {
        const given = givenMasks[i];
        return given === undefined ? masks[index] : inputs[given];
      });
      let logits = scores(q, k, variables);
      const kept = combineMasks(valueMask && tf.expandDims(valueMask, -2), causal ? causalMask(logits) : undefined);
      if (kept !== undefined) logits = tf.sub(logits, tf.mul(tf.sub(1, kept), 1e9));
      const shares = tf.softmax(logits);
      let out = tf.matMul(shares, v);
      if (queryMask !== undefined) out = tf.mul(out, asFloat(tf.expandDims(queryMask, -1)));
      return returnsScores ? [out, shares] : out;
    },
    masking: {
      takes: true,
      gives: {
        when: (present) => present[query] === true && !losesMasksOfLists(spec),
        shape: (inputs) => inputs[query]!.slice(0, -1),
        compute: (_, masks) => masks[query]!.clone(),
      },
    },
  };
}

/** Masks passed as `mask=[query_mask, value_mask]`; their places may hold None. */
function givenMaskIndices(spec: LayerSpec): (number | undefined)[] {
  const mask = argumentOf(spec, 'mask', 1);
  if (mask === undefined || !('list' in mask)) return [];
  return mask.list.map((entry) => tensorIndices(entry)[0]);
}

/** Where key j is not later than query i, as float32 [1, queries, keys]. */
export function causalMask(scores: Tensor): Tensor {
  const [rows, columns] = scores.shape.slice(-2) as [number, number];
  const row = tf.reshape(tf.range(0, rows, 1, 'float32'), [1, rows, 1]);
  const column = tf.reshape(tf.range(0, columns, 1, 'float32'), [1, 1, columns]);
  return asFloat(tf.greaterEqual(row, column));
}

/** 1 where all masks that there are say so, float32. */
export function combineMasks(...masks: readonly (Tensor | undefined)[]): Tensor | undefined {
  const given = masks.filter((mask) => mask !== undefined).map((mask) => asFloat(mask));
  return given.length === 0 ? undefined : given.reduce((a, b) => tf.mul(a, b));
}
