/** What runs inside the browser for browser.test.ts. Each function gives plain data. */
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
import '@tensorflow/tfjs-backend-webgpu';
import type { WebGPUBackend } from '@tensorflow/tfjs-backend-webgpu';
import * as colors from '../../src/colormap/index';
import { figure, imageAxes } from '../../src/figure';
import { montage } from '../../src/image/montage';
import { canvasRenderer } from '../../src/render';
import { webgpuRenderer } from '../../src/render/webgpu';
import { createGPURenderer, gpuColorize } from '../../src/webgpu/index';
import { names } from '../render/odd';
import { channelOf, checked, countWork, type Numbers, random, type WorkCounts } from './harness';

export async function setUp(backend: string): Promise<string> {
  await tf.setBackend(backend);
  await tf.ready();
  return tf.getBackend();
}

const deviceOf = () => (tf.backend() as WebGPUBackend).device;

function numbersOf(width: number, height: number, channels: number, seed: number): Numbers {
  const next = random(seed);
  const kinds = [
    () => Math.max(0, next() - 0.4),
    () => next() - 0.5,
    () => 1000 + next(),
    () => (next() - 0.5) * 1e-40,
    () => 7,
    (i: number) => (i === 3 ? Number.NaN : next()),
    (i: number) => (i === 3 ? Number.POSITIVE_INFINITY : next()),
    () => (next() - 0.5) * 6e38,
  ];
  const value = (_: unknown, i: number) => kinds[(i % channels) % kinds.length]!(Math.floor(i / channels));
  return { width, height, channels, data: Float32Array.from({ length: width * height * channels }, value) };
}

const tensorOf = ({ width, height, channels, data }: Numbers) => tf.tensor4d(data.slice(), [1, height, width, channels]);
const mapsOf = (numbers: Numbers) => Array.from({ length: numbers.channels }, (_, channel) => channelOf(numbers, channel));

/** How many bytes gpuColorize has otherwise than the CPU, over sizes, tables, norms and kinds of limits; and how many were compared. */
export async function bytes(): Promise<{ wrong: number; compared: number }> {
  let wrong = 0;
  let compared = 0;
  const norms = [
    colors.normalize(),
    colors.normalize({ vmin: -0.25, vmax: 1 / 3 }),
    colors.centeredNorm(),
    colors.symLogNorm({ linthresh: 0.03, vmin: -1, vmax: 1 }),
    colors.boundaryNorm({ boundaries: [-1, 0, 0.1, 0.5, 7], ncolors: 256 }),
  ];
  for (const [width, height, channels] of [
    [13, 7, 8],
    [1, 1, 3],
    [31, 33, 24],
    [5, 3, 260],
  ] as const) {
    const numbers = numbersOf(width, height, channels, width);
    const tensor = tensorOf(numbers);
    for (const colormap of [colors.viridis, colors.tab10, colors.twilight]) {
      for (const [i, norm] of norms.entries()) {
        const options = { norm, colormap, shareLimits: i === 0 && channels === 3 };
        const expected = montage(mapsOf(numbers), options).data;
        const got = (await checked(deviceOf(), () => gpuColorize({ tensor }, options))).data;
        if (got.length !== expected.length) throw new Error(`${got.length} bytes, not ${expected.length}`);
        for (let k = 0; k < got.length; k++) if (got[k] !== expected[k]) wrong++;
        compared += got.length;
      }
    }
    tensor.dispose();
  }
  return { wrong, compared };
}

/** What a canvas shows, by way of a 2D canvas. */
function pixelsOf(canvas: HTMLCanvasElement): Uint8ClampedArray {
  const copy = new OffscreenCanvas(canvas.width, canvas.height).getContext('2d')!;
  copy.drawImage(canvas, 0, 0);
  return copy.getImageData(0, 0, canvas.width, canvas.height).data;
}

function canvasOf(width: number, height: number): HTMLCanvasElement {
  const canvas = document.createElement('canvas');
  canvas.width = width;
  canvas.height = height;
  canvas.style.cssText = `display: block; width: ${width}px; height: ${height}px`;
  document.body.append(canvas);
  return canvas;
}

