import { floatKeys } from './exact.wgsl';

/** Threads of a workgroup. */
export const ALONE_THREADS = 64;
/** Pixels that a thread reads without a loop at most: more would not fit into a processor's cache of instructions. */
export const LONGEST_BLOCK = 32;

/**
 * Smallest and largest key of each channel of an NHWC activation, for threads that do not wait for each other: one partial result a channel
 * and thread. A thread takes blocks of so many pixels (`block`), neighbouring threads neighbouring channels (`lanes`, a power of two up to
 * 32). The last block ends where the map does, and reads some pixels again rather than ask for each whether it is there.
 *
 * Here, and wherever threads are alone, a loop asks at its end whether to go on: where a "GPU" is a processor, one that asks at the beginning
 * does its body once more, with nobody in it.
 */
export function limitsAloneShader({ lanes, block }: { readonly lanes: number; readonly block: number }): string {
  const turns = Array.from({ length: block }, (_, turn) => turn);
  return /* wgsl */ `
${floatKeys}
const LANES: u32 = ${lanes}u;
const ROWS: u32 = ${ALONE_THREADS / lanes}u;
const BLOCK: u32 = ${block}u;

// 'offset': the picture's first number; 'pixelStep', 'channelStep': how far the next is; 'partial': where the partial results begin, 'rows'
// of them a channel, so that neighbouring channels' lie side by side.
struct Shape { pixels: u32, channels: u32, offset: u32, pixelStep: u32, channelStep: u32, partial: u32, rows: u32, padding: u32 }

@group(0) @binding(0) var<storage, read> activation: array<i32>;
@group(0) @binding(1) var<storage, read_write> partials: array<vec2<i32>>;
@group(0) @binding(2) var<uniform> shape: Shape;

@compute @workgroup_size(${ALONE_THREADS})
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) thread: u32) {
  // Threads too many repeat what the last one does.
  let channel = min(group.y * LANES + thread % LANES, shape.channels - 1u);
  let row = min(group.x * ROWS + thread / LANES, shape.rows - 1u);
  let step = shape.pixelStep;
  let next = shape.rows * BLOCK;
  let last = shape.pixels - BLOCK;
  let origin = shape.offset + channel * shape.channelStep;
  let end = shape.pixels;
  var pixel = row * BLOCK;
  var low = 0x7fffffff;
  var high = -0x7fffffff;
  loop {
    let at0 = origin + min(pixel, last) * step;
    ${turns
      .map(
        (turn) =>
          `let key${turn} = rawKey(activation[at${turn}]); low = min(low, key${turn}); high = max(high, key${turn}); let at${turn + 1} = at${turn} + step;`,
      )
      .join('\n    ')}
    pixel += next;
    continuing { break if pixel >= end; }
  }
  // A NaN is above all or below all.
  high = select(high, NAN_KEY, high > HIGHEST || low < LOWEST);
  partials[shape.partial + row * shape.channels + channel] = vec2<i32>(low, high);
}
`;
}
