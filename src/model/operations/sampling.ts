/** Pictures read between their pixels: `map_coordinates`, `scale_and_translate` of `keras/src/ops/image.py`. */

import type { Tensor } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { asBool, asFloat } from '../layers/dtypes';
import { transpose, where } from '../layers/manyAxes';
import { toWhole } from '../layers/narrow';
import { range } from '../layers/spatial';
import { sine } from './elementwise';
import { to } from './families';
import type { Call, Constants, Operation } from './operation';

/** Where along one axis a number is taken from, how much of it, and whether there is one. */
interface Tap {
  readonly place: Tensor;
  readonly weight: Tensor | undefined;
  readonly inside: Tensor | undefined;
}

/** Keras takes 'mirror' and 'reflect' beyond the ends for other places on TensorFlow than on JAX. */
const fillModes = ['constant', 'nearest', 'wrap'];

function taps(coordinate: Tensor, length: number, linear: boolean, mode: string): Tap[] {
  const low = linear ? tf.floor(coordinate) : tf.round(coordinate);
  const share = tf.sub(coordinate, low);
  const found: [Tensor, Tensor | undefined][] = linear
    ? [
        [low, tf.sub(1, share)],
        [tf.add(low, 1), share],
      ]
    : [[low, undefined]];
  return found.map(([at, weight]) => {
    if (mode === 'wrap') return { place: tf.sub(at, tf.mul(tf.floor(tf.div(at, length)), length)), weight, inside: undefined };
    const inside = tf.mul(asFloat(tf.greaterEqual(at, 0)), asFloat(tf.less(at, length)));
    return { place: tf.clipByValue(at, 0, length - 1), weight, inside: mode === 'constant' ? inside : undefined };
  });
}

/** One tap of each axis, in all ways. */
function ways(axes: readonly Tap[][]): Tap[][] {
  return axes.reduce<Tap[][]>((all, axis) => all.flatMap((way) => axis.map((tap) => [...way, tap])), [[]]);
}

function product(factors: readonly (Tensor | undefined)[]): Tensor | undefined {
  const given = factors.filter((factor): factor is Tensor => factor !== undefined);
  return given.length === 0 ? undefined : given.reduce((a, b) => tf.mul(a, b));
}

const mapCoordinates: Operation = {
  parameters: ['inputs', 'coordinates', 'order', 'fill_mode', 'fill_value'],
  infer(call) {
    const [{ shape, type }, coordinates] = [call.tensor('inputs'), call.tensor('coordinates')];
    const mode = call.text('fill_mode', 'constant');
    if (!fillModes.includes(mode))
      call.fail(`fills by '${mode}', which Keras computes otherwise on TensorFlow than on JAX; supported are ${fillModes.join(', ')}`);
    if (shape.includes(null)) call.fail('reads a tensor whose shape is not fixed; fix the shape of the input in Keras');
    if (![0, 1].includes(call.number('order'))) call.fail(`interpolates by order ${call.number('order')}; Keras has 0 and 1`);
    return { shape: coordinates.shape.slice(1), type };
  },
  compute(call) {
    const x = call.tensor('inputs');
    const coordinates = tf.unstack(to(call.tensor('coordinates'), 'float32'), 0);
    const mode = call.text('fill_mode', 'constant');
    const [flat, fill] = [tf.reshape(to(x, 'float32'), [-1]), call.number('fill_value', 0)];
    const strides = x.shape.map((_, i) => tf.util.sizeFromShape(x.shape.slice(i + 1)));
    const axes = coordinates.map((coordinate, i) => taps(coordinate, x.shape[i]!, call.number('order') === 1, mode));
    const { shape } = coordinates[0]!;
    const sum = ways(axes)
      .map((way) => {
        const places = way.map(({ place }, i) => tf.mul(place, strides[i]!)).reduce((a, b) => tf.add(a, b));
        const found = tf.reshape(tf.gather(flat, tf.reshape(tf.cast(places, 'int32'), [-1])), shape);
        const inside = product(way.map((tap) => tap.inside));
        const numbers = inside === undefined ? found : where(asBool(inside), found, tf.fill(shape, fill));
        const weight = product(way.map((tap) => tap.weight));
        return weight === undefined ? numbers : tf.mul(numbers, weight);
      })
      .reduce((a, b) => tf.add(a, b));
    return x.dtype === 'float32' ? sum : toWhole(tf.round(sum));
  },
};

