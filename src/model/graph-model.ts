import type { GraphModel } from '@tensorflow/tfjs-converter';
import { dispose, getBackend, io, keep, type NamedTensorMap, type Tensor, tidy, zeros } from '@tensorflow/tfjs-core';
import { check, checkNotAborted } from '../check';
import { ActivationLensError } from '../errors';
import { type Executable, type ModelInput, setExecutable } from './executable';
import { matchInputs } from './feeds';
import { GraphRuns } from './graph-runs';
import { watchWindows } from './graph-windows';
import type { TfjsModelFile } from './tfjs-files';
import type { LayerInfo, Model, Port, Runtime, Shape } from './types';

/** Nodes that hold or pass on what is known beforehand. */
const NOT_LAYERS = new Set(['Const', 'Placeholder', 'PlaceholderWithDefault', 'NoOp', 'VarHandleOp', 'ReadVariableOp', 'Assert']);

/** Nodes that give, or may give, a handle instead of numbers. */
const HANDLES =
  /^(Exit|TensorArray(Scatter|Split|Write)?(V\d)?|TensorList(FromTensor|PushBack|Reserve|SetItem)|EmptyTensorList|(Mutable)?HashTable(V2)?)$/;

/**
 * What stands in for the free sizes of an input while shapes are found out: two sizes, to see which axes follow. Larger ones where a window
 * does not fit into those.
 */
const TRIAL_SIZES = [
  [64, 96],
  [320, 352],
];

interface GraphNode {
  readonly name: string;
  readonly op: string;
  readonly input?: readonly string[];
}

/**
 * Opens a tfjs GraphModel. Its layers are the nodes of its graph. Conversion fuses operations, so that a node before an activation may
 * be gone: what is left is what the file has.
 */
export async function openGraphModel({ name, artifacts }: TfjsModelFile, runtime: Runtime, signal?: AbortSignal): Promise<Model> {
  const converter = await import('@tensorflow/tfjs-converter').catch((cause: unknown) => {
    throw new ActivationLensError(
      'backend',
      `${name} is a tfjs GraphModel, and opening it needs the package @tensorflow/tfjs-converter: npm install @tensorflow/tfjs-converter`,
      {
        cause,
      },
    );
  });
  let tfModel: GraphModel;
  try {
    tfModel = artifacts.getWeightStream
      ? ((await converter.loadGraphModel(io.fromMemory(artifacts))) as GraphModel)
      : loadWhole(converter, artifacts);
  } catch (cause) {
    throw unreadable(name, cause);
  }
  try {
    const nodes = inExecutionOrder((artifacts.modelTopology as { node?: GraphNode[] }).node ?? []);
    const inputs = portsOf(tfModel);
    const graph = new GraphRunner(tfModel, inputs);
    const shapes = await findShapes(graph, nodes, signal);
    return new GraphBackedModel(name.split(/[/\\]/).at(-1)!, graph, artifacts, runtime, nodes, shapes);
  } catch (error) {
    tfModel.dispose();
    throw error instanceof ActivationLensError ? error : unreadable(name, error);
  }
}

function unreadable(name: string, cause: unknown): ActivationLensError {
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new ActivationLensError('corrupt', `${name} could not be opened as a tfjs GraphModel: ${reason}`, { cause });
}

/** tfjs makes the weights' tensors before it reads the graph: none may stay when that fails. */
function loadWhole({ loadGraphModelSync }: typeof import('@tensorflow/tfjs-converter'), artifacts: io.ModelArtifacts): GraphModel {
  let model: GraphModel;
  tidy(() => {
    model = loadGraphModelSync(artifacts) as unknown as GraphModel;
    for (const tensor of Object.values(model.weights).flat()) keep(tensor);
  });
  return model!;
}

function portsOf(model: GraphModel): Port[] {
  return model.inputs.map((info, i) => {
    const port = { name: model.inputNodes[i] ?? info.name, dtype: info.dtype };
    return info.shape
      ? { ...port, shape: info.shape.map((n) => (n === null || n < 0 ? null : n)) }
      : { ...port, shape: [], anyShape: true };
  });
}

