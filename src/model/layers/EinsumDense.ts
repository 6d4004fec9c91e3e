/** EinsumDense: `keras/src/layers/core/einsum_dense.py`. */
import type { Tensor } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { activationOf } from '../activations';
import { einsum, parseEinsum } from '../operations/einsum';
import type { Shape } from '../types';
import { addAsKeras3 } from './bias';
import { require, since, unsupported } from './config';
import { asFloat } from './dtypes';
import type { LayerDefinition, WeightDefinition } from './KerasLayer';
import { broadcast, transpose } from './manyAxes';
import { type Quantization, quantizationOf, quantized } from './quantization';
import type { LayerSpec } from './spec';

export function einsumDense(spec: LayerSpec): LayerDefinition {
  const equation = String(spec.config.equation ?? unsupported(spec, 'has no equation in its config')).replace(/\s/g, '');
  const kernelTerm = equation.split('->')[0]!.split(',')[1] ?? unsupported(spec, `has the equation '${equation}', which names no kernel`);
  require(!kernelTerm.includes('...'), spec, () => `has an ellipsis for its kernel in '${equation}'`);
  const biasAxes = (spec.config.bias_axes as string | null | undefined) ?? '';
  const given = [spec.config.output_shape ?? []].flat() as (number | null)[];
  const activation = activationOf(spec, spec.config.activation, true);
  const quantization = quantizationOf(spec);
  const useBias = biasAxes !== '';
  const read = (shape: Shape) => parseEinsum(equation, [shape.length, kernelTerm.length]);
  // The output shape of the config is without the batch; it counts from the right unless an ellipsis elides axes there.
  const givenAt = (axis: number, rank: number) => given[equation.endsWith('...') ? axis - 1 : axis - (rank - given.length)];
  const sizesOf = (shape: Shape): Map<string, number | null> => {
    const { inputs, output } = read(shape);
    const sizes = new Map<string, number | null>();
    output.forEach((label, axis) => {
      const size = givenAt(axis, output.length);
      if (size !== undefined) sizes.set(label, size);
    });
    inputs[0]!.forEach((label, axis) => {
      sizes.set(label, shape[axis] ?? sizes.get(label) ?? null);
    });
    return sizes;
  };
  const fixed = (sizes: Map<string, number | null>, label: string): number => {
    const size = sizes.get(label) ?? null;
    require(size !== null, spec, () => `cannot tell the length of '${label}' in '${equation}'`);
    return size;
  };
  /** Scales have the axes of the output, of length 1 where they do not depend on it. */
  const quantizedProduct = (x: Tensor, kernel: Tensor, kernelScale: Tensor, { inputs: byIntegers }: Quantization): Tensor => {
    if (!byIntegers) return broadcast(tf.div, einsum(equation, [x, kernel]), kernelScale);
    const { inputs, output } = read(x.shape);
    const labels = inputs[0]!;
    const [numbers, scale] = quantized(
      x,
      labels.flatMap((label, axis) => (output.includes(label) ? [] : [axis])),
    );
    const turned = transpose(scale, [
      ...output.flatMap((label) => (labels.includes(label) ? [labels.indexOf(label)] : [])),
      ...labels.flatMap((label, axis) => (output.includes(label) ? [] : [axis])),
    ]);
    const inputScale = tf.reshape(
      turned,
      output.map((label) => (labels.includes(label) ? x.shape[labels.indexOf(label)]! : 1)),
    );
    return broadcast(tf.div, einsum(equation, [numbers, kernel]), broadcast(tf.mul, inputScale, kernelScale));
  };
  return {
    outputShapes([shape]) {
      const sizes = sizesOf(shape!);
      const { output } = read(shape!);
      // Keras 3 leaves free what the config leaves free, whatever the input says.
      const free = (axis: number) => spec.keras.major === 3 && axis > 0 && givenAt(axis, output.length) === null;
      return [output.map((label, axis) => (free(axis) ? null : (sizes.get(label) ?? null)))];
    },
    weights([shape]) {
      const sizes = sizesOf(shape!);
      const kernel = { name: 'kernel', shape: [...kernelTerm].map((label) => fixed(sizes, label)), paths: ['vars/0'] };
      const scale = (): WeightDefinition[] => {
        if (quantization === undefined) return [];
        const shapes = read(shape!).output.map((label) => (kernelTerm.includes(label) ? fixed(sizes, label) : 1));
        return [{ name: 'kernel_scale', shape: shapes, trainable: false, paths: [useBias ? 'vars/2' : 'vars/1'] }];
      };
      const weight = { ...kernel, trainable: quantization === undefined };
      if (!useBias) return [weight, ...scale()];
      const labels = equation.split('->')[1]!.replace('...', '');
      const from = Math.min(...[...biasAxes].map((label) => labels.indexOf(label)));
      const bias = [...labels.slice(from)].map((label) => (biasAxes.includes(label) ? fixed(sizes, label) : 1));
      // 'xa...,ab->xb...': what is elided on the right comes behind the bias.
      const output = read(shape!).output;
      const trailing = equation.endsWith('...') ? output.filter((label) => label.startsWith('.')).map(() => 1) : [];
      return [weight, { name: 'bias', shape: [...bias, ...trailing], paths: ['vars/1'] }, ...scale()];
    },
    compute([input], weights) {
      const [kernel, bias, scale] = useBias ? weights : [weights[0], undefined, weights[1]];
      const product =
        quantization === undefined
          ? einsum(equation, [asFloat(input!), kernel!])
          : quantizedProduct(asFloat(input!), kernel!, scale!, quantization);
      if (bias === undefined) return activation.apply(product);
      return activation.apply(since(spec, 3, 10) ? addAsKeras3(product, bias) : broadcast(tf.add, product, bias));
    },
  };
}
