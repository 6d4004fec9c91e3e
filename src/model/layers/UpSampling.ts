/** UpSampling 1D-3D: `keras/src/layers/reshaping`. */

import type { Tensor } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { dataFormatOf, require, tupleOf, wordOf } from './config';
import type { LayerDefinition } from './KerasLayer';
import { interpolations2, interpolations3, resizeImages } from './resize';
import { channelsOf, fromChannelsLast, shapeOf, spatialOf, toChannelsLast } from './spatial';
import type { LayerSpec } from './spec';

export function upSampling(spec: LayerSpec, rank: 1 | 2 | 3): LayerDefinition {
  const format = rank === 1 ? 'channels_last' : dataFormatOf(spec);
  const size = tupleOf(spec, 'size', rank, 2);
  const interpolation =
    rank === 2 ? wordOf(spec, 'interpolation', spec.keras.major === 3 ? interpolations3 : interpolations2, 'nearest') : 'nearest';
  return {
    outputShapes([shape]) {
      require(shape!.length === rank + 2, spec, () => `takes inputs of ${rank + 2} axes and is given ${shape!.length}`);
      const spatial = spatialOf(shape!, format).map((length, i) => (length === null ? null : length * size[i]!));
      return [shapeOf(shape![0], spatial, channelsOf(shape!, format), format)];
    },
    outputTypes: ([type]) => [interpolation === 'nearest' && rank !== 2 ? type! : 'float32'],
    compute([input]) {
      const x = toChannelsLast(input!, format);
      if (rank !== 2) return fromChannelsLast(repeatSpatial(x, size), format);
      return fromChannelsLast(resizeImages(x, [x.shape[1]! * size[0]!, x.shape[2]! * size[1]!], interpolation), format);
    },
  };
}

/** Repeats every element along the spatial axes of a channels-last tensor. */
function repeatSpatial(x: Tensor, size: readonly number[]): Tensor {
  return size.reduce((tensor, count, i) => repeatAxis(tensor, i + 1, count), x);
}

/** `numpy.repeat` with one count: [a, b] -> [a, a, b, b]. Keeps to 3 axes inside, whatever the rank. */
export function repeatAxis(x: Tensor, axis: number, count: number): Tensor {
  if (count === 1) return x;
  const before = x.shape.slice(0, axis).reduce((product, n) => product * n, 1);
  const after = x.shape.slice(axis + 1).reduce((product, n) => product * n, 1);
  const length = x.shape[axis]!;
  const repeated = tf.tile(tf.reshape(x, [before * length, 1, after]), [1, count, 1]);
  return tf.reshape(repeated, [...x.shape.slice(0, axis), length * count, ...x.shape.slice(axis + 1)]);
}
