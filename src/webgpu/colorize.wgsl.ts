import { tableStride } from './edges.wgsl';
import { floatKeys } from './exact.wgsl';

/** Threads of a workgroup. */
export const COLOR_THREADS = 256;

/** How the colour kernel was built. */
export interface ColorizeShaderOptions {
  /** Of the colormap. */
  readonly rows: number;
  /** Channels that one workgroup colours: a power of two. Eight float32 are what a memory sector holds. */
  readonly lanes: number;
  /** Whether tables and palette are copied to workgroup memory first; giant tables do not fit. */
  readonly local: boolean;
}

/**
 * NHWC numbers to the RGBA words of a montage. The float arithmetic only guesses a place in the table; the place is taken when the
 * value's key lies between its two edges, and searched for by halving otherwise. A place is the number of edges at or below the key.
 */
export function colorizeShader({ rows, lanes, local }: ColorizeShaderOptions): string {
  const stride = tableStride(rows);
  return /* wgsl */ `
${floatKeys}
const ROWS: u32 = ${rows}u;
const EDGES: u32 = ROWS + 3u;
const LANES: u32 = ${lanes}u;
const PIXELS: u32 = ${COLOR_THREADS / lanes}u;
const STRIDE: u32 = ${stride}u;

// 'chunk' pixels a workgroup; 'stepX', 'stepY': how far PIXELS pixels on is; 'stride': words a row of the montage; 'one': one table for all.
struct Panel { pixels: u32, offset: u32, pixelStep: u32, channelStep: u32, width: u32, chunk: u32, stepX: u32, stepY: u32, stride: u32, count: u32, one: u32, padding: u32 }
// A drawn channel: its number, its table, and where in the montage its first pixel goes.
struct Slot { channel: u32, table: u32, origin: u32, padding: u32 }

@group(0) @binding(0) var<storage, read> activation: array<i32>;
@group(0) @binding(1) var<storage, read> slots: array<Slot>;
@group(0) @binding(2) var<storage, read> tables: array<i32>;
@group(0) @binding(3) var<storage, read> palette: array<u32>;
@group(0) @binding(4) var<uniform> panel: Panel;
@group(0) @binding(5) var<storage, read_write> montage: array<u32>;
${
  local
    ? `
var<workgroup> localTables: array<i32, ${lanes * stride}>;
var<workgroup> localPalette: array<u32, ${rows + 4}>;
fn entry(i: u32) -> i32 { return localTables[i]; }
fn color(place: u32) -> u32 { return localPalette[place]; }`
    : `
fn entry(i: u32) -> i32 { return tables[i]; }
fn color(place: u32) -> u32 { return palette[place]; }`
}

@compute @workgroup_size(${COLOR_THREADS})
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(num_workgroups) grid: vec3<u32>, @builtin(local_invocation_index) thread: u32) {
  let first = group.y * LANES;
${
  local
    ? `
  let used = select(min(panel.count - first, LANES), 1u, panel.one == 1u);
  for (var lane = 0u; lane < used; lane++) {
    let source = slots[first + lane].table * STRIDE;
    for (var i = thread; i < STRIDE; i += ${COLOR_THREADS}u) { localTables[lane * STRIDE + i] = tables[source + i]; }
  }
  for (var i = thread; i < ROWS + 4u; i += ${COLOR_THREADS}u) { localPalette[i] = palette[i]; }
  workgroupBarrier();`
    : ''
}
  let lane = thread % LANES;
  if (first + lane >= panel.count) { return; }
  let slot = slots[first + lane];
  let base = ${local ? 'select(lane * STRIDE, 0u, panel.one == 1u)' : 'slot.table * STRIDE'};
  let nanPlace = u32(entry(base + EDGES + 2u));
  let vmin = bitcast<f32>(entry(base + EDGES + 3u));
  let scale = bitcast<f32>(entry(base + EDGES + 4u));
  for (var start = group.x * panel.chunk; start < panel.pixels; start += grid.x * panel.chunk) {
    let end = min(start + panel.chunk, panel.pixels);
    var pixel = start + thread / LANES;
    var y = pixel / panel.width;
    var x = pixel - y * panel.width;
    while (pixel < end) {
      let bits = activation[panel.offset + pixel * panel.pixelStep + slot.channel * panel.channelStep];
      let key = orderedKey(bits);
      // Whatever a float makes of infinities and NaN, the clamp leaves a place in the table.
      var place = u32(clamp(i32((bitcast<f32>(bits) - vmin) * scale) + 2, 2, i32(ROWS) + 1));
      var low = 0u;
      var high = EDGES;
      loop {
        // Edge i is word i + 1: a sentinel is before the first and after the last.
        if (key < entry(base + place)) { high = place - 1u; }
        else if (key >= entry(base + place + 1u)) { low = place + 1u; }
        else { break; }
        place = (low + high) >> 1u;
      }
      place = select(place, nanPlace, key == NAN_KEY);
      montage[slot.origin + y * panel.stride + x] = color(place);
      pixel += PIXELS;
      x += panel.stepX;
      y += panel.stepY;
      if (x >= panel.width) { x -= panel.width; y += 1u; }
    }
  }
}
`;
}
