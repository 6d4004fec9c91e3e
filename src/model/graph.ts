import { type DataType, serialization } from '@tensorflow/tfjs-core';
import { type SymbolicTensor, input as tfInput } from '@tensorflow/tfjs-layers';
import { check } from '../check';
import { ActivationLensError } from '../errors';
import { shapeOf } from '../keras/config';
import type { KerasLayer, KerasModel, KerasVersion, TensorRef } from '../keras/description';
import { executionOrder } from '../keras/order';
import { dtypeName } from '../keras/policy';
import { refsOf } from '../keras/references';
import { pythonClass } from '../keras/weights';
import { tensorIndex } from './layers/call';
import { buildLayer, callsAgain } from './layers/index';
import { KerasLayer as BuiltKerasLayer, tfjsName } from './layers/KerasLayer';
import { isHalf, narrowType, setNarrowType } from './layers/narrow';
import type { BuildContext, Layer, LayerSpec } from './layers/spec';
import { isOperation } from './operations';
import { type Called, signatureOf } from './signature';
import type { LayerInfo, Shape } from './types';

/** tfjs layer classes for Keras layers that the library does not know, by Keras' class name. */
export type CustomLayers = Readonly<Record<string, serialization.SerializableConstructor<serialization.Serializable>>>;

export interface GraphOptions {
  readonly keras: KerasVersion;
  readonly customLayers: CustomLayers;
  /** What to call the file in messages. */
  readonly file: string;
  /** Makes the layer of a whole model inside a wrapper, for which the graph has no place. */
  readonly submodel: (spec: LayerSpec, options: GraphOptions) => Layer;
  /** For a model whose file does not say it. */
  readonly inputShape?: Shape | undefined;
  /** What the application says it is. */
  readonly givenShape?: Shape;
}

/** One layer of Keras' description and the tfjs layer made of it. Shared layers appear once. */
export interface BuiltLayer {
  readonly description: KerasLayer;
  /** 'outer/inner'. */
  readonly path: string;
  readonly layer: Layer;
}

/** A Keras model as one flat tfjs graph: nested models are laid open, so that one pass reaches every layer at every depth. */
export interface BuiltGraph {
  readonly inputs: readonly { readonly name: string; readonly symbol: SymbolicTensor }[];
  readonly outputs: readonly { readonly name: string; readonly symbol: SymbolicTensor }[];
  /** Keras' own tree of layers, operations included. */
  readonly tree: readonly LayerInfo[];
  /** Everything that computes, in execution order. */
  readonly flat: readonly LayerInfo[];
  /** What each layer, nested model and input of `tree` and `flat` gives, by path. */
  readonly symbols: ReadonlyMap<string, readonly SymbolicTensor[]>;
}

/**
 * Lays a Keras model out as tfjs layers. A generator, so that the caller can fetch a layer's weights at the moment it is made: it yields
 * every new layer before its first use, while it has no variables yet.
 */
export function* buildGraph(model: KerasModel, options: GraphOptions): Generator<BuiltLayer, BuiltGraph, void> {
  const builder = new GraphBuilder(options);
  const inputs = model.inputs.map(({ layer, name }) => {
    const description = model.layers.find((candidate) => candidate.name === layer)!;
    return { name, symbol: builder.input(description, model.buildInputShape ?? options.inputShape) };
  });
  const { outputs, tree } = yield* builder.model(
    model,
    '',
    inputs.map(({ symbol }) => symbol),
  );
  const leaves = new Map(leavesOf(tree));
  return {
    inputs,
    outputs: model.outputs.map(({ name }, i) => ({ name, symbol: outputs[i]! })),
    tree,
    flat: builder.flat.map((entry) => infoOf(leaves.get(entry.treePath)!, entry)),
    symbols: builder.symbols,
  };
}

/** What is collected of a layer while its calls are laid out. */
interface Calls {
  readonly inputs: TensorRef[];
  readonly outputShapes: Shape[];
  readonly channelsFirst: boolean;
}

interface FlatEntry {
  readonly treePath: string;
  readonly path: string;
  readonly call: number;
}

class GraphBuilder {
  readonly symbols = new Map<string, readonly SymbolicTensor[]>();
  /** Tensors with channels before rows and columns: what such a layer gives, and what layers without a format of their own make of it. */
  private readonly channelsFirst = new Set<SymbolicTensor>();
  readonly flat: FlatEntry[] = [];
  /** By the arguments of the call. The first holds the layer's weights. */
  private readonly built = new Map<KerasLayer, Map<string, Layer>>();
  /** Calls so far of each layer over the whole model: a nested model used twice calls its layers twice. */
  private readonly callsByPath = new Map<string, number>();

