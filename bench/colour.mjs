// Values to viridis: ours, matplotlib's, and what people write in JavaScript otherwise. The same arrays, in the same run.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import * as cpu from '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import namedColormap from 'colormap';
import { rgb } from 'd3-color';
import { interpolateViridis } from 'd3-scale-chromatic';
import { bundle, findPython, lessonActivations, measure, random, summary } from './harness.mjs';

export const title = 'Colour: limits, norm and viridis, one thread';

const SIDE = 2048;

export async function run(note) {
  const ours = await bundle(`
    export { colorize, colorizeChannels, logNorm, normalize, palette, viridis } from './src/colormap/index';
    export { asWords, paint } from './src/colormap/kernel/scalar';
    export { extent } from './src/colormap/norms/limits';
    export { hasKernel } from './src/colormap/kernel/module';
  `);
  if (!ours.hasKernel()) note('no WebAssembly SIMD here: "ours" is the scalar twin');
  const next = random(1);
  const big = { width: SIDE, height: SIDE, data: Float32Array.from({ length: SIDE * SIDE }, next) };
  const maps = lessonActivations(note);
  const rows = [];
  const add = async (group, name, values, call, options) => {
    rows.push({ group, name, values, ms: await measure(call, options) });
  };

  const one = `one map, ${SIDE} x ${SIDE}`;
  const pixels = big.data.length;
  const out = { width: SIDE, height: SIDE, data: new Uint8ClampedArray(pixels * 4) };
  await add(one, 'colorize, into a picture that is there', pixels, () => ours.colorize(big, { out }), { seconds: 2 });
  await add(one, 'colorize, into a new picture', pixels, () => ours.colorize(big), { seconds: 2 });
  await add(one, 'its scalar twin', pixels, () => {
    const limits = ours.extent(big.data);
    const colours = ours.asWords(ours.palette(ours.viridis));
    ours.paint(big.data, 0, 1, limits, colours, ours.asWords(out.data), 0, pixels, 1, 0);
  });
  await add(one, 'colorize with logNorm', pixels, () => ours.colorize(big, { out, norm: ours.logNorm() }));
  await add(one, 'colormap (npm), 256 shades and a loop', pixels, () => colormapLoop(big, out.data), { least: 3, warmUp: 1 });
  await add(one, 'd3-scale-chromatic, a canvas-style loop', pixels, () => d3Loop(big, out.data), { least: 2, warmUp: 0 });

  const count = maps.reduce((sum, { shape }) => sum + shape[3], 0);
  const all = `the lesson's ${count} maps, a montage for each of ${maps.length} layers`;
  const values = maps.reduce((sum, { data }) => sum + data.length, 0);
  const outs = maps.map((map) => ours.colorizeChannels(map));
  await add(all, 'colorizeChannels, into montages that are there', values, () => {
    for (const [i, map] of maps.entries()) ours.colorizeChannels(map, { out: outs[i] });
  });
  await add(all, 'colorizeChannels, into new montages', values, () => {
    for (const map of maps) ours.colorizeChannels(map);
  });
  await add(all, 'tfjs: slice, data(), a loop, for each channel', values, await tfjsLoop(maps, cpu), { least: 3, warmUp: 1 });

  const python = findPython(['matplotlib', 'numpy'], note);
  if (python !== undefined) {
    const times = matplotlib(
      python.command,
      [big.data, ...maps.map(({ data }) => data)],
      [[SIDE, SIDE], ...maps.map(({ shape }) => shape)],
    );
    rows.push({ group: one, name: `matplotlib (${python.versions})`, values: pixels, ms: summary(times.one) });
    rows.push({ group: all, name: `matplotlib (${python.versions}), without the montage`, values, ms: summary(times.all) });
    // Once more, so that both stood on either side of it.
    await add(one, 'colorize, into a picture that is there, again', pixels, () => ours.colorize(big, { out }), { seconds: 2 });
    await add(all, 'colorizeChannels, into montages that are there, again', values, () => {
      for (const [i, map] of maps.entries()) ours.colorizeChannels(map, { out: outs[i] });
    });
  }
  return rows;
}

function extentOf(data) {
  let min = Number.POSITIVE_INFINITY;
  let max = Number.NEGATIVE_INFINITY;
  for (const value of data) {
    if (value < min) min = value;
    if (value > max) max = value;
  }
  return [min, max];
}

function d3Loop({ data }, pixels) {
  const [min, max] = extentOf(data);
  for (let i = 0; i < data.length; i++) {
    const { r, g, b } = rgb(interpolateViridis((data[i] - min) / (max - min)));
    pixels[i * 4] = r;
    pixels[i * 4 + 1] = g;
    pixels[i * 4 + 2] = b;
    pixels[i * 4 + 3] = 255;
  }
}

function colormapLoop({ data }, pixels) {
  const table = namedColormap({ colormap: 'viridis', nshades: 256, format: 'rba' });
  const [min, max] = extentOf(data);
  for (let i = 0; i < data.length; i++) {
    const [r, g, b] = table[Math.floor(((data[i] - min) / (max - min)) * 255)];
    pixels[i * 4] = r;
    pixels[i * 4 + 1] = g;
    pixels[i * 4 + 2] = b;
    pixels[i * 4 + 3] = 255;
  }
}

async function tfjsLoop(maps) {
  await tf.setBackend('cpu');
  const table = namedColormap({ colormap: 'viridis', nshades: 256, format: 'rba' });
  const tensors = maps.map(({ data, shape }) => tf.tensor4d(data, shape));
  return async () => {
    for (const tensor of tensors) {
      const [, height, width, channels] = tensor.shape;
      for (let channel = 0; channel < channels; channel++) {
        const slice = tf.slice(tensor, [0, 0, 0, channel], [1, height, width, 1]);
        const data = await slice.data();
        slice.dispose();
        const [min, max] = extentOf(data);
        const pixels = new Uint8ClampedArray(data.length * 4);
        for (let i = 0; i < data.length; i++) {
          const [r, g, b] = table[max > min ? Math.floor(((data[i] - min) / (max - min)) * 255) : 0];
          pixels.set([r, g, b, 255], i * 4);
        }
      }
    }
  };
}

function matplotlib(command, arrays, shapes) {
  const folder = mkdtempSync(path.join(tmpdir(), 'activation-lens-bench-'));
  try {
    for (const [i, array] of arrays.entries())
      writeFileSync(path.join(folder, `${i}.f32`), new Uint8Array(array.buffer, array.byteOffset, array.byteLength));
    const script = new URL('./colour.py', import.meta.url);
    return JSON.parse(execFileSync(command, [script.pathname, folder, JSON.stringify(shapes)], { encoding: 'utf8' }));
  } finally {
    rmSync(folder, { recursive: true });
  }
}
