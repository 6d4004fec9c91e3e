import { describe } from '../../check';
import { ActivationLensError } from '../../errors';
import { WHOLE_FLOAT } from '../../keras/floats';
import type { Shape } from '../types';
import { type Argument, describeLayer, type LayerSpec } from './spec';

/** Throws `unsupported-layer` about one layer; `what` completes "Layer 'a/b' (Conv2D) ...". */
export function unsupported(spec: LayerSpec, what: string): never {
  throw new ActivationLensError('unsupported-layer', `${describeLayer(spec)} ${what}.`, {
    details: { layer: spec.name, path: spec.path, className: spec.className },
  });
}

/** Throws `unsupported-layer` unless `condition` holds. */
export function require(condition: unknown, spec: LayerSpec, what: () => string): asserts condition {
  if (!condition) unsupported(spec, what());
}

/** A number of the config; `fallback` when it is null or left out. */
export function numberOf(spec: LayerSpec, key: string, fallback?: number): number {
  const value = plain(spec.config[key]) ?? fallback;
  require(typeof value === 'number', spec, () => `has ${key} ${describe(spec.config[key])} in its config; it must be a number`);
  return value;
}

/** A flag of the config; Python wrote true/false, older files 0/1. */
export function flagOf(spec: LayerSpec, key: string, fallback: boolean): boolean {
  const value = spec.config[key] ?? fallback;
  require(typeof value === 'boolean' || typeof value === 'number', spec, () => `has ${key} ${describe(value)}; it must be true or false`);
  return Boolean(value);
}

/** A word of the config, one of `choices`. Upper case is accepted as Keras accepts it. */
export function wordOf<Word extends string>(spec: LayerSpec, key: string, choices: readonly Word[], fallback: Word): Word {
  const value = spec.config[key] ?? fallback;
  const word = choices.find((choice) => choice === (typeof value === 'string' ? value.toLowerCase() : value));
  require(word !== undefined, spec, () => `has ${key} ${describe(value)}; supported are ${choices.map(describe).join(', ')}`);
  return word;
}

/** `rank` integers: one number stands for all of them. */
export function tupleOf(spec: LayerSpec, key: string, rank: number, fallback?: number | readonly number[]): number[] {
  const value = plain(spec.config[key]) ?? fallback;
  const list = typeof value === 'number' ? Array<number>(rank).fill(value) : value;
  require(Array.isArray(list) && list.length === rank && list.every((n) => Number.isInteger(n)), spec, () =>
    `has ${key} ${describe(spec.config[key])}; it must be an integer or ${rank} of them`);
  return [...(list as number[])];
}

/** A list of numbers, or one number as a list of one; undefined when null or left out. */
export function numbersOf(spec: LayerSpec, key: string): number[] | undefined {
  const value = plain(spec.config[key]);
  if (value === null || value === undefined) return undefined;
  if (typeof value === 'number') return [value];
  require(Array.isArray(value) && value.every((n) => typeof n === 'number'), spec, () =>
    `has ${key} ${describe(value)}; it must be numbers`);
  return [...(value as number[])];
}

/** Whether this version of Keras or a later one wrote the file; one that does not say is taken for the newest. */
export function since({ keras }: LayerSpec, major: number, minor: number): boolean {
  const found = /^(\d+)\.(\d+)/.exec(keras.text);
  if (found === null) return keras.major >= major;
  return keras.major > major || (keras.major === major && Number(found[2]) >= minor);
}

/** Whether a Keras that was a package of its own wrote the file: 1.0 to 2.3, apart from tf.keras ('2.2.4-tf'). */
export function isStandalone(spec: LayerSpec): boolean {
  return !since(spec, 2, 4) && !spec.keras.text.endsWith('-tf');
}

/** Keras 3.0 to 3.3 lose the masks of inputs that come as a list. */
export function losesMasksOfLists(spec: LayerSpec): boolean {
  return spec.keras.major === 3 && !since(spec, 3, 4);
}

export type DataFormat = 'channels_last' | 'channels_first';

export function dataFormatOf(spec: LayerSpec): DataFormat {
  return wordOf(spec, 'data_format', ['channels_last', 'channels_first'], 'channels_last');
}

/** An axis counted from the front. */
export function axisOf(spec: LayerSpec, axis: number, rank: number): number {
  require(Number.isInteger(axis) && axis >= -rank && axis < rank, spec, () => `has axis ${axis} for an input of ${rank} axes`);
  return axis < 0 ? axis + rank : axis;
}

/** The length of an axis, which must not be free. */
export function fixedAxis(spec: LayerSpec, shape: Shape, axis: number): number {
  const size = shape.at(axis);
  require(typeof size === 'number', spec, () => `needs a fixed length of axis ${axis} of its input, which is [${shape.join(', ')}]`);
  return size;
}

/**
 * The plain value of what Keras serialises as an object: tuples, tf.keras' shapes, numpy arrays and numbers
 * (`{ class_name: '__numpy__', config: { value, dtype } }`). Other values pass through.
 */
export function plain(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== 'object' || value === null) return value;
  const { class_name: className, config } = value as { class_name?: unknown; config?: unknown };
  if (className === '__tuple__' || className === 'TensorShape') return plain((value as { items?: unknown }).items ?? config);
  if (className === '__numpy__' || className === '__tensor__' || className === WHOLE_FLOAT)
    return plain((config as { value?: unknown }).value);
  const { type, value: old } = value as { type?: unknown; value?: unknown };
  if (type === 'ndarray') return plain(old);
  return value;
}

/**
 * The dtype that a file says a constant has: an array's, or 'float' for a Python float, whether or not it has a fraction. Undefined where it
 * does not say: for lists, and all of Keras 2's.
 */
export function storedType(value: unknown): string | undefined {
  if (typeof value === 'number') return Number.isInteger(value) ? undefined : 'float';
  if (typeof value !== 'object' || value === null) return undefined;
  const { class_name: className, config } = value as { class_name?: unknown; config?: { dtype?: unknown } };
  if (className === WHOLE_FLOAT) return 'float';
  return (className === '__numpy__' || className === '__tensor__') && config?.dtype ? String(config.dtype) : undefined;
}

/** The constant passed for `name` (or at `position`), if the call passes one; tensors give undefined. */
export function constantArgument(spec: LayerSpec, name: string, position?: number): unknown {
  const argument: Argument | undefined = spec.call.kwargs[name] ?? (position === undefined ? undefined : spec.call.args[position]);
  return argument !== undefined && 'constant' in argument ? plain(argument.constant) : undefined;
}

/**
 * Whether the layer is called with `training=True` in the model itself, so that Keras 2 runs it in training mode even in `predict`.
 * Keras 3's `predict` overrides it.
 */
export function calledInTraining(spec: LayerSpec): boolean {
  return spec.keras.major < 3 && Boolean(constantArgument(spec, 'training'));
}
