/** Colour spaces and fixed filters: `keras/src/ops/image.py`, `tf.image`. */

import type { Tensor, Tensor4D } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { mirrorPad, where } from '../layers/manyAxes';
import { range } from '../layers/spatial';
import { to, unary, X } from './families';
import { adjusting } from './images';
import { channelsLast, isChannelsFirst } from './layout';
import type { Call, Operation } from './operation';

/** `adjust` of tensorflow/core/kernels/image/colorspace_op.h: hue as a share of the circle. */
function rgbToHsv(x: Tensor): Tensor {
  const [r, g, b] = tf.split(x, 3, x.rank - 1) as [Tensor, Tensor, Tensor];
  const value = tf.max(x, -1, true);
  const spread = tf.sub(value, tf.min(x, -1, true));
  const [flat, zeros] = [tf.lessEqual(spread, 0), tf.zerosLike(spread)];
  const saturation = where(tf.greater(value, 0), tf.div(spread, where(tf.greater(value, 0), value, tf.onesLike(value))), zeros);
  const norm = tf.div(1 / 6, where(flat, tf.onesLike(spread), spread));
  const blue = tf.add(tf.mul(norm, tf.sub(r, g)), 4 / 6);
  const green = where(tf.equal(g, value), tf.add(tf.mul(norm, tf.sub(b, r)), 2 / 6), blue);
  const hue = where(flat, zeros, where(tf.equal(r, value), tf.mul(norm, tf.sub(g, b)), green));
  return tf.concat([where(tf.less(hue, 0), tf.add(hue, 1), hue), saturation, value], x.rank - 1);
}

function hsvToRgb(x: Tensor): Tensor {
  const [hue, saturation, value] = tf.split(x, 3, x.rank - 1) as [Tensor, Tensor, Tensor];
  const sixths = tf.mul(hue, 6);
  const ramps = [tf.sub(tf.abs(tf.sub(sixths, 3)), 1), tf.sub(2, tf.abs(tf.sub(sixths, 2))), tf.sub(2, tf.abs(tf.sub(sixths, 4)))].map(
    (ramp) => tf.clipByValue(ramp, 0, 1),
  );
  return tf.concat(
    ramps.map((ramp) => tf.mul(tf.add(tf.sub(1, saturation), tf.mul(saturation, ramp)), value)),
    x.rank - 1,
  );
}

/** Weights of a Gaussian that add up to 1. */
export function gaussian(size: number, sigma: number): number[] {
  const weights = range(0, size).map((i) => Math.exp(-0.5 * ((i - (size - 1) / 2) / sigma) ** 2));
  const sum = weights.reduce((total, weight) => total + weight, 0);
  return weights.map((weight) => weight / sum);
}

function gaussianBlur(x: Tensor, call: Call<Tensor>): Tensor {
  const [rows, columns] = call.integers('kernel_size') ?? [3, 3];
  const [sigmaX, sigmaY] = (call.value('sigma') ?? [1, 1]) as [number, number];
  const [along, across] = [gaussian(rows!, sigmaX), gaussian(columns!, sigmaY)];
  const channels = x.shape[x.rank - 1]!;
  const kernel = tf.tile(
    tf.tensor(
      across.flatMap((a) => along.map((b) => a * b)),
      [rows!, columns!, 1, 1],
    ),
    [1, 1, channels, 1],
  );
  return tf.depthwiseConv2d(x as Tensor4D, kernel as Tensor4D, 1, 'same');
}

/** Differences down and to the right, as a new last axis. */
function sobel(x: Tensor): Tensor {
  const channels = x.shape[3]!;
  const filters = [
    [-1, -2, -1, 0, 0, 0, 1, 2, 1],
    [-1, 0, 1, -2, 0, 2, -1, 0, 1],
  ];
  const kernel = tf.tile(tf.transpose(tf.tensor(filters, [2, 3, 3, 1]), [1, 2, 3, 0]), [1, 1, channels, 1]);
  const edges = tf.depthwiseConv2d(
    mirrorPad(
      x,
      [
        [0, 0],
        [1, 1],
        [1, 1],
        [0, 0],
      ],
      'reflect',
    ) as Tensor4D,
    kernel as Tensor4D,
    1,
    'valid',
  );
  return tf.reshape(edges, [...x.shape, 2]);
}

/** `tf.image.adjust_saturation` and `adjust_hue`: by way of hue, saturation and value. */
function adjusted(parameter: string, change: (hsv: [Tensor, Tensor, Tensor], by: number) => Tensor[]): Operation {
  return adjusting([parameter], (x, call) => {
    const hsv = tf.split(rgbToHsv(x), 3, x.rank - 1) as [Tensor, Tensor, Tensor];
    return hsvToRgb(tf.concat(change(hsv, call.number(parameter)), x.rank - 1));
  });
}

/** Another colour space by a matrix: what each channel adds to the three. */
function byMatrix(...rows: readonly (readonly number[])[]): Operation {
  return unary((x) => {
    const flat = tf.reshape(x, [-1, 3]);
    return tf.reshape(tf.matMul(flat as tf.Tensor2D, tf.tensor2d(rows.map((row) => [...row]))), x.shape);
  });
}

const colour = (apply: (x: Tensor) => Tensor): Operation => unary((x, call) => channelsLast(x, call, apply), 'float', ['data_format']);

export const filters: Readonly<Record<string, Operation>> = {
  RGBToHSV: colour(rgbToHsv),
  HSVToRGB: colour(hsvToRgb),
  RgbToYuv: byMatrix([0.299, -0.14714119, 0.61497538], [0.587, -0.28886916, -0.51496512], [0.114, 0.43601035, -0.10001026]),
  YuvToRgb: byMatrix([1, 1, 1], [0, -0.394642334, 2.03206185], [1.13988303, -0.58062185, 0]),
  RgbToYiq: byMatrix([0.299, 0.59590059, 0.2115], [0.587, -0.27455667, -0.52273617], [0.114, -0.32134392, 0.31119955]),
  YiqToRgb: byMatrix([1, 1, 1], [0.95598634, -0.27201283, -1.10674021], [0.6208248, -0.64720424, 1.70423049]),
  AdjustSaturation: adjusted('saturation_factor', ([hue, saturation, value], by) => [
    hue,
    tf.clipByValue(tf.mul(saturation, by), 0, 1),
    value,
  ]),
  AdjustHue: adjusted('delta', ([hue, saturation, value], by) => {
    const turned = tf.add(hue, by);
    return [tf.sub(turned, tf.floor(turned)), saturation, value];
  }),
  GaussianBlur: unary((x, call) => channelsLast(x, call, (last) => gaussianBlur(last, call)), 'float', [
    'kernel_size',
    'sigma',
    'data_format',
  ]),
  SobelEdges: {
    parameters: [X, 'data_format'],
    infer: (call) => ({ shape: [...call.tensor('x').shape, 2], type: 'float32' }),
    compute(call) {
      const x = to(call.tensor('x'), 'float32');
      if (!isChannelsFirst(call)) return sobel(x);
      return tf.transpose(sobel(tf.transpose(x, [0, 2, 3, 1])), [0, 3, 1, 2, 4]);
    },
  },
};
