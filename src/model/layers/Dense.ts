/** Dense: `keras/src/layers/core/dense.py`. */

import type { Tensor, Tensor2D } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { type Activation, activationOf, linear } from '../activations';
import { fixedAxis, flagOf, numberOf, require } from './config';
import { asFloat } from './dtypes';
import type { LayerDefinition } from './KerasLayer';
import { broadcast } from './manyAxes';
import { type Quantization, quantizationOf, quantized } from './quantization';
import type { LayerSpec } from './spec';

export function dense(spec: LayerSpec): LayerDefinition {
  const units = numberOf(spec, 'units');
  const useBias = flagOf(spec, 'use_bias', true);
  const activation = activationOf(spec, spec.config.activation, true);
  const quantization = quantizationOf(spec);
  return {
    outputShapes([shape]) {
      require(shape!.length >= 2, spec, () => `takes inputs of at least 2 axes and is given ${shape!.length}`);
      return [[...shape!.slice(0, -1), units]];
    },
    weights([shape], stored) {
      // Behind a Flatten of a picture of any size, the file's kernel says which size it was.
      const kept = shape!.at(-1) === null ? stored?.find((weight) => weight.shape.length === 2)?.shape[0] : undefined;
      const kernel = { name: 'kernel', shape: [kept ?? fixedAxis(spec, shape!, -1), units], paths: ['vars/0'] };
      const bias = useBias ? [{ name: 'bias', shape: [units], paths: ['vars/1'] }] : [];
      if (quantization === undefined) return [kernel, ...bias];
      return [
        { ...kernel, trainable: false },
        ...bias,
        { name: 'kernel_scale', shape: [units], trainable: false, paths: [useBias ? 'vars/2' : 'vars/1'] },
      ];
    },
    compute([x], weights) {
      if (quantization === undefined) return project(asFloat(x!), weights[0]!, weights[1], activation);
      const [kernel, bias, scale] = useBias ? weights : [weights[0], undefined, weights[1]];
      const scaled = projectIntegers(x!, kernel!, scale!, quantization);
      return activation.apply(bias === undefined ? scaled : broadcast(tf.add, scaled, bias));
    },
    masking: { gives: 'same' },
  };
}

/** The last axis of `x` through a matrix, with bias and activation. */
export function project(x: Tensor, kernel: Tensor, bias: Tensor | undefined, activation: Activation): Tensor {
  const flat = (x.rank === 2 ? x : tf.reshape(x, [-1, x.shape[x.rank - 1]!])) as Tensor2D;
  const product = tf.fused.matMul({
    a: flat,
    b: kernel as Tensor2D,
    ...(bias === undefined ? {} : { bias }),
    activation: activation.fused ?? 'linear',
  });
  const shaped = x.rank === 2 ? product : tf.reshape(product, [...x.shape.slice(0, -1), kernel.shape[1]!]);
  return activation.fused === undefined ? activation.apply(shaped) : shaped;
}

/** The same through a matrix of integers and what they were multiplied by. */
export function projectIntegers(x: Tensor, kernel: Tensor, scale: Tensor, quantization: Quantization): Tensor {
  const [numbers, inputScale] = quantization.inputs ? quantized(x, [x.rank - 1]) : [asFloat(x), undefined];
  const product = project(numbers, kernel, undefined, linear);
  return broadcast(tf.div, product, inputScale === undefined ? scale : broadcast(tf.mul, inputScale, scale));
}
