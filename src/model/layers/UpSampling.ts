/** UpSampling 1D-3D: `keras/src/layers/reshaping`; `backend/{tensorflow,theano}_backend.py: resize_images` of Keras 2.2 and 2.3. */

import type { Tensor, Tensor4D } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { dataFormatOf, isStandalone, require, tupleOf, wordOf } from './config';
import { asFloat } from './dtypes';
import type { LayerDefinition } from './KerasLayer';
import { interpolations2, interpolations3, resizeImages } from './resize';
import { channelsOf, fromChannelsLast, shapeOf, spatialOf, toChannelsLast } from './spatial';
import type { LayerSpec } from './spec';

export function upSampling(spec: LayerSpec, rank: 1 | 2 | 3): LayerDefinition {
  const format = rank === 1 ? 'channels_last' : dataFormatOf(spec);
  const size = tupleOf(spec, 'size', rank, 2);
  const interpolation =
    rank === 2 ? wordOf(spec, 'interpolation', spec.keras.major === 3 ? interpolations3 : interpolations2, 'nearest') : 'nearest';
  const corners = interpolation === 'bilinear' && samplesCorners(spec);
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
      const scaled: [number, number] = [x.shape[1]! * size[0]!, x.shape[2]! * size[1]!];
      return fromChannelsLast(
        corners ? tf.image.resizeBilinear(asFloat(x) as Tensor4D, scaled, false, false) : resizeImages(x, scaled, interpolation),
        format,
      );
    },
  };
}

/**
 * Whether bilinear pixels are taken at corners instead of centres: so did the Keras of its own up to 2.3, by TensorFlow 1's
 * `resize_bilinear`, and so does tfjs in the models it saves. tf.keras ('2.2.4-tf') took corners in TensorFlow 1.13 and 1.14 only, whose
 * files do not mention the interpolation.
 */
function samplesCorners(spec: LayerSpec): boolean {
  const { text, backend = 'tensorflow' } = spec.keras;
  if (text.startsWith('tfjs')) return true;
  if (!isStandalone(spec)) return false;
  require(backend === 'tensorflow', spec, () =>
    `interpolates bilinearly as Keras ${text} does on ${backend}, which is not supported; open the model in Keras 2.3 on TensorFlow and save it again`);
  return true;
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