  private readonly file: string;

  constructor(private readonly options: GraphOptions) {
    this.file = options.file;
  }

  input(description: KerasLayer, fallback: Shape | undefined): SymbolicTensor {
    const shape = this.given(shapeOf(description.config.batch_shape), description) ?? fallback;
    check(
      shape !== undefined && shape.length > 0,
      'format',
      () =>
        `${this.file} does not say the shape of input '${description.name}': the model was saved before it was built. ` +
        'Pass { inputShape }, the batch first: [null, height, width, channels]. Or call the model once in Keras and save it again.',
      { layer: description.name },
    );
    const symbol = tfInput({ batchShape: [...shape], name: tfjsName(description.name), dtype: inputType(description.config.dtype) });
    // Half floats are a policy's here, which is computed in float32.
    const narrow = narrowType(description.config.dtype);
    setNarrowType(symbol, isHalf(narrow) ? undefined : narrow);
    return symbol;
  }

  /** The shape that the file says, or the application, which may fix what is free. */
  private given(stored: Shape | undefined, { name }: KerasLayer): Shape | undefined {
    const { givenShape } = this.options;
    if (stored === undefined || givenShape === undefined) return givenShape ?? stored;
    const fits = stored.length === givenShape.length && stored.every((n, i) => n === null || givenShape[i] === null || n === givenShape[i]);
    check(
      fits,
      'shape',
      () =>
        `${this.file} says that input '${name}' is [${stored.map((n) => n ?? 'any').join(', ')}]; option inputShape is [${givenShape.map((n) => n ?? 'any').join(', ')}].`,
      { layer: name },
    );
    return stored.map((n, i) => n ?? givenShape[i] ?? null);
  }

  /** Lays out one model over given tensors; for a nested one, at each of its calls. */
  *model(
    model: KerasModel,
    prefix: string,
    given: readonly SymbolicTensor[],
  ): Generator<BuiltLayer, { outputs: SymbolicTensor[]; tree: LayerInfo[] }, void> {
    const values = new Map<string, readonly SymbolicTensor[]>();
    model.inputs.forEach(({ layer }, i) => {
      values.set(`0:${layer}`, [given[i]!]);
    });
    const calls = new Map<KerasLayer, Map<number, Calls>>();
    const trees = new Map<KerasLayer, LayerInfo[]>();

    for (const { layer, call } of executionOrder(model)) {
      const path = prefix + layer.name;
      if (layer.className === 'InputLayer') {
        const value = values.get(`0:${layer.name}`);
        check(value, 'corrupt', () => `${this.file}: input '${path}' is used but not among its model's inputs.`, { layer: path });
        if (!this.symbols.has(path)) this.symbols.set(path, value);
        calls.set(layer, new Map([[0, { inputs: [], outputShapes: value.map(({ shape }) => shape), channelsFirst: false }]]));
        continue;
      }
      const usage = layer.calls[call]!;
      const refs = refsOf(usage);
      const tensors = refs.map((ref) => {
        const value = values.get(`${ref.call}:${ref.layer}`)?.[ref.output];
        check(
          value,
          'corrupt',
          () => `${this.file}: layer '${path}' takes output ${ref.output} of '${ref.layer}', which has no such output.`,
        );
        return value;
      });
      check(tensors.length > 0, 'corrupt', () => `${this.file}: layer '${path}' is called with nothing.`, { layer: path });
      const nth = this.callsByPath.get(path) ?? 0;
      this.callsByPath.set(path, nth + 1);
      const callPath = nth === 0 ? path : `${path}:${nth}`;
      const called = signatureOf(usage, tensors, this.options.keras, this.takesConstants(layer) ? 'kept' : 'as tensors');
      let outputs: readonly SymbolicTensor[];
      if (layer.model) {
        const inner = yield* this.model(layer.model, `${path}/`, this.submodelInputs(layer.model, called, path));
        outputs = inner.outputs;
        if (!trees.has(layer)) trees.set(layer, inner.tree);
      } else {
        outputs = yield* this.apply(layer, path, callPath, called);
        this.flat.push({ treePath: path, path: callPath, call: nth });
      }
      const format = layer.model ? undefined : layer.config.data_format;
      const first = format === 'channels_first' || (format !== 'channels_last' && tensors.some((tensor) => this.channelsFirst.has(tensor)));
      if (first && !layer.model) for (const output of outputs) this.channelsFirst.add(output);
      values.set(`${call}:${layer.name}`, outputs);
      this.symbols.set(callPath, outputs);
      const record = calls.get(layer) ?? new Map<number, Calls>();
      record.set(call, {
        inputs: refs,
        outputShapes: outputs.map(({ shape }) => shape),
        channelsFirst: outputs.some((output) => this.channelsFirst.has(output)),
      });
      calls.set(layer, record);
    }

    const outputs = model.outputs.map((ref) => {
      const value = values.get(`${ref.call}:${ref.layer}`)?.[ref.output];
      check(
        value,
        'corrupt',
        () => `${this.file}: model '${model.name}' has output ${ref.output} of '${ref.layer}', which has no such output.`,
      );
      return value;
    });
    return { outputs, tree: this.tree(model, prefix, calls, trees) };
  }

