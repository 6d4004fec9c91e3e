/** Threads of a workgroup. */
export const COLOR_THREADS = 256;
/** Pixels that a thread may colour in one run: the bits of a word. */
export const MOST_TURNS = 32;
/** Words of a tile. */
const TILE_WORDS = 1024;

/** How threads share out the pixels of an activation. */
export interface WalkOptions {
  /** Channels that a workgroup colours side by side: a power of two up to 32. */
  readonly lanes: number;
}

/** Lanes for so many channels. */
export function sideBySide(channels: number): number {
  let lanes = 32;
  while (lanes > 1 && lanes / 2 >= channels) lanes /= 2;
  return lanes;
}

/** Pixels of a map from one of a thread's to its next. */
export function stepOf({ lanes }: WalkOptions): number {
  return COLOR_THREADS / lanes;
}

/** Pixels of a map that a workgroup goes on by at a time. */
export function strideOf({ lanes }: WalkOptions): number {
  return lanes > 1 ? Math.min(COLOR_THREADS, TILE_WORDS / lanes) : COLOR_THREADS;
}

/** A drawn channel. */
export const slotStruct = /* wgsl */ `
// Its number, its scale, and where in the montage its first pixel goes.
struct Slot { channel: u32, scale: u32, origin: u32, padding: u32 }
`;

/** How an activation lies in memory, and its maps in the montage. */
export const panelStructs = /* wgsl */ `
// 'offset': the picture's first number; 'pixelStep', 'channelStep': how far the next is; 'stride': words of a montage row; 'chunk': pixels of a
// workgroup, at most ${MOST_TURNS} of a thread; 'across', 'along': how far a stride takes a thread in its map's row and in the montage.
struct Panel {
  pixels: u32, offset: u32, pixelStep: u32, channelStep: u32, width: u32, stride: u32, count: u32,
  chunk: u32, across: u32, along: u32, padding0: u32, padding1: u32
}
${slotStruct}
@group(0) @binding(4) var<uniform> panel: Panel;
`;

/** The lines of WGSL that tell one colouring kernel from another. */
export interface WalkParts {
  /** At the beginning, by all threads of a workgroup; a barrier follows. */
  readonly setup?: string;
  /** Once a thread; `slot` is known. */
  readonly once?: string;
  /** Before each of a thread's runs of pixels. */
  readonly before?: string;
  /** For each pixel: uses `bits`, leaves `color`; `turn` is its number within the run. */
  readonly each: string;
  /** After each run, whose pixels are `stepOf` apart; `first` is its first pixel. */
  readonly after?: string;
}

/**
 * The walk of a workgroup's threads over its pixels, as the entry point `main`. Wants `panelStructs`, bindings named `activation`, `slots`
 * and `montage`, and workgroups in a grid of so many pixels by so many times `lanes` channels.
 */
export function walk(options: WalkOptions, parts: WalkParts): string {
  const { lanes } = options;
  const tiled = lanes > 1;
  return /* wgsl */ `
const LANES: u32 = ${lanes}u;
const PIXELS: u32 = ${COLOR_THREADS / lanes}u;
${tiled ? tileStorage(options) : ''}
@compute @workgroup_size(${COLOR_THREADS})
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(num_workgroups) grid: vec3<u32>, @builtin(local_invocation_index) thread: u32) {
  let position = group.y * LANES + thread % LANES;
  ${parts.setup ?? ''}
  ${tiled ? tiles(options, parts) : single(parts)}
}
`;
}

/** Goes on by a stride in a map (`x`) and in the montage (`to`). */
const onwards = /* wgsl */ `
      to += panel.along;
      x += panel.across;
      let wrapped = x >= panel.width;
      to += select(0u, panel.stride - panel.width, wrapped);
      x -= select(0u, panel.width, wrapped);`;

