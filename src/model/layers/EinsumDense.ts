/** EinsumDense: `keras/src/layers/core/einsum_dense.py`. */
import * as tf from '@tensorflow/tfjs-core';
import { activationOf } from '../activations';
import { einsum, parseEinsum } from '../operations/einsum';
import type { Shape } from '../types';
import { require, unsupported } from './config';
import { asFloat } from './dtypes';
import type { LayerDefinition } from './KerasLayer';
import { broadcast } from './manyAxes';
import type { LayerSpec } from './spec';

export function einsumDense(spec: LayerSpec): LayerDefinition {
  const equation = String(spec.config.equation ?? unsupported(spec, 'has no equation in its config')).replace(/\s/g, '');
  const kernelTerm = equation.split('->')[0]!.split(',')[1] ?? unsupported(spec, `has the equation '${equation}', which names no kernel`);
  require(!kernelTerm.includes('...'), spec, () => `has an ellipsis for its kernel in '${equation}'`);
  const biasAxes = (spec.config.bias_axes as string | null | undefined) ?? '';
  const given = [spec.config.output_shape ?? []].flat() as (number | null)[];
  const activation = activationOf(spec, spec.config.activation, true);
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
      if (biasAxes === '') return [kernel];
      const labels = equation.split('->')[1]!.replace('...', '');
      const from = Math.min(...[...biasAxes].map((label) => labels.indexOf(label)));
      const bias = [...labels.slice(from)].map((label) => (biasAxes.includes(label) ? fixed(sizes, label) : 1));
      // 'xa...,ab->xb...': what is elided on the right comes behind the bias.
      const output = read(shape!).output;
      const trailing = equation.endsWith('...') ? output.filter((label) => label.startsWith('.')).map(() => 1) : [];
      return [kernel, { name: 'bias', shape: [...bias, ...trailing], paths: ['vars/1'] }];
    },
    compute([input], [kernel, bias]) {
      const product = einsum(equation, [asFloat(input!), kernel!]);
      return activation.apply(bias === undefined ? product : broadcast(tf.add, product, bias));
    },
  };
}
