import { readFileSync } from 'node:fs';
import { brotliDecompressSync } from 'node:zlib';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { createExtractor } from '../../src/extract/extractor';
import { type LoadOptions, loadModel } from '../../src/model/load';
import { useBackend } from './backend';

// What Keras makes of NaN in weights is held by test/model/conformance.test.ts: diverged.keras.
const fixture = (name: string) =>
  brotliDecompressSync(readFileSync(new URL(`../fixtures/conformance/structures-keras3-keras/${name}.br`, import.meta.url)));
const open = (name: string, options?: LoadOptions) => loadModel(fixture(name), options);

/** A picture of ones with one NaN, of either sign, at its first number. */
function withNaN(shape: [number, number, number, number], sign: 1 | -1): tf.Tensor4D {
  const data = new Float32Array(shape.reduce((product, n) => product * n, 1)).fill(1);
  new DataView(data.buffer).setUint32(0, sign > 0 ? 0x7fc00000 : 0xffc00000, true);
  return tf.tensor4d(data, shape);
}

describe.each(['cpu', 'wasm'])('NaN on %s', (backend) => {
  beforeAll(() => useBackend(backend));

  it.each([1, -1] as const)('in the input is NaN in whatever sees it (sign %i)', async (sign) => {
    const model = await open('mixed-float16.keras');
    const [, height, width, channels] = model.inputs[0]!.shape.map((n) => n ?? 8) as [number, number, number, number];
    const before = tf.memory().numTensors;
    const input = withNaN([1, height, width, channels], sign);
    const activations = await createExtractor(model).run(input);
    for (const { layer, tensor } of activations) {
      const data = await tensor.data();
      expect(data.some(Number.isNaN), layer.path).toBe(true);
    }
    activations.dispose();
    expect(tf.getBackend()).toBe(backend);
    tf.dispose([input, model.predict(input)]);
    expect(tf.memory().numTensors).toBe(before);
    expect(tf.getBackend()).toBe(backend);
    model.dispose();
  });
});

describe('on wasm alone', () => {
  beforeAll(() => useBackend('wasm'));

  it('NaN is refused, with what to import, and numbers are computed', async () => {
    const model = await open('diverged.keras');
    const healthy = await open('convnext-block.keras');
    const before = tf.memory().numTensors;
    const shape = (ports: typeof model.inputs) => ports[0]!.shape.map((n, axis) => (axis === 0 ? 1 : (n ?? 8)));
    const [input, other] = [tf.ones(shape(model.inputs)), tf.ones(shape(healthy.inputs))];
    tf.removeBackend('cpu');
    expect(() => model.predict(input)).toThrow(
      expect.objectContaining({ code: 'backend', message: expect.stringContaining("import '@tensorflow/tfjs-backend-cpu'") }),
    );
    tf.dispose([healthy.predict(other), input, other]);
    expect(tf.memory().numTensors).toBe(before);
    expect(tf.getBackend()).toBe('wasm');
    model.dispose();
    healthy.dispose();
  });
});
