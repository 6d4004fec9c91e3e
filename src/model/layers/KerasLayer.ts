import { type DataType, getBackend, type Rank, type Tensor, tensor, tidy, zeros } from '@tensorflow/tfjs-core';
import type { LayerVariable } from '@tensorflow/tfjs-layers';
import { layers, SymbolicTensor } from '@tensorflow/tfjs-layers';
import { check } from '../../check';
import { ActivationLensError } from '../../errors';
import type { Shape } from '../types';
import { bracketed, emptyOutputs } from './empty';
import { copyOfTensor } from './helper';
import type { WeightConversion } from './legacyWeights';
import { mergeLora } from './lora';
import { type MaskRule, maskInputs, setOutputMask } from './masks';
import { type ExactType, meet, type NarrowType, narrowed, narrowType, narrowTypeOf, setNarrowType } from './narrow';
import {
  describeLayer,
  type ExpectedWeight,
  type HoldsKerasWeights,
  holdsKerasWeights,
  type Layer,
  type LayerSpec,
  type StoredWeight,
} from './spec';
import { matchWeights } from './weights';

/** A variable that a layer of Keras keeps. */
export interface WeightDefinition {
  readonly name: string;
  readonly shape: readonly number[];
  /** True when left out. */
  readonly trainable?: boolean;
  /** See `ExpectedWeight.paths`. */
  readonly paths: readonly string[];
  /** False for a variable whose length Keras does not know: it counts as no parameter. */
  readonly counts?: boolean;
}

/** A layer inside a wrapper. */
export interface InnerLayer {
  readonly layer: Layer;
  /** The wrapper's attribute that holds it, which prefixes its paths in a `.keras` file. */
  readonly attributes: readonly string[];
  /** The shapes it is built with, given the wrapper's. */
  readonly inputShapes: (inputs: readonly Shape[]) => readonly Shape[];
}

/** What a layer computes at inference, apart from everything that tfjs wants of a layer. */
export interface LayerDefinition {
  /** The shapes of the outputs, in order. */
  outputShapes(inputs: readonly Shape[]): readonly Shape[];
  /** The outputs, in order; one tensor for one output. Called inside a `tidy`. `masks` as `masking.takes` asks for. */
  compute(inputs: readonly Tensor[], weights: readonly Tensor[], masks: readonly (Tensor | undefined)[]): Tensor | readonly Tensor[];
  /** The variables, in Keras' order with trainable ones first. None when left out. `stored`: what a file has for them, if it was asked. */
  weights?(inputs: readonly Shape[], stored?: readonly StoredWeight[]): readonly WeightDefinition[];
  /** Dtypes of the outputs. All float32 when left out. */
  outputTypes?(inputs: readonly DataType[], shapes: readonly Shape[]): readonly DataType[];
  /**
   * For operations on sizes that a graph takes from shapes: told what is known of the inputs (flat, null where free) before `outputShapes`,
   * returns the same of its output.
   */
  passSizes?(inputs: readonly (Sizes | undefined)[], shapes: readonly Shape[]): Sizes | undefined;
  /**
   * For operations: told the narrow dtypes of the inputs (with their tfjs dtypes and shapes) before `outputShapes`, returns those of its
   * outputs, whose numbers `compute` rounds. Left out: the layer takes floats as float32, and what it makes int32 is wrapped here.
   */
  passNarrow?(inputs: Narrow, types: readonly DataType[], shapes: readonly Shape[]): Narrow;
  /** Its output can have fewer rows than its input, down to none: it looks through windows, or cuts off. */
  readonly shrinks?: boolean;
  /** It makes numbers of an input without any: it pads, joins, or tells a shape. */
  readonly takesEmpty?: boolean;
  readonly inner?: readonly InnerLayer[];
  /** What it does with masks. Left out: it neither reads nor passes one on. */
  readonly masking?: MaskRule;
  /** Turns weights of older layouts into today's: same count and shapes as `weights`. */
  readonly convertWeights?: WeightConversion;
}

type Sizes = readonly (number | null)[];
type Narrow = readonly (NarrowType | undefined)[];

/** What is known of symbolic tensors of sizes. */
const sizesOf = new WeakMap<SymbolicTensor, Sizes>();

/** Where a stored weight goes: a variable of the layer itself, or the n-th weight of an inner layer. */
interface WeightTarget extends ExpectedWeight {
  readonly own?: number;
  readonly inner?: number;
}

/**
 * The tfjs layer of every Keras layer and operation: a `LayerDefinition` in the form that `tf.model` takes. Symbolic outputs have the
 * true dtype (tfjs would cast them to float32), masks travel as ordinary tensors of the graph (see masks.ts).
 */
