/** Add, Subtract, Multiply, Average, Maximum, Minimum, Concatenate, Dot and Keras 1's Merge: `keras/src/layers/merging`. */

import type { DataType, Tensor } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import type { Shape } from '../types';
import { axisOf, flagOf, losesMasksOfLists, numbersOf, require, since, unsupported, wordOf } from './config';
import { asBool, asFloat } from './dtypes';
import { larger, smaller } from './extremes';
import type { LayerDefinition } from './KerasLayer';
import { broadcast, where } from './manyAxes';
import type { MaskMaker } from './masks';
import { unitLength } from './Normalizations';
import { isHalf, type NarrowType } from './narrow';
import { broadcastShapes, range } from './spatial';
import type { LayerSpec } from './spec';

export type Merge = 'add' | 'subtract' | 'multiply' | 'average' | 'maximum' | 'minimum';

export function merge(spec: LayerSpec, kind: Merge): LayerDefinition {
  const combine = (inputs: readonly Tensor[]) => combineAll(alignRanks(floatsOf(inputs)), kind);
  return {
    outputShapes(inputs) {
      require(inputs.length > 0 && (kind !== 'subtract' || inputs.length === 2), spec, () => `merges ${inputs.length} tensors`);
      return [mergedShape(spec, inputs)];
    },
    outputTypes: (types) => [types.every((type) => type === 'int32') && kind !== 'average' ? 'int32' : 'float32'],
    ...(kind === 'average' && { passNarrow: (narrow) => averaged(spec, narrow) }),
    compute(inputs, _, masks) {
      return since(spec, 3, 4) && masks.some((mask) => mask !== undefined) ? combineMasked(floatsOf(inputs), masks, kind) : combine(inputs);
    },
    masking: { takes: since(spec, 3, 4) && ['multiply', 'maximum', 'minimum'].includes(kind), gives: mergedMask(spec) },
  };
}

/** Sums of narrow whole numbers wrap before they are divided. */
function averaged(spec: LayerSpec, narrow: readonly (NarrowType | undefined)[]): [] {
  const type = narrow.find((one) => one !== undefined && !isHalf(one));
  require(type === undefined, spec, () => `averages tensors of ${type}; cast them to float32 before it in Keras`);
  return [];
}

/** Keras broadcasts as numpy does, but inserts missing axes behind the batch. */
function mergedShape(spec: LayerSpec, inputs: readonly Shape[]): Shape {
  const rank = Math.max(...inputs.map((shape) => shape.length));
  const aligned = inputs.map((shape) => [...shape.slice(0, 1), ...Array<number>(rank - shape.length).fill(1), ...shape.slice(1)]);
  return aligned.reduce<Shape>((merged, shape) => {
    const next = broadcastShapes(merged, shape);
    require(next !== undefined, spec, () => `merges shapes that do not go together: ${inputs.map((s) => `[${s.join(', ')}]`).join(', ')}`);
    return next;
  }, aligned[0]!);
}

function alignRanks(inputs: readonly Tensor[]): Tensor[] {
  const rank = Math.max(...inputs.map((x) => x.rank));
  return inputs.map((x) =>
    x.rank === rank ? x : tf.reshape(x, [x.shape[0] ?? 1, ...Array<number>(rank - x.rank).fill(1), ...x.shape.slice(1)]),
  );
}

/** One dtype for all: int32 if all are, otherwise float32. */
function floatsOf(inputs: readonly Tensor[]): Tensor[] {
  const type: DataType = inputs.every(({ dtype }) => dtype === 'int32') ? 'int32' : 'float32';
  return inputs.map((x) => (type === 'int32' ? x : asFloat(x)));
}

function combineAll(inputs: readonly Tensor[], kind: Merge): Tensor {
  const total = inputs.reduce((merged, x) => combineTwo(merged, x, kind));
  return kind === 'average' ? tf.div(asFloat(total), inputs.length) : total;
}

function combineTwo(a: Tensor, b: Tensor, kind: Merge): Tensor {
  switch (kind) {
    case 'add':
    case 'average':
      return broadcast(tf.add, a, b);
    case 'subtract':
      return broadcast(tf.sub, a, b);
    case 'multiply':
      return broadcast(tf.mul, a, b);
    case 'maximum':
      return broadcast(larger, a, b);
    case 'minimum':
      return broadcast(smaller, a, b);
  }
}

