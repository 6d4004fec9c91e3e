import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { matchInputs } from '../../src/model/feeds';
import { useBackend } from './backend';

describe.each(['cpu', 'wasm'])('tensors for inputs, on %s', (backend) => {
  beforeAll(() => useBackend(backend));

  it.each([
    ['bool', [0, 3, -0.5], [0, 1, 1]],
    ['int32', [0.9, 3, -1.5], [0, 3, -1]],
  ])('are cast to %s, as Keras casts them', async (dtype, given, wanted) => {
    const tensor = tf.tensor2d(given, [1, 3]);
    const made: tf.Tensor[] = [];
    const [fed] = matchInputs(tensor, [{ name: 'mask', shape: [null, 3], dtype }], made);
    expect(fed!.dtype).toBe(dtype);
    expect([...(await fed!.data())]).toEqual(wanted);
    expect(made).toEqual([fed]);
    const same = matchInputs(fed!, [{ name: 'mask', shape: [null, 3], dtype }], made);
    expect(same[0]).toBe(fed);
    expect(made.length).toBe(1);
    tf.dispose([tensor, made]);
  });
});
