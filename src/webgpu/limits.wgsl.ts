import { floatKeys } from './exact.wgsl';

/** Threads of a workgroup. */
export const LIMIT_THREADS = 256;

/** Numbers that a thread reads at a time: what a loop costs beside a number is not little, and a GPU's memory is far away. */
const UNROLLED = 8;

/** Pixels that a workgroup reads at a time. */
export function pixelsAtOnce(channels: number): number {
  return Math.max(1, Math.floor(LIMIT_THREADS / channels));
}

/**
 * Smallest and largest key of each channel of an NHWC activation: one partial result a channel and workgroup. Neighbouring threads read
 * neighbouring numbers whatever the channel count: a workgroup is as many whole pixels as fit. `subgroups`: whether the device computes in
 * them, which need fewer waits.
 */
export function limitsShader(subgroups: boolean): string {
  const turns = Array.from({ length: UNROLLED }, (_, turn) => turn);
  return /* wgsl */ `
${subgroups ? 'enable subgroups;' : ''}
${floatKeys}
const THREADS: u32 = ${LIMIT_THREADS}u;

// 'offset': the picture's first number; 'pixelStep', 'channelStep': how far the next is; 'partial': where the partial results begin;
// 'perChannel': how far the next channel's are.
struct Shape { pixels: u32, channels: u32, offset: u32, pixelStep: u32, channelStep: u32, partial: u32, perChannel: u32, padding: u32 }

@group(0) @binding(0) var<storage, read> activation: array<i32>;
@group(0) @binding(1) var<storage, read_write> partials: array<vec2<i32>>;
@group(0) @binding(2) var<uniform> shape: Shape;
var<workgroup> lowest: array<i32, THREADS>;
var<workgroup> highest: array<i32, THREADS>;

@compute @workgroup_size(${LIMIT_THREADS})
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(num_workgroups) grid: vec3<u32>, @builtin(local_invocation_index) thread: u32${
    subgroups ? ', @builtin(subgroup_invocation_id) lane: u32' : ''
  }) {
  let block = group.y * THREADS;
  let width = min(shape.channels - block, THREADS);
  let rows = max(1u, THREADS / shape.channels);
  let row = thread / width;
  let channel = block + thread % width;
  var low = 0x7fffffff;
  var high = -0x7fffffff;
  if (row < rows) {
    let next = grid.x * rows;
    let step = next * shape.pixelStep;
    var pixel = group.x * rows + row;
    var i = shape.offset + pixel * shape.pixelStep + channel * shape.channelStep;
    while (pixel + ${turns.length - 1}u * next < shape.pixels) {
      ${turns.map((turn) => `let key${turn} = rawKey(activation[i + ${turn}u * step]);`).join('\n      ')}
      ${turns.map((turn) => `low = min(low, key${turn}); high = max(high, key${turn});`).join('\n      ')}
      pixel += ${turns.length}u * next;
      i += ${turns.length}u * step;
    }
    while (pixel < shape.pixels) {
      let key = rawKey(activation[i]);
      low = min(low, key);
      high = max(high, key);
      pixel += next;
      i += step;
    }
  }
  // A NaN is above all or below all.
  high = select(high, NAN_KEY, high > HIGHEST || low < LOWEST);
${subgroups ? inSubgroups : ''}
  lowest[thread] = low;
  highest[thread] = high;
  var half = 1u << (32u - countLeadingZeros(rows - 1u));
  for (half >>= 1u; half > 0u; half >>= 1u) {
    workgroupBarrier();
    if (row < half && row + half < rows) {
      lowest[thread] = min(lowest[thread], lowest[thread + half * width]);
      highest[thread] = max(highest[thread], highest[thread + half * width]);
    }
  }
  if (row == 0u) {
    partials[shape.partial + channel * shape.perChannel + group.x] = vec2<i32>(lowest[thread], highest[thread]);
  }
}
`;
}

const inSubgroups = `
  if (shape.channels == 1u) {
    low = subgroupMin(low);
    high = subgroupMax(high);
    if (lane != 0u) { low = 0x7fffffff; high = -0x7fffffff; }
  }`;