  /** Whether constants are passed to it as they are: to operations, and to classes of the application. */
  private takesConstants(layer: KerasLayer): boolean {
    const spec = { ...this.spec(layer, layer.name), call: { args: [], kwargs: {} } };
    return !layer.model && (isOperation(spec) || this.customClass(spec) !== undefined);
  }

  /** A nested model's inputs, matched by name when the call passes a dict. */
  private submodelInputs(model: KerasModel, { signature, tensors }: Called, path: string): readonly SymbolicTensor[] {
    const first = signature.args[0];
    if (first && 'dict' in first) {
      const { dict } = first;
      const byName = model.inputs.map(({ name }) => tensors[tensorIndex(dict[name]) ?? -1]);
      if (byName.every((tensor) => tensor !== undefined)) return byName;
    }
    check(
      tensors.length >= model.inputs.length,
      'corrupt',
      () => `${this.file}: nested model '${path}' has ${model.inputs.length} inputs and is called with ${tensors.length}.`,
      { layer: path },
    );
    return tensors.slice(0, model.inputs.length);
  }

  private *apply(
    description: KerasLayer,
    path: string,
    callPath: string,
    { signature: call, tensors }: Called,
  ): Generator<BuiltLayer, readonly SymbolicTensor[], void> {
    const signature = JSON.stringify(call);
    const made = this.built.get(description) ?? new Map<string, Layer>();
    this.built.set(description, made);
    let layer = made.get(signature);
    if (!layer) {
      const [first] = made.values();
      layer = this.make({ ...this.spec(description, first ? callPath : path), call });
      check(
        !first || callsAgain(layer, first),
        'unsupported-layer',
        () => `Layer '${path}' (${description.className}) is called with different arguments in different places, which is not supported.`,
        { layer: path, className: description.className },
      );
      made.set(signature, layer);
      if (!first) yield { description, path, layer };
    }
    const applied = layer.apply(tensors.length === 1 ? tensors[0]! : [...tensors]) as SymbolicTensor | SymbolicTensor[];
    return Array.isArray(applied) ? applied : [applied];
  }

  private spec(description: KerasLayer, path: string): Omit<LayerSpec, 'call'> {
    const { className, name, config, module, registeredName } = description;
    return {
      className,
      name,
      path,
      config,
      keras: this.options.keras,
      ...(module && { module }),
      ...(registeredName && { registeredName }),
    };
  }

  private make(spec: LayerSpec): Layer {
    const { submodel } = this.options;
    const custom = this.customClass(spec);
    if (custom) return fromClass(custom, spec);
    const context: BuildContext = {
      build: (inner) => (Array.isArray(inner.config.layers ?? inner.config) ? submodel(inner, this.options) : this.make(inner)),
    };
    return buildLayer(spec, context);
  }

  private customClass(spec: LayerSpec): CustomLayers[string] | undefined {
    const { customLayers } = this.options;
    // A class called 'constructor' is none of theirs.
    const given = (name: string) => (Object.hasOwn(customLayers, name) ? customLayers[name] : undefined);
    return given(spec.className) ?? given(spec.registeredName ?? '') ?? registered(spec);
  }