/** Draws on a canvas on whatever backend is set and compares it with `montage`. */
export async function canvas(): Promise<{ path: string; reason: string; size: number[]; wrong: number }> {
  const numbers = numbersOf(21, 17, 12, 5);
  const tensor = tensorOf(numbers);
  const element = canvasOf(300, 150);
  // Opaque colours: a canvas keeps others only times their alpha.
  const colormap = { ...colors.viridis, table: colors.viridis.table, bad: [1, 2, 3, 255] as const };
  const renderer = createGPURenderer(element, { colormap, scale: 2, columns: 4 });
  const expected = montage(mapsOf(numbers), { colormap, scale: 2, columns: 4 });
  let got: Uint8ClampedArray = new Uint8ClampedArray();
  if (renderer.path === 'cpu') {
    await renderer.draw({ tensor });
    got = pixelsOf(element);
  } else {
    await checked(deviceOf(), () => {
      const done = renderer.draw({ tensor });
      // Later the canvas has given its texture to the page.
      got = pixelsOf(element);
      return done;
    });
  }
  const wrong = expected.data.reduce((sum, byte, i) => sum + (byte === got[i] ? 0 : 1), 0);
  const { path, reason } = renderer;
  renderer.dispose();
  tensor.dispose();
  return { path, reason, size: [element.width - expected.width, element.height - expected.height], wrong };
}

/** The work of so many frames on a canvas, after the first few; the tensors there were after each. */
export async function steady(frames: number): Promise<{ counts: WorkCounts; tensors: number[] }> {
  const element = canvasOf(200, 120);
  const renderer = createGPURenderer(element);
  const image = tf.randomUniform([1, 8, 8, 3]) as tf.Tensor4D;
  const kernel = tf.randomNormal([3, 3, 3, 4]) as tf.Tensor4D;
  const frame = async () => {
    const tensor = tf.tidy(() => tf.relu(tf.conv2d(image, kernel, 1, 'same')));
    void renderer.draw({ tensor });
    tensor.dispose();
    // As a page does: a canvas has one texture a frame.
    await new Promise((next) => requestAnimationFrame(next));
  };
  return checked(deviceOf(), async () => {
    for (let i = 0; i < 5; i++) await frame();
    const tensors = new Set<number>();
    const work = countWork();
    for (let i = 0; i < frames; i++) {
      await frame();
      tensors.add(tf.memory().numTensors);
    }
    work.stop();
    renderer.dispose();
    tf.dispose([image, kernel]);
    return { counts: work.counts, tensors: [...tensors] };
  });
}

/** The sizes of a canvas whose element is resized on the page. */
export async function resized(): Promise<number[][]> {
  const element = canvasOf(40, 40);
  const tensor = tensorOf(numbersOf(8, 8, 4, 2));
  const renderer = createGPURenderer(element);
  const sizes: number[][] = [];
  for (const [width, height] of [
    [100, 50],
    [60, 90],
  ]) {
    element.style.width = `${width}px`;
    element.style.height = `${height}px`;
    for (let i = 0; i < 3; i++) await new Promise((next) => requestAnimationFrame(next));
    await renderer.draw({ tensor });
    sizes.push([element.width / devicePixelRatio, element.height / devicePixelRatio]);
  }
  renderer.dispose();
  tensor.dispose();
  return sizes;
}

/** What drawing says after the device is gone, and whether it goes on with another one. */
export async function lost(): Promise<{ code: string; message: string; again: number }> {
  const element = canvasOf(40, 40);
  const renderer = createGPURenderer(element);
  const tensor = tensorOf(numbersOf(8, 8, 4, 2));
  await renderer.draw({ tensor });
  const device = deviceOf();
  device.destroy();
  await device.lost;
  await Promise.resolve();
  const error = await renderer.draw({ tensor }).then(
    () => ({ code: 'none', message: 'it drew' }),
    (thrown: { code: string; message: string }) => ({ code: thrown.code, message: thrown.message }),
  );
  tf.removeBackend('webgpu');
  const { WebGPUBackend: Backend } = await import('@tensorflow/tfjs-backend-webgpu');
  const adapter = (await navigator.gpu.requestAdapter())!;
  const fresh = await adapter.requestDevice();
  tf.registerBackend('webgpu', () => new Backend(fresh, adapter.info));
  await tf.setBackend('webgpu');
  const other = tensorOf(numbersOf(8, 8, 4, 2));
  let again = 0;
  await checked(fresh, () => {
    const done = renderer.draw({ tensor: other });
    again = pixelsOf(element).reduce((sum, byte) => sum + byte, 0);
    return done;
  });
  renderer.dispose();
  other.dispose();
  return { ...error, again };
}

