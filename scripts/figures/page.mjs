/** What browser.mjs runs in a page: activations on the GPU, figures drawn from there. */
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-webgpu';
import { decodeNpz } from '../../src/npy';
import { webgpuRenderer } from '../../src/render/webgpu';

const tensors = new Map();

/** Puts the file's arrays on the GPU. Returns tfjs' backend. */
export async function setUp(file) {
  await tf.setBackend('webgpu');
  const bytes = new Uint8Array(await (await fetch(file)).arrayBuffer());
  for (const [name, { data, shape }] of Object.entries(await decodeNpz(bytes))) tensors.set(name, tf.tensor4d(data, shape));
  return tf.getBackend();
}

/** A figure whose maps come from the GPU, as the data URL of a PNG. */
export async function drawWebGPU(figure, maps) {
  const axes = figure.axes.map(({ image: _, ...rest }) => rest);
  const onGPU = maps.map(({ layer, channel }) => ({ activation: { tensor: tensors.get(layer) }, channel }));
  const canvas = await webgpuRenderer({ canvas: document.createElement('canvas'), maps: onGPU }).render({ ...figure, axes });
  const copy = Object.assign(document.createElement('canvas'), { width: canvas.width, height: canvas.height });
  copy.getContext('2d').drawImage(canvas, 0, 0);
  return copy.toDataURL('image/png');
}
