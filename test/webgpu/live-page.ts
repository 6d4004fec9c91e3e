/** What runs inside the browser for live.test.ts. Each function gives plain data. */
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
import '@tensorflow/tfjs-backend-webgpu';
import type { WebGPUBackend } from '@tensorflow/tfjs-backend-webgpu';
import * as layers from '@tensorflow/tfjs-layers';
import * as colors from '../../src/colormap/index';
import type { Interpolation } from '../../src/image/types';
import { loadImage } from '../../src/input/load';
import { imageToTensor } from '../../src/input/tensor';
import { loadModel } from '../../src/model/load';
import type { Model } from '../../src/model/types';
import { activeBackend } from '../../src/webgpu/device';
import { FrameInput, type FrameOptions } from '../../src/webgpu/frame';
import { createLiveView, type LiveStatistics, type LiveView } from '../../src/webgpu/index';
import { checked, countWork, random, type WorkCounts } from './harness';

export async function setUp(backend: string): Promise<string> {
  await tf.setBackend(backend);
  await tf.ready();
  return tf.getBackend();
}

const deviceOf = () => (tf.backend() as WebGPUBackend).device;

function noise(width: number, height: number): HTMLCanvasElement {
  const canvas = document.createElement('canvas');
  canvas.width = width;
  canvas.height = height;
  const context = canvas.getContext('2d', { willReadFrequently: true })!;
  const image = context.createImageData(width, height);
  const next = random(width * height);
  for (let i = 0; i < image.data.length; i++) image.data[i] = i % 4 === 3 ? 255 : Math.floor(next() * 256);
  context.putImageData(image, 0, 0);
  return canvas;
}

/** The cases in which a frame on the GPU has other numbers than loadImage and imageToTensor give. */
export async function frames(): Promise<{ wrong: string[]; cases: number }> {
  const { backend } = activeBackend();
  const wrong: string[] = [];
  let cases = 0;
  const interpolations: Interpolation[] = ['nearest', 'bilinear', 'bicubic', 'box', 'hamming', 'lanczos'];
  const sizes = [
    [40, 30, 15, 20],
    [33, 47, 50, 31],
    [16, 16, 16, 16],
    [9, 120, 11, 10],
  ] as const;
  const before = tf.memory().numTensors;
  for (const [width, height, outHeight, outWidth] of sizes) {
    const source = noise(width, height);
    for (const [i, interpolation] of interpolations.entries()) {
      const options: FrameOptions = {
        size: [outHeight, outWidth],
        channels: i === 1 ? 1 : 3,
        interpolation,
        keepAspectRatio: i % 2 === 0,
        ...([{ scale: 1 / 255 }, {}, { mode: 'caffe' }, { mode: 'torch' }, { mode: 'tf' }, { scale: 2, offset: [1, 2, 3] }] as const)[i],
      };
      const frame = new FrameInput(backend!, options);
      await checked(deviceOf(), () => frame.update(source));
      const got = await frame.tensor.data();
      const colorMode = options.channels === 1 ? 'grayscale' : 'rgb';
      const image = await loadImage(source, { ...options, colorMode });
      const { scale, offset, mode } = options;
      const expected = imageToTensor(image, { scale, offset, mode });
      const values = await expected.data();
      if (values.length !== got.length || values.some((value, k) => value !== got[k])) wrong.push(`${width} x ${height} ${interpolation}`);
      cases++;
      expected.dispose();
      frame.dispose();
    }
  }
  if (tf.memory().numTensors !== before) wrong.push('tensors left behind');
  return { wrong, cases };
}

/** Two convolutions and a pooling, always with the same weights. */
async function smallModel(): Promise<Model> {
  const initial = (seed: number) => layers.initializers.glorotUniform({ seed });
  const model = layers.sequential({ name: 'small' });
  model.add(
    layers.layers.conv2d({
      inputShape: [60, 80, 3],
      filters: 8,
      kernelSize: 3,
      activation: 'relu',
      kernelInitializer: initial(1),
      name: 'edges',
    }),
  );
  model.add(layers.layers.maxPooling2d({ poolSize: 2, name: 'pool' }));
  model.add(layers.layers.conv2d({ filters: 12, kernelSize: 3, activation: 'relu', kernelInitializer: initial(2), name: 'shapes' }));
  const artifacts = await new Promise<tf.io.ModelArtifacts>((resolve) => {
    void model.save(
      tf.io.withSaveHandler(async (saved) => {
        resolve(saved);
        return { modelArtifactsInfo: { dateSaved: new Date(0), modelTopologyType: 'JSON' } };
      }),
    );
  });
  model.dispose();
  return loadModel(tf.io.fromMemory(artifacts));
}

