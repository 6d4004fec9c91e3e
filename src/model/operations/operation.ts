import type { DataType, Tensor } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { describe } from '../../check';
import { plain, storedType, unsupported } from '../layers/config';
import type { NarrowType } from '../layers/narrow';
import type { Argument, LayerSpec } from '../layers/spec';
import type { Shape } from '../types';

/** What is known of a tensor before there are values. */
export interface Operand {
  readonly shape: Shape;
  readonly type: DataType;
  /** The dtype in Keras, where tfjs has none like it. */
  readonly narrow?: NarrowType | undefined;
  /** The numbers of a constant. */
  readonly constant?: unknown;
  /** Of a tensor of sizes that the graph takes from shapes: what is known of them, flat. */
  readonly sizes?: readonly (number | null)[];
}

/** One operation of `keras.ops` or of TensorFlow's, as a node of a model holds it. */
export interface Operation {
  /**
   * Python's names of the arguments, by position. Several names, separated by '|', where the functions of Keras 3 and TensorFlow that this
   * stands for call them differently.
   */
  readonly parameters: readonly string[];
  /** Arguments that are passed by name only, or '*' for any name. What is in neither list is refused. */
  readonly keywords?: readonly string[];
  /** Shapes and dtypes of the outputs, in order. */
  infer(call: Call<Operand>): Operand | readonly Operand[];
  compute(call: Call<Tensor>): Tensor | readonly Tensor[];
}

/**
 * The arguments of one call, with static operands or with tensors: keyword, positional, or (Keras 3, whose operations are made with some of
 * their arguments) in the node's config. `tensor` gives constants as operands too.
 */
export class Call<T> {
  constructor(
    readonly spec: LayerSpec,
    private readonly parameters: readonly string[],
    private readonly inputs: readonly T[],
    /** Makes an operand of a constant; `like` is an operand that it meets, whose dtype whole numbers take unless the file says theirs. */
    private readonly lift: (constant: unknown, like: T | undefined, stored: string | undefined) => T,
    /** The inputs' dtypes in Keras, where tfjs has none like them. */
    private readonly narrow: readonly (NarrowType | undefined)[] = [],
  ) {}

  private argument(name: string): Argument | undefined {
    const position = this.parameters.findIndex((names) => names.split('|').includes(name));
    const names = position < 0 ? [name] : this.parameters[position]!.split('|');
    for (const candidate of names) {
      const given = this.spec.call.kwargs[candidate];
      if (given !== undefined) return given;
    }
    const positional = position < 0 ? undefined : this.spec.call.args[position];
    if (positional !== undefined) return positional;
    const key = names.find((candidate) => this.spec.config[candidate] !== undefined && !reserved.has(candidate));
    return key === undefined ? undefined : { constant: this.spec.config[key] };
  }

  /** A tensor or a constant as one; undefined when it is None or not passed. `like` names the argument that it meets. */
  optional(name: string, like?: T): T | undefined {
    const argument = this.argument(name);
    if (argument === undefined) return undefined;
    if ('tensor' in argument) return this.inputs[argument.tensor];
    if ('constant' in argument) {
      const constant = plain(argument.constant);
      return constant === null || constant === undefined ? undefined : this.lift(constant, like, storedType(argument.constant));
    }
    return this.fail(`passes ${describe(argument)} as ${name}`);
  }

  tensor(name: string, like?: T): T {
    return this.optional(name, like) ?? this.fail(`is called without ${name}`);
  }

  /** Two operands that meet, either of which may be a constant. */
  pair(first: string, second: string): [T, T] {
    const isConstant = (name: string) => {
      const argument = this.argument(name);
      return argument !== undefined && 'constant' in argument;
    };
    if (isConstant(first)) {
      const b = this.tensor(second);
      return [this.tensor(first, b), b];
    }
    const a = this.tensor(first);
    return [a, this.tensor(second, a)];
  }

