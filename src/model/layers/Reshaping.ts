/** Flatten, Reshape, Permute, RepeatVector: `keras/src/layers/reshaping`. */
import * as tf from '@tensorflow/tfjs-core';
import { describe } from '../../check';
import type { Shape } from '../types';
import { dataFormatOf, numberOf, numbersOf, require, unsupported } from './config';
import type { LayerDefinition } from './KerasLayer';
import { transpose } from './manyAxes';
import { range, toChannelsLast } from './spatial';
import type { LayerSpec } from './spec';

export function flatten(spec: LayerSpec): LayerDefinition {
  const format = dataFormatOf(spec);
  return {
    outputShapes: ([shape]) => [[shape![0] ?? null, sizeOf(shape!.slice(1))]],
    outputTypes: ([type]) => [type!],
    compute([input]) {
      const x = input!.rank > 2 ? toChannelsLast(input!, format) : input!;
      return tf.reshape(x, [x.shape[0]!, x.shape.slice(1).reduce((product, n) => product * n, 1)]);
    },
  };
}

export function reshape(spec: LayerSpec): LayerDefinition {
  const target = numbersOf(spec, 'target_shape') ?? [];
  return {
    outputShapes: ([shape]) => [[shape![0] ?? null, ...reshapedShape(spec, shape!.slice(1), target)]],
    outputTypes: ([type]) => [type!],
    compute: ([x]) => tf.reshape(x!, [x!.shape[0]!, ...target]),
  };
}

/** A target shape with its -1 worked out, null where the input leaves it free. Throws where the sizes differ. */
export function reshapedShape(spec: LayerSpec, input: Shape, target: readonly number[]): (number | null)[] {
  require(target.filter((n) => n < 0).length <= 1, spec, () => `has more than one -1 in its target shape ${describe(target)}`);
  const total = sizeOf(input);
  const known = target.filter((n) => n >= 0).reduce((product, n) => product * n, 1);
  if (total === null) return target.map((n) => (n < 0 ? null : n));
  const fits = target.some((n) => n < 0) ? known > 0 && total % known === 0 : total === known;
  require(fits, spec, () => `cannot give its input of ${total} numbers the shape ${describe(target)}`);
  return target.map((n) => (n < 0 ? total / known : n));
}

export function permute(spec: LayerSpec): LayerDefinition {
  const dims = numbersOf(spec, 'dims') ?? unsupported(spec, 'has no dims in its config');
  require([...dims].sort((a, b) => a - b).join() === range(1, dims.length + 1).join(), spec, () => `has dims ${describe(dims)}`);
  return {
    outputShapes([shape]) {
      require(shape!.length === dims.length + 1, spec, () => `permutes ${dims.length} axes of an input that has ${shape!.length - 1}`);
      return [[shape![0] ?? null, ...dims.map((axis) => shape![axis] ?? null)]];
    },
    outputTypes: ([type]) => [type!],
    compute: ([x]) => transpose(x!, [0, ...dims]),
  };
}

export function repeatVector(spec: LayerSpec): LayerDefinition {
  const n = numberOf(spec, 'n');
  return {
    outputShapes([shape]) {
      require(shape!.length === 2, spec, () => `takes inputs of 2 axes and is given ${shape!.length}`);
      return [[shape![0] ?? null, n, shape![1] ?? null]];
    },
    outputTypes: ([type]) => [type!],
    compute: ([x]) => tf.tile(tf.expandDims(x!, 1), [1, n, 1]),
  };
}

function sizeOf(shape: Shape): number | null {
  return shape.includes(null) ? null : shape.reduce<number>((product, n) => product * n!, 1);
}
