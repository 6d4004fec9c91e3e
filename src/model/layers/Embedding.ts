/** Embedding and Masking: `keras/src/layers/core`. */
import * as tf from '@tensorflow/tfjs-core';
import { flagOf, numberOf, plain } from './config';
import { asBool, asFloat } from './dtypes';
import type { LayerDefinition } from './KerasLayer';
import { quantizationOf } from './quantization';
import type { LayerSpec } from './spec';

export function embedding(spec: LayerSpec): LayerDefinition & Required<Pick<LayerDefinition, 'weights'>> {
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
      const given = tf.reshape(tf.cast(indices!, 'int32'), [-1]) as tf.Tensor1D;
      // Keras 3 counts negative ones from the end.
      const flat =
        spec.keras.major === 3 ? tf.add<tf.Tensor1D>(given, tf.mul(tf.cast(tf.less(given, 0), 'int32'), tf.scalar(count, 'int32'))) : given;
      const rows = tf.gather(embeddings!, flat);
      const found = scale === undefined ? rows : tf.div(rows, tf.expandDims(tf.gather(scale, flat), -1));
      return tf.reshape(found, [...indices!.shape, size]);
    },
    ...(masks
      ? {
          masking: {
            gives: { when: () => true, shape: ([shape]) => shape!, compute: ([indices]) => asBool(indices!) },
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