const words = (bytes: Uint8ClampedArray) => new Uint32Array(bytes.buffer, bytes.byteOffset, bytes.length / 4);

/**
 * How many pixels differ by more than `steps` of 255. Blending rounds: text and lines drawn on nothing and then laid over paper are not
 * quite those drawn on paper, and the CPU's 2D canvas rounds once more for each stroke that meets another.
 */
function apart(one: Uint8ClampedArray, two: Uint8ClampedArray, steps: number): number {
  const others = words(two);
  return words(one).reduce((sum, word, i) => {
    const far = [0, 8, 16].some((shift) => Math.abs(((word >> shift) & 255) - ((others[i]! >> shift) & 255)) > steps);
    return sum + (far ? 1 : 0);
  }, 0);
}

/** Figures of maps that are hardly maps, under every odd name: how many pixels webgpuRenderer draws in another way than canvasRenderer. */
export async function oddFigures(): Promise<Record<string, number>> {
  const all = (width: number, height: number, value: (i: number) => number) => ({
    width,
    height,
    data: Float32Array.from({ length: width * height }, (_, i) => value(i)),
  });
  const maps = {
    'one row': all(300, 1, (i) => i),
    'one column': all(1, 300, (i) => i),
    'one value': all(1, 1, () => 3),
    'not a number': all(5, 4, () => Number.NaN),
    'all infinite': all(5, 4, () => Number.POSITIVE_INFINITY),
    'both infinities': all(2, 1, (i) => (i === 0 ? -1 : 1) / 0),
    constant: all(5, 4, () => 7),
  };
  const different: Record<string, number> = {};
  for (const [i, [name, map]] of Object.entries(maps).entries()) {
    const { width, height, data } = map;
    const describeFigure = (content: { image: ReturnType<typeof colors.colorize> } | { size: [number, number] }) =>
      figure({ figsize: [4, 3], axes: [imageAxes({ ...content, title: names[i], dead: false })] });
    const tensor = tf.tensor4d(data, [1, height, width, 1]);
    const canvas = canvasOf(10, 10);
    await webgpuRenderer({ canvas, maps: [{ activation: { tensor }, channel: 0 }] }).render(describeFigure({ size: [height, width] }));
    const copy = pixelsOf(canvas);
    tensor.dispose();
    const expected = await canvasRenderer.render(describeFigure({ image: colors.colorize(map) }));
    different[name] = apart(copy, pixelsOf(expected as never), 5);
  }
  return different;
}

/** A figure with a map that is drawn into it, by webgpuRenderer and by canvasRenderer with the same map as a picture. */
export async function figures(): Promise<{ size: number[]; different: number; inked: number; left: number }> {
  const numbers = numbersOf(21, 17, 3, 5);
  const before = tf.memory().numTensors;
  const tensor = tensorOf(numbers);
  const title = 'A map';
  const describeFigure = (image?: ReturnType<typeof colors.colorize>) =>
    figure({
      figsize: [4, 2],
      columns: 2,
      title,
      background: '#fffff0',
      axes: [imageAxes(image ? { image } : { size: [17, 21] }), imageAxes({ map: channelOf(numbers, 0), colorbar: true })],
    });
  const map = { activation: { tensor }, channel: 1, colormap: colors.magma };
  const element = canvasOf(10, 10);
  const pending = webgpuRenderer({ canvas: element, maps: [map] }).render(describeFigure());
  await pending;
  const copy = pixelsOf(element);
  const expectedCanvas = await canvasRenderer.render(describeFigure(colors.colorize(channelOf(numbers, 1), { colormap: colors.magma })));
  const expected = expectedCanvas.getContext('2d')!.getImageData(0, 0, expectedCanvas.width, expectedCanvas.height).data;
  const different = apart(copy, expected, 2);
  const inked = words(copy).reduce((sum, word) => sum + ((word & 255) < 100 ? 1 : 0), 0);
  tensor.dispose();
  return {
    size: [element.width, element.height, expectedCanvas.width, expectedCanvas.height],
    different,
    inked,
    left: tf.memory().numTensors - before,
  };
}
