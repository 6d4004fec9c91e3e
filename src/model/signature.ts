import { tensor } from '@tensorflow/tfjs-core';
import type { SymbolicTensor } from '@tensorflow/tfjs-layers';
import type { KerasArgument, KerasCall, KerasVersion } from '../keras/description';
import { mapValues } from '../keras/references';
import { plain, storedType } from './layers/config';
import { Helper } from './layers/helper';
import type { Argument, CallSignature } from './layers/spec';
import { constantShape, constantType } from './operations/operation';

/** How a layer is called, and the tensors that this speaks of. */
export interface Called {
  readonly signature: CallSignature;
  readonly tensors: readonly SymbolicTensor[];
}

/**
 * A call's arguments with its tensors numbered in order of appearance. Operations take constants as they are. To a layer of Keras a constant
 * array (a table of positions, an attention's keys, a mask) is a tensor as the others are, and is one of the graph here.
 */
export function signatureOf(
  call: KerasCall,
  given: readonly SymbolicTensor[],
  keras: KerasVersion,
  constants: 'kept' | 'as tensors',
): Called {
  const tensors: SymbolicTensor[] = [];
  let next = 0;
  const take = (symbol: SymbolicTensor): Argument => ({ tensor: tensors.push(symbol) - 1 });
  const lift = (constant: unknown): Argument => {
    if (isArray(constant, keras)) return take(constantTensor(constant, given[0]!));
    // A list of nothing but constants.
    if (Array.isArray(constant) && constant.some((item) => isArray(item, keras))) return { list: constant.map(lift) };
    return { constant };
  };
  const convert = (value: KerasArgument, name?: string): Argument => {
    if ('ref' in value) return take(given[next++]!);
    if ('list' in value) return { list: value.list.map((item) => convert(item)) };
    if ('dict' in value) return { dict: mapValues(value.dict, (item) => convert(item)) };
    const kept = constants === 'kept' || (name === 'initial_state' && keras.major < 3);
    return kept ? value : lift(value.constant);
  };
  const args = call.args.map((value) => convert(value));
  const kwargs = Object.fromEntries(Object.entries(call.kwargs).map(([name, value]) => [name, convert(value, name)]));
  return { signature: { args, kwargs }, tensors };
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
  return new Helper(shape, type, () => tensor(values, shape, type)).from([like]);
}
