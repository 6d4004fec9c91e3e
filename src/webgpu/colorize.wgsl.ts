import { floatKeys } from './exact.wgsl';
import { scaleStruct } from './scale.wgsl';

/** Threads of a workgroup. */
export const COLOR_THREADS = 256;

/** Pixels that a thread may colour in one run: the bits of a word. */
export const MOST_TURNS = 32;

/** What the kernels that colour an activation share. */
export interface ColorShaderOptions {
  /** Channels that a workgroup colours side by side: a power of two. Eight float32 are what a memory sector holds. */
  readonly lanes: number;
  /**
   * Whether neighbouring threads take neighbouring pixels, which is how a GPU's memory wants it. Otherwise each takes a piece of a row,
   * which costs fewer instructions a pixel.
   */
  readonly cooperative: boolean;
}

/** How a kernel was built that knows the colormap's size. */
export interface RowsShaderOptions extends ColorShaderOptions {
  /** Of the colormap. */
  readonly rows: number;
}

/** How the guessing kernel was built. */
export interface GuessShaderOptions extends ColorShaderOptions {
  /** Whether each map's limits are the smallest and largest of its values. */
  readonly open: boolean;
}

/** Pixels from one of a thread's to its next. */
export function stepOf({ lanes, cooperative }: ColorShaderOptions): number {
  return cooperative ? COLOR_THREADS / lanes : 1;
}

/** How an activation lies in memory, and its maps in the montage. */
export const panelStructs = /* wgsl */ `
// 'offset': the picture's first number; 'pixelStep', 'channelStep': how far the next is; 'stride': words of a montage row. For threads that
// cooperate, 'chunk': pixels of a workgroup, at most ${MOST_TURNS} of a thread; 'across', 'along': how far a thread's next pixel is in its map's
// row and in the montage. For the others, 'pieces' of 'length' pixels, at most ${MOST_TURNS}, 'perRow' of them.
struct Panel {
  pixels: u32, offset: u32, pixelStep: u32, channelStep: u32, width: u32, stride: u32, count: u32,
  chunk: u32, across: u32, along: u32, pieces: u32, perRow: u32, length: u32, padding0: u32, padding1: u32, padding2: u32
}
// A drawn channel: its number, its scale, and where in the montage its first pixel goes.
struct Slot { channel: u32, scale: u32, origin: u32, padding: u32 }
`;

/** The lines of WGSL that tell one colouring kernel from another. */
export interface WalkParts {
  /** At the beginning, by all threads of a workgroup. */
  readonly setup?: string;
  /** Once a thread; `slot` is known. */
  readonly once?: string;
  /** Before each of a thread's runs of pixels. */
  readonly before?: string;
  /** For each pixel: uses `bits`, leaves `color`. */
  readonly each: string;
  /** After each run; `first` is its first pixel. */
  readonly after?: string;
}

/** The walk of the threads over their pixels, `PIXELS` threads for each of `LANES` channels. */
export function walk(cooperative: boolean, parts: WalkParts): string {
  return /* wgsl */ `
@compute @workgroup_size(${COLOR_THREADS})
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(num_workgroups) grid: vec3<u32>, @builtin(local_invocation_index) thread: u32) {
  let position = group.y * LANES + thread % LANES;
  ${parts.setup ?? ''}
  if (position >= panel.count) { return; }
  let slot = slots[position];
  ${parts.once ?? ''}
  ${cooperative ? interleaved(parts) : byPieces(parts)}
}
`;
}

function interleaved({ before = '', each, after = '' }: WalkParts): string {
  return /* wgsl */ `
  for (var start = group.x * panel.chunk; start < panel.pixels; start += grid.x * panel.chunk) {
    ${before}
    let first = start + thread / LANES;
    let end = min(start + panel.chunk, panel.pixels);
    let y = first / panel.width;
    var x = first - y * panel.width;
    var at = panel.offset + slot.channel * panel.channelStep + first * panel.pixelStep;
    var to = slot.origin + y * panel.stride + x;
    for (var pixel = first; pixel < end; pixel += PIXELS) {
      let bits = activation[at];
      ${each}
      montage[to] = color;
      at += PIXELS * panel.pixelStep;
      to += panel.along;
      x += panel.across;
      let wrapped = x >= panel.width;
      to += select(0u, panel.stride - panel.width, wrapped);
      x -= select(0u, panel.width, wrapped);
    }
    ${after}
  }`;
}