let view: LiveView | undefined;
let model: Model | undefined;
let track: MediaStreamTrack | undefined;

/** Starts a live view of the camera on a canvas that fills the page. */
export async function startCamera(): Promise<void> {
  document.body.style.margin = '0';
  const canvas = document.createElement('canvas');
  canvas.style.cssText = 'display: block; width: 640px; height: 400px';
  document.body.append(canvas);
  model ??= await smallModel();
  const stream = await navigator.mediaDevices.getUserMedia({ video: { width: 320, height: 240 } });
  track = stream.getVideoTracks()[0]!;
  const style = { colormap: colors.viridis, background: [24, 24, 27, 255] as const };
  view = createLiveView({ model, layers: ['edges', 'shapes'], source: track, canvas, style, input: { scale: 1 / 255 } });
  await view.start();
}

/** Waits for so many more frames; the work that went on meanwhile, and the numbers of tensors that were seen. */
export async function watch(
  frames: number,
): Promise<{ counts: WorkCounts; tensors: number[]; statistics: LiveStatistics; running: boolean }> {
  const tensors = new Set<number>();
  const start = view!.statistics.frames;
  const work = countWork();
  let seen = start;
  while (view!.statistics.frames < start + frames && view!.running) {
    await new Promise((next) => setTimeout(next, 0));
    // Between two frames: while one is under way its activations are there.
    if (view!.statistics.frames !== seen) {
      seen = view!.statistics.frames;
      tensors.add(tf.memory().numTensors);
    }
  }
  view!.stop();
  const { running } = view!;
  await view!.step();
  work.stop();
  return { counts: work.counts, tensors: [...tensors], statistics: view!.statistics, running };
}

export const resume = () => view!.start();

/** Ends it; the tensors and the state of the camera's track afterwards. */
export async function end(): Promise<{ left: number; track: string; code: string }> {
  view!.dispose();
  const code = await view!.start().catch((error) => error.code as string);
  await new Promise((next) => setTimeout(next, 50));
  const state = track!.readyState;
  track!.stop();
  model!.dispose();
  return { left: tf.memory().numTensors, track: state, code: code ?? 'started' };
}

/** A view of a canvas, on whatever backend is set: its statistics after two frames, and whether the maps are all of one colour. */
export async function ofCanvas(): Promise<{ statistics: LiveStatistics; colors: number }> {
  const small = await smallModel();
  const canvas = new OffscreenCanvas(200, 120);
  const source = noise(64, 48);
  const live = createLiveView({ model: small, source, canvas, input: { scale: 1 / 255, interpolation: 'bilinear' }, timeEvery: 1 });
  await live.step();
  await live.step();
  const copy = new OffscreenCanvas(200, 120).getContext('2d')!;
  if (live.renderer.path === 'webgpu') {
    const done = live.renderer.draw({ tensor: tf.keep(tf.ones([1, 2, 2, 1])) });
    copy.drawImage(canvas, 0, 0);
    await done;
  } else copy.drawImage(canvas, 0, 0);
  const pixels = new Uint32Array(copy.getImageData(0, 0, 200, 120).data.buffer);
  const { statistics } = live;
  live.dispose();
  small.dispose();
  return { statistics, colors: new Set(pixels).size };
}

/** The errors of views that cannot be. */
export async function mistakes(): Promise<string[]> {
  const small = await smallModel();
  const canvas = document.createElement('canvas');
  const messages: string[] = [];
  const attempt = async (work: () => unknown) => {
    try {
      await work();
      messages.push('no error');
    } catch (error) {
      messages.push(`${(error as { code: string }).code}: ${(error as Error).message}`);
    }
  };
  await attempt(() => createLiveView({ model: small, layers: 'nope', source: canvas, canvas }));
  await attempt(() => createLiveView({ model: { ...small, inputs: [] } as Model, source: canvas, canvas }));
  await attempt(() =>
    createLiveView({ model: small, source: Object.assign(document.createElement('canvas'), { width: 0 }), canvas }).step(),
  );
  small.dispose();
  return messages;
}
