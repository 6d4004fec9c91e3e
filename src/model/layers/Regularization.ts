/**
 * Layers that do nothing at inference: the Dropout family, noise, ActivityRegularization (`keras/src/layers/regularization`), Identity,
 * augmentation. A Dropout or noise layer that the model itself calls with training=True is as random here as it is in Keras.
 */

import type { Tensor } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { tensorIndices } from './call';
import { calledInTraining, dataFormatOf, numberOf, require } from './config';
import { asFloat } from './dtypes';
import type { LayerDefinition } from './KerasLayer';
import type { LayerSpec } from './spec';

/** Returns its first argument (a mask may follow). Weights that the file has for it (states of random generators) are left aside. */
export function identity(spec: LayerSpec): LayerDefinition {
  const first = tensorIndices(spec.call.args[0] ?? { tensor: 0 });
  const taken = <T>(all: readonly T[]): T[] => first.map((index) => all[index]!);
  return {
    outputShapes: taken,
    outputTypes: taken,
    compute: (inputs) => taken(inputs).map((x) => x.clone()),
    convertWeights: () => [],
    ...(spec.className === 'Identity' && spec.keras.major < 3 ? {} : { masking: { gives: 'same', handsOn: spec.keras.major === 3 } }),
  };
}

/** Augmentation: Keras passes the pictures through at inference. */
export function augmentation(spec: LayerSpec): LayerDefinition {
  require(!calledInTraining(spec), spec, () => 'augments at inference too (it is called with training=True), at random');
  const { masking: _, ...definition } = identity(spec);
  return { ...definition, outputTypes: () => ['float32'], compute: ([x]) => asFloat(x!).clone() };
}

/** RandomHeight and RandomWidth of Keras 2: the picture as it is, of a size that Keras declares free. */
export function randomSize(spec: LayerSpec, axis: 1 | 2): LayerDefinition {
  return { ...augmentation(spec), outputShapes: ([shape]) => [shape!.map((length, i) => (i === axis ? null : length))] };
}

/** How one layer disturbs its input in training mode. */
type Noise = (x: Tensor, spec: LayerSpec) => Tensor;

export const noises: Readonly<Record<string, Noise>> = {
  Dropout: (x, spec) => drop(x, numberOf(spec, 'rate', 0.5), noiseShape(x, spec)),
  SpatialDropout1D: (x, spec) => drop(x, numberOf(spec, 'rate', 0.5), [x.shape[0]!, 1, x.shape[2]!]),
  SpatialDropout2D: (x, spec) => drop(x, numberOf(spec, 'rate', 0.5), spatialNoise(x, spec)),
  SpatialDropout3D: (x, spec) => drop(x, numberOf(spec, 'rate', 0.5), spatialNoise(x, spec)),
  GaussianNoise: (x, spec) => tf.add(x, tf.randomNormal(x.shape, 0, numberOf(spec, 'stddev', 1))),
  GaussianDropout(x, spec) {
    const rate = numberOf(spec, 'rate', 0.5);
    return tf.mul(x, tf.randomNormal(x.shape, 1, Math.sqrt(rate / (1 - rate))));
  },
  AlphaDropout(x, spec) {
    const rate = numberOf(spec, 'rate', 0.5);
    const low = -1.6732632423543772 * 1.0507009873554805;
    const kept = asFloat(tf.greaterEqual(tf.randomUniform(noiseShape(x, spec)), rate));
    const scale = 1 / Math.sqrt((1 - rate) * (1 + rate * low * low));
    const mixed = tf.add(tf.mul(x, kept), tf.mul(tf.sub(1, kept), low));
    return tf.add(tf.mul(mixed, scale), -scale * low * rate);
  },
};

export function noise(spec: LayerSpec): LayerDefinition {
  const definition = identity(spec);
  if (!calledInTraining(spec)) return definition;
  const disturb = noises[spec.className]!;
  return { ...definition, outputTypes: () => ['float32'], compute: ([x]) => disturb(asFloat(x!), spec) };
}

function drop(x: Tensor, rate: number, shape: readonly number[]): Tensor {
  if (rate <= 0) return x.clone();
  const kept = asFloat(tf.greaterEqual(tf.randomUniform([...shape]), rate));
  return tf.div(tf.mul(x, kept), 1 - rate);
}

function noiseShape(x: Tensor, spec: LayerSpec): number[] {
  const given = spec.config.noise_shape as (number | null)[] | null | undefined;
  return x.shape.map((length, i) => given?.[i] ?? length);
}

function spatialNoise(x: Tensor, spec: LayerSpec): number[] {
  const channels = dataFormatOf(spec) === 'channels_first' ? 1 : x.rank - 1;
  return x.shape.map((length, i) => (i === 0 || i === channels ? length : 1));
}
