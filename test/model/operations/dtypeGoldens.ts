import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { compareCase, readGoldens } from '../layers/goldenCase';

export type Refusals = readonly (readonly [name: RegExp, message: RegExp])[];

/** What Keras computes in test/fixtures/dtypes and this library refuses, by the end of a model's name; and with which words. */
export const refused: Refusals = [
  [/(batch|layer)_normalization (u?int\d+|bool)$/, /normalizes \w+, which Keras rounds in between; cast to float32 before it in Keras/],
  [
    /(mean and sum in float16|tf mean in float16|refused \w+ in b?float16)/,
    /computes \w+ of b?float16, whose rounding is not known here; cast to float32 before it/,
  ],
  [/tf gelu by erf in b?float16/, /computes the exact gelu of b?float16, whose rounding is not known here/],
  [/ops (matmul|einsum) u?int16$/, /multiplies u?int16, whose sums float32 does not hold/],
  [/tf matmul int16$/, /multiplies int16, which TensorFlow wraps in between/],
  [/saturate_cast to bfloat16 int32$/, /casts int32 to bfloat16 within its limits, which overflow in Keras/],
];

const folders = process.env.DTYPE_GOLDENS
  ? [process.env.DTYPE_GOLDENS]
  : ['dtypes', 'halves'].map((name) => fileURLToPath(new URL(`../../fixtures/${name}`, import.meta.url)));

/** A test for each of Keras' models: its results on the backend that is set, or that it is refused. */
export function dtypeTests(refusals: Refusals, tolerance: number): void {
  describe.each(folders.flatMap((folder) => ['keras3', 'keras2'].map((name) => join(folder, name))))('%s', (stem) => {
    const file = readGoldens(stem);
    it.each(file.cases.map((golden) => [golden.name, golden] as const))('%s', async (_, golden) => {
      const refusal = refusals.find(([ending]) => ending.test(golden.name));
      if (refusal !== undefined) {
        await expect(compareCase(file, golden, 'order')).rejects.toThrow(refusal[1]);
        return;
      }
      const { error, problems } = await compareCase(file, golden, 'order');
      expect(problems.join('; ')).toBe('');
      expect(error).toBeLessThan(tolerance);
    });
  });
}