function byPieces({ before = '', each, after = '' }: WalkParts): string {
  return /* wgsl */ `
  for (var piece = group.x * PIXELS + thread / LANES; piece < panel.pieces; piece += grid.x * PIXELS) {
    ${before}
    let y = piece / panel.perRow;
    let x = (piece - y * panel.perRow) * panel.length;
    let first = y * panel.width + x;
    var at = panel.offset + slot.channel * panel.channelStep + first * panel.pixelStep;
    var to = slot.origin + y * panel.stride + x;
    let end = to + min(panel.length, panel.width - x);
    while (to < end) {
      let bits = activation[at];
      ${each}
      montage[to] = color;
      at += panel.pixelStep;
      to += 1u;
    }
    ${after}
  }`;
}

/**
 * NHWC numbers to the RGBA words of a montage, for `normalize`. Floats guess each place in the palette. A guess that is not within the
 * margin of an edge is right whatever the floats' last bits were; the others go on a list, for the settling kernel to decide in integers.
 */
export function colorizeShader({ lanes, cooperative, open }: GuessShaderOptions): string {
  // Limits taken from the values leave no infinity or NaN beside ordinary ones, and nothing outside.
  const known = open ? '' : ' && (bits & 0x7f800000) != 0x7f800000) || bits == vminBits || bits == vmaxBits';
  return /* wgsl */ `
${floatKeys}
${scaleStruct}
${panelStructs}
const LANES: u32 = ${lanes}u;
const PIXELS: u32 = ${COLOR_THREADS / lanes}u;

// A thread's run of pixels: its first (counted through all maps), and a bit for each that is in doubt.
struct Doubts { count: atomic<u32>, padding: u32, list: array<vec2<u32>> }

@group(0) @binding(0) var<storage, read> activation: array<i32>;
@group(0) @binding(1) var<storage, read> slots: array<Slot>;
@group(0) @binding(2) var<storage, read> scales: array<Scale>;
@group(0) @binding(3) var<storage, read> palette: array<u32>;
@group(0) @binding(4) var<uniform> panel: Panel;
@group(0) @binding(5) var<storage, read_write> montage: array<u32>;
@group(0) @binding(6) var<storage, read_write> doubts: Doubts;
${walk(cooperative, {
  once: `
    let guessFrom = scales[slot.scale].guessFrom;
    let guessScale = scales[slot.scale].guessScale;
    let lowest = scales[slot.scale].lowest;
    let highest = scales[slot.scale].highest;
    let reach = scales[slot.scale].reach;
    ${open ? '' : 'let vminBits = scales[slot.scale].vminBits; let vmaxBits = scales[slot.scale].vmaxBits;\n    let lastPlace = scales[slot.scale].lastPlace;'}`,
  before: `
    var doubtful = 0u;
    var bit = 1u;`,
  each: `
      let guess = clamp((bitcast<f32>(bits) - guessFrom) * guessScale + 2.0, lowest, highest);
      let place = ${open ? 'trunc(guess)' : 'select(trunc(guess), lastPlace, bits == vmaxBits)'};
      let color = palette[u32(place)];
      // (The exponent is looked at because a compiler may take it that floats are never NaN.)
      let sure = ${open ? '' : '('}abs(guess - place - 0.5) < reach${known};
      doubtful |= select(bit, 0u, sure);
      bit <<= 1u;`,
  after: `
    if (doubtful != 0u) {
      doubts.list[atomicAdd(&doubts.count, 1u)] = vec2<u32>(position * panel.pixels + first, doubtful);
    }`,
})}
`;
}