export class KerasLayer extends layers.Layer implements HoldsKerasWeights {
  readonly spec: LayerSpec;
  private readonly definition: LayerDefinition;
  /** How many inputs are data; the masks of a `masking.takes` layer follow them. */
  private arity: number | undefined;
  /** Which data have masks in a call, by how many masks come with it. */
  private readonly maskPatterns = new Map<number, readonly boolean[]>();
  private variables: readonly LayerVariable[] = [];
  private readonly uncounted = new Set<LayerVariable>();
  private targets: readonly WeightTarget[] = [];
  /** The dtype that whole numbers wrap to. */
  private wraps: NarrowType | undefined;
  private pending: readonly StoredWeight[] | undefined;
  private first: KerasLayer | undefined;

  constructor(spec: LayerSpec, definition: LayerDefinition) {
    super({ name: tfjsName(spec.path), trainable: spec.config.trainable !== false });
    this.spec = spec;
    this.definition = definition;
  }

  override getClassName(): string {
    return this.spec.className;
  }

  override getConfig(): ReturnType<layers.Layer['getConfig']> {
    return { ...(this.spec.config as ReturnType<layers.Layer['getConfig']>), name: this.name, trainable: this.trainable };
  }

  get expectedWeights(): readonly ExpectedWeight[] {
    return this.targets;
  }

  setKerasWeights(weights: readonly StoredWeight[]): void {
    if (!this.built) {
      this.pending = weights;
      return;
    }
    const matched = this.match(weights);
    tidy(() => {
      this.targets.forEach((target, i) => {
        if (target.own !== undefined) this.variables[target.own]!.write(asTensor(matched[i]!, target.shape));
      });
    });
    this.definition.inner?.forEach((inner, index) => {
      const own = matched.filter((_, i) => this.targets[i]!.inner === index);
      if (holdsKerasWeights(inner.layer)) inner.layer.setKerasWeights(own.map(({ path: _, ...rest }) => rest));
      else tidy(() => inner.layer.setWeights(own.map((weight) => asTensor(weight, weight.shape))));
    });
  }

  /**
   * Makes this, which is not built yet, another call of the same layer of Keras with other arguments: it reads the variables of `first` and
   * has none of its own. False where an inner layer has them.
   */
  shareVariables(first: KerasLayer): boolean {
    if (this.definition.inner !== undefined || first.definition.inner !== undefined) return false;
    this.first = first;
    return true;
  }

  override build(inputShape: TfShape | TfShape[]): void {
    const shapes = shapeList(inputShape).slice(0, this.arity);
    const { inner = [] } = this.definition;
    if (this.first !== undefined) {
      const { variables } = this.first;
      const wanted = this.definition.weights?.(shapes) ?? [];
      check(
        wanted.map(({ shape }) => shape.join()).join(';') === variables.map(({ shape }) => shape.join()).join(';'),
        'unsupported-layer',
        () => `${describeLayer(this.spec)} is called with different arguments in different places, which change its weights.`,
        { layer: this.spec.name, path: this.spec.path },
      );
      this.variables = variables;
      this.built = true;
      return;
    }
    for (const { layer, inputShapes } of inner) {
      if (layer.built) continue;
      const innerShapes = inputShapes(shapes).map((shape) => [...shape]);
      layer.build(innerShapes.length === 1 ? innerShapes[0]! : innerShapes);
      layer.built = true;
    }
    const own = this.definition.weights?.(shapes, this.pending) ?? [];
    this.targets = orderTargets(own, inner);
    const matched = this.pending === undefined ? undefined : this.match(this.pending);
    this.pending = undefined;
    const values = new Map<number, StoredWeight>();
    this.targets.forEach((target, i) => {
      if (target.own !== undefined && matched !== undefined) values.set(target.own, matched[i]!);
    });
    this.variables = own.map(({ name, shape, trainable = true, counts = true }, i) => {
      const value = values.get(i);
      const initial = { apply: () => (value === undefined ? zeros([...shape]) : asTensor(value, shape)) } as unknown as Initializer;
      const variable = this.addWeight(name, [...shape], 'float32', initial, undefined, trainable);
      if (!counts) this.uncounted.add(variable);
      return variable;
    });
    this.built = true;
    if (matched !== undefined && inner.length > 0) this.setKerasWeights(matched);
  }

  private match(stored: readonly StoredWeight[]): readonly StoredWeight[] {
    const whole = this.spec.config.lora_rank ? mergeLora(this.spec, stored) : stored;
    const converted = this.definition.convertWeights?.(whole, this.targets) ?? whole;
    return matchWeights(this.spec, this.targets, converted);
  }

