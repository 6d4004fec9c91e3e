import type { GraphModel } from '@tensorflow/tfjs-converter';
import { dispose, io, type NamedTensorMap, type Tensor, zeros } from '@tensorflow/tfjs-core';
import { check, checkNotAborted } from '../check';
import { ActivationLensError } from '../errors';
import { type Executable, type ModelInput, setExecutable } from './executable';
import { matchInputs } from './feeds';
import type { TfjsModelFile } from './tfjs-files';
import type { LayerInfo, Model, Port, Runtime, Shape } from './types';

/** Nodes that hold or pass on what is known beforehand. */
const NOT_LAYERS = new Set(['Const', 'Placeholder', 'PlaceholderWithDefault', 'NoOp', 'VarHandleOp', 'ReadVariableOp', 'Assert']);

/** What stands in for the free sizes of an input while shapes are found out: two sizes, to see which axes follow. */
const TRIAL_SIZES = [64, 96];

interface GraphNode {
  readonly name: string;
  readonly op: string;
  readonly input?: readonly string[];
}

/**
 * Opens a tfjs GraphModel. Its layers are the nodes of its graph. Conversion fuses operations, so that a node before an activation may
 * be gone: what is left is what the file has.
 */
export async function openGraphModel({ name, artifacts }: TfjsModelFile, runtime: Runtime): Promise<Model> {
  const { loadGraphModel } = await import('@tensorflow/tfjs-converter').catch((cause: unknown) => {
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
    tfModel = (await loadGraphModel(io.fromMemory(artifacts))) as GraphModel;
  } catch (cause) {
    throw new ActivationLensError(
      'corrupt',
      `${name} could not be opened as a tfjs GraphModel: ${cause instanceof Error ? cause.message : String(cause)}`,
      {
        cause,
      },
    );
  }
  try {
    const nodes = inExecutionOrder((artifacts.modelTopology as { node?: GraphNode[] }).node ?? []);
    const inputs = portsOf(tfModel, name);
    const shapes = await findShapes(tfModel, nodes, inputs);
    return new GraphBackedModel(name, tfModel, artifacts, runtime, nodes, inputs, shapes);
  } catch (error) {
    tfModel.dispose();
    throw error;
  }
}

function portsOf(model: GraphModel, name: string): Port[] {
  return model.inputs.map((info, i) => {
    check(info.shape, 'format', () => `${name}: input '${info.name}' has no shape.`);
    return { name: model.inputNodes[i] ?? info.name, shape: info.shape.map((n) => (n === null || n < 0 ? null : n)), dtype: info.dtype };
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
        const source = byName.get(input.replace(/^\^/, '').replace(/:\d+$/, ''));
        if (source) stack.push({ node: source, leave: false });
      }
    }
  }
  return order.filter(({ op }) => !NOT_LAYERS.has(op));
}

/** A graph file says no shapes. A pass over zeros shows them, or two passes where sizes are free; where that fails they stay unknown. */
async function findShapes(model: GraphModel, nodes: readonly GraphNode[], inputs: readonly Port[]): Promise<Map<string, Shape>> {
  const free = inputs.some(({ shape }) => shape.slice(1).includes(null));
  const trials: (number[] | undefined)[][] = [];
  for (const size of free ? TRIAL_SIZES : [1]) {
    const feeds = inputs.map(({ shape, dtype }) =>
      zeros(
        shape.map((n, axis) => n ?? (axis === 0 ? 1 : size)),
        dtype as 'float32',
      ),
    );
    try {
      const outputs = await execute(
        model,
        inputs,
        feeds,
        nodes.map((node) => node.name),
      );
      trials.push(outputs.map((output) => output?.shape));
      dispose(outputs.filter((output) => output !== undefined));
    } catch {
      return new Map();
    } finally {
      dispose(feeds);
    }
  }
  const shapes = new Map<string, Shape>();
  nodes.forEach((node, i) => {
    const [first, second = first] = trials.map((trial) => trial[i]);
    if (!first || !second || first.length !== second.length) return;
    const batched = first[0] === 1 && inputs.every(({ shape }) => shape[0] === null);
    shapes.set(
      node.name,
      first.map((n, axis) => ((axis === 0 && batched) || n !== second[axis] ? null : n)),
    );
  });
  return shapes;
}

/** Runs the graph; asynchronously when it has control flow, which tfjs reports before it computes anything. */
async function execute(model: GraphModel, ports: readonly Port[], tensors: readonly Tensor[], names: readonly string[]): Promise<Tensor[]> {
  const feeds: NamedTensorMap = Object.fromEntries(ports.map(({ name }, i) => [name, tensors[i]!]));
  let result: Tensor | Tensor[];
  try {
    result = model.execute(feeds, [...names]);
  } catch (error) {
    if (!(error instanceof Error) || !error.message.includes('executeAsync')) throw error;
    result = await model.executeAsync(feeds, [...names]);
  }
  return Array.isArray(result) ? result : [result];
}

class GraphBackedModel implements Model {
  readonly format = 'tfjs-graph';
  readonly producer: string;
  readonly layers: readonly LayerInfo[];
  readonly outputs: readonly Port[];
  private disposed = false;

  constructor(
    readonly name: string,
    readonly tfModel: GraphModel,
    artifacts: io.ModelArtifacts,
    readonly runtime: Runtime,
    nodes: readonly GraphNode[],
    readonly inputs: readonly Port[],
    shapes: ReadonlyMap<string, Shape>,
  ) {
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
    this.outputs = tfModel.outputs.map((info, i) => ({
      name: tfModel.outputNodes[i] ?? info.name,
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
          checkNotAborted(signal, `running ${this.name}`);
          const outputs = await execute(this.tfModel, this.inputs, feeds, paths);
          return own(outputs, feeds).map((output) => [output]);
        } finally {
          dispose(made);
        }
      },
    };
    setExecutable(this, executable);
  }

  predict(input: ModelInput): Tensor | Tensor[] {
    const made: Tensor[] = [];
    try {
      const feeds = this.feeds(input, made);
      const named: NamedTensorMap = Object.fromEntries(this.inputs.map(({ name }, i) => [name, feeds[i]!]));
      return this.tfModel.predict(named) as Tensor | Tensor[];
    } finally {
      dispose(made);
    }
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
