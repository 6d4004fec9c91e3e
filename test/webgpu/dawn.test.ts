import { describe, expect, it } from 'vitest';
import { openDawn, openTensorFlow } from './dawn';

const { gpu, reason } = await openDawn();

describe.skipIf(!gpu)(`WebGPU in Node${reason ? ` (${reason})` : ''}`, () => {
  it('computes with tfjs', async () => {
    const { tf, backend } = await openTensorFlow();
    expect(tf.getBackend()).toBe('webgpu');
    // Beyond the size below which tfjs would compute on the CPU instead.
    const values = Float32Array.from({ length: 2000 }, (_, i) => i);
    const sum = tf.tidy(() => tf.add(tf.tensor1d(values), 1));
    expect(backend.tensorMap.get(sum.dataId).resource).toBeInstanceOf(GPUBuffer);
    expect(await sum.data()).toEqual(values.map((x) => x + 1));
    sum.dispose();
  });
});