/** `_apply_merge_op_and_or_mask` of Keras 3: what is masked in one input does not count in the result. */
function combineMasked(given: readonly Tensor[], masks: readonly (Tensor | undefined)[], kind: Merge): Tensor {
  const inputs = alignRanks(given);
  const wide = inputs.map((x, i) => (masks[i] === undefined ? undefined : spreadMask(masks[i]!, x)));
  if (kind === 'multiply') {
    const product = inputs
      .map((x, i) => (wide[i] === undefined ? x : where(wide[i]!, x, tf.onesLike(x))))
      .reduce((a, b) => broadcast(tf.mul, a, b));
    if (wide.some((mask) => mask === undefined)) return product;
    const any = wide.map((mask) => mask!).reduce((a, b) => tf.logicalOr(a, b));
    return where(any, product, tf.zerosLike(product));
  }
  let output = inputs[0]!;
  let outputMask = wide[0];
  inputs.slice(1).forEach((input, i) => {
    const mask = wide[i + 1];
    const x = mask === undefined ? input : where(mask, input, tf.broadcastTo(output, input.shape));
    if (outputMask !== undefined) output = where(outputMask, output, tf.broadcastTo(x, output.shape));
    outputMask = mask !== undefined && outputMask !== undefined ? tf.logicalOr(outputMask, mask) : undefined;
    output = combineTwo(output, x, kind);
  });
  return output;
}

/** A mask of time steps as a bool tensor of the shape of what it masks. */
function spreadMask(mask: Tensor, x: Tensor): Tensor {
  const shaped = tf.reshape(mask, [...mask.shape, ...Array<number>(x.rank - mask.rank).fill(1)]);
  return asBool(broadcast(tf.mul, asFloat(shaped), tf.ones(x.shape)));
}

/** Keras 3.4: a step counts if it counts in any input, and all inputs must have a mask. Keras 2: if it counts in all that have one. */
function mergedMask(spec: LayerSpec): MaskMaker {
  const newer = since(spec, 3, 4);
  return {
    when: (present) => !losesMasksOfLists(spec) && (newer ? present.every((has) => has) : present.some((has) => has)),
    shape: (inputs) => inputs[0]!.slice(0, 2),
    compute: (_, masks) =>
      masks
        .filter((mask) => mask !== undefined)
        .reduce((a, b) => (newer ? tf.logicalOr(a, b) : tf.logicalAnd(a, b)))
        .clone(),
  };
}

export function concatenate(spec: LayerSpec): LayerDefinition {
  const given = numbersOf(spec, 'axis')?.[0] ?? -1;
  return {
    outputShapes(inputs) {
      const axis = axisOf(spec, given, inputs[0]!.length);
      const sizes = inputs.map((shape) => shape[axis] ?? null);
      const total = sizes.includes(null) ? null : sizes.reduce<number>((sum, size) => sum + size!, 0);
      return [
        inputs[0]!.map((_, i) => {
          if (i === axis) return total;
          const lengths = [...new Set(inputs.map((shape) => shape[i] ?? null).filter((n) => n !== null))];
          require(lengths.length <= 1, spec, () => `concatenates shapes that differ in axis ${i}: ${lengths.join(' and ')}`);
          return lengths[0] ?? null;
        }),
      ];
    },
    outputTypes: (types) => [types.every((type) => type === types[0]) ? types[0]! : 'float32'],
    compute(inputs) {
      const same = inputs.every(({ dtype }) => dtype === inputs[0]!.dtype);
      const all = same ? inputs : inputs.map((x) => asFloat(x));
      return all.length === 1 ? all[0]!.clone() : tf.concat([...all], axisOf(spec, given, all[0]!.rank));
    },
    masking: { gives: concatenatedMask(spec, given) },
    takesEmpty: true,
  };
}

function concatenatedMask(spec: LayerSpec, given: number): MaskMaker {
  return {
    when: (present) => !losesMasksOfLists(spec) && present.some((has) => has),
    shape(inputs) {
      const axis = axisOf(spec, given, inputs[0]!.length);
      const steps = axis === 1 ? inputs.map((shape) => shape[1] ?? null) : [inputs[0]![1] ?? null];
      return [inputs[0]![0] ?? null, steps.includes(null) ? null : steps.reduce<number>((sum, n) => sum + n!, 0)];
    },
    compute(inputs, masks) {
      const axis = axisOf(spec, given, inputs[0]!.rank);
      const wide = inputs.map((x, i) =>
        masks[i] === undefined ? tf.ones(x.shape) : tf.mul(asFloat(tf.expandDims(masks[i]!, -1)), tf.ones(x.shape)),
      );
      const joined = tf.concat(wide, axis);
      return asBool(since(spec, 3, 4) ? tf.max(joined, -1) : tf.min(joined, -1));
    },
  };
}

