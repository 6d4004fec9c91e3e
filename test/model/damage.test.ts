import { readFileSync } from 'node:fs';
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
import { beforeAll, describe, expect, it } from 'vitest';
import { ActivationLensError } from '../../src/errors';
import { createExtractor } from '../../src/extract/extractor';
import { flattenLayers } from '../../src/model/flatten';
import { type LoadOptions, loadModel, type ModelInputSource } from '../../src/model/load';
import type { Model } from '../../src/model/types';
import { damageArtifacts, damageBytes, damageJSON, damageKerasHDF5, damageKerasZip, randomOf } from './damage';
import { graphArtifacts, nestedModel, saved } from './tfjsModels';

/** More, and others: ACTIVATION_LENS_DAMAGE=SEED:CASES npx vitest run test/model/damage.test.ts */
const [SEED, CASES] = (process.env.ACTIVATION_LENS_DAMAGE ?? '5010:20').split(':').map(Number) as [number, number];
/** Milliseconds that one damaged file may take; most take a few. */
const LIMIT = 5000;

const bytesOf = (file: string) => new Uint8Array(readFileSync(new URL(`../fixtures/models/${file}`, import.meta.url)));
const architectureOf = (file: string) => JSON.parse(new TextDecoder().decode(bytesOf(file)));
const files = (extension: string) =>
  [
    'sequential-keras2',
    'nested-keras2',
    'sequential-keras3',
    'nested-keras3',
    ...(extension === 'h5' ? ['ops-keras2'] : ['ops-keras3', 'nested-keras214']),
  ].map((name) => `${name}.${extension}`);

type Random = () => number;
type Damaged = readonly [source: ModelInputSource, options?: LoadOptions];

let layers: tf.io.ModelArtifacts;
const asModelJSON = ({ weightData, weightSpecs, ...json }: tf.io.ModelArtifacts, random: Random): File[] => {
  const manifest = { ...json, weightsManifest: [{ paths: ['weights.bin'], weights: weightSpecs }] };
  const text = new TextEncoder().encode(JSON.stringify(random() < 0.7 ? damageJSON(manifest, random) : manifest));
  return [
    new File([text.slice(0, random() < 0.1 ? Math.floor(random() * text.length) : text.length)], 'model.json'),
    new File([weightData as ArrayBuffer], 'weights.bin'),
  ];
};

/** What is damaged -> a damaged one. No graph with a loop: a damaged step or limit makes one that never ends, which is for nobody to tell. */
const KINDS: Readonly<Record<string, (random: Random) => Damaged | Promise<Damaged>>> = {
  ...Object.fromEntries(
    [...files('h5'), ...files('keras')].map((file) => [
      `bytes of ${file}`,
      (random: Random) => [damageBytes(bytesOf(file), random)] as const,
    ]),
  ),
  ...Object.fromEntries(
    files('h5').map((file) => [`architecture in ${file}`, (random: Random) => [damageKerasHDF5(bytesOf(file), random)] as const]),
  ),
  ...Object.fromEntries(
    files('keras').map((file) => [`entries of ${file}`, async (random: Random) => [await damageKerasZip(bytesOf(file), random)] as const]),
  ),
  'architecture beside weights of Keras 2': (random) => [
    bytesOf('weights-keras2.h5'),
    { architecture: damageJSON(architectureOf('weights-keras2.architecture.json'), random) },
  ],
  'architecture beside weights of Keras 3': (random) => [
    bytesOf('weights-keras3.weights.h5'),
    { architecture: damageJSON(architectureOf('weights.architecture.json'), random) },
  ],
  LayersModel: (random) => [tf.io.fromMemory(damageArtifacts(layers, random))],
  GraphModel: (random) => [tf.io.fromMemory(damageArtifacts(graphArtifacts(), random))],
  'model.json of a LayersModel': (random) => [asModelJSON(layers, random)],
  'model.json of a GraphModel': (random) => [asModelJSON(graphArtifacts(), random)],
};

beforeAll(async () => {
  await tf.setBackend('cpu');
  const model = nestedModel();
  layers = await saved(model);
  model.dispose();
});

describe('a damaged file opens or is refused with an error of ours, and leaves nothing', () => {
  it.each(Object.keys(KINDS))(
    '%s',
    async (kind) => {
      const wrong: string[] = [];
      const seen = { opened: 0, refused: 0 };
      for (let seed = SEED; seed < SEED + CASES; seed++) {
        const [source, options] = await KINDS[kind]!(randomOf(seed));
        const before = tf.memory().numTensors;
        const start = performance.now();
        const failure = await open(source, options);
        const seconds = performance.now() - start;
        seen[failure ? 'refused' : 'opened']++;
        if (failure && !(failure instanceof ActivationLensError)) wrong.push(`seed ${seed}: ${(failure as Error).stack ?? failure}`);
        if (tf.memory().numTensors !== before)
          wrong.push(`seed ${seed}: ${tf.memory().numTensors - before} tensors left (${failure ?? 'opened'})`);
        if (seconds > LIMIT) wrong.push(`seed ${seed}: ${Math.round(seconds)} ms (${failure ?? 'opened'})`);
      }
      expect(wrong).toEqual([]);
      expect(seen.refused, 'some damage is no damage').toBeGreaterThan(0);
    },
    CASES * LIMIT,
  );
});

/** Opens it and computes every layer; what was thrown, if anything was. */
async function open(source: ModelInputSource, options?: LoadOptions): Promise<unknown> {
  let model: Model | undefined;
  const held: { dispose(): void }[] = [];
  try {
    model = await loadModel(source, options);
    const shapes = model.inputs.map(({ shape }) => shape.map((n) => n ?? 3));
    // Damaged shapes may be huge.
    if (shapes.flat().reduce((product, n) => product * n, 1) > 1e5) return undefined;
    for (const shape of shapes) held.push(tf.ones(shape));
    held.push(await createExtractor(model, { layers: flattenLayers(model) }).run(held as tf.Tensor[]));
    return undefined;
  } catch (error) {
    return error ?? new Error('nothing thrown');
  } finally {
    for (const item of held) item.dispose();
    model?.dispose();
  }
}
