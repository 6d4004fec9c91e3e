import type { Tensor } from '@tensorflow/tfjs-core';
import { model as functionalModel, type LayersModel, type SymbolicTensor } from '@tensorflow/tfjs-layers';
import { check, checkNotAborted } from '../check';
import { ActivationLensError } from '../errors';
import { shapeOf } from '../keras/config';
import type { KerasLayer, KerasModel, KerasVersion } from '../keras/description';
import type { LocatedWeights, WeightRef } from '../keras/weights';
import { type Executable, type ModelInput, setExecutable } from './executable';
import { matchInputs } from './feeds';
import { type BuiltGraph, type BuiltLayer, buildGraph, type CustomLayers, type GraphOptions } from './graph';
import { holdsNonFinite, losesNaN, prepareCPU } from './nonfinite';
import { type Plan, plan, run, runSync } from './run';
import { SubmodelLayer } from './submodel';
import type { LayerInfo, Model, ModelFormat, Port, Runtime, Shape } from './types';
import { presetWeights, readWeights, setPooled, setWeights, type WeighOptions } from './weigh';

/** Everything `createKerasModel` needs: a description, where the weights are, and how to speak of the file. */
export interface KerasModelSource {
  readonly file: string;
  readonly format: ModelFormat;
  readonly producer: string;
  readonly keras: KerasVersion;
  readonly description: KerasModel;
  /** Located layer by layer, or (tfjs' own files) one list for the whole model. */
  readonly weights: LocatedWeights | readonly WeightRef[];
  readonly runtime: Runtime;
}

export interface KerasModelOptions {
  readonly customLayers: CustomLayers;
  readonly missing: 'strict' | 'skip-missing';
  readonly signal?: AbortSignal | undefined;
  /** See `LoadOptions.inputShape`. */
  readonly inputShape?: Shape | undefined;
  readonly onRead?: ((loaded: number, total: number) => void) | undefined;
}

/** Builds the tfjs model of a Keras description, its weights read one layer at a time. Leaves no tensor behind when it fails. */
export async function createKerasModel(source: KerasModelSource, options: KerasModelOptions): Promise<Model> {
  const parts: BuiltLayer[] = [];
  try {
    const graph = await assemble(source, options, parts);
    return new KerasBackedModel(source, graph, parts);
  } catch (error) {
    disposeParts(parts);
    throw error;
  }
}

async function assemble(source: KerasModelSource, options: KerasModelOptions, parts: BuiltLayer[]): Promise<BuiltGraph> {
  const { weights, description, file } = source;
  const located: LocatedWeights = isList(weights) ? { direct: new Map(), pooled: new Map() } : weights;
  const all = isList(weights) ? weights : [...located.direct.values(), ...located.pooled.values()].flat();
  const total = all.reduce((sum, ref) => sum + 4 * ref.shape.reduce((product, n) => product * n, 1), 0);
  let loaded = 0;
  const weigh: WeighOptions = {
    file,
    missing: options.missing,
    signal: options.signal,
    onRead: (bytes) => {
      loaded += bytes;
      options.onRead?.(loaded, total);
    },
  };
  const graphOptions: GraphOptions = {
    keras: source.keras,
    customLayers: options.customLayers,
    file,
    submodel: (spec, inherited) => new SubmodelLayer(spec, inherited),
    ...(options.inputShape === undefined ? {} : { givenShape: options.inputShape }),
    inputShape: impliedInputShape(description, located),
  };

  // Each layer gets its weights as soon as it has its variables, so that one layer's numbers at a time are in memory twice.
  const steps = buildGraph(description, graphOptions);
  const pooled = isList(weights) ? new Set(description.layers) : new Set(located.pooled.keys());
  const owner = ownersOf(description);
  const isPooled = (layer: KerasLayer) => pooled.has(owner.get(layer)!);
  let waiting: { part: BuiltLayer; stored: Awaited<ReturnType<typeof readWeights>> | undefined } | undefined;
  const settle = () => {
    if (waiting) setWeights(waiting.part, waiting.stored, 'preset', weigh);
    waiting = undefined;
  };
  const advance = () => explained(() => steps.next(), source, graphOptions);
  let step = advance();
  for (; !step.done; step = advance()) {
    const part = step.value;
    settle();
    checkNotAborted(options.signal, `building layer '${part.path}'`);
    parts.push(part);
    if (isPooled(part.description)) continue;
    const refs = located.direct.get(part.description);
    waiting = { part, stored: refs && (await readWeights(part.description, refs, weigh)) };
    presetWeights(part, waiting.stored);
  }
  settle();
  const inOrder = orderParts(description, parts);
  if (isList(weights)) await setPooled(weights, inOrder, description.name, weigh);
  for (const [layer, refs] of located.pooled) {
    const members = inOrder.filter((part) => owner.get(part.description) === layer);
    await setPooled(refs, members, layer.name, weigh);
  }
  return step.value;
}

