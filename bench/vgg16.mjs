// A big file: VGG16 with its head, 553 MB of HDF5, opened by the library and by Keras in the same run, each in processes of its own.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { findPython, summary } from './harness.mjs';

export const title = 'A big file: VGG16 with its head';

const root = fileURLToPath(new URL('..', import.meta.url));
const RUNS = 5;

export async function run(note) {
  const python = findPython(['keras'], (text) => note(`${text}. Keras also writes the file, so nothing is measured`));
  if (!python) return [];
  execFileSync(process.execPath, ['node_modules/tsup/dist/cli-default.js', '--no-dts', '--silent'], { cwd: root });
  const folder = mkdtempSync(path.join(tmpdir(), 'activation-lens-vgg16-'));
  const model = path.join(folder, 'vgg16.h5');
  try {
    inPython(python, WRITE, model);
    const size = statSync(model).size;
    const ours = [];
    const theirs = [];
    const aborted = [];
    for (let i = 0; i < RUNS; i++) {
      ours.push(inNode(OPEN, model));
      theirs.push(inPython(python, KERAS, model));
      aborted.push(inNode(ABORT, model));
    }
    const group = `opening vgg16.h5, ${(size / 1e6).toFixed(0)} MB`;
    const row = (name, results, counts) => ({ group, name, ms: summary(results.map(({ ms }) => ms)), counts });
    const peak = (results) => ({
      'memory it adds at most': `${(Math.max(...results.map(({ peak }) => peak)) / size).toFixed(2)} x the file`,
    });
    return [
      row('loadModel', ours, { ...peak(ours), 'onProgress calls': ours[0].calls }),
      row(`keras.models.load_model (${python.versions})`, theirs, peak(theirs)),
      row('loadModel, aborted at half', aborted, {
        ...peak(aborted),
        'left behind': `${Math.max(...aborted.map(({ tensors }) => tensors))} tensors, ${Math.max(...aborted.map(({ files }) => files))} files, ${(Math.max(...aborted.map(({ left }) => left)) / size).toFixed(2)} x the file`,
      }),
    ];
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function inNode(code, model) {
  const args = ['--expose-gc', '--input-type=module', '-e', `${PROLOGUE}\n${code}`, model];
  return JSON.parse(execFileSync(process.execPath, args, { cwd: root, encoding: 'utf8' }));
}

function inPython(python, code, model) {
  const said = execFileSync(python.command, ['-c', code, model], {
    encoding: 'utf8',
    env: { ...process.env, TF_CPP_MIN_LOG_LEVEL: '3', KERAS_BACKEND: 'tensorflow' },
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  return JSON.parse(said.trim().split('\n').at(-1));
}

/** The backend is started before the clock, as TensorFlow is in Python. */
const PROLOGUE = `
  import { readdirSync } from 'node:fs';
  import '@tensorflow/tfjs-backend-wasm';
  import * as tf from '@tensorflow/tfjs-core';
  import { loadModel } from 'activation-lens';
  await tf.setBackend('wasm');
  tf.zeros([1]).dispose();
  const file = process.argv.at(-1);
  const before = process.memoryUsage().rss;
  const peak = () => process.resourceUsage().maxRSS * 1024 - before;
`;

const OPEN = `
  let calls = 0;
  const start = performance.now();
  await loadModel(file, { onProgress: () => { calls++; } });
  const ms = performance.now() - start;
  console.log(JSON.stringify({ ms, peak: peak(), calls }));
`;

const ABORT = `
  const openFiles = () => process.platform === 'linux' ? readdirSync('/proc/self/fd').length : 0;
  const [tensors, files] = [tf.memory().numTensors, openFiles()];
  const controller = new AbortController();
  const onProgress = ({ loaded, total }) => { if (loaded > total / 2) controller.abort(); };
  const start = performance.now();
  const code = await loadModel(file, { signal: controller.signal, onProgress }).then(() => 'opened', (error) => error.code);
  const ms = performance.now() - start;
  if (code !== 'aborted') throw new Error('The signal did not stop it: ' + code);
  gc();
  await new Promise((resolve) => setTimeout(resolve, 100));
  const left = process.memoryUsage().rss - before;
  console.log(JSON.stringify({ ms, peak: peak(), left, tensors: tf.memory().numTensors - tensors, files: openFiles() - files }));
`;

const WRITE = `
import sys, keras
keras.utils.set_random_seed(1)
keras.applications.VGG16(weights=None).save(sys.argv[1])
print("null")
`;

const KERAS = `
import json, resource, sys, time
import keras
keras.ops.zeros(1)
resident = lambda: int(next(line for line in open("/proc/self/status") if line.startswith("VmRSS")).split()[1]) * 1024
before = resident()
start = time.perf_counter()
keras.models.load_model(sys.argv[1], compile=False)
ms = (time.perf_counter() - start) * 1000
print(json.dumps({"ms": ms, "peak": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 - before}))
`;
