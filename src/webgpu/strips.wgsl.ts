import { slotStruct } from './walk.wgsl';

/** Threads of a workgroup. */
export const STRIP_THREADS = 64;
/** Pixels of a strip at most: a processor's registers hold no more at a time. */
const LONGEST_STRIP = 10;
/** Rows of a run at most: the bits of a word. A thread finds out about its channel once a run, which costs as much as some pixels. */
const RUN_ROWS = 32;

/** How threads that do not wait for each other share out the pixels of an activation. */
export interface StripOptions {
  /** Channels that a workgroup colours side by side: a power of two up to 32. */
  readonly lanes: number;
  /** Pixels of a strip: no more than a row of the map has. */
  readonly strip: number;
}

/** Pixels of a strip for rows of that width: as even a share as there is. */
export function stripOf(width: number): number {
  return Math.ceil(width / Math.ceil(width / LONGEST_STRIP));
}

/** Strips of a row. */
export function stripsPerRow(width: number): number {
  return Math.ceil(width / stripOf(width));
}

/** Runs of a map: strips of so many rows below each other. */
export function runsOf(width: number, height: number): number {
  return stripsPerRow(width) * Math.ceil(height / RUN_ROWS);
}

/** How an activation lies in memory, and its maps in the montage; where a run begins. */
export const stripStructs = /* wgsl */ `
// 'offset': the picture's first number; 'pixelStep', 'channelStep': how far the next is; 'stride': words of a montage row; 'runs' of a map;
// 'strip': pixels of a strip, 'perRow' of them a row.
struct Panel {
  width: u32, height: u32, offset: u32, pixelStep: u32, channelStep: u32, stride: u32, count: u32, runs: u32, strip: u32, perRow: u32,
  padding0: u32, padding1: u32
}
${slotStruct}
@group(0) @binding(4) var<uniform> panel: Panel;

// A row's last strip ends where the row does, so it may do some pixels of the one before again.
fn leftOf(run: u32) -> u32 { return min((run % panel.perRow) * panel.strip, panel.width - panel.strip); }
fn topOf(run: u32) -> u32 { return run / panel.perRow * ${RUN_ROWS}u; }
`;

/** The lines of WGSL that tell one colouring kernel from another. */
export interface StripParts {
  /** Once a thread; `slot` is known. */
  readonly once?: string;
  /** Before each run. */
  readonly before?: string;
  /** For pixel number `turn` of a strip: uses `bits{turn}`, may leave names of its own that end in the number. */
  each(turn: number): string;
  /** The colour of that pixel, from what `each` left. */
  color(turn: number): string;
  /** After each row of a run. */
  readonly row?: string;
  /** After each run, whose number is `run`. */
  readonly after?: string;
}

/**
 * The walk of threads that never wait for each other over the pixels of an activation, as the entry point `main`: a thread takes runs of
 * strips below each other, and a strip without a loop, first what it reads, then the arithmetic, then what it writes. On a processor a loop
 * would cost as much as the pixels. Wants `stripStructs`, bindings named `activation`, `slots` and `montage`, and workgroups in a
 * grid of so many runs by so many times `lanes` channels.
 */
export function strips(options: StripOptions, { once = '', before = '', each, color, row = '', after = '' }: StripParts): string {
  const { lanes, strip } = options;
  const turns = Array.from({ length: strip }, (_, turn) => turn);
  const all = (line: (turn: number) => string) => turns.map(line).join('\n      ');
  return /* wgsl */ `
const LANES: u32 = ${lanes}u;
const RUNS: u32 = ${STRIP_THREADS / lanes}u;
@compute @workgroup_size(${STRIP_THREADS})
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(num_workgroups) grid: vec3<u32>, @builtin(local_invocation_index) thread: u32) {
  let position = group.y * LANES + thread % LANES;
  var run = group.x * RUNS + thread / LANES;
  if (position >= panel.count || run >= panel.runs) { return; }
  let slot = slots[position];
  let runs = panel.runs;
  let step = panel.pixelStep;
  let stride = panel.stride;
  let down = panel.width * step;
  ${once}
  loop {
    let left = leftOf(run);
    let top = topOf(run);
    let end = min(top + ${RUN_ROWS}u, panel.height);
    var at = panel.offset + slot.channel * panel.channelStep + (top * panel.width + left) * step;
    var to = slot.origin + top * stride + left;
    ${before}
    var y = top;
    loop {
      let at0 = at;
      ${all((turn) => `let bits${turn} = activation[at${turn}]; let at${turn + 1} = at${turn} + step;`)}
      ${all(each)}
      ${all((turn) => `let color${turn} = ${color(turn)};`)}
      ${all((turn) => `montage[to + ${turn}u] = color${turn};`)}
      ${row}
      at += down;
      to += stride;
      y++;
      continuing { break if y >= end; }
    }
    ${after}
    run += grid.x * RUNS;
    continuing { break if run >= runs; }
  }
}
`;
}
