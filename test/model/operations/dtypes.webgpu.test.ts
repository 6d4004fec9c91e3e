import * as tf from '@tensorflow/tfjs-core';
import { describe } from 'vitest';
import { openDawn, openTensorFlow } from '../../webgpu/dawn';
import { dtypeTests, type Refusals, refused } from './dtypeGoldens';

const dawn = await openDawn();

/** float32 holds whole numbers up to 2^24, and the webgpu backend computes int32 in it. */
const products = /multiplies u?int\d+, whose products float32 does not hold/;
const onlyHere: Refusals = [
  [
    /(square|squared_difference|multiply|power|pow|operators|cumprod|scan|operators of signs|operators with arrays)( below zero)? u?int16$/,
    products,
  ],
  [/(curve [\w ]+|ops sigmoid) in b?float16/, /for whose rounding shaders have too few digits; use wasm or cpu/],
  [/(cumprod|scan) u?int8$/, products],
  [/tf reduce_prod u?int(8|16)$/, products],
  [/ops (meets uint8 u?int16|meets int8 int16|meets uint8 int8|meets int8 uint8|operators with arrays int8)$/, products],
];

describe.skipIf(dawn.gpu === null)('on webgpu', async () => {
  if (dawn.gpu !== null) await openTensorFlow();
  // tfjs computes small tensors on the CPU.
  tf.env().set('WEBGPU_CPU_FORWARD', false);
  dtypeTests([...refused, ...onlyHere], 5e-5);
});
