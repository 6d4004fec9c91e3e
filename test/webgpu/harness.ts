import type { MapLayout } from '../../src/extract/layout';
import { arrange } from '../../src/webgpu/arrangement';
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

/** Channel-last numbers of one picture. */
export interface Numbers {
  readonly width: number;
  readonly height: number;
  readonly channels: number;
  readonly data: Float32Array;
}

/** NHWC's layout. */
export function layoutOf({ width, height, channels }: Numbers, batch = 1): MapLayout {
  return {
    batch,
    width,
    height,
    channels,
    strides: { batch: width * height * channels, row: width * channels, column: channels, channel: 1 },
  };
}

/** One channel of them. */
export function channelOf(
  { width, height, channels, data }: Numbers,
  channel: number,
): { width: number; height: number; data: Float32Array } {
  const map = new Float32Array(width * height);
  // Through integers: a NaN's bits stay what they are.
  const from = new Int32Array(data.buffer, data.byteOffset, data.length);
  const to = new Int32Array(map.buffer);
  for (let i = 0; i < map.length; i++) to[i] = from[i * channels + channel]!;
  return { width, height, data: map };
}

/** What the kernels make of numbers: the tables of edges, and each layer's montage in one row of maps without gaps. */
export async function runPicture(
  device: GPUDevice,
  inputs: readonly Numbers[],
  {
    palette,
    channels,
    ...rest
  }: { scale: PictureOptions['scale']; palette: Uint8Array; channels?: readonly number[]; maxGroups?: number; cooperative?: boolean },
): Promise<{ tables: Int32Array; stride: number; montages: Uint8Array[] }> {
  return checked(device, async () => {
    const layers = inputs.map((numbers): PictureLayer => {
      const drawn = channels ?? Array.from({ length: numbers.channels }, (_, i) => i);
      return {
        layout: layoutOf(numbers),
        batch: 0,
        channels: drawn,
        arrangement: arrange(numbers.width, numbers.height, drawn.length, drawn.length, 0),
      };
    });
    const colors = new Uint32Array(palette.buffer.slice(palette.byteOffset, palette.byteOffset + palette.byteLength));
    const picture = new Picture(device, { layers, palette: colors, background: 0, ...rest });
    const buffers = inputs.map(({ data }) => {
      const buffer = device.createBuffer({ size: Math.max(16, data.byteLength), usage: GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_DST });
      device.queue.writeBuffer(buffer, 0, data.buffer as ArrayBuffer, data.byteOffset, data.byteLength);
      return buffer;
    });
    const encoder = device.createCommandEncoder();
    picture.record(encoder, buffers);
    device.queue.submit([encoder.finish()]);
    const tables = new Int32Array(await readBuffer(device, picture.tables));
    const montages: Uint8Array[] = [];
    for (let i = 0; i < layers.length; i++) {
      montages.push(new Uint8Array(await readBuffer(device, picture.montages[i]!), 0, arrangementBytes(layers[i]!)));
    }
    for (const buffer of buffers) buffer.destroy();
    picture.dispose();
    return { tables, stride: colors.length + 4, montages };
  });
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

function arrangementBytes({ arrangement: { totalWidth, totalHeight } }: PictureLayer): number {
  return totalWidth * totalHeight * 4;
}
