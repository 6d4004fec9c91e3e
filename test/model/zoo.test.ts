import { fileURLToPath } from 'node:url';
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-wasm';
import { beforeAll, describe, expect, it } from 'vitest';
import { createExtractor } from '../../src/extract/extractor';
import { flattenLayers } from '../../src/model/flatten';
import { loadModel } from '../../src/model/load';
import { expectedOf, hasShared, SHARED, zooFiles, zooInput } from '../zoo';

/** Relative to the layer's largest value, as the conformance of the project is stated. */
const TOLERANCE = 1e-4;

describe.skipIf(!hasShared)('real files of strangers match Keras layer by layer', () => {
  beforeAll(async () => {
    await tf.setBackend('wasm');
  });

  it.each(zooFiles())('%s', async (file) => {
    const expected = expectedOf(file);
    const before = tf.memory().numTensors;
    const model = await loadModel(fileURLToPath(new URL(`zoo/${file}`, SHARED)));
    const flat = flattenLayers(model);
    expect(flat.map(({ path, className }) => `${path} ${className}`)).toEqual(
      expected.layers.map(({ name, className }) => `${name} ${className}`),
    );
    expect(model.layers.reduce((sum, { parameters }) => sum + parameters, 0)).toBe(expected.params);
    const inputs = expected.inputs.map((shape) => tf.tensor(zooInput(shape), [...shape]));
    const extractor = createExtractor(model, { layers: flat });
    const activations = await extractor.run(inputs);
    for (const layer of expected.layers) {
      const activation = activations.get(layer.name);
      expect(activation.shape, layer.name).toEqual(layer.shape);
      const data = await activation.data();
      const scale = Math.max(Math.abs(layer.min), Math.abs(layer.max), 1e-6);
      const worst = Math.max(...layer.indices.map((index, i) => Math.abs(data[index]! - layer.samples[i]!)));
      expect(worst / scale, layer.name).toBeLessThan(TOLERANCE);
    }
    activations.dispose();
    tf.dispose(inputs);
    model.dispose();
    expect(tf.memory().numTensors).toBe(before);
  });
});