  private tree(
    model: KerasModel,
    prefix: string,
    calls: ReadonlyMap<KerasLayer, ReadonlyMap<number, Calls>>,
    trees: ReadonlyMap<KerasLayer, LayerInfo[]>,
  ): LayerInfo[] {
    const shown = model.layers.filter((layer) => model.kind === 'functional' || layer.className !== 'InputLayer');
    const hidden = new Set(model.layers.filter(({ className }) => className === 'InputLayer').map(({ name }) => name));
    return shown
      .filter((layer) => calls.has(layer))
      .map((layer, index): LayerInfo => {
        const made = [...calls.get(layer)!].sort(([a], [b]) => a - b).map(([, record]) => record);
        const inner = trees.get(layer);
        const [first] = this.built.get(layer)?.values() ?? [];
        const layerWeights = first instanceof BuiltKerasLayer ? first.countedWeights : (first?.weights ?? []);
        const count = (weights: readonly { shape: readonly (number | null)[] }[]) =>
          weights.reduce((sum, { shape }) => sum + shape.reduce<number>((product, n) => product * (n ?? 1), 1), 0);
        const own = count(layerWeights);
        const trainable = layer.trainable ? count(layerWeights.filter((weight) => weight.trainable)) : 0;
        const sumOf = (field: 'parameters' | 'trainableParameters') => inner!.reduce((sum, info) => sum + (info[field] ?? 0), 0);
        return {
          name: layer.name,
          path: prefix + layer.name,
          index,
          className: pythonClass(layer.className),
          outputShape: made[0]!.outputShapes[0]!,
          outputShapes: made[0]!.outputShapes,
          parameters: inner ? sumOf('parameters') : own,
          trainableParameters: inner ? sumOf('trainableParameters') : trainable,
          calls: made.map(({ inputs, outputShapes }) => ({
            inputs: inputs
              .filter(({ layer: source }) => model.kind === 'functional' || !hidden.has(source))
              .map(({ layer: source, call, output }) => ({ layer: source, call, tensor: output })),
            outputShapes,
          })),
          ...(bytesEach(layer.config.dtype) !== 4 && { bytesPerParameter: bytesEach(layer.config.dtype) }),
          ...(made[0]!.channelsFirst && { dataFormat: 'channels_first' as const }),
          ...(inner && { layers: inner }),
        };
      });
  }
}

/** The info of one executed call: the tree's own for the first, one with ':n' in its path for the others. */
function infoOf(info: LayerInfo, { path, call }: FlatEntry): LayerInfo {
  if (call === 0) return info;
  const shapes = info.calls?.[call]?.outputShapes ?? info.outputShapes;
  return { ...info, path, outputShape: shapes[0]!, outputShapes: shapes };
}

/** Every info of a tree that has no layers of its own, by path. */
function leavesOf(tree: readonly LayerInfo[]): [string, LayerInfo][] {
  return tree.flatMap((info): [string, LayerInfo][] => (info.layers ? leavesOf(info.layers) : [[info.path, info]]));
}

/** A class the application registered with tfjs itself (`tf.serialization.registerClass`) under a name Keras does not use. */
function registered(spec: LayerSpec): CustomLayers[string] | undefined {
  const entry = serialization.SerializationMap.getMap().classNameMap[spec.registeredName ?? spec.className];
  return spec.registeredName?.includes('>') || spec.className.includes('>') ? entry?.[0] : undefined;
}

/** Makes a layer of an application's class from Keras' config, its keys in camelCase as tfjs classes expect them. */
function fromClass(cls: CustomLayers[string], spec: LayerSpec): Layer {
  const config: serialization.ConfigDict = {};
  for (const [key, value] of Object.entries(spec.config)) {
    config[key.replace(/_+([a-z0-9])/g, (_, letter: string) => letter.toUpperCase())] = value as serialization.ConfigDictValue;
  }
  config.name = tfjsName(spec.path);
  config.dtype = 'float32';
  try {
    const make = (cls as { fromConfig?: unknown }).fromConfig as
      | ((cls: unknown, config: serialization.ConfigDict) => serialization.Serializable)
      | undefined;
    return (make ? make.call(cls, cls, config) : new cls(config)) as Layer;
  } catch (cause) {
    throw new ActivationLensError(
      'unsupported-layer',
      `The class registered for layer '${spec.path}' (${spec.className}) could not be made from its config: ${cause instanceof Error ? cause.message : String(cause)}`,
      { cause, details: { layer: spec.path, className: spec.className } },
    );
  }
}

/** What a weight takes in Keras under a dtype policy; the mixed ones keep weights in float32. */
function bytesEach(dtype: unknown): number {
  const name = dtypeName(dtype);
  return name === 'float16' || name === 'bfloat16' ? 2 : name === 'float64' ? 8 : 4;
}

function inputType(dtype: unknown): DataType {
  const name = dtypeName(dtype);
  if (/^u?int/.test(name)) return 'int32';
  return name === 'bool' ? 'bool' : name === 'string' ? 'string' : 'float32';
}
