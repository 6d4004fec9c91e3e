// What bench/bandwidth.mjs runs: the colour passes on Dawn in Node, by the GPU's own timestamps, beside a kernel that only copies.
import { normalize, viridis } from '../src/colormap/index';
import { palette } from '../src/colormap/palette';
import { planNorm } from '../src/webgpu/norm';
import { Picture, type PictureLayer } from '../src/webgpu/picture';
import { openDawn } from '../test/webgpu/dawn';

const THREADS = 256;

/** A device that measures time and has the adapter's limits, and what the adapter calls itself. */
export async function open(): Promise<{ device: GPUDevice; adapter: string } | { device?: undefined; reason: string }> {
  const dawn = await openDawn(['disable-dawn-features=timestamp_quantization']);
  if (!dawn.gpu) return { reason: dawn.reason };
  const adapter = (await dawn.gpu.requestAdapter({ powerPreference: 'high-performance' }))!;
  if (!adapter.features.has('timestamp-query')) return { reason: `${dawn.adapter} has no timestamps` };
  const { maxStorageBufferBindingSize, maxBufferSize, maxComputeWorkgroupsPerDimension } = adapter.limits;
  const device = await adapter.requestDevice({
    requiredFeatures: ['timestamp-query'],
    requiredLimits: { maxStorageBufferBindingSize, maxBufferSize, maxComputeWorkgroupsPerDimension },
  });
  device.addEventListener('uncapturederror', (event) => {
    throw new Error((event as GPUUncapturedErrorEvent).error.message);
  });
  return { device, adapter: dawn.adapter };
}

/** Where a pass begins and ends. */
type Stamps = GPUComputePassTimestampWrites;

/**
 * Milliseconds of the passes that `record` records for a frame, by the GPU's timestamps: `frames` frames in one submit, so that the GPU does
 * not rest in between, and some before them that do not count. `stamps(i)` is for a frame's pass number `i`.
 */
async function time(
  device: GPUDevice,
  passes: number,
  frames: number,
  record: (encoder: GPUCommandEncoder, stamps: (pass: number) => Stamps) => void,
): Promise<number[][]> {
  const warmUp = 3;
  const perFrame = passes * 2;
  const count = perFrame * (frames + warmUp);
  const querySet = device.createQuerySet({ type: 'timestamp', count });
  const resolved = device.createBuffer({ size: count * 8, usage: GPUBufferUsage.QUERY_RESOLVE | GPUBufferUsage.COPY_SRC });
  const staging = device.createBuffer({ size: count * 8, usage: GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST });
  const encoder = device.createCommandEncoder();
  for (let frame = 0; frame < frames + warmUp; frame++) {
    record(encoder, (pass) => {
      const beginningOfPassWriteIndex = frame * perFrame + pass * 2;
      return { querySet, beginningOfPassWriteIndex, endOfPassWriteIndex: beginningOfPassWriteIndex + 1 };
    });
  }
  encoder.resolveQuerySet(querySet, 0, count, resolved, 0);
  encoder.copyBufferToBuffer(resolved, 0, staging, 0, count * 8);
  device.queue.submit([encoder.finish()]);
  await staging.mapAsync(GPUMapMode.READ);
  const stamps = new BigUint64Array(staging.getMappedRange().slice(0));
  querySet.destroy();
  resolved.destroy();
  staging.destroy();
  return Array.from({ length: passes }, (_, pass) =>
    Array.from({ length: frames }, (_, frame) => {
      const at = (frame + warmUp) * perFrame + pass * 2;
      return Number(stamps[at + 1]! - stamps[at]!) / 1e6;
    }),
  );
}

/** float32 like a ReLU's output: about 40% zeros. Made on the GPU. */
function activation(device: GPUDevice, length: number): GPUBuffer {
  const buffer = device.createBuffer({ size: length * 4, usage: GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_SRC });
  const code = `
@group(0) @binding(0) var<storage, read_write> to: array<f32>;
@compute @workgroup_size(${THREADS})
fn main(@builtin(global_invocation_id) id: vec3<u32>, @builtin(num_workgroups) grid: vec3<u32>) {
  for (var i = id.x; i < arrayLength(&to); i += grid.x * ${THREADS}u) {
    var h = i * 747796405u + 2891336453u;
    h = ((h >> ((h >> 28u) + 4u)) ^ h) * 277803737u;
    to[i] = max(0.0, f32((h >> 22u) ^ h) / 4294967296.0 - 0.4);
  }
}`;
  dispatch(device, code, [buffer], 4096);
  return buffer;
}

function dispatch(device: GPUDevice, code: string, buffers: readonly GPUBuffer[], groups: number): void {
  const { pipeline, group } = prepare(device, code, buffers);
  const encoder = device.createCommandEncoder();
  const pass = encoder.beginComputePass();
  pass.setPipeline(pipeline);
  pass.setBindGroup(0, group);
  pass.dispatchWorkgroups(groups);
  pass.end();
  device.queue.submit([encoder.finish()]);
}

function prepare(device: GPUDevice, code: string, buffers: readonly GPUBuffer[]) {
  const pipeline = device.createComputePipeline({ layout: 'auto', compute: { module: device.createShaderModule({ code }) } });
  const entries = buffers.map((buffer, binding) => ({ binding, resource: { buffer } }));
  return { pipeline, group: device.createBindGroup({ layout: pipeline.getBindGroupLayout(0), entries }) };
}

/** One of the kernels that do nothing but copy, and the milliseconds of its runs. */
export interface Copy {
  readonly how: string;
  readonly times: readonly number[];
}

