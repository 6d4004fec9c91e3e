import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { openDawn, openTensorFlow } from '../../webgpu/dawn';
import { compareCase, readGoldens } from '../layers/goldenCase';
import { refused } from './refused';

const dawn = await openDawn();
const folder = process.env.DTYPE_GOLDENS ?? fileURLToPath(new URL('../../fixtures/dtypes', import.meta.url));

/** float32 holds whole numbers up to 2^24, and the webgpu backend computes int32 in it. */
const products = /multiplies u?int\d+, whose products float32 does not hold/;
const onlyHere: typeof refused = [
  [
    /(square|squared_difference|multiply|power|pow|operators|cumprod|scan|operators of signs|operators with arrays)( below zero)? u?int16$/,
    products,
  ],
  [/(cumprod|scan) u?int8$/, products],
  [/tf reduce_prod u?int(8|16)$/, products],
  [/ops (meets uint8 u?int16|meets int8 int16|meets uint8 int8|meets int8 uint8|operators with arrays int8)$/, products],
];

describe.skipIf(dawn.gpu === null)('on webgpu', async () => {
  if (dawn.gpu !== null) await openTensorFlow();
  // tfjs computes small tensors on the CPU.
  tf.env().set('WEBGPU_CPU_FORWARD', false);
  describe.each(['keras3', 'keras2'])('%s', (name) => {
    const file = readGoldens(join(folder, name));
    it.each(file.cases.map((golden) => [golden.name, golden] as const))('%s', async (_, golden) => {
      const refusal = [...refused, ...onlyHere].find(([ending]) => ending.test(golden.name));
      if (refusal !== undefined) {
        await expect(compareCase(file, golden, 'order')).rejects.toThrow(refusal[1]);
        return;
      }
      const { error, problems } = await compareCase(file, golden, 'order');
      expect(problems.join('; ')).toBe('');
      expect(error).toBeLessThan(5e-5);
    });
  });
});
