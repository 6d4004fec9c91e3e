import type { Argument, LayerSpec } from './spec';

/** The argument of a call by its Python name, or its place among the positional ones. */
export function argumentOf(spec: LayerSpec, name: string, position?: number): Argument | undefined {
  return spec.call.kwargs[name] ?? (position === undefined ? undefined : spec.call.args[position]);
}

/** Which input tensor an argument is; undefined for constants and for arguments that are not passed. */
export function tensorIndex(argument: Argument | undefined): number | undefined {
  return argument !== undefined && 'tensor' in argument ? argument.tensor : undefined;
}

/** The input tensors of an argument, in order, however deeply it nests them. */
export function tensorIndices(argument: Argument | undefined): number[] {
  if (argument === undefined || 'constant' in argument) return [];
  if ('tensor' in argument) return [argument.tensor];
  return ('list' in argument ? argument.list : Object.values(argument.dict)).flatMap(tensorIndices);
}

/** Picks an input by its index, if there is one. */
export function pick<T>(inputs: readonly T[], index: number | undefined): T | undefined {
  return index === undefined ? undefined : inputs[index];
}