  /** The mask of its output, for a wrapper that hands it on. */
  get givenMask(): MaskRule['gives'] {
    return this.definition.masking?.gives;
  }

  /** The weights that Keras counts as parameters. */
  get countedWeights(): readonly LayerVariable[] {
    return this.weights.filter((weight) => !this.uncounted.has(weight));
  }

  /** The weights that it computes with: its own and inner ones, or those of the layer whose other call it is. */
  get weightsRead(): readonly LayerVariable[] {
    return this.first?.weights ?? this.weights;
  }

  override get trainableWeights(): LayerVariable[] {
    return [...super.trainableWeights, ...(this.definition?.inner ?? []).flatMap(({ layer }) => layer.trainableWeights)];
  }

  override get nonTrainableWeights(): LayerVariable[] {
    return [...super.nonTrainableWeights, ...(this.definition?.inner ?? []).flatMap(({ layer }) => layer.nonTrainableWeights)];
  }

  override computeOutputShape(inputShape: TfShape | TfShape[]): TfShape | TfShape[] {
    const shapes = this.definition.outputShapes(shapeList(inputShape).slice(0, this.arity)).map((shape) => [...shape]);
    return shapes.length === 1 ? shapes[0]! : shapes;
  }

  override call(inputs: Tensor | Tensor[]): Tensor | Tensor[] {
    return tidy(() => {
      const list = Array.isArray(inputs) ? inputs : [inputs];
      const masks = [...list.slice(this.arity ?? list.length)];
      const data = list.slice(0, this.arity);
      const pattern = this.maskPatterns.get(masks.length) ?? [];
      const aligned = pattern.map((present) => (present ? masks.shift() : undefined));
      const outputs = this.wrap(this.compute(data, aligned));
      return Array.isArray(outputs) ? [...outputs] : (outputs as Tensor);
    });
  }

  private wrap(outputs: Tensor | readonly Tensor[]): Tensor | readonly Tensor[] {
    const type = this.wraps;
    if (type === undefined) return outputs;
    const one = (x: Tensor) => (x.dtype === 'int32' ? narrowed(x, type) : x);
    return Array.isArray(outputs) ? (outputs as readonly Tensor[]).map(one) : one(outputs as Tensor);
  }

  private compute(inputs: readonly Tensor[], masks: readonly (Tensor | undefined)[]): Tensor | readonly Tensor[] {
    const empty = emptyOutputs(this.spec, this.definition, inputs);
    if (empty !== undefined) return empty;
    const weights = this.variables.map((variable) => variable.read() as Tensor<Rank>);
    try {
      return this.definition.compute(inputs, weights, masks);
    } catch (error) {
      if (error instanceof ActivationLensError) throw error;
      const shapes = inputs.map(({ shape }) => bracketed(shape)).join(', ');
      throw new ActivationLensError(
        'backend',
        `${describeLayer(this.spec)} could not be computed for ${shapes} on the ${getBackend()} backend: ${error instanceof Error ? error.message : String(error)}`,
        { cause: error, details: { layer: this.spec.name, path: this.spec.path, className: this.spec.className } },
      );
    }
  }

  /** What whole numbers that meet in a layer become: of layers that give the dtype they take. */
  private wrapsOf(narrow: Narrow, types: readonly DataType[]): NarrowType | undefined {
    const { outputTypes } = this.definition;
    if (narrow.every((type) => type === undefined) || types.some((type) => type !== 'int32')) return undefined;
    if (
      outputTypes?.(
        types.map(() => 'float32' as const),
        [],
      )[0] !== 'float32'
    )
      return undefined;
    const wraps = narrowType(narrow.map((type): ExactType => type ?? 'int32').reduce(meet));
    check(
      !this.built || this.wraps === wraps,
      'unsupported-layer',
      () => `${describeLayer(this.spec)} is called with tensors of different dtypes in different places, which is not supported.`,
      { layer: this.spec.name, path: this.spec.path },
    );
    this.wraps = wraps;
    return wraps;
  }

  override apply(inputs: TfTensors | TfSymbols, kwargs?: Parameters<layers.Layer['apply']>[1]): TfTensors | TfSymbols {
    const list = Array.isArray(inputs) ? inputs : [inputs];
    if (!(list[0] instanceof SymbolicTensor)) return super.apply(inputs, kwargs);
    try {
      return this.applySymbolic(list as SymbolicTensor[]);
    } catch (error) {
      if (error instanceof ActivationLensError) throw error;
      const message = error instanceof Error ? error.message : String(error);
      throw new ActivationLensError('unsupported-layer', `${describeLayer(this.spec)} cannot be applied: ${message}`, {
        cause: error,
        details: { layer: this.spec.name, path: this.spec.path, className: this.spec.className },
      });
    }
  }

