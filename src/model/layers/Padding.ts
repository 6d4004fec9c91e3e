/** ZeroPadding and Cropping 1D-3D: `keras/src/layers/reshaping`. */
import * as tf from '@tensorflow/tfjs-core';
import { describe } from '../../check';
import { dataFormatOf, plain, require } from './config';
import type { LayerDefinition } from './KerasLayer';
import { pad } from './manyAxes';
import type { LayerSpec } from './spec';

export function zeroPadding(spec: LayerSpec, rank: 1 | 2 | 3): LayerDefinition {
  const first = rank === 1 && spec.keras.major < 3 ? 1 : dataFormatOf(spec) === 'channels_first' ? 2 : 1;
  const pairs = pairsOf(spec, 'padding', rank);
  return {
    outputShapes([shape]) {
      require(shape!.length === rank + 2, spec, () => `takes inputs of ${rank + 2} axes and is given ${shape!.length}`);
      return [shape!.map((length, axis) => (length === null ? null : length + sum(pairs[axis - first])))];
    },
    outputTypes: ([type]) => [type!],
    compute: ([x]) =>
      pad(
        x!,
        x!.shape.map((_, axis): [number, number] => [...(pairs[axis - first] ?? ([0, 0] as const))]),
      ),
    takesEmpty: true,
  };
}

export function cropping(spec: LayerSpec, rank: 1 | 2 | 3): LayerDefinition {
  const first = rank > 1 && dataFormatOf(spec) === 'channels_first' ? 2 : 1;
  const pairs = pairsOf(spec, 'cropping', rank);
  const cropped = (length: number, axis: number) => length - sum(pairs[axis - first]);
  return {
    outputShapes([shape]) {
      require(shape!.length === rank + 2, spec, () => `takes inputs of ${rank + 2} axes and is given ${shape!.length}`);
      return [
        shape!.map((length, axis) => {
          if (length === null) return null;
          require(cropped(length, axis) > 0 || length === 0, spec, () => `crops axis ${axis} of length ${length} to nothing`);
          return cropped(length, axis);
        }),
      ];
    },
    outputTypes: ([type]) => [type!],
    compute: ([x]) =>
      tf.slice(
        x!,
        x!.shape.map((_, axis) => pairs[axis - first]?.[0] ?? 0),
        x!.shape.map(cropped),
      ),
    shrinks: true,
  };
}

/** One number for all sides, one an axis, or [before, after] an axis. */
function pairsOf(spec: LayerSpec, key: string, rank: number): (readonly [number, number])[] {
  const value = plain(spec.config[key]) ?? (rank === 1 || key === 'padding' ? 1 : 0);
  const list = typeof value === 'number' ? Array<unknown>(rank === 1 ? 2 : rank).fill(value) : (value as unknown[]);
  const pairs = rank === 1 && Array.isArray(list) && list.length === 2 ? [list] : list;
  const valid =
    Array.isArray(pairs) &&
    pairs.length === rank &&
    pairs.every((pair) => Number.isInteger(pair) || (Array.isArray(pair) && pair.length === 2 && pair.every(Number.isInteger)));
  require(valid, spec, () => `has ${key} ${describe(spec.config[key])}`);
  return pairs.map((pair) => (Array.isArray(pair) ? (pair as [number, number]) : [pair as number, pair as number]));
}

function sum(pair: readonly [number, number] | undefined): number {
  return pair === undefined ? 0 : pair[0] + pair[1];
}
