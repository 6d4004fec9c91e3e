import { type Tensor, tidy } from '@tensorflow/tfjs-core';
import type { SymbolicTensor } from '@tensorflow/tfjs-layers';
import { checkNotAborted } from '../check';
import { KerasLayer } from './layers/KerasLayer';
import { holdsNonFinite, onCPU } from './nonfinite';

/** One call of one tfjs layer. */
interface Step {
  readonly layer: SymbolicTensor['sourceLayer'];
  readonly inputs: readonly SymbolicTensor[];
  readonly outputs: readonly SymbolicTensor[];
}

/**
 * What has to be computed for some tensors of a tfjs graph, each call once, in order. It stands in for tfjs' own executor, which frees a
 * tensor too early when a layer takes it twice, runs batches of 32 one after the other, and cannot be interrupted.
 */
export interface Plan {
  readonly wanted: readonly SymbolicTensor[];
  readonly steps: readonly Step[];
  /** How many steps read a tensor; the wanted ones are read once more. */
  readonly readers: ReadonlyMap<SymbolicTensor, number>;
}

/** Plans the computation of `wanted`. Tensors in `given` are known beforehand. */
export function plan(wanted: readonly SymbolicTensor[], given: ReadonlySet<SymbolicTensor>): Plan {
  const steps: Step[] = [];
  const readers = new Map<SymbolicTensor, number>();
  const read = (symbol: SymbolicTensor) => readers.set(symbol, (readers.get(symbol) ?? 0) + 1);
  const done = new Set<SymbolicTensor>(given);
  const stack: { symbol: SymbolicTensor; leave: boolean }[] = [...wanted].reverse().map((symbol) => ({ symbol, leave: false }));
  while (stack.length > 0) {
    const { symbol, leave } = stack.pop()!;
    if (done.has(symbol)) continue;
    const layer = symbol.sourceLayer;
    const node = layer.inboundNodes[symbol.nodeIndex]!;
    if (!leave) {
      stack.push({ symbol, leave: true });
      for (const input of [...node.inputTensors].reverse()) stack.push({ symbol: input, leave: false });
      continue;
    }
    for (const output of node.outputTensors) done.add(output);
    steps.push({ layer, inputs: node.inputTensors, outputs: node.outputTensors });
  }
  for (const step of steps) step.inputs.forEach(read);
  wanted.forEach(read);
  return { wanted, steps, readers };
}

/** How long to compute before letting other work of the thread in, when someone might want to abort. */
const YIELD_AFTER_MS = 40;

/** How a plan is executed. */
export interface RunOptions {
  readonly signal?: AbortSignal | undefined;
  /** Look for NaN and infinity before each step, and compute those that meet one where they are not lost. */
  readonly nonFinite?: boolean | undefined;
}

/**
 * Executes a plan. The result has a tensor of its own for each wanted symbol, in order; what was computed on the way is freed as soon as
 * its last reader is done. After a failure nothing is left.
 */
export async function run(
  { wanted, steps, readers }: Plan,
  feeds: ReadonlyMap<SymbolicTensor, Tensor>,
  { signal, nonFinite }: RunOptions = {},
): Promise<Tensor[]> {
  const execution = new Execution(readers, feeds, nonFinite);
  let since = performance.now();
  try {
    for (const step of steps) {
      if (signal) {
        if (performance.now() - since > YIELD_AFTER_MS) {
          await new Promise((resolve) => setTimeout(resolve, 0));
          since = performance.now();
        }
        checkNotAborted(signal, `computing layer '${step.layer.name}'`);
      }
      execution.step(step);
    }
    return execution.take(wanted);
  } catch (error) {
    execution.drop();
    throw error;
  }
}

/** As `run`, at once. */
export function runSync(
  { wanted, steps, readers }: Plan,
  feeds: ReadonlyMap<SymbolicTensor, Tensor>,
  { nonFinite }: Pick<RunOptions, 'nonFinite'> = {},
): Tensor[] {
  const execution = new Execution(readers, feeds, nonFinite);
  try {
    for (const step of steps) execution.step(step);
    return execution.take(wanted);
  } catch (error) {
    execution.drop();
    throw error;
  }
}

class Execution {
  private readonly values = new Map<SymbolicTensor, Tensor>();
  private readonly left: Map<SymbolicTensor, number>;

  constructor(
    readers: ReadonlyMap<SymbolicTensor, number>,
    private readonly feeds: ReadonlyMap<SymbolicTensor, Tensor>,
    private readonly nonFinite = false,
  ) {
    this.left = new Map(readers);
  }

  step({ layer, inputs, outputs }: Step): void {
    const given = inputs.map((symbol) => this.value(symbol));
    const compute = () => tidy(() => layer.apply(given.length === 1 ? given[0]! : given, { training: false }) as Tensor | Tensor[]);
    const weights = () => (layer instanceof KerasLayer ? layer.weightsRead : layer.weights).map((weight) => weight.read());
    const met = this.nonFinite && [...given, ...weights()].some(holdsNonFinite);
    const result = met ? onCPU(compute) : compute();
    const list = Array.isArray(result) ? result : [result];
    outputs.forEach((symbol, i) => {
      this.values.set(symbol, list[i]!);
    });
    for (const symbol of outputs) if (!this.left.get(symbol)) this.free(symbol);
    for (const symbol of inputs) {
      const left = this.left.get(symbol)! - 1;
      this.left.set(symbol, left);
      if (left === 0) this.free(symbol);
    }
  }

  /** Hands each wanted tensor over; one that is a feed, or wanted twice, as another handle on the same memory. */
  take(wanted: readonly SymbolicTensor[]): Tensor[] {
    const taken = new Set<SymbolicTensor>();
    return wanted.map((symbol) => {
      const value = this.value(symbol);
      if (this.values.has(symbol) && !taken.has(symbol)) {
        taken.add(symbol);
        return value;
      }
      return value.clone();
    });
  }

  drop(): void {
    for (const value of this.values.values()) if (!value.isDisposed) value.dispose();
  }

  private value(symbol: SymbolicTensor): Tensor {
    return this.values.get(symbol) ?? this.feeds.get(symbol)!;
  }

  private free(symbol: SymbolicTensor): void {
    this.values.get(symbol)?.dispose();
    this.values.delete(symbol);
  }
}