/** Where the input's shape was worked out from the weights, a layer may need sizes that they do not tell. */
function explained<T>(work: () => T, { file, description }: KerasModelSource, { inputShape, givenShape }: GraphOptions): T {
  try {
    return work();
  } catch (cause) {
    if (
      !inputShape ||
      givenShape ||
      description.buildInputShape ||
      !(cause instanceof ActivationLensError) ||
      cause.code !== 'unsupported-layer'
    )
      throw cause;
    throw new ActivationLensError(
      'format',
      `${file} does not say the shape of its input; its weights tell [${inputShape.map((n) => n ?? 'any').join(', ')}], and more is needed: ${cause.message} ` +
        'Keras 2.2 to 2.3 lose it when a Sequential begins with an InputLayer. Pass { inputShape }, the batch first: [null, height, width, channels].',
      { cause },
    );
  }
}

/** For each layer at any depth, the outermost layer it is in. */
function ownersOf(model: KerasModel): Map<KerasLayer, KerasLayer> {
  const owners = new Map<KerasLayer, KerasLayer>();
  const visit = (layer: KerasLayer, owner: KerasLayer) => {
    owners.set(layer, owner);
    for (const inner of layer.model?.layers ?? []) visit(inner, owner);
  };
  for (const layer of model.layers) visit(layer, layer);
  return owners;
}

/** In the order of Keras' `layers`, depth first, which is the order of its weights. */
function orderParts(model: KerasModel, parts: readonly BuiltLayer[]): BuiltLayer[] {
  const byDescription = new Map(parts.map((part) => [part.description, part]));
  const visit = (layer: KerasLayer): BuiltLayer[] => {
    if (layer.model) return layer.model.layers.flatMap(visit);
    const part = byDescription.get(layer);
    return part ? [part] : [];
  };
  return model.layers.flatMap(visit);
}

/** Layers that change neither how many axes there are nor how many channels, so that the next kernel tells of their input too. */
const passing =
  /^(Activation|ReLU|LeakyReLU|ELU|PReLU|ThresholdedReLU|Dropout|(Alpha|Gaussian|Spatial)Dropout.*|GaussianNoise|BatchNormalization|ZeroPadding.D|Cropping.D|UpSampling.D|(Max|Average)Pooling.D|Rescaling)$/;

/** A Sequential that was saved without its input shape shows it in its first kernel, up to the free sizes. */
function impliedInputShape(model: KerasModel, { direct, pooled }: LocatedWeights): readonly (number | null)[] | undefined {
  const input = model.layers.find((layer) => layer.className === 'InputLayer');
  if (input && shapeOf(input.config.batch_shape)) return undefined;
  // Each layer, and the layer of the whole model that holds its weights.
  const chain = (members: readonly KerasLayer[], owner?: KerasLayer): [KerasLayer, KerasLayer][] =>
    members.flatMap((layer) =>
      layer.model?.kind === 'sequential' ? chain(layer.model.layers, owner ?? layer) : [[layer, owner ?? layer]],
    );
  const [first, owner] = chain(model.layers).find(([layer]) => layer.className !== 'InputLayer' && !passing.test(layer.className)) ?? [];
  if (!first || !owner || first.config.data_format === 'channels_first') return undefined;
  const dimensions = Number(/^(?:Separable|Depthwise)?Conv([123])D$/.exec(first.className)?.[1] ?? 0);
  const rank = dimensions + 2;
  const kernel = (direct.get(owner) ?? pooled.get(owner))?.find(({ shape }) => shape.length === rank)?.shape;
  if (!kernel) return undefined;
  if (dimensions > 0) return [null, ...new Array<null>(dimensions).fill(null), kernel.at(-2)!];
  return first.className === 'Dense' && model.layers.find(({ className }) => className !== 'InputLayer') === first
    ? [null, kernel[0]!]
    : undefined;
}

function disposeParts(parts: readonly BuiltLayer[]): void {
  const done = new Set<unknown>();
  for (const { layer } of parts) {
    for (const weight of layer.weights) {
      if (done.has(weight)) continue;
      done.add(weight);
      weight.dispose();
    }
  }
}