  private applySymbolic(given: SymbolicTensor[]): SymbolicTensor | SymbolicTensor[] {
    const { masking, outputTypes } = this.definition;
    const takes = masking?.takes === true;
    const inputs = separate(given);
    check(
      this.arity === undefined || this.arity === inputs.length,
      'unsupported-layer',
      () => `${describeLayer(this.spec)} is called with ${inputs.length} tensors after a call with ${this.arity}; each must have as many.`,
      { layer: this.spec.name, path: this.spec.path },
    );
    const masks = takes ? maskInputs(given, this.maskPatterns) : [];
    this.arity = inputs.length;
    const shapes = given.map(({ shape }) => shape);
    const sizes = this.definition.passSizes?.(
      given.map((input) => sizesOf.get(input)),
      shapes,
    );
    const types = given.map(({ dtype }) => dtype);
    const narrow = given.map(narrowTypeOf);
    const passed = this.definition.passNarrow?.(narrow, types, shapes);
    const wraps = passed === undefined ? this.wrapsOf(narrow, types) : undefined;
    const all = [...inputs, ...masks];
    const output = super.apply(all.length === 1 ? all[0]! : all) as SymbolicTensor | SymbolicTensor[];
    // tfjs counts every call of a shared layer and frees its weights at the last of as many disposals; a model disposes of it once.
    this._refCount = 1;
    const outputs = Array.isArray(output) ? output : [output];
    const outputDtypes =
      outputTypes?.(
        inputs.map(({ dtype }) => dtype),
        inputs.map(({ shape }) => shape),
      ) ?? [];
    outputs.forEach((symbol, i) => {
      (symbol as { dtype: DataType }).dtype = outputDtypes[i] ?? 'float32';
      setNarrowType(symbol, passed === undefined ? (symbol.dtype === 'int32' ? wraps : undefined) : passed[i]);
    });
    if (sizes !== undefined) sizesOf.set(outputs[0]!, sizes);
    if (masking !== undefined) setOutputMask(this.spec, masking, given, outputs);
    return output;
  }
}

type Initializer = Parameters<layers.Layer['addWeight']>[3] & object;
type TfShape = (number | null)[];
type TfTensors = Tensor | Tensor[];
type TfSymbols = SymbolicTensor | SymbolicTensor[];

/** tfjs refuses names with other characters; two different paths stay different. */
export function tfjsName(path: string): string {
  const escaped = path.replace(/[^-A-Za-z0-9._/]/gu, (character) => `-u${character.codePointAt(0)!.toString(16)}-`);
  return /^[A-Za-z0-9]/.test(escaped) ? escaped : `l${escaped}`;
}

function shapeList(shape: TfShape | TfShape[]): TfShape[] {
  return Array.isArray(shape[0]) ? (shape as TfShape[]) : [shape as TfShape];
}

function asTensor(weight: StoredWeight, shape: readonly number[]): Tensor {
  return tensor(weight.data, [...shape], 'float32');
}

/** Trainable weights first, own before inner ones, as Keras writes `trainable_weights + non_trainable_weights`. */
function orderTargets(own: readonly WeightDefinition[], inner: readonly InnerLayer[]): WeightTarget[] {
  const all: WeightTarget[] = own.map(({ name, shape, trainable = true, paths }, i) => ({ name, shape, trainable, paths, own: i }));
  inner.forEach(({ layer, attributes }, index) => {
    const expected: readonly ExpectedWeight[] = holdsKerasWeights(layer)
      ? layer.expectedWeights
      : layer.weights.map((variable, i) => ({
          name: variable.originalName,
          shape: variable.shape as number[],
          trainable: variable.trainable,
          paths: [`vars/${i}`],
        }));
    for (const { name, shape, trainable, paths } of expected) {
      const prefixed = attributes.flatMap((attribute) => paths.map((path) => `${attribute}/${path}`));
      all.push({ name: `${layer.name}/${name}`, shape, trainable, paths: prefixed, inner: index });
    }
  });
  return [...all.filter(({ trainable }) => trainable), ...all.filter(({ trainable }) => !trainable)];
}

/**
 * tfjs' executor counts a tensor that a layer takes twice as two readers and frees it too early for its other readers; a copy for the
 * second place keeps the count right.
 */
function separate(inputs: readonly SymbolicTensor[]): SymbolicTensor[] {
  const seen = new Set<SymbolicTensor>();
  return inputs.map((input) => {
    if (seen.has(input)) return copyOfTensor(input);
    seen.add(input);
    return input;
  });
}