/** Sorts nodes so that each comes after what it needs, otherwise as in the file. Loops of control flow are cut where they close. */
function inExecutionOrder(nodes: readonly GraphNode[]): GraphNode[] {
  const byName = new Map(nodes.map((node) => [node.name, node]));
  const order: GraphNode[] = [];
  const seen = new Set<string>();
  for (const root of nodes) {
    const stack: { node: GraphNode; leave: boolean }[] = [{ node: root, leave: false }];
    while (stack.length > 0) {
      const { node, leave } = stack.pop()!;
      if (leave) order.push(node);
      if (leave || seen.has(node.name)) continue;
      seen.add(node.name);
      stack.push({ node, leave: true });
      for (const input of [...(node.input ?? [])].reverse()) {
        const source = byName.get(sourceOf(input));
        if (source) stack.push({ node: source, leave: false });
      }
    }
  }
  // In a loop a node has a value a round, and on one side of a condition it has none: they could not be asked for.
  const looping = reachedFrom(order, LOOP, /^Exit$/);
  const conditional = reachedFrom(order, /^Switch$/, /^(Merge|Exit)$/);
  return order.filter(({ name, op }) => !NOT_LAYERS.has(op) && !HANDLES.test(op) && !looping.has(name) && !conditional.has(name));
}

/**
 * A graph file says no shapes. A pass over zeros shows them, or two passes where sizes are free. After control flow (detectors prepare
 * their picture in a loop) only what is surely a picture's features is asked for: the rest depends on what is seen, and stays unknown.
 */
async function findShapes(graph: GraphRunner, nodes: readonly GraphNode[], signal: AbortSignal | undefined): Promise<Map<string, Shape>> {
  const { fixed, features } = sortByFlow(nodes);
  const shapes = new Map<string, Shape>();
  for (const group of [fixed, features]) {
    if (group.length === 0) continue;
    const trials = await tryOut(graph, group, signal);
    if (!trials) continue;
    const [first = [], second = first] = trials;
    group.forEach(({ name }, i) => {
      const [a, b] = [first[i]!, second[i]!];
      const batched = a[0] === 1 && graph.inputs.every(({ shape }) => shape[0] === null);
      if (a.length === b.length) {
        shapes.set(
          name,
          a.map((n, axis) => ((axis === 0 && batched) || n !== b[axis] ? null : n)),
        );
      }
    });
  }
  return shapes;
}

/** The output shapes of some nodes for zeros, once for each trial size; undefined when the graph does not run on zeros. */
async function tryOut(graph: GraphRunner, nodes: readonly GraphNode[], signal: AbortSignal | undefined): Promise<number[][][] | undefined> {
  const names = nodes.map(({ name }) => name);
  const free = graph.inputs.some(({ shape }) => shape.slice(1).includes(null));
  for (const sizes of free ? TRIAL_SIZES : [[1]]) {
    const trials: number[][][] = [];
    for (const size of sizes) {
      const feeds = zerosFor(graph.inputs, size);
      const shapes = await shapesFor(graph, feeds, names, signal).finally(() => dispose(feeds));
      if (shapes === 'failed') return undefined;
      if (shapes === 'too small') break;
      trials.push(shapes);
    }
    if (trials.length === sizes.length) return trials;
  }
  return undefined;
}

function zerosFor(inputs: readonly Port[], size: number): Tensor[] {
  return inputs.map(({ shape, dtype }) =>
    zeros(
      shape.map((n, axis) => n ?? (axis === 0 ? 1 : size)),
      dtype as 'float32',
    ),
  );
}

async function shapesFor(
  graph: GraphRunner,
  feeds: readonly Tensor[],
  names: readonly string[],
  signal: AbortSignal | undefined,
): Promise<number[][] | 'too small' | 'failed'> {
  try {
    const outputs = own(await graph.execute(feeds, names, 'finding out the shapes of its layers', signal), feeds);
    const shapes = outputs.map(({ shape }) => shape);
    dispose(outputs);
    return shapes;
  } catch (error) {
    if (!(error instanceof ActivationLensError)) return 'failed';
    if (error.code === 'shape') return 'too small';
    throw error;
  }
}

