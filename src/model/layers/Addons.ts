/** Layers of TensorFlow Addons: `tensorflow_addons/layers/normalizations.py` and `stochastic_depth.py` of 0.22. */

import * as tf from '@tensorflow/tfjs-core';
import { numberOf, require } from './config';
import { asFloat } from './dtypes';
import type { LayerDefinition } from './KerasLayer';
import { groupNormalization } from './Normalizations';
import type { LayerSpec } from './spec';

/** A GroupNormalization with a group a channel, whatever number its config has. */
export function instanceNormalization(spec: LayerSpec): LayerDefinition {
  return groupNormalization({ ...spec, config: { ...spec.config, groups: -1 } });
}

/** The shortcut and what is expected of the residual branch. */
export function stochasticDepth(spec: LayerSpec): LayerDefinition {
  const survival = numberOf(spec, 'survival_probability', 0.5);
  return {
    outputShapes(inputs) {
      require(inputs.length === 2, spec, () => `takes a shortcut and a residual branch, and is given ${inputs.length} tensors`);
      return [inputs[0]!];
    },
    compute: ([shortcut, residual]) => tf.add(asFloat(shortcut!), tf.mul(asFloat(residual!), survival)),
  };
}