  /** A list of tensors, constants among them perhaps. */
  list(name: string): T[] {
    const argument = this.argument(name) ?? this.fail(`is called without ${name}`);
    if ('tensor' in argument) return [this.inputs[argument.tensor]!];
    const entries: readonly Argument[] =
      'list' in argument
        ? argument.list
        : 'constant' in argument && Array.isArray(argument.constant)
          ? argument.constant.map((c) => ({ constant: c }))
          : [];
    const first = entries.find((entry) => 'tensor' in entry);
    const like = first !== undefined && 'tensor' in first ? this.inputs[first.tensor] : undefined;
    return entries.map((entry) => {
      if ('tensor' in entry) return this.inputs[entry.tensor]!;
      return 'constant' in entry
        ? this.lift(plain(entry.constant), like, storedType(entry.constant))
        : this.fail(`passes a nested list as ${name}`);
    });
  }

  /** All positional arguments, tensors and constants, in order. */
  positional(): T[] {
    return this.spec.call.args.map((argument) => {
      if ('tensor' in argument) return this.inputs[argument.tensor]!;
      return 'constant' in argument
        ? this.lift(plain(argument.constant), undefined, storedType(argument.constant))
        : this.fail(`passes ${describe(argument)} between its tensors`);
    });
  }

  /** Whether the argument is passed as a tensor of the graph, or holds one. */
  isTensor(name: string): boolean {
    const argument = this.argument(name);
    return argument !== undefined && !('constant' in argument);
  }

  /** The dtype of a tensor in Keras; undefined where it is tfjs' own. */
  narrowType(name: string): NarrowType | undefined {
    const argument = this.argument(name);
    return argument !== undefined && 'tensor' in argument ? this.narrow[argument.tensor] : undefined;
  }

  /** Whether the argument is one tensor, and no list of one. */
  isSingle(name: string): boolean {
    const argument = this.argument(name);
    return argument !== undefined && 'tensor' in argument;
  }

  /** A constant argument; undefined when it is not passed. */
  value(name: string): unknown {
    const argument = this.argument(name);
    if (argument === undefined) return undefined;
    return 'constant' in argument ? plain(argument.constant) : this.fail(`computes ${name} in the graph, where a constant is needed`);
  }

  number(name: string, fallback?: number): number {
    const value = this.value(name) ?? fallback;
    return typeof value === 'number' ? value : this.fail(`has ${name} ${describe(value)}; it must be a number`);
  }

  flag(name: string, fallback = false): boolean {
    return Boolean(this.value(name) ?? fallback);
  }

  text(name: string, fallback: string): string {
    return String(this.value(name) ?? fallback);
  }

  /** The tfjs dtype of the one that the argument names; `fallback` where it is None or not passed. */
  type(name: string, fallback: DataType): DataType {
    const value = this.value(name);
    return value ? typeOf(value) : fallback;
  }

  /** Integers: a list, or one of them as a list of one; undefined when it is None or not passed. */
  integers(name: string): number[] | undefined {
    const value = this.value(name);
    if (value === undefined || value === null) return undefined;
    const list = Array.isArray(value) ? value : [value];
    return list.every((n) => Number.isInteger(n)) ? (list as number[]) : this.fail(`has ${name} ${describe(value)}; it must be integers`);
  }

  /** Axes counted from the front; all of them when the argument is None or not passed. */
  axes(name: string, rank: number): number[] {
    return this.integers(name)?.map((axis) => this.axisWithin(axis, rank)) ?? Array.from({ length: rank }, (_, i) => i);
  }

  axis(name: string, rank: number, fallback: number): number {
    return this.axisWithin(this.integers(name)?.[0] ?? fallback, rank);
  }

  private axisWithin(axis: number, rank: number): number {
    return axis >= -rank && axis < rank ? (axis < 0 ? axis + rank : axis) : this.fail(`has axis ${axis} for a tensor of ${rank} axes`);
  }

  /** Integers that the graph may compute from shapes: null where a static operand does not tell. */
  sizes(name: string): (number | null)[] | undefined {
    const argument = this.argument(name);
    if (argument === undefined) return undefined;
    if ('constant' in argument) return this.integers(name);
    const one = (entry: Argument): (number | null)[] => {
      if ('constant' in entry) return [plain(entry.constant) as number];
      if ('tensor' in entry) return this.known(entry.tensor);
      return this.fail(`passes ${describe(entry)} as ${name}`);
    };
    return 'list' in argument ? argument.list.flatMap(one) : one(argument);
  }