/** What tfjs computes only asynchronously. */
const DYNAMIC =
  /^(Switch|Merge|Enter|Exit|NextIteration|LoopCond|(Stateless)?(If|While)|if|while|NonMaxSuppressionV\d|Where|Tensor(Array|List).*|HashTable.*|LookupTable.*)$/;

/** Where loops of TensorFlow 1 begin and turn. */
const LOOP = /^(Enter|NextIteration|LoopCond)$/;

/** What gives feature maps whatever is seen. */
const FEATURES = /Conv2[dD]|Pool|^Relu|BatchNorm|BiasAdd|^ResizeBilinear$|^ResizeNearestNeighbor$/;

/** The layers that need nothing dynamic, and of the others those that surely give feature maps. */
function sortByFlow(nodes: readonly GraphNode[]): { fixed: GraphNode[]; features: GraphNode[] } {
  const dynamic = reachedFrom(nodes, DYNAMIC);
  const joined = reachedFrom(nodes, /^Merge$/);
  return {
    fixed: nodes.filter(({ name }) => !dynamic.has(name)),
    features: nodes.filter(({ name, op }) => dynamic.has(name) && !joined.has(name) && FEATURES.test(op)),
  };
}

/** Nodes of such operations and all that follows from them, round loops too; others `end` it. */
function reachedFrom(nodes: readonly GraphNode[], starts: RegExp, ends?: RegExp): ReadonlySet<string> {
  const reached = new Set<string>();
  let before: number;
  do {
    before = reached.size;
    for (const { name, op, input = [] } of nodes) {
      const follows = !ends?.test(op) && input.some((source) => reached.has(sourceOf(source)));
      if (starts.test(op) || follows) reached.add(name);
    }
  } while (reached.size > before);
  return reached;
}

/** The node of an input such as 'split:1' or '^init'. */
function sourceOf(input: string): string {
  return input.replace(/^\^/, '').replace(/:\d+$/, '');
}

/** A graph and how it is run. */
class GraphRunner {
  private readonly runs: GraphRuns;

  constructor(
    readonly model: GraphModel,
    readonly inputs: readonly Port[],
  ) {
    this.runs = new GraphRuns(model);
  }

  /** Asynchronously when it has control flow, which tfjs reports before it computes anything. */
  async execute(tensors: readonly Tensor[], names: readonly string[], doing: string, signal: AbortSignal | undefined): Promise<Tensor[]> {
    const feeds = namedFeeds(this.inputs, tensors);
    const done = watchWindows();
    try {
      return asList(this.model.execute(feeds, [...names]));
    } catch (error) {
      if (!(error instanceof Error) || !error.message.includes('executeAsync')) throw error;
      return asList(await this.runs.run(() => this.model.executeAsync(feeds, [...names]), tensors, doing, signal));
    } finally {
      done();
    }
  }
}

function namedFeeds(ports: readonly Port[], tensors: readonly Tensor[]): NamedTensorMap {
  return Object.fromEntries(ports.map(({ name }, i) => [name, tensors[i]!]));
}

function asList(result: Tensor | Tensor[]): Tensor[] {
  return Array.isArray(result) ? result : [result];
}

class GraphBackedModel implements Model {
  readonly format = 'tfjs-graph';
  readonly producer: string;
  readonly layers: readonly LayerInfo[];
  readonly inputs: readonly Port[];
  readonly outputs: readonly Port[];
  readonly tfModel: GraphModel;
  private disposed = false;

