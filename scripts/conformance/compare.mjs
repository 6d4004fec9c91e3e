/**
 * Opens model files with the library and holds every layer against Keras' results.
 *
 *     node scripts/conformance/compare.mjs FOLDER/index.json [--backend wasm] [--only TEXT] [--from N]
 *
 * Prints one line of JSON a file. ACTIVATION_LENS_MODULE names another build than dist/index.js.
 */
import { readdir, readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import '@tensorflow/tfjs-backend-cpu';
import '@tensorflow/tfjs-backend-wasm';
import * as tf from '@tensorflow/tfjs-core';
import { isBefore, modernName } from './versions.mjs';

const DIST = fileURLToPath(new URL('../../dist/index.js', import.meta.url));
if (process.env.ACTIVATION_LENS_MODULE === undefined) await checkBuilt();
const library = await import(pathToFileURL(process.env.ACTIVATION_LENS_MODULE ?? DIST).href);

/** Relative to the layer's largest value. */
export const TOLERANCE = 1e-4;

const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    backend: { type: 'string', default: 'wasm' },
    only: { type: 'string', default: '' },
    from: { type: 'string', default: '0' },
  },
});
// tfjs logs what goes wrong on a GPU, among the results.
console.log = console.error;
if (options.backend === 'webgpu') await openWebGPU();
await tf.setBackend(options.backend);
const index = path.resolve(positionals[0]);
const folder = path.dirname(index);
for (const entry of JSON.parse(await readFile(index, 'utf8')).slice(Number(options.from))) {
  if (!`${entry.file}`.includes(options.only)) continue;
  const { layers, inputs, ...rest } = entry;
  const result = entry.skipped === undefined ? await compare(entry) : {};
  process.stdout.write(`${JSON.stringify({ ...rest, ...(layers && { layers: layers.length }), ...result })}\n`);
}

/** A build of other sources than those that lie here would answer for them. */
async function checkBuilt() {
  const source = fileURLToPath(new URL('../../src', import.meta.url));
  const { mtimeMs: built } = await stat(DIST);
  for (const file of await readdir(source, { recursive: true })) {
    const { mtimeMs: changed } = await stat(path.join(source, file));
    if (changed > built) throw new Error(`${path.join('src', file)} is newer than dist/index.js: npm run build first.`);
  }
}

/** On Dawn in Node, as the tests open it: SwiftShader, or with ACTIVATION_LENS_GPU=native the machine's own GPU. */
async function openWebGPU() {
  const { bundleTests } = await import('../../bench/harness.mjs');
  const { openTensorFlow } = await bundleTests("export * from './test/webgpu/dawn'", 'test/webgpu/dawn.ts');
  await openTensorFlow();
  // tfjs computes small tensors on the CPU.
  tf.env().set('WEBGPU_CPU_FORWARD', false);
}

/** `{ outcome: 'right' | 'meant' | 'wrong' | 'refused' | 'crashed', worst, ... }` */
async function compare(entry) {
  const before = tf.memory().numTensors;
  const start = performance.now();
  let model;
  const held = [];
  let result;
  try {
    model = await open(entry);
    const opened = performance.now() - start;
    const structure = compareLists(model, entry);
    for (const input of entry.inputs) held.push(inputTensor(input));
    const activations = await library.createExtractor(model, { layers: library.flattenLayers(model) }).run(held);
    held.push(activations);
    const values = await compareValues(activations, entry);
    const broadcasts =
      values.problem && entry.broadcast && !(await compareValues(activations, { ...entry, case: entry.broadcast })).problem;
    const problem = structure ?? values.problem;
    const outcome = problem === undefined ? 'right' : broadcasts && !structure ? 'meant' : 'wrong';
    result = { outcome, opened: Math.round(opened), ...values, ...(problem && { problem }) };
  } catch (error) {
    const { code, message, stack } = error;
    result = code ? { outcome: 'refused', code, problem: message } : { outcome: 'crashed', problem: stack };
  }
  for (const item of held) item.dispose();
  model?.dispose();
  const left = tf.memory().numTensors - before;
  const expected = matchesRefusal(entry, result);
  return { ...result, ...expected, ...(left !== 0 && { outcome: 'wrong', problem: `${left} tensors left` }) };
}

/** Keras 2.2 and 2.3 reopen models whose files do not say their input's shape, and build them with the first input; here the shape is an option. */
async function open(entry) {
  const options = await loadOptions(entry);
  const file = path.join(folder, entry.file);
  try {
    return await library.loadModel(file, options);
  } catch (error) {
    if (error.code !== 'format' || !error.message.includes('inputShape') || entry.inputs.length !== 1) throw error;
    return library.loadModel(file, { ...options, inputShape: [null, ...entry.inputs[0].shape.slice(1)] });
  }
}

