/** Numbers rounded to the levels of a quantized model: `tf.quantization.fake_quant_with_min_max_*`. */

import type { Tensor } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { broadcast } from '../layers/manyAxes';
import { unary } from './families';
import type { Call, Constants, Operation } from './operation';

const { fround } = Math;

/** The range moved so that 0 is a level, in float32: `Nudge` of tensorflow/core/kernels/fake_quant_ops_functor.h. */
function nudged(low: number, high: number, call: Constants): { least: number; most: number; scale: number } {
  const levels = 2 ** call.number('num_bits', 8) - 1;
  const first = call.flag('narrow_range') ? 1 : 0;
  if (!(low <= 0 && high >= 0 && low < high)) call.fail(`quantizes from ${low} to ${high}; 0 must lie between`);
  const scale = fround(fround(high - low) / (levels - first));
  const zero = fround(first - fround(low / scale));
  const level = zero < first ? first : zero > levels ? levels : Math.round(zero);
  return { least: fround((first - level) * scale), most: fround((levels - level) * scale), scale };
}

function quantized(x: Tensor, call: Call<Tensor>, low: number[], high: number[]): Tensor {
  const ranges = low.map((n, i) => nudged(fround(n), fround(high[i] ?? call.fail('has fewer upper than lower limits')), call));
  const each = (key: 'least' | 'most' | 'scale') =>
    ranges.length === 1 ? tf.scalar(ranges[0]![key]) : tf.tensor1d(ranges.map((r) => r[key]));
  const [least, most, scale] = [each('least'), each('most'), each('scale')];
  const inverse = ranges.length === 1 ? tf.scalar(fround(1 / ranges[0]!.scale)) : tf.tensor1d(ranges.map((r) => fround(1 / r.scale)));
  const inside = broadcast(tf.sub, broadcast(tf.minimum, broadcast(tf.maximum, x, least), most), least);
  return broadcast(tf.add, broadcast(tf.mul, tf.floor(tf.add(broadcast(tf.mul, inside, inverse), 0.5)), scale), least);
}

/** The limits are numbers, one a channel perhaps. */
function fakeQuant(parameters: readonly string[], fallback: number | undefined): Operation {
  const limits = (call: Constants, name: string, value: number | undefined): number[] => {
    const given = call.value(name) ?? value ?? call.fail(`is called without ${name}`);
    return [given].flat() as number[];
  };
  return unary(
    (x, call) => quantized(x, call, limits(call, 'min', fallback === undefined ? fallback : -fallback), limits(call, 'max', fallback)),
    'float',
    [...parameters, 'num_bits', 'narrow_range'],
  );
}

export const quantizing: Readonly<Record<string, Operation>> = {
  FakeQuantArgs: fakeQuant(['min', 'max'], 6),
  FakeQuantVars: fakeQuant(['min', 'max'], undefined),
};
