import type { Tensor } from '@tensorflow/tfjs-core';
import { check, checkNotAborted } from '../check';
import { executableOf, type ModelInput } from '../model/executable';
import type { LayerInfo, Model } from '../model/types';
import { Activations } from './activations';
import { type LayerSelector, selectLayers } from './select';

/** Options of `createExtractor`. */
export interface ExtractorOptions {
  /** Which layers. Default: every one whose output has rows, columns and channels, at every nesting level, in execution order. */
  readonly layers?: LayerSelector;
}

/** Options of `Extractor.run`. */
export interface RunOptions {
  /** Aborting it rejects with `aborted` at the next layer; nothing stays in memory. */
  readonly signal?: AbortSignal;
}

/** Runs a model and keeps what chosen layers give. Made by `createExtractor`. */
export interface Extractor {
  /** The layers whose activations it extracts, in the order of the activations. */
  readonly layers: readonly LayerInfo[];
  /**
   * One forward pass in inference mode, however many layers: nothing is computed twice, and nothing the layers do not need. The input
   * stays the caller's. Runs may overlap.
   *
   * @param input A tensor with batch axis, such as `imageToTensor` gives; a list or a record by name for several inputs.
   * @throws `shape` when the input does not fit, `aborted`, `disposed`.
   */
  run(input: ModelInput, options?: RunOptions): Promise<Activations>;
  /** Ends its use. The model and activations already extracted are not touched. */
  dispose(): void;
  [Symbol.dispose](): void;
}

/**
 * Prepares the extraction of activations: what a Keras user writes as `Model(inputs, [layer.output for layer in layers])`. The model is
 * left as it was. Making one costs little; one can be run any number of times.
 *
 * @throws `layer-not-found`, `disposed`.
 */
export function createExtractor(model: Model, options: ExtractorOptions = {}): Extractor {
  const executable = executableOf(model);
  check(executable, 'shape', () => 'createExtractor needs a model made by loadModel.');
  const layers = selectLayers({ model, flat: executable.flat, has: (path) => executable.has(path) }, options.layers);
  const run = executable.prepare(layers.map(({ path }) => path));
  let disposed = false;
  const dispose = () => {
    disposed = true;
  };
  return {
    layers,
    async run(input, { signal } = {}) {
      check(!disposed, 'disposed', () => 'The extractor has been disposed of.');
      checkNotAborted(signal, `running ${model.name}`);
      const outputs: Tensor[][] = await run(input, signal);
      return new Activations(layers, outputs);
    },
    dispose,
    [Symbol.dispose]: dispose,
  };
}