/** A case that Keras itself only computes by running code of the file has to be refused, with that code. */
function matchesRefusal({ refused }, { outcome, code, problem }) {
  if (refused === undefined) return {};
  if (outcome === 'refused' && refused.split(' or ').includes(code)) return { outcome: 'right' };
  return { outcome: 'wrong', problem: `should be refused with '${refused}': ${outcome} ${code ?? ''} ${problem ?? ''}` };
}

async function loadOptions({ architecture }) {
  return architecture === undefined ? {} : { architecture: await readFile(path.join(folder, architecture), 'utf8') };
}

function compareLists(model, entry) {
  const ours = library.flattenLayers(model).map(({ path: name, className }) => `${name} ${className}`);
  const theirs = entry.layers.map(({ path: name, className }) => `${name} ${modernName(className)}`);
  if (isBefore(entry.keras, '2.2')) {
    // Another order within one depth, and Sequentials were saved without their names.
    for (const list of [ours, theirs]) list.splice(0, list.length, ...list.map((name) => name.split('/').at(-1)).sort());
  }
  const at = theirs.findIndex((name, i) => name !== ours[i]);
  if (at >= 0) return `layer ${at} should be '${theirs[at]}' and is '${ours[at]}'`;
  const parameters = model.layers.reduce((sum, layer) => sum + layer.parameters, 0);
  if (entry.parameters !== null && parameters !== entry.parameters) return `${parameters} parameters instead of ${entry.parameters}`;
  if (ours.length !== theirs.length) return `${ours.length} layers instead of ${theirs.length}: '${ours[theirs.length]}'`;
  return undefined;
}

async function compareValues(activations, entry) {
  const expected = await numbersOf(entry.case);
  const exact = entry.exact && (await numbersOf(entry.exact));
  let rounding;
  const worst = { error: 0, layer: '' };
  let problem;
  for (const layer of entry.layers) {
    const activation = find([...activations], layer.path, entry);
    if (!activation) continue;
    let at = layer.at;
    const shapes = activation.tensors.map(({ shape }) => shape);
    if (JSON.stringify(shapes) !== JSON.stringify(layer.shapes)) {
      problem ??= `'${layer.path}' has shape ${JSON.stringify(shapes)} instead of ${JSON.stringify(layer.shapes)}`;
      continue;
    }
    for (const tensor of activation.tensors) {
      const [reference, truth] = [expected, exact].map((numbers) => numbers?.subarray(at, at + tensor.size));
      at += tensor.size;
      const values = await tensor.data();
      const error = relativeError(values, reference);
      // Weights may make a network that multiplies rounding errors: then Keras' float32 is no nearer to what float64 gives.
      if (!(error <= (entry.tolerance ?? TOLERANCE))) {
        const spread = truth && { layer: layer.path, ours: relativeError(values, truth), keras: relativeError(reference, truth) };
        if (spread?.ours <= 2 * spread?.keras) {
          rounding ??= spread;
          continue;
        }
        problem ??= `'${layer.path}' (${layer.className}) is off by ${error.toExponential(1)}`;
      }
      if (!(error <= worst.error)) Object.assign(worst, { error, layer: layer.path });
    }
  }
  return { worst: worst.error, worstLayer: worst.layer, ...(rounding && { rounding }), ...(problem && { problem }) };
}

async function numbersOf(name) {
  const file = await readFile(path.join(folder, `${name}.bin`));
  return new Float32Array(file.buffer, file.byteOffset, file.length / 4);
}

function find(activations, name, { keras }) {
  const whole = activations.find(({ layer }) => layer.path === name);
  if (whole || !isBefore(keras, '2.2')) return whole;
  return activations.find(({ layer }) => layer.path.split('/').at(-1) === name.split('/').at(-1));
}

/** The largest difference over the largest value; NaN when something is NaN or infinite on one side only. */
function relativeError(ours, reference) {
  let difference = 0;
  let scale = 0;
  for (let i = 0; i < reference.length; i++) {
    const [a, b] = [Number(ours[i]), reference[i]];
    if (Object.is(a, b) || a === b) {
      if (Number.isFinite(b)) scale = Math.max(scale, Math.abs(b));
      continue;
    }
    if (!Number.isFinite(a) || !Number.isFinite(b)) return Number.NaN;
    difference = Math.max(difference, Math.abs(a - b));
    scale = Math.max(scale, Math.abs(b));
  }
  return difference === 0 ? 0 : difference / Math.max(scale, 1e-6);
}

function inputTensor({ shape, scale = 1, offset = 0, high }) {
  const size = shape.reduce((product, n) => product * n, 1);
  const f = Math.fround;
  const values = Float32Array.from({ length: size }, (_, i) => {
    const value = f((Math.imul(i, 2654435761) >>> 0) / 2 ** 32);
    if (high !== undefined) return Math.floor(f(value * f(high)));
    return f(f(value * f(scale)) + f(offset));
  });
  return high === undefined ? tf.tensor(values, shape, 'float32') : tf.tensor(Int32Array.from(values), shape, 'int32');
}