  /** What is known of a tensor of sizes. Sizes that are not taken from shapes must be read back, which WebGPU does not do within a pass. */
  private known(index: number): (number | null)[] {
    const operand: unknown = this.inputs[index];
    const host = hostValuesOf(operand);
    if (host !== undefined) return [...host];
    if (operand instanceof tf.Tensor) {
      if (tf.getBackend() === 'webgpu')
        this.fail('takes a size from computed values, which the webgpu backend cannot read in time; use wasm or cpu');
      return Array.from(operand.dataSync());
    }
    const { shape, sizes } = operand as Operand;
    return sizes === undefined ? Array<null>(shape.length === 0 ? 1 : (shape[0] ?? 1)).fill(null) : [...sizes];
  }

  /** An argument as nested plain values, tensors of sizes in it as numbers; `unknownSize` where a static operand does not tell. */
  structure(name: string): unknown {
    const resolve = (argument: Argument): unknown => {
      if ('constant' in argument) return plain(argument.constant);
      if ('list' in argument) return argument.list.map(resolve);
      if ('dict' in argument) return Object.fromEntries(Object.entries(argument.dict).map(([key, value]) => [key, resolve(value)]));
      const [size] = this.known(argument.tensor);
      return size ?? unknownSize;
    };
    const argument = this.argument(name);
    return argument === undefined ? undefined : resolve(argument);
  }

  /** The same call with other operands. */
  mapped<U>(map: (operand: T) => U): Call<U> {
    return new Call(
      this.spec,
      this.parameters,
      this.inputs.map(map),
      (constant, like, stored) => map(this.lift(constant, like as unknown as T | undefined, stored)),
      this.narrow,
    );
  }

  fail(what: string): never {
    return unsupported(this.spec, what);
  }
}

/** The arguments of a call that are no tensors. */
export type Constants = Pick<
  Call<unknown>,
  | 'spec'
  | 'value'
  | 'number'
  | 'flag'
  | 'text'
  | 'type'
  | 'integers'
  | 'axes'
  | 'axis'
  | 'sizes'
  | 'structure'
  | 'isTensor'
  | 'isSingle'
  | 'narrowType'
  | 'fail'
>;

/** Keys that every node's config has and that are no arguments. */
const reserved = new Set(['name', 'function', 'trainable', 'dtype_policy']);

/** A size that the graph computes from shapes, before there are tensors. */
export const unknownSize = Symbol('unknown size');

/** Values of tensors that came from shapes, known without asking the device. */
const hostValues = new WeakMap<object, readonly number[]>();

/** A tensor of sizes, whose values stay known on the host. */
export function sizeTensor(values: readonly number[], shape: readonly number[]): Tensor {
  const tensor = tf.tensor([...values], [...shape], 'int32');
  hostValues.set(tensor, values);
  return tensor;
}

export function hostValuesOf(tensor: unknown): readonly number[] | undefined {
  return hostValues.get(tensor as object);
}

/** float32 of any float, int32 of any whole numbers: what tfjs can hold. */
export function typeOf(name: unknown): DataType {
  const text =
    typeof name === 'object' && name !== null ? String((name as { config?: { name?: unknown } }).config?.name ?? '') : String(name);
  if (text.startsWith('bool')) return 'bool';
  return /^u?int/.test(text) ? 'int32' : 'float32';
}

/** The wider of two dtypes. */
export function promote(a: DataType, b: DataType): DataType {
  const order: readonly DataType[] = ['bool', 'int32', 'float32'];
  return order[Math.max(order.indexOf(a), order.indexOf(b))] ?? 'float32';
}

/** The dtype of a constant beside a tensor: whole numbers take the tensor's, unless the file says that they are floats. */
export function constantType(constant: unknown, like: DataType | undefined, stored?: string): DataType {
  if (stored?.includes('float')) return 'float32';
  const flat = [constant].flat(Number.POSITIVE_INFINITY as 10);
  if (flat.every((value) => typeof value === 'boolean')) return 'bool';
  if (flat.every((value) => Number.isInteger(value) || typeof value === 'boolean'))
    return like === undefined || like === 'bool' ? 'int32' : like;
  return 'float32';
}

/** The shape of nested lists of numbers. */
export function constantShape(constant: unknown): number[] {
  return Array.isArray(constant) ? [constant.length, ...(constant.length > 0 ? constantShape(constant[0]) : [])] : [];
}