  constructor(
    readonly name: string,
    graph: GraphRunner,
    artifacts: io.ModelArtifacts,
    readonly runtime: Runtime,
    nodes: readonly GraphNode[],
    shapes: ReadonlyMap<string, Shape>,
  ) {
    this.tfModel = graph.model;
    this.inputs = graph.inputs;
    this.producer = [artifacts.generatedBy, artifacts.convertedBy].filter(Boolean).join(', ') || 'TensorFlow.js';
    const weights = new Map(
      (artifacts.weightSpecs ?? []).map(({ name: weight, shape }) => [weight, shape.reduce((product, n) => product * n, 1)]),
    );
    this.layers = nodes.map((node, index): LayerInfo => {
      const shape = shapes.get(node.name) ?? [];
      return {
        name: node.name,
        path: node.name,
        index,
        className: node.op,
        outputShape: shape,
        outputShapes: [shape],
        parameters: (node.input ?? []).reduce((sum, input) => sum + (weights.get(input) ?? 0), 0),
      };
    });
    // A signature gives outputs names of its own; here they bear their nodes', which are names of layers.
    const signature = (artifacts.signature as { outputs?: Readonly<Record<string, { name?: string }>> } | undefined)?.outputs ?? {};
    this.outputs = graph.model.outputs.map((info, i) => ({
      name: sourceOf(signature[graph.model.outputNodes[i] ?? '']?.name ?? graph.model.outputNodes[i] ?? info.name),
      shape: (info.shape ?? []).map((n) => (n === null || n < 0 ? null : n)),
      dtype: info.dtype,
    }));
    const names = new Set(nodes.map((node) => node.name));
    const executable: Executable = {
      flat: this.layers,
      has: (path) => names.has(path),
      prepare: (paths) => async (input, signal) => {
        const made: Tensor[] = [];
        try {
          const feeds = this.feeds(input, made);
          const doing = `running ${this.name}`;
          checkNotAborted(signal, doing);
          const outputs = await graph.execute(feeds, paths, doing, signal);
          return own(outputs, feeds).map((output) => [output]);
        } catch (cause) {
          throw this.failed(cause);
        } finally {
          dispose(made);
        }
      },
    };
    setExecutable(this, executable);
  }

  predict(input: ModelInput): Tensor | Tensor[] {
    const made: Tensor[] = [];
    const done = watchWindows();
    try {
      const feeds = this.feeds(input, made);
      return this.tfModel.predict(namedFeeds(this.inputs, feeds)) as Tensor | Tensor[];
    } catch (cause) {
      throw this.failed(cause);
    } finally {
      done();
      dispose(made);
    }
  }

  private failed(cause: unknown): ActivationLensError {
    if (cause instanceof ActivationLensError) return cause;
    const message = cause instanceof Error ? cause.message : String(cause);
    const lacking = getBackend() !== 'cpu' && /not (registered|(yet )?supported|implemented)/i.test(message);
    const hint = lacking ? " tfjs' cpu backend has the most kernels: await tf.setBackend('cpu') before the model is opened." : '';
    return new ActivationLensError(
      'backend',
      message.includes('executeAsync')
        ? `'${this.name}' has control flow, which tfjs computes only asynchronously: extract its outputs with createExtractor, or use tfModel.executeAsync.`
        : `'${this.name}' failed in tfjs on the ${getBackend()} backend: ${message}${hint}`,
      { cause },
    );
  }

  dispose(): void {
    if (this.disposed) return;
    this.disposed = true;
    this.tfModel.dispose();
  }

  [Symbol.dispose](): void {
    this.dispose();
  }

  private feeds(input: ModelInput, made: Tensor[]): Tensor[] {
    check(!this.disposed, 'disposed', () => `Model '${this.name}' has been disposed of.`);
    return matchInputs(input, this.inputs, made);
  }
}

/** tfjs hands the same tensor out twice when two names mean one node, or a feed itself: the caller gets handles of its own. */
function own(outputs: readonly Tensor[], feeds: readonly Tensor[]): Tensor[] {
  const taken = new Set<Tensor>(feeds);
  return outputs.map((output) => {
    if (taken.has(output)) return output.clone();
    taken.add(output);
    return output;
  });
}
