/**
 * Saves a few small models with each version of Keras and keeps them, with samples of Keras' results, for `npm test`.
 *
 *     node scripts/conformance/fixtures.mjs [--step TEXT] [--again]
 *
 * Writes test/fixtures/conformance/STEP/: the files packed with brotli, and index.json. What is there already stays as it is, for Keras
 * writes dates and random weights into its files; --again makes all anew.
 */
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { brotliCompressSync } from 'node:zlib';
import { environment, runPython } from './environments.mjs';
import { suites } from './suites.mjs';
import { modernName } from './versions.mjs';

const TARGET = fileURLToPath(new URL('../../test/fixtures/conformance/', import.meta.url));
/** Numbers of each layer that are kept, evenly spread. */
const SAMPLES = 24;

/** Cases of the oldest Keras 2 and of the newest alike. */
const OLD = ['shared-model-in-a-chain', 'several-nested-in-reverse', 'sequential-first-layer-has-shape', 'unet', 'time-distributed-model'];
const KERAS1 = [
  ...['sequential-th', 'trained', 'functional-in-sequential', 'residual'],
  ...[
    'atrous2d-th',
    'deconv2d-tf',
    'highway',
    'maxout',
    'srelu',
    'parametric-softplus',
    'merge-cos',
    'separable-th',
    'lstm-cpu',
    'gru-gpu',
  ],
];
const as = (format, names) => names.map((name) => `${name}.${format}`);

/** Operations, which TensorFlow 2.3 keeps as nodes of its graph. */
const NODES = [
  'tensorflow-of-numbers',
  'tensorflow-of-shapes',
  'tensorflow-of-pictures',
  'tensorflow-of-sizes',
  'resizing-of-tensorflow-1',
];

/** Whose files do not say their input's shape. */
const WITHOUT_SHAPE = ['sequential-only-activation', 'sequential-with-input'];
/** Nor do their weights: the test passes it. */
const NEEDS_SHAPE = ['sequential-only-activation', 'nested-sequential-without-input'];

/** Step -> files. */
const KEPT = {
  'structures-keras3-keras': [
    ...as('keras', ['shared-model-in-a-chain', 'several-nested-in-reverse', 'nested-with-two-outputs', 'time-distributed-model']),
    ...as('keras', ['nested-with-dict', 'mixed-float16', 'convnext-block', 'color-degeneration', 'one-large-layer', 'one-huge-layer']),
    ...as('h5', ['several-nested-in-reverse', 'convnext-block', 'one-large-layer', 'config-of-few-words', 'lambda-of-activation']),
    ...as('keras', [
      'lambda-of-activation',
      'diverged',
      'layers-of-constants-by-name',
      'masks-passed',
      'masks-taken',
      'masks-in-some-calls',
    ]),
    ...as('h5', ['layers-of-constants']),
    'shared-model-in-a-chain.weights.h5',
  ],
  'structures-keras3-tf_keras': [
    ...as('h5', ['several-nested-in-reverse', 'added-loss', 'squeeze-and-excite', 'convnext-block', 'layers-of-constants', 'masks-passed']),
    ...as('keras', ['nested-with-dict', 'convnext-block', 'masked-spectral-normalization', 'masks-taken', 'masks-in-some-calls']),
  ],
  'structures-keras30-keras': as('keras', ['teachable-machine', 'shared-model-in-a-chain', 'layers-of-constants-by-name']),
  'structures-keras36-keras': as('keras', ['mixed-float16', 'one-layer-in-float16', 'nested-with-dict']),
  'structures-tf214-keras': [
    ...as('keras', ['shared-model-in-a-chain', 'several-nested-in-reverse', 'nested-with-two-outputs', 'time-distributed-model']),
    ...as('keras', ['mixed-float16', 'spectral']),
    ...as('h5', ['several-nested-in-reverse', 'spectral', 'lambda-of-preprocessing', 'resizing-of-tensorflow-1']),
  ],
  'structures-tf29-tensorflow.keras': as('h5', [...OLD, 'masks-taken']),
  'structures-tf24-tensorflow.keras': as('h5', [...OLD, 'lambda-of-preprocessing']),
  'structures-tf23-tensorflow.keras': as('h5', [...OLD, ...NODES]),
  'structures-keras231-keras': as('h5', [...OLD, ...WITHOUT_SHAPE]),
  'structures-keras224-keras': as('h5', [...OLD, ...WITHOUT_SHAPE, 'nested-sequential-without-input']),
  'structures-keras216-keras': as('h5', OLD),
  'structures-keras122-keras': [...as('h5', KERAS1), 'lstm-cpu.weights.h5', 'deconv2d-tf.weights.h5'],
  'structures-keras122-theano-keras': as('h5', ['srelu', 'parametric-softplus']),
};

