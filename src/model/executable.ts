import type { NamedTensorMap, Tensor } from '@tensorflow/tfjs-core';
import type { LayerInfo, Model } from './types';

/** What tensors a model may be given: one, one an input in order, or by input name. */
export type ModelInput = Tensor | readonly Tensor[] | NamedTensorMap;

/** How any opened model is run, whatever it is made of. */
export interface Executable {
  /** Everything that computes, at every nesting level, in execution order. */
  readonly flat: readonly LayerInfo[];
  /** Paths of everything whose output can be asked for: `flat`, nested models as a whole, inputs. */
  has(path: string): boolean;
  /**
   * Prepares one pass that gives the outputs of the layers at `paths`. The pass computes each thing once, and nothing that is not needed.
   * It resolves with the output tensors of each path; they are the caller's.
   */
  prepare(paths: readonly string[]): (input: ModelInput, signal?: AbortSignal) => Promise<Tensor[][]>;
}

const executables = new WeakMap<Model, Executable>();

/** Remembers how to run a model, out of its users' sight. */
export function setExecutable(model: Model, executable: Executable): void {
  executables.set(model, executable);
}

/** How to run `model`; undefined when it was not made by `loadModel`. */
export function executableOf(model: Model): Executable | undefined {
  return executables.get(model);
}
