/** Embedding and Masking: `keras/src/layers/core`. */
import * as tf from '@tensorflow/tfjs-core';
import { flagOf, numberOf, plain } from './config';
import { asFloat } from './dtypes';
import type { LayerDefinition } from './KerasLayer';
import { quantizationOf } from './quantization';
import type { LayerSpec } from './spec';

export function embedding(spec: LayerSpec): LayerDefinition {
  const [count, size] = [numberOf(spec, 'input_dim'), numberOf(spec, 'output_dim')];
  const masks = flagOf(spec, 'mask_zero', false);
  const quantization = quantizationOf(spec);
  return {
    outputShapes: ([shape]) => [[...shape!, size]],
    weights: () => [
      { name: 'embeddings', shape: [count, size], trainable: quantization === undefined, paths: ['vars/0'] },
      ...(quantization === undefined ? [] : [{ name: 'embeddings_scale', shape: [count], trainable: false, paths: ['vars/1'] }]),
    ],
    compute([indices], [embeddings, scale]) {
      const flat = tf.reshape(tf.cast(indices!, 'int32'), [-1]) as tf.Tensor1D;
      const rows = tf.gather(embeddings!, flat);
      const found = scale === undefined ? rows : tf.div(rows, tf.expandDims(tf.gather(scale, flat), -1));
      return tf.reshape(found, [...indices!.shape, size]);
    },
    ...(masks
      ? {
          masking: {
            gives: { when: () => true, shape: ([shape]) => shape!, compute: ([indices]) => tf.notEqual(tf.cast(indices!, 'int32'), 0) },
          },
        }
      : {}),
  };
}

export function masking(spec: LayerSpec): LayerDefinition {
  const value = Number(plain(spec.config.mask_value) ?? 0);
  const counts = (x: tf.Tensor, keepDims: boolean) => tf.any(tf.notEqual(asFloat(x), tf.scalar(value)), -1, keepDims);
  return {
    outputShapes: ([shape]) => [shape!],
    compute: ([x]) => tf.mul(asFloat(x!), asFloat(counts(x!, true))),
    masking: { gives: { when: () => true, shape: ([shape]) => shape!.slice(0, -1), compute: ([x]) => counts(x!, false) } },
  };
}
