import type { Tensor } from '@tensorflow/tfjs-core';
import type { OutputView } from '../protocol';

const MOST = 10;

/** The largest values of one of the model's outputs. */
export async function readOutput(tensor: Tensor, name: string): Promise<OutputView> {
  const { shape } = tensor;
  const values = shape.length <= 2 ? Array.from(await tensor.data()) : [];
  const total = values.reduce((sum, value) => sum + value, 0);
  return {
    name,
    shape,
    units: values.length,
    top: values
      .map((value, index) => ({ index, value }))
      .sort((a, b) => b.value - a.value)
      .slice(0, MOST),
    probabilities: values.length > 1 && values.every((value) => value >= 0) && Math.abs(total - 1) < 1e-3,
  };
}
