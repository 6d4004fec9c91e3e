/** `CustomScaleLayer` of `keras/src/applications/inception_resnet_v2.py`. */

import * as tf from '@tensorflow/tfjs-core';
import { numberOf, require } from './config';
import { asFloat } from './dtypes';
import type { LayerDefinition } from './KerasLayer';
import type { LayerSpec } from './spec';

/** The first input and `scale` times the second. */
export function customScale(spec: LayerSpec): LayerDefinition {
  const scale = numberOf(spec, 'scale');
  return {
    outputShapes(inputs) {
      require(inputs.length === 2, spec, () => `scales ${inputs.length} tensors`);
      return [inputs[0]!];
    },
    compute: ([first, second]) => tf.add(asFloat(first!), tf.mul(asFloat(second!), scale)),
  };
}
