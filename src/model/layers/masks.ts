import { ones, type Tensor } from '@tensorflow/tfjs-core';
import type { SymbolicTensor } from '@tensorflow/tfjs-layers';
import type { Shape } from '../types';
import { argumentOf, pick, tensorIndex } from './call';
import { isStandalone } from './config';
import { copyOfTensor, Helper } from './helper';
import type { LayerSpec } from './spec';

/**
 * Keras hangs a boolean mask on a tensor (`_keras_mask`: which time steps count) and layers read it or pass it on. Here a mask is an
 * ordinary tensor of the graph: a layer that makes one gets a companion that computes it, a layer that reads one gets it as a further
 * input. tfjs' own masks reach a layer only for its first input.
 */
const masks = new WeakMap<SymbolicTensor, SymbolicTensor>();
/** Outputs that in Keras are the very tensor that was the input, which loses its mask under both names. */
const originals = new WeakMap<SymbolicTensor, SymbolicTensor>();

/** What a layer does with the masks of its inputs. */
export interface MaskRule {
  /** It reads them: they are passed to `compute`. */
  readonly takes?: boolean;
  /** The mask of its output: the first input's as it is, one that `make` computes, or (left out) none. */
  readonly gives?: 'same' | MaskMaker | undefined;
  /** The inputs that it takes their mask from: layers that come after it see none. */
  readonly strips?: readonly number[];
  /** Its output is its first input itself. */
  readonly handsOn?: boolean;
}

/** Computes the mask of an output. */
export interface MaskMaker {
  /** Whether there is one, given which inputs have a mask. */
  when(present: readonly boolean[]): boolean;
  shape(inputs: readonly Shape[]): Shape;
  /** A bool tensor. `masks` is as long as `inputs`. */
  compute(inputs: readonly Tensor[], masks: readonly (Tensor | undefined)[]): Tensor;
  /** Which of several outputs have it. Only the first when left out. */
  readonly outputs?: 'all' | 'first';
}

/** The mask that goes with a symbolic tensor. */
export function maskOf(tensor: SymbolicTensor): SymbolicTensor | undefined {
  return masks.get(originalOf(tensor));
}

function originalOf(tensor: SymbolicTensor): SymbolicTensor {
  return originals.get(tensor) ?? tensor;
}

/**
 * The masks of the inputs of a layer that reads them. Several calls of one layer may have masks in different places: which places, `patterns`
 * tells by how many masks come with a call. Where that does not tell, masks that leave nothing out fill the other places.
 */
export function maskInputs(inputs: readonly SymbolicTensor[], patterns: Map<number, readonly boolean[]>): SymbolicTensor[] {
  const found = inputs.map(maskOf);
  const pattern = found.map((mask) => mask !== undefined);
  const masks = found.filter((mask) => mask !== undefined);
  const known = patterns.get(masks.length) ?? pattern;
  if (known.join() === pattern.join()) {
    patterns.set(masks.length, pattern);
    return masks.map(copyOfTensor);
  }
  patterns.set(
    inputs.length,
    inputs.map(() => true),
  );
  return inputs.map((input, i) => (found[i] === undefined ? wholeMask(input) : copyOfTensor(found[i])));
}

function wholeMask(input: SymbolicTensor): SymbolicTensor {
  const [batch = null, steps = null] = input.shape;
  return new Helper([batch, steps], 'bool', ([x]) => ones(x!.shape.slice(0, 2), 'bool')).from([input]);
}

/** Records the masks of a layer's outputs, and which of its inputs have none from now on: layers are laid out in the order in which Keras runs them. */
export function setOutputMask(
  spec: LayerSpec,
  rule: MaskRule,
  inputs: readonly SymbolicTensor[],
  outputs: readonly SymbolicTensor[],
): void {
  if (rule.handsOn) originals.set(outputs[0]!, originalOf(inputs[0]!));
  giveMask(spec, rule, inputs, outputs);
  for (const index of rule.strips ?? []) masks.delete(originalOf(inputs[index]!));
}

function giveMask(spec: LayerSpec, rule: MaskRule, inputs: readonly SymbolicTensor[], outputs: readonly SymbolicTensor[]): void {
  if (rule.gives === undefined) return;
  // tf.keras passes on a mask that the call passes (`_collect_input_masks` in base_layer.py); Keras 3 and Keras 2 by itself do not.
  const passed = spec.keras.major === 2 && !isStandalone(spec) ? pick(inputs, tensorIndex(argumentOf(spec, 'mask'))) : undefined;
  const given = inputs.map((input, i) => (i === 0 && passed) || maskOf(input));
  if (rule.gives === 'same') {
    if (given[0] !== undefined) for (const output of outputs) masks.set(originalOf(output), given[0]);
    return;
  }
  const maker = rule.gives;
  const present = given.map((mask) => mask !== undefined);
  if (!maker.when(present)) return;
  const sources = [...inputs, ...given.filter((mask) => mask !== undefined)];
  const unique = [...new Set(sources)];
  const helper = new Helper(maker.shape(inputs.map(({ shape }) => shape)), 'bool', (values) => {
    const all = sources.map((source) => values[unique.indexOf(source)]!);
    const rest = all.slice(inputs.length);
    return maker.compute(
      all.slice(0, inputs.length),
      present.map((has) => (has ? rest.shift() : undefined)),
    );
  });
  const mask = helper.from(unique);
  for (const output of maker.outputs === 'all' ? outputs : outputs.slice(0, 1)) masks.set(output, mask);
}
