/** Parts of pictures by boxes of shares of their sides: `tf.image.crop_and_resize`. */

import * as tf from '@tensorflow/tfjs-core';
import { to, X } from './families';
import type { Operation } from './operation';

export const boxes: Readonly<Record<string, Operation>> = {
  CropAndResize: {
    parameters: [X, 'boxes', 'box_indices|box_ind', 'crop_size', 'method', 'extrapolation_value'],
    infer(call) {
      const [height, width] = call.sizes('crop_size') ?? call.fail('has no crop_size');
      return {
        shape: [
          call.tensor('boxes').shape[0] ?? call.tensor('box_indices').shape[0] ?? null,
          height ?? null,
          width ?? null,
          call.tensor('x').shape[3] ?? null,
        ],
        type: 'float32',
      };
    },
    compute(call) {
      const x = to(call.tensor('x'), 'float32') as tf.Tensor4D;
      const asked = call.text('method', 'bilinear');
      const method = (['bilinear', 'nearest'] as const).find((name) => name === asked);
      if (method === undefined) call.fail(`crops by method '${asked}'; supported are bilinear and nearest`);
      return tf.image.cropAndResize(
        x,
        to(call.tensor('boxes'), 'float32') as tf.Tensor2D,
        to(call.tensor('box_indices'), 'int32') as tf.Tensor1D,
        call.sizes('crop_size') as [number, number],
        method,
        call.number('extrapolation_value', 0),
      );
    },
  },
};
