import { floatKeys } from './exact.wgsl';
import { scaleStruct } from './fold.wgsl';

/** Threads of a workgroup. */
export const COLOR_THREADS = 256;

/** Pixels of a chunk that a thread may have: the bits of a word. */
export const MOST_TURNS = 32;

/** What the kernels that colour an activation share. */
export interface ColorShaderOptions {
  /** Of the colormap. */
  readonly rows: number;
  /** Channels that a workgroup colours side by side: a power of two. Eight float32 are what a memory sector holds. */
  readonly lanes: number;
}

/** How an activation lies in memory, and its maps in the montage. */
export const panelStructs = /* wgsl */ `
// 'offset': the picture's first number; 'pixelStep', 'channelStep': how far the next is; 'chunk': pixels of a workgroup, at most ${MOST_TURNS} of
// a thread; 'across', 'along': how far a thread's next pixel is in its map's row and in the montage; 'stride': words of a montage row.
struct Panel { pixels: u32, offset: u32, pixelStep: u32, channelStep: u32, width: u32, chunk: u32, across: u32, along: u32, stride: u32, count: u32, padding0: u32, padding1: u32 }
// A drawn channel: its number, its scale, and where in the montage its first pixel goes.
struct Slot { channel: u32, scale: u32, origin: u32, padding: u32 }
`;

/** The lines of WGSL that tell one colouring kernel from another. */
export interface WalkParts {
  /** At the beginning, by all threads of a workgroup. */
  readonly setup?: string;
  /** Before each chunk; `slot` is known. */
  readonly before?: string;
  /** For each pixel: uses `bits` and `turn` (how many before it), leaves `color`. */
  readonly each: string;
  /** After each chunk; `first` is the thread's first pixel of it. */
  readonly after?: string;
}

/** The walk of a workgroup over its pixels. */
export function walk({ setup = '', before = '', each, after = '' }: WalkParts): string {
  return /* wgsl */ `
@compute @workgroup_size(${COLOR_THREADS})
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(num_workgroups) grid: vec3<u32>, @builtin(local_invocation_index) thread: u32) {
  let position = group.y * LANES + thread % LANES;
  ${setup}
  if (position >= panel.count) { return; }
  let slot = slots[position];
  for (var start = group.x * panel.chunk; start < panel.pixels; start += grid.x * panel.chunk) {
    ${before}
    let first = start + thread / LANES;
    let end = min(start + panel.chunk, panel.pixels);
    let y = first / panel.width;
    var x = first - y * panel.width;
    var source = panel.offset + slot.channel * panel.channelStep + first * panel.pixelStep;
    var to = slot.origin + y * panel.stride + x;
    for (var turn = 0u; first + turn * PIXELS < end; turn++) {
      let bits = activation[source];
      ${each}
      montage[to] = color;
      source += PIXELS * panel.pixelStep;
      to += panel.along;
      x += panel.across;
      let wrapped = x >= panel.width;
      to += select(0u, panel.stride - panel.width, wrapped);
      x -= select(0u, panel.width, wrapped);
    }
    ${after}
  }
}
`;
}

/**
 * NHWC numbers to the RGBA words of a montage, for `normalize`. Floats guess each row. A guess that is not within the margin of a row's
 * edge is right whatever the floats' last bits were; the others go on a list, for the settling kernel to decide in integers.
 */
export function colorizeShader({ rows, lanes }: ColorShaderOptions): string {
  return /* wgsl */ `
${floatKeys}
${scaleStruct}
${panelStructs}
const LANES: u32 = ${lanes}u;
const PIXELS: u32 = ${COLOR_THREADS / lanes}u;

// A thread's pixels of a chunk: its first (counted through all maps), and a bit for each that is in doubt.
struct Doubts { count: atomic<u32>, padding: u32, list: array<vec2<u32>> }

@group(0) @binding(0) var<storage, read> activation: array<i32>;
@group(0) @binding(1) var<storage, read> slots: array<Slot>;
@group(0) @binding(2) var<storage, read> scales: array<Scale>;
@group(0) @binding(3) var<storage, read> palette: array<u32>;
@group(0) @binding(4) var<uniform> panel: Panel;
@group(0) @binding(5) var<storage, read_write> montage: array<u32>;
@group(0) @binding(6) var<storage, read_write> doubts: Doubts;
${walk({
  before: `
    let guessFrom = scales[slot.scale].guessFrom;
    let guessScale = scales[slot.scale].guessScale;
    let margin = scales[slot.scale].margin;
    let vminBits = scales[slot.scale].vminBits;
    let vmaxBits = scales[slot.scale].vmaxBits;
    let firstPlace = scales[slot.scale].firstPlace;
    var doubtful = 0u;`,
  each: `
      let guess = (bitcast<f32>(bits) - guessFrom) * guessScale;
      let row = clamp(trunc(guess), 0.0, ${rows - 1}.0);
      let part = guess - row;
      let color = palette[u32(row) + firstPlace];
      // The exponent is looked at because a compiler may take it that floats are never NaN.
      let sure = (abs(part - 0.5) < 0.5 - margin && (bits & 0x7f800000) != 0x7f800000) || bits == vminBits || bits == vmaxBits;
      doubtful |= select(1u << turn, 0u, sure);`,
  after: `
    if (doubtful != 0u) {
      doubts.list[atomicAdd(&doubts.count, 1u)] = vec2<u32>(position * panel.pixels + first, doubtful);
    }`,
})}
`;
}
