import type { GraphModel } from '@tensorflow/tfjs-converter';
import type { Tensor } from '@tensorflow/tfjs-core';
import { checkNotAborted } from '../check';

/** What of tfjs' executor is met here. A model's functions (bodies of loops) have executors of their own. */
interface Executor {
  readonly functionExecutorMap: Readonly<Record<string, Executor>>;
  executeWithControlFlow(inputs: Tensors, context: Context, ...rest: unknown[]): Promise<unknown>;
  processStack(inputNodes: unknown, stack: unknown, context: Context, tensors: Tensors, ...rest: unknown[]): Promise<unknown>[];
}

interface Context {
  /** One object for a whole run, whatever functions it enters. */
  readonly tensorArrayMap: object;
  dispose(keep: ReadonlySet<number>): void;
}

type Tensors = Readonly<Record<string, Tensor | readonly (Tensor | undefined)[] | undefined>>;

interface Run {
  readonly signal: AbortSignal | undefined;
  readonly doing: string;
  readonly feeds: readonly Tensor[];
  since: number;
}

/** How long to compute before letting other work of the thread in. */
const YIELD_AFTER_MS = 40;

/**
 * Runs a GraphModel with control flow so that it can be aborted, and the thread goes on with other work meanwhile. tfjs computes the rounds
 * of a loop without ever leaving the thread to anyone, and frees nothing when it fails. Its executor is watched at each step, in this model alone.
 */
export class GraphRuns {
  private readonly runs = new WeakMap<object, Run>();
  private starting: Run | undefined;

  constructor(private readonly model: GraphModel) {
    const { executor } = model as unknown as { executor: Executor };
    for (const each of [executor, ...Object.values(executor.functionExecutorMap)]) this.watch(each);
  }

  /** `start` calls `executeAsync`, which takes its first step at once. */
  run<T>(start: () => Promise<T>, feeds: readonly Tensor[], doing: string, signal: AbortSignal | undefined): Promise<T> {
    this.starting = { signal, doing, feeds, since: performance.now() };
    try {
      return start();
    } finally {
      this.starting = undefined;
    }
  }

  private watch(executor: Executor): void {
    const [step, execute] = [executor.processStack, executor.executeWithControlFlow];
    const computed = new WeakMap<Context, Tensors>();
    executor.processStack = (inputNodes, stack, context, tensors, ...rest) => {
      const run = this.runOf(context);
      if (run) checkNotAborted(run.signal, run.doing);
      computed.set(context, tensors);
      const pending = step.call(executor, inputNodes, stack, context, tensors, ...rest);
      return run && performance.now() - run.since > YIELD_AFTER_MS ? [...pending, pause(run)] : pending;
    };
    executor.executeWithControlFlow = async (inputs, context, ...rest) => {
      const run = this.runOf(context);
      try {
        return await execute.call(executor, inputs, context, ...rest);
      } catch (error) {
        if (run) this.drop([inputs, computed.get(context) ?? {}], context, run);
        throw error;
      }
    };
  }

  private runOf({ tensorArrayMap }: Context): Run | undefined {
    if (this.starting) this.runs.set(tensorArrayMap, this.starting);
    this.starting = undefined;
    return this.runs.get(tensorArrayMap);
  }

  /** Frees what a run that failed had computed, but neither weights nor what it was given. */
  private drop(held: readonly Tensors[], context: Context, { feeds }: Run): void {
    const others = new Set([...Object.values(this.model.weights).flat(), ...feeds].map(({ id }) => id));
    for (const tensor of held.flatMap((tensors) => Object.values(tensors).flat())) {
      if (tensor && !tensor.isDisposed && !(tensor as { kept?: boolean }).kept && !others.has(tensor.id)) tensor.dispose();
    }
    context.dispose(others);
  }
}

async function pause(run: Run): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, 0));
  run.since = performance.now();
}
