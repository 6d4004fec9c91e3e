/** ReversibleEmbedding: `keras/src/layers/core/reversible_embedding.py`. */

import * as tf from '@tensorflow/tfjs-core';
import { dtypeName } from '../../keras/policy';
import { linear } from '../activations';
import { constantArgument, flagOf, numberOf, require, since } from './config';
import { project, projectIntegers } from './Dense';
import { asBool, asFloat } from './dtypes';
import { embedding } from './Embedding';
import type { LayerDefinition, WeightDefinition } from './KerasLayer';
import { transpose } from './manyAxes';
import { quantizationOf } from './quantization';
import type { LayerSpec } from './spec';

/** Tokens to vectors or, called with `reverse`, vectors to logits of tokens, by the same matrix unless the weights are not tied. */
export function reversibleEmbedding(spec: LayerSpec): LayerDefinition {
  const forth = embedding(spec);
  const tied = flagOf(spec, 'tie_weights', true);
  const quantization = quantizationOf(spec);
  const [tokens, size] = [numberOf(spec, 'input_dim'), numberOf(spec, 'output_dim')];
  const weights: LayerDefinition['weights'] = (shapes) => {
    const own = forth.weights(shapes);
    return tied ? own : [...own, ...reverseWeights(tokens, size, own.length, quantization !== undefined)];
  };
  if (!constantArgument(spec, 'reverse', 1)) {
    const compute: LayerDefinition['compute'] = (inputs, own, masks) =>
      forth.compute(inputs, quantization === undefined ? own.slice(0, 1) : own.slice(0, 2), masks);
    return { ...forth, weights, compute };
  }
  const type = dtypeName(spec.config.reverse_dtype ?? 'float32');
  require(/^float(32|64)$/.test(type), spec, () =>
    `projects back in ${type}, whose rounding is not known here; give it the reverse_dtype float32 in Keras`);
  const cap = (spec.config.logit_soft_cap ?? null) === null ? undefined : numberOf(spec, 'logit_soft_cap');
  return {
    weights,
    outputShapes: ([shape]) => [[...shape!.slice(0, -1), tokens]],
    compute([input], own) {
      const [matrix, scale] = quantization === undefined ? [own.at(-1)!] : own.slice(-2);
      const kernel = tied ? transpose(matrix!) : matrix!;
      const logits =
        scale === undefined ? project(asFloat(input!), kernel, undefined, linear) : projectIntegers(input!, kernel, scale, quantization!);
      return cap === undefined ? logits : tf.mul(tf.tanh(tf.div(logits, cap)), cap);
    },
    // Up to 3.13 it takes the vectors' numbers for tokens, of which 0 counts for nothing.
    ...(flagOf(spec, 'mask_zero', false) && !since(spec, 3, 14)
      ? { masking: { gives: { when: () => true, shape: ([shape]) => shape!, compute: ([x]) => asBool(x!) } } }
      : {}),
  };
}

function reverseWeights(tokens: number, size: number, first: number, integers: boolean): WeightDefinition[] {
  return [
    { name: 'reverse_embeddings', shape: [size, tokens], trainable: !integers, paths: [`vars/${first}`] },
    ...(integers ? [{ name: 'reverse_embeddings_scale', shape: [tokens], trainable: false, paths: [`vars/${first + 1}`] }] : []),
  ];
}