export function dot(spec: LayerSpec): LayerDefinition {
  const given = numbersOf(spec, 'axes') ?? unsupported(spec, 'has no axes in its config');
  const normalize = flagOf(spec, 'normalize', false);
  const least = spec.keras.major === 3 ? 1e-7 : 1e-6;
  const axesOf = (ranks: readonly number[]): [number, number] => {
    const [first, second] = [given[0]!, given[1] ?? given[0]!];
    return [axisOf(spec, first, ranks[0]!), axisOf(spec, second, ranks[1]!)];
  };
  return {
    outputShapes(inputs) {
      require(inputs.length === 2, spec, () => `multiplies ${inputs.length} tensors; it takes two`);
      const [a, b] = [inputs[0]!, inputs[1]!];
      const [i, j] = axesOf([a.length, b.length]);
      require(i > 0 && j > 0, spec, () => 'multiplies over the batch axis');
      const shape = [...a.filter((_, axis) => axis !== i), ...b.filter((_, axis) => axis !== j && axis !== 0)];
      return [shape.length === 1 ? [...shape, 1] : shape];
    },
    compute(inputs) {
      let [a, b] = [asFloat(inputs[0]!), asFloat(inputs[1]!)];
      const [i, j] = axesOf([a.rank, b.rank]);
      if (normalize) [a, b] = [unitLength(a, [i], least), unitLength(b, [j], least)];
      return batchDot(a, b, i, j);
    },
  };
}

/** Contracts axis `i` of `a` with axis `j` of `b`, sample by sample. */
function batchDot(a: Tensor, b: Tensor, i: number, j: number): Tensor {
  const [restA, restB] = [range(1, a.rank).filter((axis) => axis !== i), range(1, b.rank).filter((axis) => axis !== j)];
  const [batch, length] = [a.shape[0]!, a.shape[i]!];
  const left = tf.reshape(tf.transpose(a, [0, ...restA, i]), [batch, -1, length]);
  const right = tf.reshape(tf.transpose(b, [0, j, ...restB]), [batch, length, -1]);
  const shape = [batch, ...restA.map((axis) => a.shape[axis]!), ...restB.map((axis) => b.shape[axis]!)];
  return tf.reshape(tf.matMul(left, right), shape.length === 1 ? [batch, 1] : shape);
}

/** What Keras 1 computes by mode 'cos': over the lengths' product, never less than 1e-7, and with one axis more than the product has. */
function cosine(spec: LayerSpec): LayerDefinition {
  const product = dot(spec);
  return {
    outputShapes(inputs) {
      const [[batch, ...rest]] = product.outputShapes(inputs) as [Shape];
      return [[batch!, 1, ...rest]];
    },
    compute([a, b], weights, masks) {
      const of = (x: Tensor, y: Tensor) => product.compute([x, y], weights, masks) as Tensor;
      const lengths = tf.sqrt(tf.mul(of(a!, a!), of(b!, b!)));
      return tf.expandDims(tf.div(of(a!, b!), tf.maximum(lengths, 1e-7)), 1);
    },
  };
}

/** Keras 1's one merging layer, by its `mode`. */
export function merge1(spec: LayerSpec): LayerDefinition {
  const mode = wordOf(spec, 'mode', ['sum', 'mul', 'concat', 'ave', 'cos', 'dot', 'max'], 'sum');
  const named = (config: Record<string, unknown>): LayerSpec => ({ ...spec, config: { ...spec.config, ...config } });
  switch (mode) {
    case 'concat':
      return concatenate(named({ axis: spec.config.concat_axis ?? -1 }));
    case 'dot':
      return dot(named({ axes: spec.config.dot_axes ?? -1 }));
    case 'cos':
      return cosine(named({ axes: spec.config.dot_axes ?? -1 }));
    default: {
      const kinds = { sum: 'add', mul: 'multiply', ave: 'average', max: 'maximum' } as const;
      return merge(spec, kinds[mode]);
    }
  }
}
