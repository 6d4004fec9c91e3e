import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import * as tf from '@tensorflow/tfjs-core';
import { expect } from 'vitest';
import { createExtractor } from '../src/extract/extractor';
import { flattenLayers } from '../src/model/flatten';
import { type LoadOptions, loadModel, type ModelInputSource } from '../src/model/load';

/** What Keras made of a model file, written by test/fixtures/models/generate.py or by the owners of the zoo. */
export interface Expected {
  readonly inputs: readonly (readonly number[])[];
  readonly params: number;
  readonly layers: readonly {
    readonly name: string;
    readonly className: string;
    readonly shape: readonly number[];
    readonly min: number;
    readonly max: number;
    readonly indices: readonly number[];
    /** null: NaN or infinite. */
    readonly samples: readonly (number | null)[];
  }[];
}

/** Relative to the layer's largest value, as the project states its conformance. */
const TOLERANCE = 1e-4;

/** v[i] = ((i * 2654435761) mod 2^32) / 2^32. */
export function goldenInput(shape: readonly number[]): Float32Array {
  const size = shape.reduce((product, n) => product * n, 1);
  return Float32Array.from({ length: size }, (_, i) => (Math.imul(i, 2654435761) >>> 0) / 2 ** 32);
}

export function readExpected(url: URL): Expected {
  return JSON.parse(readFileSync(url, 'utf8')) as Expected;
}

/** Opens a file and holds every layer's path, class, shape and samples against Keras'; nothing may be left in memory. */
export async function expectKeras(
  source: URL | ModelInputSource,
  expected: Expected,
  options: LoadOptions = {},
  values: (index: number) => (value: number) => number = () => (value) => value,
): Promise<void> {
  const before = tf.memory().numTensors;
  const model = await loadModel(source instanceof URL ? fileURLToPath(source) : source, options);
  const flat = flattenLayers(model);
  expect(flat.map(({ path, className }) => `${path} ${className}`)).toEqual(
    expected.layers.map(({ name, className }) => `${name} ${className}`),
  );
  expect(model.layers.reduce((sum, { parameters }) => sum + parameters, 0)).toBe(expected.params);
  const inputs = expected.inputs.map((shape, i) => tf.tensor(goldenInput(shape).map(values(i)), [...shape]));
  const activations = await createExtractor(model, { layers: flat }).run(inputs);
  for (const layer of expected.layers) {
    const activation = activations.get(layer.name);
    expect(activation.shape, layer.name).toEqual(layer.shape);
    const data = await activation.data();
    const scale = Math.max(Math.abs(layer.min), Math.abs(layer.max), 1e-6);
    const worst = Math.max(
      ...layer.indices.map((index, i) => {
        const sample = layer.samples[i]!;
        return sample === null ? (Number.isFinite(data[index]!) ? Number.POSITIVE_INFINITY : 0) : Math.abs(data[index]! - sample);
      }),
    );
    expect(worst / scale, layer.name).toBeLessThan(TOLERANCE);
  }
  activations.dispose();
  tf.dispose(inputs);
  model.dispose();
  expect(tf.memory().numTensors).toBe(before);
}