const { values: options } = parseArgs({ options: { step: { type: 'string', default: '' }, again: { type: 'boolean', default: false } } });
const steps = Object.values(suites).flatMap((suite) => suite.steps);
for (const [name, files] of Object.entries(KEPT)) {
  if (!name.includes(options.step)) continue;
  const target = path.join(TARGET, name);
  const index = path.join(target, 'index.json');
  const known = new Map();
  if (options.again) rmSync(target, { recursive: true, force: true });
  else if (existsSync(index)) for (const entry of JSON.parse(readFileSync(index, 'utf8'))) known.set(entry.file, entry);
  const wanted = files.filter((file) => !known.has(file));
  if (wanted.length === 0) continue;
  const folder = mkdtempSync(path.join(os.tmpdir(), 'activation-lens-'));
  try {
    await saveWithKeras(
      steps.find((step) => step.name === name),
      wanted,
      folder,
    );
    const entries = JSON.parse(readFileSync(path.join(folder, 'index.json'), 'utf8'));
    mkdirSync(target, { recursive: true });
    const kept = files.map((file) => known.get(file) ?? keep(entries, file, folder, target));
    writeFileSync(index, `[\n${kept.map((entry) => JSON.stringify(entry)).join(',\n')}\n]\n`);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function saveWithKeras(step, files, folder) {
  const where = environment(step.environment);
  if (where.missing) throw new Error(`${step.name} needs ${where.missing}`);
  const cases = [...new Set(files.map((file) => file.split('.')[0]))];
  const args = [...step.args, '--out', folder, '--random', '0', '--cases', ...cases];
  const failure = await runPython(where, step.script, args, 600_000);
  if (failure) throw new Error(`${step.name}: ${failure}`);
}

function keep(entries, file, folder, target) {
  const entry = entries.find((candidate) => candidate.file === file);
  if (!entry || entry.skipped) throw new Error(`${file} was not saved: ${entry?.skipped}`);
  const pack = (name) => writeFileSync(path.join(target, `${name}.br`), brotliCompressSync(readFileSync(path.join(folder, name))));
  pack(file);
  if (entry.architecture) pack(entry.architecture);
  const bytes = readFileSync(path.join(folder, `${entry.case}.bin`));
  const values = new Float32Array(bytes.buffer, bytes.byteOffset, bytes.length / 4);
  const { keras, architecture, inputs, parameters, layers } = entry;
  return {
    file,
    keras,
    ...(architecture && { architecture }),
    inputs,
    ...(NEEDS_SHAPE.includes(entry.case) && /^2\.[23]\./.test(keras) && { inputShape: [null, ...inputs[0].shape.slice(1)] }),
    params: parameters,
    layers: layers.map((layer) => sample(layer, values)),
  };
}

/** Of several outputs, the first. */
function sample({ path: name, className, shapes, at }, values) {
  const size = shapes[0].reduce((product, n) => product * n, 1);
  const own = values.subarray(at, at + size);
  const count = Math.min(SAMPLES, size);
  const indices = Array.from({ length: count }, (_, i) => Math.round((i * (size - 1)) / Math.max(count - 1, 1)));
  // JSON writes NaN and infinity as null: the samples of a network that diverged.
  const finite = own.filter(Number.isFinite);
  const [min, max] = [Math.min, Math.max].map((most) => finite.reduce((a, b) => most(a, b), finite[0] ?? 0));
  return { name, className: modernName(className), shape: shapes[0], min, max, indices, samples: indices.map((index) => own[index]) };
}