/** One channel a workgroup: neighbouring threads take neighbouring pixels, which lie side by side in the map, and never wait for each other again. */
function single({ setup, once = '', before = '', each, after = '' }: WalkParts): string {
  return /* wgsl */ `
  ${setup ? 'workgroupBarrier();' : ''}
  if (position >= panel.count) { return; }
  let slot = slots[position];
  ${once}
  for (var start = group.x * panel.chunk; start < panel.pixels; start += grid.x * panel.chunk) {
    ${before}
    let first = start + thread / LANES;
    let end = min(start + panel.chunk, panel.pixels);
    let y = first / panel.width;
    var x = first - y * panel.width;
    var at = panel.offset + slot.channel * panel.channelStep + first * panel.pixelStep;
    var to = slot.origin + y * panel.stride + x;
    var turn = 0u;
    for (var pixel = first; pixel < end; pixel += PIXELS) {
      let bits = activation[at];
      ${each}
      montage[to] = color;
      turn++;
      at += PIXELS * panel.pixelStep;
      ${onwards}
    }
    ${after}
  }`;
}

/** Pixels of a row of a tile, and words from one of its rows to the next: so many more that 32 neighbouring threads meet in no bank. */
function tileShape(options: WalkOptions): { pixels: number; row: number } {
  const pixels = strideOf(options);
  return { pixels, row: pixels + 32 / options.lanes };
}

function tileStorage(options: WalkOptions): string {
  return /* wgsl */ `
var<workgroup> tile: array<u32, ${2 * options.lanes * tileShape(options).row}>;
var<workgroup> origins: array<u32, LANES>;
`;
}

/**
 * Several channels a workgroup: neighbouring threads read neighbouring channels, as an activation has them, and write neighbouring pixels,
 * as a map has them. In between colours wait in workgroup memory, a row of a tile a channel. There are two tiles, which take turns, so that
 * threads need not wait before they go on.
 */
function tiles(options: WalkOptions, { once = '', before = '', each, after = '' }: WalkParts): string {
  const { pixels, row } = tileShape(options);
  const turns = Array.from({ length: (pixels * options.lanes) / COLOR_THREADS }, (_, turn) => turn);
  return /* wgsl */ `
  if (thread < LANES) { origins[thread] = slots[min(group.y * LANES + thread, panel.count - 1u)].origin; }
  workgroupBarrier();
  let drawn = position < panel.count;
  let slot = slots[min(position, panel.count - 1u)];
  let channels = min(LANES, panel.count - group.y * LANES);
  let cell = thread % LANES * ${row}u + thread / LANES;
  let own = thread % ${pixels}u;
  let step = PIXELS * panel.pixelStep;
  var half = 0u;
  ${once}
  for (var start = group.x * panel.chunk; start < panel.pixels; start += grid.x * panel.chunk) {
    ${before}
    let first = start + thread / LANES;
    let end = min(start + panel.chunk, panel.pixels);
    let y = (start + own) / panel.width;
    var x = start + own - y * panel.width;
    var to = y * panel.stride + x;
    var at = panel.offset + slot.channel * panel.channelStep + first * panel.pixelStep;
    var pixel = first;
    var turns = 0u;
    ${turns.map((turn) => `var bits${turn} = activation[at + ${turn}u * step];`).join('\n    ')}
    for (var base = start; base < end; base += ${pixels}u) {
      ${turns
        .map((turn) => {
          const use = `let turn = turns + ${turn}u; let bits = bits${turn}; ${each} tile[half + cell + ${turn}u * PIXELS] = color;`;
          return `if (drawn && pixel + ${turn}u * PIXELS < end) { ${use} }`;
        })
        .join('\n      ')}
      turns += ${turns.length}u;
      pixel += ${pixels}u;
      at += ${pixels}u * panel.pixelStep;
      if (base + ${pixels}u < end) {
        // Under way while threads wait for each other and write. (What lies past the end is not used.)
        ${turns.map((turn) => `bits${turn} = activation[at + ${turn}u * step];`).join('\n        ')}
      }
      workgroupBarrier();
      if (base + own < end) {
        for (var lane = thread / ${pixels}u; lane < channels; lane += ${COLOR_THREADS / pixels}u) {
          montage[origins[lane] + to] = tile[half + lane * ${row}u + own];
        }
      }
      half = ${options.lanes * row}u - half;
      ${onwards}
    }
    ${after}
  }`;
}
