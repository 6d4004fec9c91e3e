// What bench/webgpu.mjs runs inside the browser: the ways to bring 704 maps from tensors to pixels, counted.
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-webgpu';
import type { WebGPUBackend } from '@tensorflow/tfjs-backend-webgpu';
import { colorizeChannels, normalize, viridis } from '../src/colormap/index';
import { gray } from '../src/colormap/tables/gray';
import type { TensorBackend } from '../src/webgpu/device';
import { createGPURenderer } from '../src/webgpu/index';

const counts = { readbacks: 0, submits: 0, buffers: 0, textures: 0, readBytes: 0 };

function count(): void {
  const { createBuffer, createTexture } = GPUDevice.prototype;
  GPUDevice.prototype.createBuffer = function (descriptor) {
    counts.buffers++;
    return createBuffer.call(this, descriptor);
  };
  GPUDevice.prototype.createTexture = function (descriptor) {
    counts.textures++;
    return createTexture.call(this, descriptor);
  };
  const { submit } = GPUQueue.prototype;
  GPUQueue.prototype.submit = function (commands) {
    counts.submits++;
    return submit.call(this, commands);
  };
  const { mapAsync } = GPUBuffer.prototype;
  GPUBuffer.prototype.mapAsync = function (...args) {
    counts.readbacks++;
    counts.readBytes += this.size;
    return mapAsync.apply(this, args);
  };
}

const device = () => (tf.backend() as WebGPUBackend).device;
let tensors: tf.Tensor4D[] = [];
/** The first thing that the GPU refused to do, and so did in no time. */
let invalid: string | undefined;

/** Puts the activations on the GPU, where a forward pass would have left them. Returns what the GPU calls itself. */
export async function setUp(shapes: [number, number, number, number][]): Promise<string> {
  await tf.setBackend('webgpu');
  await tf.ready();
  device().addEventListener('uncapturederror', ({ error }) => {
    invalid ??= error.message;
  });
  count();
  for (const [i, shape] of shapes.entries()) {
    const data = new Float32Array(await (await fetch(`/${i}.bin`)).arrayBuffer());
    const tensor = tf.tensor4d(data, shape);
    (tf.backend() as WebGPUBackend).uploadToGPU(tensor.dataId);
    tensors.push(tensor);
  }
  await device().queue.onSubmittedWorkDone();
  const { vendor, architecture, description } = (device() as GPUDevice & { adapterInfo: GPUAdapterInfo }).adapterInfo;
  return [vendor, architecture, description].filter(Boolean).join(' ');
}

function canvasOf(): HTMLCanvasElement {
  const canvas = document.createElement('canvas');
  document.body.append(canvas);
  return canvas;
}

/** Activations as a forward pass leaves them: tfjs has not read any of them back yet, as it would keep what it read. */
async function freshen(): Promise<void> {
  const fresh = tensors.map((tensor) => tf.tidy(() => tf.add(tensor, 0) as tf.Tensor4D));
  tf.dispose(tensors);
  tensors = fresh;
  const backend = tf.backend() as unknown as TensorBackend;
  // A command encoder whose pass is still open is invalid, and what it holds is never done.
  backend.endComputePassEncoder();
  backend.submitQueue();
  await device().queue.onSubmittedWorkDone();
}

/** `tf.browser.draw` of each channel after `scale` (which should bring a layer between 0 and 1), by default onto a canvas of its own. */
function drawn(
  scale: (tensor: tf.Tensor4D) => tf.Tensor,
  canvasesOf = ({ shape }: tf.Tensor4D): HTMLCanvasElement[] => Array.from({ length: shape[3] }, canvasOf),
) {
  return async () => {
    const canvases = tensors.map(canvasesOf);
    return async () => {
      for (const [i, tensor] of tensors.entries()) {
        const maps = tf.tidy(() => tf.unstack(tf.squeeze(scale(tensor), [0]), 2));
        for (const [channel, map] of maps.entries()) tf.browser.draw(map as tf.Tensor2D, canvases[i]![channel]!);
        tf.dispose(maps);
      }
    };
  };
}

