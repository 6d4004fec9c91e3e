// The lesson end to end and opening its model: ours beside Keras, in the same run, each in processes of its own.
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { findPython, summary } from './harness.mjs';

export const title = 'The lesson: a saved model to every feature map on disk';

const root = fileURLToPath(new URL('..', import.meta.url));
const RUNS = 5;

export async function run(note) {
  execFileSync(process.execPath, ['node_modules/tsup/dist/cli-default.js', '--no-dts', '--silent'], { cwd: root });
  const lesson = path.join(root, '../shared/lesson');
  const shared = existsSync(lesson);
  if (!shared) note('the lesson is not at ../shared/lesson: the embedded model and picture instead');
  const model = shared ? path.join(lesson, 'chest_xray_all_data.h5') : path.join(root, 'examples/lesson/faces.h5');
  const image = shared ? path.join(lesson, 'IM-0115-0001.jpeg') : path.join(root, 'examples/lesson/astronaut.jpg');
  const out = mkdtempSync(path.join(tmpdir(), 'activation-lens-lesson-'));
  const python = findPython(['keras', 'matplotlib', 'numpy'], note);
  const rows = [];
  try {
    const ours = { whole: [], open: [], memory: [] };
    const theirs = { whole: [], open: [] };
    for (let i = 0; i < RUNS; i++) {
      ours.whole.push(timed(process.execPath, ['examples/lesson/demo.mjs', model, image, '--out', out]));
      const [open, peak] = JSON.parse(
        execFileSync(process.execPath, ['--input-type=module', '-e', OPEN, model], { cwd: root, encoding: 'utf8' }),
      );
      ours.open.push(open);
      ours.memory.push(peak);
      if (python) {
        const [opened, whole] = JSON.parse(
          execFileSync(python.command, ['-c', PYTHON, model, image, out], {
            encoding: 'utf8',
            env: { ...process.env, TF_CPP_MIN_LOG_LEVEL: '3', KERAS_BACKEND: 'tensorflow', MPLBACKEND: 'agg' },
            stdio: ['ignore', 'pipe', 'ignore'],
          })
            .split('\n')
            .at(-2),
        );
        theirs.open.push(opened);
        theirs.whole.push(whole);
      }
    }
    const size = readFileSync(model).length;
    rows.push({ group: 'process start to all maps and figures on disk', name: 'ours: npm run demo', ms: summary(ours.whole) });
    if (python)
      rows.push({ group: rows[0].group, name: `Keras and matplotlib, imsave of each map (${python.versions})`, ms: summary(theirs.whole) });
    const opening = `opening ${path.basename(model)}, ${(size / 1e6).toFixed(1)} MB`;
    const peak = `${(summary(ours.memory).median / size).toFixed(2)} x the file`;
    rows.push({ group: opening, name: 'loadModel', ms: summary(ours.open), counts: { 'memory it adds at most': peak } });
    if (python) rows.push({ group: opening, name: 'keras.models.load_model', ms: summary(theirs.open) });
  } finally {
    rmSync(out, { recursive: true, force: true });
  }
  return rows;
}

function timed(command, args) {
  const start = performance.now();
  const { status, stderr } = spawnSync(command, args, { cwd: root, encoding: 'utf8' });
  if (status !== 0) throw new Error(`${command} ${args.join(' ')} failed: ${stderr}`);
  return performance.now() - start;
}

/** Opens a model in a fresh process; the backend is started before the clock, as Keras' is by its import. */
const OPEN = `
  import '@tensorflow/tfjs-backend-wasm';
  import * as tf from '@tensorflow/tfjs-core';
  import { loadModel } from 'activation-lens';
  await tf.setBackend('wasm');
  const before = process.memoryUsage().rss;
  const start = performance.now();
  await loadModel(process.argv.at(-1));
  const ms = performance.now() - start;
  console.log(JSON.stringify([ms, process.resourceUsage().maxRSS * 1024 - before]));
`;

/** The same job in Python, each map to its own file; imports count as the process does. */
const PYTHON = `
import time; start = time.perf_counter()
import json, os, sys
import numpy as np, keras
import matplotlib.pyplot as plt
began = time.perf_counter()
model = keras.models.load_model(sys.argv[1], compile=False)
opened = time.perf_counter() - began
size = model.inputs[0].shape[1:3]
x = keras.utils.img_to_array(keras.utils.load_img(sys.argv[2], target_size=size))[None] / 255
layers = [layer for layer in model.layers if len(layer.output.shape) == 4]
extractor = keras.Model(model.inputs, [layer.output for layer in layers])
for layer, maps in zip(layers, extractor.predict(x, verbose=0)):
    for channel in range(maps.shape[-1]):
        plt.imsave(os.path.join(sys.argv[3], f"{layer.name}-{channel}.png"), maps[0, :, :, channel], cmap="viridis")
print()
print(json.dumps([opened * 1000, (time.perf_counter() - start) * 1000]))
`;
