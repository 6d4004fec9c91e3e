import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import '@tensorflow/tfjs-backend-cpu';
import { setWasmPaths } from '@tensorflow/tfjs-backend-wasm';
import { compareCase, readGoldens } from '../layers/goldenCase';
import { refused } from './refused';

const folder = process.env.DTYPE_GOLDENS ?? fileURLToPath(new URL('../../fixtures/dtypes', import.meta.url));

describe.each(['cpu', 'wasm'])('on %s', (backend) => {
  beforeAll(async () => {
    setWasmPaths(join(dirname(createRequire(import.meta.url).resolve('@tensorflow/tfjs-backend-wasm')), '/'));
    await tf.setBackend(backend);
  });
  describe.each(['keras3', 'keras2'])('%s', (name) => {
    const file = readGoldens(join(folder, name));
    it.each(file.cases.map((golden) => [golden.name, golden] as const))('%s', async (_, golden) => {
      const refusal = refused.find(([ending]) => ending.test(golden.name));
      if (refusal !== undefined) {
        await expect(compareCase(file, golden, 'order')).rejects.toThrow(refusal[1]);
        return;
      }
      const { error, problems } = await compareCase(file, golden, 'order');
      expect(problems.join('; ')).toBe('');
      // A float that another order of sums moves by its last digit may tip one of 65536 numbers.
      expect(error).toBeLessThan(2e-5);
    });
  });
});