/** Each way, ready to draw all maps once. */
const ways: Record<string, () => Promise<() => Promise<void>>> = {
  async ours() {
    const own = createGPURenderer(canvasOf(), { scale: 1 });
    return async () => {
      void own.draw(tensors.map((tensor) => ({ tensor })));
    };
  },
  async 'ours, fitted to 1280 x 720'() {
    const canvas = canvasOf();
    canvas.width = 1280;
    canvas.height = 720;
    const own = createGPURenderer(canvas, { resize: false });
    return async () => {
      void own.draw(tensors.map((tensor) => ({ tensor })));
    };
  },
  async 'ours, grey between 0 and 1'() {
    const own = createGPURenderer(canvasOf(), { scale: 1, colormap: gray, norm: normalize({ vmin: 0, vmax: 1 }) });
    return async () => {
      void own.draw(tensors.map((tensor) => ({ tensor })));
    };
  },
  async 'ours, limits of each layer'() {
    const own = createGPURenderer(canvasOf(), { scale: 1, shareLimits: true });
    return async () => {
      void own.draw(tensors.map((tensor) => ({ tensor })));
    };
  },
  async 'a canvas of that size, cleared and nothing else'() {
    const drawn = canvasOf();
    const own = createGPURenderer(drawn, { scale: 1 });
    await own.draw(tensors.map((tensor) => ({ tensor })));
    own.dispose();
    const canvas = canvasOf();
    canvas.width = drawn.width;
    canvas.height = drawn.height;
    drawn.remove();
    const context = canvas.getContext('webgpu') as unknown as GPUCanvasContext;
    context.configure({ device: device(), format: navigator.gpu.getPreferredCanvasFormat() });
    return async () => {
      const encoder = device().createCommandEncoder();
      const view = context.getCurrentTexture().createView();
      encoder.beginRenderPass({ colorAttachments: [{ view, loadOp: 'clear', storeOp: 'store' }] }).end();
      device().queue.submit([encoder.finish()]);
    };
  },
  async 'data() a layer, then colorizeChannels (ours, on the CPU)'() {
    const contexts = tensors.map(() => canvasOf().getContext('2d')!);
    return async () => {
      for (const [i, tensor] of tensors.entries()) {
        const image = colorizeChannels({ data: (await tensor.data()) as Float32Array, shape: tensor.shape }, { colormap: viridis });
        put(contexts[i]!, image);
      }
    };
  },
  async 'data() a layer, then a JavaScript loop'() {
    const contexts = tensors.map((tensor) => Array.from({ length: tensor.shape[3] }, () => canvasOf().getContext('2d')!));
    return async () => {
      for (const [i, tensor] of tensors.entries()) {
        const [, height, width, channels] = tensor.shape;
        const data = await tensor.data();
        for (let channel = 0; channel < channels; channel++) loop(contexts[i]![channel]!, data, width, height, channel, channels);
      }
    };
  },
  'tf.browser.draw a channel (grey; limits by tf.min and tf.max)': drawn((tensor) => {
    const min = tf.min(tensor, [1, 2], true);
    return tf.divNoNan(tf.sub(tensor, min), tf.sub(tf.max(tensor, [1, 2], true), min));
  }),
  'tf.browser.draw a channel (grey; limits 0 and tf.max)': drawn((tensor) => tf.divNoNan(tensor, tf.max(tensor, [1, 2], true))),
  'tf.browser.draw a channel (grey; no limits, so clipped)': drawn((tensor) => tensor),
  'tf.browser.draw a channel (clipped, all of a layer onto one canvas)': drawn(
    (tensor) => tensor,
    ({ shape }) => new Array(shape[3]).fill(canvasOf()),
  ),
  async 'data() a channel, then a JavaScript loop (the public example)'() {
    const contexts = tensors.map((tensor) => Array.from({ length: tensor.shape[3] }, () => canvasOf().getContext('2d')!));
    return async () => {
      for (const [i, tensor] of tensors.entries()) {
        const [, height, width, channels] = tensor.shape;
        for (let channel = 0; channel < channels; channel++) {
          const map = tf.slice(tensor, [0, 0, 0, channel], [1, height, width, 1]);
          const data = await map.data();
          map.dispose();
          loop(contexts[i]![channel]!, data, width, height, 0, 1);
        }
      }
    };
  },
};

export const names = () => Object.keys(ways);

function put(context: CanvasRenderingContext2D, image: { width: number; height: number; data: Uint8ClampedArray }): void {
  context.canvas.width = image.width;
  context.canvas.height = image.height;
  context.putImageData(new ImageData(image.data as Uint8ClampedArray<ArrayBuffer>, image.width, image.height), 0, 0);
}

/** What a tutorial does with one channel. */
function loop(
  context: CanvasRenderingContext2D,
  data: ArrayLike<number>,
  width: number,
  height: number,
  first: number,
  step: number,
): void {
  let min = Number.POSITIVE_INFINITY;
  let max = Number.NEGATIVE_INFINITY;
  for (let i = first; i < width * height * step; i += step) {
    min = Math.min(min, data[i]!);
    max = Math.max(max, data[i]!);
  }
  const pixels = new Uint8ClampedArray(width * height * 4);
  const { table } = viridis;
  for (let i = first, o = 0; o < pixels.length; i += step, o += 4) {
    const row = Math.min(255, Math.floor(((data[i]! - min) / (max - min || 1)) * 256)) * 4;
    pixels[o] = table[row]!;
    pixels[o + 1] = table[row + 1]!;
    pixels[o + 2] = table[row + 2]!;
    pixels[o + 3] = 255;
  }
  put(context, { width, height, data: pixels });
}

/** When the browser begins its next frame, which it does once the one before has been put together. */
const frame = () => new Promise((next) => requestAnimationFrame(next));

/** Times one way: milliseconds of each run until the GPU is done and until the page shows it, and what one run did. */
export async function time(
  name: string,
  runs: number,
  warmUp: number,
): Promise<{ times: number[]; shown: number[]; counts: typeof counts }> {
  const draw = await ways[name]!();
  const once = async () => {
    const start = performance.now();
    await draw();
    await device().queue.onSubmittedWorkDone();
    const done = performance.now() - start;
    await frame();
    await frame();
    return { done, shown: performance.now() - start };
  };
  const times: number[] = [];
  const shown: number[] = [];
  const total = { ...counts };
  for (let i = -warmUp; i < runs; i++) {
    await freshen();
    // A canvas shows one frame at a time.
    await frame();
    Object.assign(counts, { readbacks: 0, submits: 0, buffers: 0, textures: 0, readBytes: 0 });
    const { done, shown: seen } = await once();
    if (i < 0) continue;
    times.push(done);
    shown.push(seen);
    for (const key of Object.keys(counts) as (keyof typeof counts)[]) total[key] = (i === 0 ? 0 : total[key]) + counts[key];
  }
  const each = Object.fromEntries(Object.entries(total).map(([key, value]) => [key, value / runs])) as typeof counts;
  document.body.replaceChildren();
  if (invalid !== undefined) throw new Error(`'${name}': ${invalid}`);
  return { times, shown, counts: each };
}

/** Forgets the activations. */
export function tearDown(): void {
  tf.dispose(tensors);
  tensors = [];
}
