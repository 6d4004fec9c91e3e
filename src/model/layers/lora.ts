/**
 * Low-rank updates, Keras 3's `enable_lora`: an HDF5 file keeps a layer's kernel and the two factors of its update apart, a `.keras` file
 * holds their sum. `keras/src/layers/core/dense.py: kernel`; every layer that has it computes the same.
 */
import { numberOf } from './config';
import type { LayerSpec, StoredWeight } from './spec';

/** The weights with the update added to the kernel (or embeddings), which comes first. Others are returned as they are. */
export function mergeLora(spec: LayerSpec, stored: readonly StoredWeight[]): readonly StoredWeight[] {
  const named = (pattern: RegExp) => stored.find(({ name }) => name !== undefined && pattern.test(name.replace(/:0$/, '')));
  const [a, b] = [named(/(^|\/)lora_\w+_a$/), named(/(^|\/)lora_\w+_b$/)];
  const kernel = named(/(^|\/)(kernel|embeddings)$/);
  if (a === undefined || b === undefined || kernel === undefined) return stored;
  const rank = numberOf(spec, 'lora_rank');
  const scale = numberOf(spec, 'lora_alpha', rank) / rank;
  const others = stored.filter((weight) => weight !== a && weight !== b && weight !== kernel);
  const width = kernel.shape.at(-1)!;
  const data = kernel.data.slice();
  for (let i = 0; i < data.length; i++) {
    const [row, column] = [Math.floor(i / width), i % width];
    let sum = 0;
    for (let k = 0; k < rank; k++) sum += a.data[row * rank + k]! * b.data[k * width + column]!;
    data[i]! += scale * sum;
  }
  return [{ ...kernel, data }, ...others];
}
