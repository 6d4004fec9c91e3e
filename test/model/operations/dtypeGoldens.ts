import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { compareCase, readGoldens } from '../layers/goldenCase';

export type Refusals = readonly (readonly [name: RegExp, message: RegExp])[];

/** What Keras computes in test/fixtures/dtypes and this library refuses, by the end of a model's name; and with which words. */
export const refused: Refusals = [
  [/(batch|layer)_normalization (u?int\d+|bool)$/, /normalizes \w+, which Keras rounds in between; cast to float32 before it in Keras/],
  [/(mean and sum|sigmoid|tf mean) in b?float16/, /computes \w+ of b?float16, whose rounding is not known here; cast to float32 before it/],
  [/ops (matmul|einsum) u?int16$/, /multiplies u?int16, whose sums float32 does not hold/],
  [/tf matmul int16$/, /multiplies int16, which TensorFlow wraps in between/],
  [/saturate_cast to bfloat16 int32$/, /casts int32 to bfloat16 within its limits, which overflow in Keras/],
];

const folder = process.env.DTYPE_GOLDENS ?? fileURLToPath(new URL('../../fixtures/dtypes', import.meta.url));

/** A test for each of Keras' models: its results on the backend that is set, or that it is refused. */
export function dtypeTests(refusals: Refusals, tolerance: number): void {
  describe.each(['keras3', 'keras2'])('%s', (name) => {
    const file = readGoldens(join(folder, name));
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