class KerasBackedModel implements Model {
  readonly name: string;
  readonly format: ModelFormat;
  readonly producer: string;
  readonly layers: readonly LayerInfo[];
  readonly operations?: readonly LayerInfo[];
  readonly inputs: readonly Port[];
  readonly outputs: readonly Port[];
  readonly tfModel: LayersModel;
  readonly runtime: Runtime;
  private readonly whole: Plan;
  private readonly inputSymbols: readonly SymbolicTensor[];
  private nonFiniteWeights: boolean | undefined;
  private disposed = false;

  constructor(
    source: KerasModelSource,
    graph: BuiltGraph,
    private readonly parts: readonly BuiltLayer[],
  ) {
    this.name = source.description.name;
    this.format = source.format;
    this.producer = source.producer;
    this.runtime = source.runtime;
    const operations = new Set(source.description.layers.filter(({ operation }) => operation).map(({ name }) => name));
    this.layers = reindex(graph.tree.filter(({ name }) => !operations.has(name)));
    if (operations.size > 0) this.operations = graph.tree;
    const port = ({ name, symbol }: { name: string; symbol: SymbolicTensor }): Port => ({ name, shape: symbol.shape, dtype: symbol.dtype });
    this.inputs = graph.inputs.map(port);
    this.outputs = graph.outputs.map(port);
    this.inputSymbols = graph.inputs.map(({ symbol }) => symbol);
    const outputs = graph.outputs.map(({ symbol }) => symbol);
    this.tfModel = functionalModel({ inputs: [...this.inputSymbols], outputs });
    const given = new Set(this.inputSymbols);
    this.whole = plan(outputs, given);

    const executable: Executable = {
      flat: graph.flat,
      has: (path) => graph.symbols.has(path),
      prepare: (paths) => {
        const groups = paths.map((path) => graph.symbols.get(path)!);
        const prepared = plan(groups.flat(), given);
        return (input, signal) =>
          this.feeding(input, async (feeds) => {
            const nonFinite = this.meetsNonFinite(feeds);
            if (nonFinite) await prepareCPU();
            const tensors = await run(prepared, feeds, { signal, nonFinite });
            let next = 0;
            return groups.map((group) => group.map(() => tensors[next++]!));
          });
      },
    };
    setExecutable(this, executable);
  }

  predict(input: ModelInput): Tensor | Tensor[] {
    const made: Tensor[] = [];
    try {
      const feeds = this.feeds(input, made);
      const outputs = runSync(this.whole, feeds, { nonFinite: this.meetsNonFinite(feeds) });
      return outputs.length === 1 ? outputs[0]! : outputs;
    } finally {
      for (const tensor of made) tensor.dispose();
    }
  }

  dispose(): void {
    if (this.disposed) return;
    this.disposed = true;
    disposeParts(this.parts);
  }

  [Symbol.dispose](): void {
    this.dispose();
  }

  /** Whether NaN or infinities go into the computation and would get lost. Weights are looked at once. */
  private meetsNonFinite(feeds: ReadonlyMap<SymbolicTensor, Tensor>): boolean {
    if (!losesNaN()) return false;
    this.nonFiniteWeights ??= this.parts.some(({ layer }) => layer.weights.some((weight) => holdsNonFinite(weight.read())));
    return this.nonFiniteWeights || [...feeds.values()].some(holdsNonFinite);
  }

  private async feeding<T>(input: ModelInput, use: (feeds: Map<SymbolicTensor, Tensor>) => Promise<T>): Promise<T> {
    const made: Tensor[] = [];
    try {
      return await use(this.feeds(input, made));
    } finally {
      for (const tensor of made) tensor.dispose();
    }
  }

  private feeds(input: ModelInput, made: Tensor[]): Map<SymbolicTensor, Tensor> {
    check(!this.disposed, 'disposed', () => `Model '${this.name}' has been disposed of.`);
    const tensors = matchInputs(input, this.inputs, made);
    return new Map(this.inputSymbols.map((symbol, i) => [symbol, tensors[i]!]));
  }
}

function reindex(layers: readonly LayerInfo[]): readonly LayerInfo[] {
  return layers.map((layer, index) => (layer.index === index ? layer : { ...layer, index }));
}

function isList(weights: LocatedWeights | readonly WeightRef[]): weights is readonly WeightRef[] {
  return Array.isArray(weights);
}