function lanczos(radius: number) {
  return (x: Tensor): Tensor => {
    const waves = tf.mul(tf.mul(sine(tf.mul(x, Math.PI)), sine(tf.mul(x, Math.PI / radius))), radius);
    const square = tf.mul(tf.square(x), Math.PI ** 2);
    const inner = where(tf.greater(x, 1e-3), tf.div(waves, where(tf.equal(x, 0), tf.onesLike(x), square)), tf.onesLike(x));
    return where(tf.greater(x, radius), tf.zerosLike(x), inner);
  };
}

/** Keys (1981), with -1/2. */
function cubic(x: Tensor): Tensor {
  const near = tf.add(tf.mul(tf.mul(tf.sub(tf.mul(x, 1.5), 2.5), x), x), 1);
  const far = tf.add(tf.mul(tf.sub(tf.mul(tf.sub(2.5, tf.mul(x, 0.5)), x), 4), x), 2);
  return where(tf.greaterEqual(x, 2), tf.zerosLike(x), where(tf.greaterEqual(x, 1), far, near));
}

const linear = (x: Tensor): Tensor => tf.relu(tf.sub(1, x));

const kernels: Readonly<Record<string, (distance: Tensor) => Tensor>> = {
  linear,
  bilinear: linear,
  trilinear: linear,
  triangle: linear,
  cubic,
  bicubic: cubic,
  tricubic: cubic,
  lanczos3: lanczos(3),
  lanczos5: lanczos(5),
};

/** How much of each input [rows] makes up each output [columns]. */
function weights(length: number, wanted: number, scale: Tensor, shift: Tensor, kernel: (x: Tensor) => Tensor, antialias: boolean): Tensor {
  const inverse = tf.div(1, scale);
  const wide = antialias ? tf.maximum(inverse, 1) : tf.onesLike(inverse);
  const middles = tf.add(tf.range(0, wanted, 1, 'float32'), 0.5);
  const sampled = tf.reshape(tf.sub(tf.sub(tf.mul(middles, inverse), tf.mul(shift, inverse)), 0.5), [1, wanted]);
  const from = tf.reshape(tf.range(0, length, 1, 'float32'), [length, 1]);
  const own = kernel(tf.div(tf.abs(tf.sub(sampled, from)), wide));
  const total = tf.sum(own, 0, true);
  const some = asFloat(tf.greater(tf.abs(total), 1000 * 2 ** -23));
  const within = tf.mul(asFloat(tf.greaterEqual(sampled, -0.5)), asFloat(tf.lessEqual(sampled, length - 0.5)));
  const share = tf.div(own, where(tf.equal(total, 0), tf.onesLike(total), total));
  return tf.mul(share, tf.mul(some, within));
}

function dims(call: Constants, rank: number): number[] {
  return (call.integers('spatial_dims') ?? []).map((axis) => (axis < 0 ? axis + rank : axis));
}

const scaleAndTranslate: Operation = {
  parameters: ['images', 'output_shape', 'scale', 'translation', 'spatial_dims', 'method', 'antialias'],
  infer(call) {
    const { type } = call.tensor('images');
    if (type !== 'float32') call.fail(`scales ${type}, which Keras cannot on TensorFlow; cast to float32 before it in Keras`);
    const method = call.text('method', '');
    if (!Object.hasOwn(kernels, method)) call.fail(`resizes by '${method}'; supported are ${Object.keys(kernels).join(', ')}`);
    return { shape: call.sizes('output_shape') ?? call.fail('has no output_shape'), type };
  },
  compute(call: Call<Tensor>) {
    const x = call.tensor('images');
    const wanted = call.sizes('output_shape') as number[];
    const [scale, shift] = ['scale', 'translation'].map((name) => to(call.tensor(name), 'float32')) as [Tensor, Tensor];
    const kernel = kernels[call.text('method', '')]!;
    return dims(call, x.rank).reduce(
      (numbers, axis, i) => {
        const order = [...range(0, numbers.rank).filter((k) => k !== axis), axis];
        const [own, length] = [(given: Tensor) => tf.slice(given, [i], [1]), numbers.shape[axis]!];
        const table = weights(length, wanted[axis]!, own(scale), own(shift), kernel, call.flag('antialias', true));
        const last = transpose(numbers, order);
        const scaled = tf.reshape(tf.matMul(tf.reshape(last, [-1, length]), table), [...last.shape.slice(0, -1), wanted[axis]!]);
        return transpose(
          scaled,
          order.map((_, k) => order.indexOf(k)),
        );
      },
      to(x, 'float32'),
    );
  },
};

export const sampling: Readonly<Record<string, Operation>> = { MapCoordinates: mapCoordinates, ScaleAndTranslate: scaleAndTranslate };
