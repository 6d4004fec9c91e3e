import type { MapLayout } from '../../src/extract/layout';
import { Picture, type PictureLayer, type PictureOptions } from '../../src/webgpu/picture';

/** Runs `work` inside error scopes and rejects if the device had anything to say about it. */
export async function checked<T>(device: GPUDevice, work: () => T | Promise<T>): Promise<T> {
  const kinds = ['validation', 'out-of-memory', 'internal'] as const;
  for (const kind of kinds) device.pushErrorScope(kind);
  const result = await work();
  const errors = (await Promise.all(kinds.map(() => device.popErrorScope()))).filter((error) => error !== null);
  if (errors.length > 0) throw new Error(`The GPU reported: ${errors.map(({ message }) => message).join('\n')}`);
  return result;
}

/** A device of the largest limits, with every feature that the library makes use of unless told otherwise. */
export async function openDevice(gpu: GPU, features: readonly string[] = ['subgroups', 'timestamp-query']): Promise<GPUDevice> {
  const adapter = (await gpu.requestAdapter())!;
  const requiredFeatures = features.filter((feature) => adapter.features.has(feature as GPUFeatureName)) as GPUFeatureName[];
  return adapter.requestDevice({ requiredFeatures });
}

/** The bytes of a buffer. */
export async function readBuffer(device: GPUDevice, buffer: GPUBuffer): Promise<ArrayBuffer> {
  const staging = device.createBuffer({ size: buffer.size, usage: GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST });
  const encoder = device.createCommandEncoder();
  encoder.copyBufferToBuffer(buffer, 0, staging, 0, buffer.size);
  device.queue.submit([encoder.finish()]);
  await staging.mapAsync(GPUMapMode.READ);
  const bytes = staging.getMappedRange().slice(0);
  staging.destroy();
  return bytes;
}

/** Numbers of one picture. */
export interface Numbers {
  readonly width: number;
  readonly height: number;
  readonly channels: number;
  readonly data: Float32Array;
  /** Default: channels last. */
  readonly strides?: MapLayout['strides'];
}

/** Their layout. */
export function layoutOf({ width, height, channels, strides }: Numbers, batch = 1): MapLayout {
  const last = { batch: width * height * channels, row: width * channels, column: channels, channel: 1 };
  return { batch, width, height, channels, strides: strides ?? last };
}

/** One channel of them. */
export function channelOf(numbers: Numbers, channel: number): { width: number; height: number; data: Float32Array } {
  const { width, height, data } = numbers;
  const { strides } = layoutOf(numbers);
  const map = new Float32Array(width * height);
  // Through integers: a NaN's bits stay what they are.
  const from = new Int32Array(data.buffer, data.byteOffset, data.length);
  const to = new Int32Array(map.buffer);
  for (let i = 0; i < map.length; i++) to[i] = from[i * strides.column + channel * strides.channel]!;
  return { width, height, data: map };
}

export type RunOptions = Omit<PictureOptions, 'layers' | 'montages' | 'palette' | 'background'> & {
  readonly palette: Uint8Array;
  /** Default: all. */
  readonly channels?: readonly number[];
  /** The size at which maps are shown. Default: their own. */
  readonly shown?: { readonly width: number; readonly height: number };
};

/** What the kernels make of numbers: the words of the scales, and each layer's montage in one row of maps without gaps. */
export async function runPicture(
  device: GPUDevice,
  inputs: readonly Numbers[],
  options: RunOptions,
): Promise<{ scales: Int32Array; montages: Uint8Array[] }> {
  return checked(device, async () => {
    const layers = inputs.map((numbers): PictureLayer => {
      const channels = options.channels ?? Array.from({ length: numbers.channels }, (_, i) => i);
      const { shown } = options;
      const { width } = shown ?? numbers;
      // One row of maps.
      return {
        layout: layoutOf(numbers),
        batch: 0,
        channels,
        shown,
        stride: channels.length * width,
        origin: (position) => position * width,
      };
    });
    const sizes = inputs.map(({ height }, i) => layers[i]!.stride * (options.shown?.height ?? height));
    const palette = new Uint32Array(options.palette.slice().buffer);
    const picture = new Picture(device, { ...options, layers, montages: sizes, palette, background: 0 });
    const buffers = inputs.map(({ data }) => {
      const buffer = device.createBuffer({ size: Math.max(16, data.byteLength), usage: GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_DST });
      device.queue.writeBuffer(buffer, 0, data.buffer as ArrayBuffer, data.byteOffset, data.byteLength);
      return buffer;
    });
    const encoder = device.createCommandEncoder();
    picture.record(encoder, buffers);
    device.queue.submit([encoder.finish()]);
    const scales = new Int32Array(picture.scales ? await readBuffer(device, picture.scales) : new ArrayBuffer(0));
    const montages: Uint8Array[] = [];
    for (let i = 0; i < layers.length; i++) {
      montages.push(new Uint8Array(await readBuffer(device, picture.montages[i]!), 0, sizes[i]! * 4));
    }
    for (const buffer of buffers) buffer.destroy();
    picture.dispose();
    return { scales, montages };
  });
}

/** One map's bytes out of a montage of `runPicture`. */
export function mapOf(
  montage: Uint8Array,
  { width, height }: { width: number; height: number },
  position: number,
  count: number,
): Uint8ClampedArray {
  const bytes = new Uint8ClampedArray(width * height * 4);
  for (let y = 0; y < height; y++) {
    const start = (y * count + position) * width * 4;
    bytes.set(montage.subarray(start, start + width * 4), y * width * 4);
  }
  return bytes;
}

/** A seeded generator of numbers in [0, 1) (mulberry32). */
export function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

/** How often a device did what a steady state must not do. */
export interface WorkCounts {
  buffers: number;
  textures: number;
  submits: number;
  readbacks: number;
}

/** Counts, from now on, the buffers and textures made on any device, submits, and the buffers that are mapped to be read. */
export function countWork(): { counts: WorkCounts; stop(): void } {
  const counts: WorkCounts = { buffers: 0, textures: 0, submits: 0, readbacks: 0 };
  const restore: (() => void)[] = [];
  const wrap = <T extends object, K extends keyof T>(object: T, name: K, count: () => void) => {
    const original = object[name] as unknown as (...args: unknown[]) => unknown;
    object[name] = function (this: unknown, ...args: unknown[]) {
      count();
      return original.apply(this, args);
    } as unknown as T[K];
    restore.push(() => {
      object[name] = original as unknown as T[K];
    });
  };
  wrap(GPUDevice.prototype, 'createBuffer', () => counts.buffers++);
  wrap(GPUDevice.prototype, 'createTexture', () => counts.textures++);
  wrap(GPUQueue.prototype, 'submit', () => counts.submits++);
  wrap(GPUBuffer.prototype, 'mapAsync', () => counts.readbacks++);
  return {
    counts,
    stop() {
      for (const undo of restore) undo();
    },
  };
}
