import type { RowsShaderOptions } from './colorize.wgsl';
import { edgeFunctions } from './edges.wgsl';
import { exactSums, floatKeys } from './exact.wgsl';
import { guessBits, scaleStruct } from './scale.wgsl';
import { panelStructs, stepOf } from './walk.wgsl';

/** Threads of a workgroup. */
export const SETTLE_THREADS = 64;

/** Decides the pixels that the colour kernel left in doubt, by comparing keys with exact edges. */
export function settleShader(options: RowsShaderOptions): string {
  return /* wgsl */ `
${floatKeys}
${exactSums}
${scaleStruct}
${panelStructs}
const ROWS: u32 = ${options.rows}u;
const STEP: u32 = ${stepOf(options)}u;

struct Doubts { count: u32, padding: u32, list: array<vec2<u32>> }

@group(0) @binding(0) var<storage, read> activation: array<i32>;
@group(0) @binding(1) var<storage, read> slots: array<Slot>;
@group(0) @binding(2) var<storage, read> scales: array<Scale>;
@group(0) @binding(3) var<storage, read> palette: array<u32>;
@group(0) @binding(4) var<uniform> panel: Panel;
@group(0) @binding(5) var<storage, read_write> montage: array<u32>;
@group(0) @binding(6) var<storage, read> doubts: Doubts;
@group(0) @binding(7) var<storage, read> thresholds: array<Threshold>;
${edgeFunctions}
@compute @workgroup_size(${SETTLE_THREADS})
fn main(@builtin(global_invocation_id) id: vec3<u32>, @builtin(num_workgroups) grid: vec3<u32>) {
  for (var i = id.x; i < doubts.count; i += grid.x * ${SETTLE_THREADS}u) {
    let position = doubts.list[i].x / panel.pixels;
    let first = doubts.list[i].x - position * panel.pixels;
    let slot = slots[position];
    let scale = scales[slot.scale];
    for (var doubtful = doubts.list[i].y; doubtful != 0u; doubtful &= doubtful - 1u) {
      let pixel = first + countTrailingZeros(doubtful) * STEP;
      let bits = activation[panel.offset + slot.channel * panel.channelStep + pixel * panel.pixelStep];
      let key = orderedKey(bits);
      // The place among the palette's colours is the number of edges at or below the key. Where floats are to be trusted, the guess is
      // off by less than one, so that a single edge decides.
      let nearest = u32(clamp(i32(round((bitcast<f32>(bits) - scale.guessFrom) * scale.guessScale)), 0, i32(ROWS)));
      let tame = scale.margin == ${guessBits(options.rows).margin}u && scale.kind == ORDINARY && key != NAN_KEY && key != HIGHEST && key != LOWEST;
      var low = select(0u, nearest + 1u, tame);
      var high = select(ROWS + 3u, nearest + 2u, tame);
      while (low < high) {
        let middle = (low + high) >> 1u;
        if (key >= edge(scale, middle)) { low = middle + 1u; } else { high = middle; }
      }
      low = select(low, select(0u, 2u, scale.kind == CONSTANT), key == NAN_KEY);
      let y = pixel / panel.width;
      montage[slot.origin + y * panel.stride + pixel - y * panel.width] = palette[low];
    }
  }
}
`;
}