/** How long several kernels take to copy so many bytes. */
export async function copies(device: GPUDevice, bytes: number, runs: number): Promise<Copy[]> {
  const from = activation(device, bytes / 4);
  const to = device.createBuffer({ size: bytes, usage: GPUBufferUsage.STORAGE });
  const found: Copy[] = [];
  for (const type of ['u32', 'vec4<u32>']) {
    for (const each of [1, 4, 8]) {
      const code = `
@group(0) @binding(0) var<storage, read> source: array<${type}>;
@group(0) @binding(1) var<storage, read_write> to: array<${type}>;
@compute @workgroup_size(${THREADS})
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(num_workgroups) grid: vec3<u32>, @builtin(local_invocation_index) thread: u32) {
  let first = (group.y * grid.x + group.x) * ${THREADS * each}u + thread;
  ${Array.from({ length: each }, (_, k) => `let v${k} = source[first + ${k * THREADS}u];`).join('\n  ')}
  ${Array.from({ length: each }, (_, k) => `if (first + ${k * THREADS}u < arrayLength(&to)) { to[first + ${k * THREADS}u] = v${k}; }`).join('\n  ')}
}`;
      const { pipeline, group } = prepare(device, code, [from, to]);
      const groups = Math.ceil(bytes / (type === 'u32' ? 4 : 16) / (THREADS * each));
      const across = Math.min(groups, device.limits.maxComputeWorkgroupsPerDimension);
      const [times] = await time(device, 1, runs, (encoder, stamps) => {
        const pass = encoder.beginComputePass({ timestampWrites: stamps(0) });
        pass.setPipeline(pipeline);
        pass.setBindGroup(0, group);
        pass.dispatchWorkgroups(across, Math.ceil(groups / across));
        pass.end();
      });
      found.push({ how: `${each} ${type} a thread`, times: times! });
    }
  }
  from.destroy();
  to.destroy();
  return found;
}

/** Milliseconds of several runs: all passes, and each kernel by itself. And the bytes that have to be read and written. */
export interface Measured {
  readonly times: readonly number[];
  readonly kernels: readonly { readonly name: string; readonly times: readonly number[] }[];
  readonly bytes: number;
}

/** Limits of each map, norm, viridis and montage of activations of these shapes. */
export async function measure(
  device: GPUDevice,
  shapes: readonly (readonly [height: number, width: number, channels: number])[],
  runs: number,
): Promise<Measured> {
  const across = shapes.map(([, , channels]) => Math.ceil(Math.sqrt(channels)));
  const layers = shapes.map(([height, width, channels], i): PictureLayer => {
    const strides = { batch: height * width * channels, row: width * channels, column: channels, channel: 1 };
    const columns = across[i]!;
    const origin = (position: number) => (Math.floor(position / columns) * height * columns + (position % columns)) * width;
    return {
      layout: { batch: 1, height, width, channels, strides },
      batch: 0,
      channels: Array.from({ length: channels }, (_, i) => i),
      stride: columns * width,
      origin,
    };
  });
  const montages = shapes.map(([height, width, channels], i) => across[i]! * width * Math.ceil(channels / across[i]!) * height);
  const plan = planNorm(normalize(), 256);
  if (plan.kind !== 'linear') throw new Error('normalize() is linear.');
  const words = new Uint32Array(palette(viridis).slice().buffer);
  const picture = new Picture(device, { layers, montages, scale: { ...plan, share: 'none' }, palette: words, background: 0 });
  const buffers = shapes.map(([height, width, channels]) => activation(device, height * width * channels));
  const [times] = await time(device, 1, runs, (encoder, stamps) => picture.record(encoder, buffers, stamps(0)));
  const kernels = await byKernel(device, picture, buffers, runs);
  for (const buffer of buffers) buffer.destroy();
  picture.dispose();
  return { times: times!, kernels, bytes: picture.bytesMoved };
}

/** The same passes, each dispatch in a compute pass of its own, so that it has timestamps of its own. */
async function byKernel(device: GPUDevice, picture: Picture, buffers: readonly GPUBuffer[], runs: number) {
  const labels: string[] = [];
  const split = (encoder: GPUCommandEncoder, stamps?: (pass: number) => Stamps): GPUCommandEncoder => {
    labels.length = 0;
    let pipeline: GPUComputePipeline;
    let group: GPUBindGroup;
    const pass = {
      setPipeline: (next: GPUComputePipeline) => {
        pipeline = next;
      },
      setBindGroup: (_: number, next: GPUBindGroup) => {
        group = next;
      },
      dispatchWorkgroups: (x: number, y: number) => {
        const timestampWrites = stamps?.(labels.length);
        labels.push(pipeline.label);
        const own = encoder.beginComputePass(timestampWrites && { timestampWrites });
        own.setPipeline(pipeline);
        own.setBindGroup(0, group);
        own.dispatchWorkgroups(x, y);
        own.end();
      },
      end: () => undefined,
    };
    return {
      clearBuffer: (buffer: GPUBuffer, offset: number, size: number) => encoder.clearBuffer(buffer, offset, size),
      beginComputePass: () => pass,
    } as unknown as GPUCommandEncoder;
  };
  const rehearsal = device.createCommandEncoder();
  picture.record(split(rehearsal), buffers);
  rehearsal.finish();
  const found = await time(device, labels.length, runs, (encoder, stamps) => picture.record(split(encoder, stamps), buffers));
  const sums = new Map<string, number[]>();
  labels.forEach((label, pass) => {
    const name = label.replace('activation-lens ', '').split(' ')[0]!;
    const sum = sums.get(name);
    sums.set(name, sum ? sum.map((milliseconds, frame) => milliseconds + found[pass]![frame]!) : found[pass]!);
  });
  return [...sums].map(([name, times]) => ({ name, times }));
}
