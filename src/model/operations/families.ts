/** Makers of whole families of operations. */

import type { DataType, Tensor } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { asBool, asFloat, readable } from '../layers/dtypes';
import { broadcast } from '../layers/manyAxes';
import { broadcastShapes } from '../layers/spatial';
import type { Shape } from '../types';
import { type Call, hostValuesOf, type Operand, type Operation, promote, sizeTensor } from './operation';

/** The first argument under all its names. */
export const X = 'x|input|features|logits|tensor|a|array|images|image|value|inputs|input_tensor|values';

/** What a dtype becomes: 'same' makes int32 of truths, 'kept' leaves them. */
export type TypeRule = 'same' | 'kept' | 'float' | 'bool' | 'int32';

function ruled(type: DataType, rule: TypeRule): DataType {
  if (rule === 'bool') return 'bool';
  if (rule === 'int32') return 'int32';
  if (rule === 'same' && type === 'bool') return 'int32';
  return rule === 'float' ? 'float32' : type;
}

/** Truths are computed with as 0 and 1. */
function numberType(type: DataType): DataType {
  return type === 'bool' ? 'int32' : type;
}

/** One number from one. */
export function unary(
  apply: (x: Tensor, call: Call<Tensor>) => Tensor,
  rule: TypeRule = 'float',
  parameters: readonly string[] = [],
): Operation {
  return {
    parameters: [X, ...parameters],
    infer(call) {
      const { shape, type } = call.tensor('x');
      return { shape, type: ruled(type, rule) };
    },
    compute(call) {
      const x = call.tensor('x');
      const type = ruled(x.dtype, rule);
      return to(apply(rule === 'bool' ? x : to(x, rule === 'int32' ? 'float32' : numberType(type)), call), type);
    },
  };
}

/** One number from two, by numpy's broadcasting. `host` computes it for sizes that are known without the device. */
export function binary(
  apply: (a: Tensor, b: Tensor) => Tensor,
  rule: TypeRule = 'same',
  host?: (a: number, b: number) => number,
): Operation {
  return {
    parameters: ['x1|x|a|logits', 'x2|y|b'],
    infer(call) {
      const [a, b] = call.pair('x1', 'x2');
      const shape = broadcastShapes(a.shape, b.shape) ?? call.fail(`meets shapes [${a.shape.join(', ')}] and [${b.shape.join(', ')}]`);
      const type = promote(a.type, b.type);
      const sizes = host === undefined ? undefined : hostSizes(a, b, host);
      if (sizes !== undefined) return { shape, type, sizes };
      return { shape, type: rule === 'same' ? type : ruled(type, rule) };
    },
    compute(call) {
      const [a, b] = call.pair('x1', 'x2');
      const known = host === undefined ? undefined : onHost(a, b, host);
      if (known !== undefined) return known;
      const type = rule === 'float' ? 'float32' : promote(a.dtype, b.dtype);
      const result = broadcast(apply, to(a, type === 'bool' ? 'int32' : type), to(b, type === 'bool' ? 'int32' : type));
      return to(result, rule === 'same' ? type : ruled(type, rule));
    },
  };
}

/** The same before there are tensors. */
function hostSizes(a: Operand, b: Operand, apply: (a: number, b: number) => number): (number | null)[] | undefined {
  const [left, right] = [a.sizes, b.sizes];
  if (left === undefined || right === undefined) return undefined;
  const longer = left.length >= right.length ? left : right;
  return longer.map((_, i) => {
    const [m, n] = [left[left.length === 1 ? 0 : i] ?? null, right[right.length === 1 ? 0 : i] ?? null];
    return m === null || n === null ? null : apply(m, n);
  });
}

/** The result for two tensors of sizes, one of which may be a single number. */
function onHost(a: Tensor, b: Tensor, apply: (a: number, b: number) => number): Tensor | undefined {
  const [left, right] = [hostValuesOf(a), hostValuesOf(b)];
  if (left === undefined || right === undefined) return undefined;
  const longer = left.length >= right.length ? a : b;
  const values = Array.from({ length: longer.size }, (_, i) => apply(left[left.length === 1 ? 0 : i]!, right[right.length === 1 ? 0 : i]!));
  return sizeTensor(values, longer.shape);
}

/** The shape that is left when axes go, or become 1. */
export function reducedShape(shape: Shape, axes: readonly number[], keepDims: boolean): Shape {
  return keepDims ? shape.map((n, i) => (axes.includes(i) ? 1 : n)) : shape.filter((_, i) => !axes.includes(i));
}

/** Numbers from whole axes. `axis`: one, several, or all when it is None. */
export function reduction(
  apply: (x: Tensor, axes: number[], keepDims: boolean, call: Call<Tensor>) => Tensor,
  rule: TypeRule = 'same',
): Operation {
  const parameters = [X, 'axis|axes|reduction_indices', 'keepdims|keep_dims'];
  return {
    parameters,
    infer(call) {
      const { shape, type } = call.tensor('x');
      return { shape: reducedShape(shape, call.axes('axis', shape.length), call.flag('keepdims')), type: ruled(type, rule) };
    },
    compute(call) {
      const x = call.tensor('x');
      const type = ruled(x.dtype, rule);
      const numbers = rule === 'bool' ? to(x, 'bool') : rule === 'int32' ? x : to(x, numberType(type));
      return to(apply(rule === 'bool' ? numbers : readable(numbers), call.axes('axis', x.rank), call.flag('keepdims'), call), type);
    },
  };
}

/** `tf.cast` that does nothing where there is nothing to do. */
export function to(x: Tensor, type: DataType): Tensor {
  if (x.dtype === type) return x;
  if (type === 'float32') return asFloat(x);
  return type === 'bool' ? asBool(x) : tf.cast(x, type);
}

/**
 * For operations whose output shape is easier computed than described: runs it on zeros with free axes of two different lengths and
 * takes what depends on the length as free. Only for small tensors: everything is computed.
 */
export function probed(parameters: readonly string[], compute: Operation['compute']): Operation {
  return {
    parameters,
    compute,
    infer(call) {
      const probe = (length: number): Operand[] => {
        let outputs: Operand[] = [];
        tf.tidy(() => {
          const result = compute(call.mapped((operand) => zerosOf(operand, length)));
          outputs = (Array.isArray(result) ? (result as Tensor[]) : [result as Tensor]).map(({ shape, dtype }) => ({ shape, type: dtype }));
        });
        return outputs;
      };
      const [first, second] = [probe(6), probe(12)];
      return first.map(({ shape, type }, i) => ({ type, shape: shape.map((n, axis) => (n === second[i]!.shape[axis] ? n : null)) }));
    },
  };
}

function zerosOf({ shape, type, constant }: Operand, length: number): Tensor {
  if (constant !== undefined) return tf.tensor(constant as number[], undefined, type);
  return tf.zeros(
    shape.map((n) => n ?? length),
    type,
  );
}
