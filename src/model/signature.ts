import { tensor } from '@tensorflow/tfjs-core';
import type { SymbolicTensor } from '@tensorflow/tfjs-layers';
import type { KerasArgument, KerasCall, KerasVersion } from '../keras/description';
import { plain, storedType } from './layers/config';
import { Helper } from './layers/helper';
import type { Argument, CallSignature } from './layers/spec';
import { constantShape, constantType } from './operations/operation';

/** How a layer is called, and the tensors that this speaks of. */
export interface Called {
  readonly signature: CallSignature;
  readonly tensors: readonly SymbolicTensor[];
}

/** A call's arguments with its tensors numbered in order of appearance. */
export function signatureOf(call: KerasCall, tensors: readonly SymbolicTensor[]): Called {
  return { signature: convert(call, counting(), ({ constant }) => ({ constant })), tensors };
}

/**
 * The same of a layer, whose constant arrays (a table of positions, an attention's keys, a mask) are tensors as the others are: Keras' layers
 * do not tell them apart. Only operations have constants of their own.
 */
export function signatureOfLayer(call: KerasCall, given: readonly SymbolicTensor[], keras: KerasVersion): Called {
  const tensors: SymbolicTensor[] = [];
  const next = counting();
  const take = (symbol: SymbolicTensor): Argument => ({ tensor: tensors.push(symbol) - 1 });
  const lift = (constant: unknown): Argument => {
    if (isArray(constant, keras)) return take(constantTensor(constant, given[0]!));
    // A list of nothing but constants.
    if (Array.isArray(constant) && constant.some((item) => isArray(item, keras))) return { list: constant.map(lift) };
    return { constant };
  };
  const signature = convert(
    call,
    () => tensors.push(given[next()]!) - 1,
    ({ constant }, name) => (name === 'initial_state' && keras.major < 3 ? { constant } : lift(constant)),
  );
  return { signature, tensors };
}

function counting(): () => number {
  let next = 0;
  return () => next++;
}

function convert(call: KerasCall, place: () => number, constant: (value: { constant: unknown }, name?: string) => Argument): CallSignature {
  const one = (value: KerasArgument, name?: string): Argument => {
    if ('ref' in value) return { tensor: place() };
    if ('list' in value) return { list: value.list.map((item) => one(item)) };
    if ('dict' in value) return { dict: Object.fromEntries(Object.entries(value.dict).map(([key, item]) => [key, one(item)])) };
    return constant(value, name);
  };
  return {
    args: call.args.map((value) => one(value)),
    kwargs: Object.fromEntries(Object.entries(call.kwargs).map(([key, value]) => [key, one(value, key)])),
  };
}

/** Keras 3 marks its arrays. In Keras 2 they are nested lists of numbers, as lists of them are: states are not lifted there. */
function isArray(constant: unknown, keras: KerasVersion): boolean {
  const values = plain(constant);
  if (!Array.isArray(values)) return false;
  if (keras.major === 3) return /^__(tensor|numpy)__$/.test(classOf(constant));
  const flat = values.flat(Number.POSITIVE_INFINITY as 10);
  return flat.length > 0 && flat.every((n) => typeof n === 'number' || typeof n === 'boolean');
}

function classOf(value: unknown): string {
  return String((value as { class_name?: unknown } | null | undefined)?.class_name);
}

/** A tensor of the graph that is always the same. It hangs on another, for every tensor of a graph is computed from its inputs. */
function constantTensor(constant: unknown, like: SymbolicTensor): SymbolicTensor {
  const values = plain(constant) as number[];
  const stored = storedType(constant);
  const shape = constantShape(values);
  const type = constantType(values, stored === undefined ? like.dtype : undefined, stored);
  return new Helper([shape], type, () => tensor(values, shape, type)).from([like]);
}
