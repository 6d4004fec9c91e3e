/**
 * NaN and infinity on tfjs' wasm backend, whose kernels lose them: relu and clip give a number for NaN, depending on its sign; depthwise
 * convolutions and average pools give -Infinity. Of a network whose training diverged, Keras shows NaN; there it would look dead or even alive.
 * A step that meets such a value is computed by tfjs' cpu backend, which keeps it.
 */

import { findBackendFactory, getBackend, setBackend, sum, type Tensor, tidy } from '@tensorflow/tfjs-core';
import { importBackend } from '#platform';
import { check } from '../check';

/** Whether the backend in use loses NaN. */
export function losesNaN(): boolean {
  return getBackend() === 'wasm';
}

/** Whether a value of the tensor is NaN or infinite. The common answer, no, takes one sum. */
export function holdsNonFinite(tensor: Tensor): boolean {
  if (tensor.dtype !== 'float32' || tensor.size === 0) return false;
  if (Number.isFinite(tidy(() => sum(tensor).dataSync()[0]!))) return false;
  // Large numbers can have an infinite sum.
  return tensor.dataSync().some((value) => !Number.isFinite(value));
}

/** Loads the cpu backend where that takes no import by the application. */
export async function prepareCPU(): Promise<void> {
  if (!findBackendFactory('cpu')) await importBackend('cpu');
}

/**
 * Does the work, which must not wait for anything, on tfjs' cpu backend. tfjs moves the tensors.
 *
 * @throws `backend` when the application has not imported that backend.
 */
export function onCPU<T>(work: () => T): T {
  check(
    findBackendFactory('cpu'),
    'backend',
    () =>
      "The input or the weights hold NaN or infinities, of which tfjs' wasm backend makes ordinary numbers; its cpu backend keeps them. " +
      "Import it, and what meets them is computed there: import '@tensorflow/tfjs-backend-cpu'.",
  );
  const before = getBackend();
  // Neither is waited for: the cpu backend starts at once, and the other is running.
  void setBackend('cpu');
  try {
    return work();
  } finally {
    void setBackend(before);
  }
}
