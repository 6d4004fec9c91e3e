import { check } from '../check';
import { executableOf } from './executable';
import type { LayerInfo, Model } from './types';

/**
 * Every layer of every nesting level that computes something, in execution order: no InputLayers, no nested models as a whole, but the
 * nodes of `keras.ops` and `TFOpLambda`. A layer that is called several times appears once a call, its path ending in ':1', ':2', ... from
 * the second on. Of a GraphModel, its nodes.
 *
 * @throws `shape` for something that `loadModel` did not make.
 */
export function flattenLayers(model: Model): LayerInfo[] {
  const executable = executableOf(model);
  check(executable, 'shape', () => 'flattenLayers needs a model made by loadModel.');
  return [...executable.flat];
}
