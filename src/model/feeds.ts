import { cast, Tensor, tidy } from '@tensorflow/tfjs-core';
import { check, describe } from '../check';
import { ActivationLensError } from '../errors';
import type { ModelInput } from './executable';
import { asBool } from './layers/dtypes';
import type { Port } from './types';

/** Of inputs that other numbers are cast to, as Keras does: what is not 0 is true. */
const TYPES = ['float32', 'int32', 'bool'] as const;

/**
 * The tensor for each input of a model, in the order of `ports`, checked against its shape. A tensor of another type than the input's is
 * cast; `made` collects those, for the caller to dispose.
 *
 * @throws `shape` when there are too few or too many tensors, or one does not fit.
 */
export function matchInputs(input: ModelInput, ports: readonly Port[], made: Tensor[]): Tensor[] {
  const tensors = asList(input, ports);
  return ports.map((port, i) => {
    const tensor = tensors[i]!;
    const sameRank = tensor.rank === port.shape.length;
    const fits = port.anyShape || (sameRank && port.shape.every((n, axis) => axis === 0 || n === null || n === tensor.shape[axis]));
    check(fits, 'shape', () => mismatch(tensor, port), { input: port.name, expected: port.shape, given: tensor.shape });
    check(
      tensor.dtype !== 'string' || port.dtype === 'string',
      'shape',
      () => `Input '${port.name}' takes numbers, and a tensor of strings was given.`,
    );
    const dtype = TYPES.find((name) => name === port.dtype);
    if (dtype === undefined || tensor.dtype === dtype) return tensor;
    const converted = dtype === 'bool' ? tidy(() => asBool(tensor)) : cast(tensor, dtype);
    made.push(converted);
    return converted;
  });
}

function asList(input: ModelInput, ports: readonly Port[]): readonly Tensor[] {
  const names = ports.map(({ name }) => `'${name}'`).join(', ');
  const list = input instanceof Tensor ? [input] : Array.isArray(input) ? (input as readonly Tensor[]) : undefined;
  if (list) {
    check(
      list.length === ports.length && list.every((tensor) => tensor instanceof Tensor),
      'shape',
      () => `The model has ${ports.length} input${ports.length === 1 ? '' : 's'} (${names}), and ${list.length} tensors were given.`,
    );
    return list;
  }
  if (input === null || typeof input !== 'object') {
    throw new ActivationLensError(
      'shape',
      `The input is ${describe(input)}; it must be a tensor, a list of tensors, or tensors by input name (${names}).`,
    );
  }
  return ports.map(({ name }) => {
    const tensor = (input as Readonly<Record<string, Tensor>>)[name];
    check(tensor instanceof Tensor, 'shape', () => `No tensor is given for input '${name}'. The model's inputs are ${names}.`);
    return tensor;
  });
}

function mismatch(tensor: Tensor, port: Port): string {
  const shape = (numbers: readonly (number | null)[]) => `[${numbers.map((n) => n ?? 'any').join(', ')}]`;
  const wanted = shape([null, ...port.shape.slice(1)]);
  const hint =
    tensor.rank === port.shape.length - 1
      ? ' The batch axis is missing: tf.expandDims(tensor, 0) adds it.'
      : tensor.rank === 4 && port.shape.length === 4 && port.shape[3] === tensor.shape[1] && port.shape[3] !== tensor.shape[3]
        ? ' Its channels stand first; tf.transpose(tensor, [0, 2, 3, 1]) puts them last.'
        : '';
  return `Input '${port.name}' takes ${wanted}, and a tensor of ${shape(tensor.shape)} was given.${hint}`;
}
