import { type Tensor, zeros } from '@tensorflow/tfjs-core';
import { check } from '../../check';
import { ActivationLensError } from '../../errors';
import type { Shape } from '../types';
import type { LayerDefinition } from './KerasLayer';
import { describeLayer, type LayerSpec } from './spec';

/** What to do about it. */
export const TOO_SMALL = 'The input of the model is too small: give it a larger one.';

/**
 * What a layer gives that has nothing to compute; undefined where there are numbers. tfjs' wasm kernels write where they may not when a
 * window is larger than the picture, and give what lies in memory for the mean of nothing.
 *
 * @throws `shape` where Keras fails too, and for a mean or a product of nothing.
 */
export function emptyOutputs(spec: LayerSpec, definition: LayerDefinition, inputs: readonly Tensor[]): Tensor[] | undefined {
  const empty = inputs.find(({ size }) => size === 0);
  if (empty === undefined ? !definition.shrinks : definition.takesEmpty) return undefined;
  const given = inputs.map(({ shape }) => shape);
  const shapes = shapesFor(definition, given);
  const details = { layer: spec.name, path: spec.path, className: spec.className };
  check(
    shapes.flat().every((n) => n === null || n >= 0),
    'shape',
    () => `${describeLayer(spec)} is given ${given.map(bracketed).join(', ')}, smaller than its window. ${TOO_SMALL}`,
    details,
  );
  if (shapes.every((shape) => shape.includes(0))) {
    const types = definition.outputTypes?.(
      inputs.map(({ dtype }) => dtype),
      given,
    );
    return shapes.map((shape, i) => zeros(shape as number[], types?.[i] ?? 'float32'));
  }
  check(!empty, 'shape', () => `${describeLayer(spec)} is given ${bracketed(empty!.shape)}, which holds no numbers. ${TOO_SMALL}`, details);
  return undefined;
}

/** The output shapes for inputs of which all sizes are known. */
function shapesFor(definition: LayerDefinition, given: readonly Shape[]): readonly Shape[] {
  try {
    return definition.outputShapes(given);
  } catch (error) {
    if (!(error instanceof ActivationLensError)) throw error;
    throw new ActivationLensError('shape', `${error.message} ${TOO_SMALL}`, { cause: error, details: error.details });
  }
}

/** A shape as messages write it: [1, 150, 150, 3]. */
export function bracketed(shape: Shape): string {
  return `[${shape.join(', ')}]`;
}
