import { check } from '../check';
import type { KerasArgument, KerasCall, KerasLayer, KerasModel, KerasVersion, TensorRef } from './description';

/** Every tensor a call refers to, in order of appearance. */
export function refsOf(call: KerasCall | undefined): TensorRef[] {
  const refs: TensorRef[] = [];
  if (call) {
    mapCall(call, (ref) => {
      refs.push(ref);
      return ref;
    });
  }
  return refs;
}

/** The call with other references. */
export function mapCall(call: KerasCall, map: (ref: TensorRef) => TensorRef): KerasCall {
  const convert = (value: KerasArgument): KerasArgument => {
    if ('ref' in value) return { ref: map(value.ref) };
    if ('list' in value) return { list: value.list.map(convert) };
    if ('dict' in value) return { dict: mapValues(value.dict, convert) };
    return value;
  };
  return { args: call.args.map(convert), kwargs: mapValues(call.kwargs, convert) };
}

/** A layer as the file has it, its calls not renumbered yet. */
interface ReadLayer {
  readonly layer: KerasLayer;
  readonly calls: readonly KerasCall[];
}

/**
 * How the calls that a file refers to are numbered 0, 1, ... Keras 2 numbers the calls of a nested model from 1, since building it was
 * call 0; Keras 3 numbers from 0; early Keras 3 counts calls that are no part of the model, which leaves gaps. References are mapped by
 * what the graph itself refers to. The model's own inputs and outputs (`ends`) are numbered Keras 2's way by Keras 3 as well, when the
 * nested model is a Functional (`Functional.get_config`, 3.15.1).
 */
export function numbering(
  layers: readonly ReadLayer[],
  ends: readonly TensorRef[],
  keras: KerasVersion,
): Record<'renumber' | 'renumberEnd', (ref: TensorRef) => TensorRef> {
  const used = new Map<string, Set<number>>();
  const note = (ref: TensorRef) => {
    const numbers = used.get(ref.layer) ?? new Set();
    used.set(ref.layer, numbers.add(ref.call));
    return ref;
  };
  for (const { calls } of layers) for (const call of calls) mapCall(call, note);
  const functional = new Set(layers.filter(({ layer }) => layer.model?.kind === 'functional').map(({ layer }) => layer.name));
  const shifted = (ref: TensorRef) => (keras.major === 3 && functional.has(ref.layer) ? { ...ref, call: Math.max(0, ref.call - 1) } : ref);
  if (keras.major < 3) ends.forEach(note);
  const maps = new Map<string, (call: number) => number>();
  for (const { layer, calls } of layers) {
    const numbers = [...(used.get(layer.name) ?? [])].sort((a, b) => a - b);
    const beyond = calls.length > 0 && numbers.some((n) => n >= calls.length);
    const fromOne = layer.model && calls.length > 0 && keras.major < 3 && !numbers.includes(0);
    if (!beyond && !fromOne) continue;
    if (keras.major === 3) for (const end of ends) if (end.layer === layer.name) numbers.push(shifted(end).call);
    const distinct = [...new Set(numbers)].sort((a, b) => a - b);
    // Every call that the file kept is referred to, and they were written in order.
    if (distinct.length === calls.length) maps.set(layer.name, (call) => (distinct.includes(call) ? distinct.indexOf(call) : call));
    else if (layer.model) maps.set(layer.name, (call) => call - 1);
  }
  const renumber = (ref: TensorRef) => {
    const map = maps.get(ref.layer);
    return map ? { ...ref, call: map(ref.call) } : ref;
  };
  return { renumber, renumberEnd: (ref) => renumber(shifted(ref)) };
}

/**
 * Every reference must name a layer and one of its calls, and following them must end: otherwise building would not.
 *
 * @throws `corrupt`.
 */
export function checkReferences(model: KerasModel, file: string): void {
  const layers = new Map(model.layers.map((layer) => [layer.name, layer]));
  const state = new Map<string, 'open' | 'done'>();
  const stack: { ref: TensorRef; from: string; leave?: boolean }[] = model.outputs.map((ref) => ({ ref, from: 'the outputs' }));
  while (stack.length > 0) {
    const { ref, from, leave } = stack.pop()!;
    const key = `${ref.call}:${ref.layer}`;
    if (leave) {
      state.set(key, 'done');
      continue;
    }
    if (state.get(key) === 'done') continue;
    check(state.get(key) !== 'open', 'corrupt', () => `${file}: layer '${ref.layer}' of model '${model.name}' depends on its own output.`);
    const layer = layers.get(ref.layer);
    const calls = layer?.className === 'InputLayer' ? 1 : layer?.calls.length;
    check(
      calls !== undefined && ref.call >= 0 && ref.call < calls,
      'corrupt',
      () =>
        `${file}: ${from} of model '${model.name}' refers to call ${ref.call} of layer '${ref.layer}', which has ${calls ?? 'no such layer, 0'} calls.`,
    );
    state.set(key, 'open');
    stack.push({ ref, from, leave: true });
    for (const next of refsOf(layer!.calls[ref.call])) stack.push({ ref: next, from: `layer '${ref.layer}'` });
  }
}

export function mapValues<A, B>(record: Readonly<Record<string, A>>, map: (value: A) => B): Record<string, B> {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, map(value)]));
}
