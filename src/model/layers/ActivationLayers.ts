/** Activation, ReLU, LeakyReLU, PReLU, ELU, Softmax, ThresholdedReLU and activations that are layers of their own: `keras/src/layers/activations`. */
import * as tf from '@tensorflow/tfjs-core';
import { layerActivation } from '../activations';
import { axisOf, constantArgument, fixedAxis, numbersOf, require, since, unsupported } from './config';
import { asBool, asFloat } from './dtypes';
import type { LayerDefinition, WeightDefinition } from './KerasLayer';
import { broadcast, where } from './manyAxes';
import type { LayerSpec } from './spec';

export function activationLayer(spec: LayerSpec): LayerDefinition {
  const apply = layerActivation(spec) ?? unsupported(spec, 'has no activation');
  const halves = spec.className === 'Activation' && spec.config.activation === 'glu';
  return {
    outputShapes: ([shape]) => [halves ? [...shape!.slice(0, -1), fixedAxis(spec, shape!, -1) / 2] : shape!],
    compute: ([x]) => apply(asFloat(x!)),
    masking: { gives: 'same', handsOn: spec.className === 'Activation' && spec.config.activation === 'linear' },
  };
}

/** Softmax; a mask, passed as second argument or hung on the input, leaves entries out. */
export function softmaxLayer(spec: LayerSpec): LayerDefinition {
  const apply = layerActivation(spec)!;
  require(constantArgument(spec, 'mask', 1) === undefined || constantArgument(spec, 'mask', 1) === null, spec, () => 'has a constant mask');
  const axes = numbersOf(spec, 'axis') ?? [-1];
  return {
    outputShapes: ([shape]) => {
      for (const axis of axes) axisOf(spec, axis, shape!.length);
      return [shape!];
    },
    compute([input, given], _, masks) {
      const x = asFloat(input!);
      const mask = given ?? masks[0];
      if (mask === undefined) return apply(x);
      const kept = asFloat(mask);
      if (spec.keras.major < 3) return apply(tf.add(x, tf.mul(tf.sub(1, kept), -1e9)));
      const wide = asBool(tf.mul(kept, tf.ones(x.shape)));
      const outputs = apply(where(wide, x, tf.fill(x.shape, -1e9)));
      // Where all is left out: zeros since Keras 3.10, equal shares before.
      return since(spec, 3, 10) ? where(wide, outputs, tf.zerosLike(outputs)) : outputs;
    },
    masking: { takes: true, gives: 'same' },
  };
}

/** Whether a shape, its leading ones aside, is how the other ends: tfjs' wasm backend runs through alpha over and over. */
function isSuffix(shape: readonly number[], whole: readonly number[]): boolean {
  const from = shape.findIndex((n) => n !== 1);
  return from < 0 || shape.slice(from).join() === whole.slice(whole.length - shape.length + from).join();
}

export function prelu(spec: LayerSpec): LayerDefinition {
  const shared = numbersOf(spec, 'shared_axes') ?? [];
  return {
    outputShapes: ([shape]) => [shape!],
    weights([shape]) {
      const alpha = shape!.slice(1).map((_, i) => (shared.includes(i + 1) ? 1 : fixedAxis(spec, shape!, i + 1)));
      return [{ name: 'alpha', shape: alpha, paths: ['vars/0'] }] satisfies WeightDefinition[];
    },
    compute([input], [alpha]) {
      const x = asFloat(input!);
      if (x.rank <= 4 && isSuffix(alpha!.shape, x.shape)) return tf.prelu(x, alpha!);
      return tf.sub(tf.relu(x), broadcast(tf.mul, tf.relu(tf.neg(x)), alpha!));
    },
    masking: { gives: 'same' },
  };
}
