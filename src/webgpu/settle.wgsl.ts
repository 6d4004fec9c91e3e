import { edgeFunctions } from './edges.wgsl';
import { exactSums, floatKeys } from './exact.wgsl';
import { guessBits, scaleStruct } from './scale.wgsl';
import { stripStructs } from './strips.wgsl';
import { panelStructs, stepOf, type WalkOptions } from './walk.wgsl';

/** Threads of a workgroup. */
export const SETTLE_THREADS = 64;

const shared = (rows: number, structs: string) => /* wgsl */ `
${floatKeys}
${exactSums}
${scaleStruct}
${structs}
const ROWS: u32 = ${rows}u;

struct Doubts { count: u32, padding: u32, list: array<vec2<u32>> }

@group(0) @binding(0) var<storage, read> activation: array<i32>;
@group(0) @binding(1) var<storage, read> slots: array<Slot>;
@group(0) @binding(2) var<storage, read> scales: array<Scale>;
@group(0) @binding(3) var<storage, read> palette: array<u32>;
@group(0) @binding(5) var<storage, read_write> montage: array<u32>;
@group(0) @binding(6) var<storage, read> doubts: Doubts;
@group(0) @binding(7) var<storage, read> thresholds: array<Threshold>;
${edgeFunctions}
fn colorOf(scale: Scale, bits: i32) -> u32 {
  let key = orderedKey(bits);
  // The place among the palette's colours is the number of edges at or below the key. Where floats are to be trusted, the guess is
  // off by less than one, so that a single edge decides.
  let nearest = u32(clamp(i32(round((bitcast<f32>(bits) - scale.guessFrom) * scale.guessScale)), 0, i32(ROWS)));
  let tame = scale.margin < ${2 ** guessBits(rows).shift}u && scale.kind == ORDINARY && !isSpecial(bits);
  var low = select(0u, nearest + 1u, tame);
  var high = select(ROWS + 3u, nearest + 2u, tame);
  loop {
    let middle = (low + high) >> 1u;
    let above = key >= edge(scale, middle);
    low = select(low, middle + 1u, above);
    high = select(middle, high, above);
    continuing { break if low >= high; }
  }
  return palette[select(low, select(0u, 2u, scale.kind == CONSTANT), key == NAN_KEY)];
}
`;

/** Decides the pixels that the colour kernel left in doubt, by comparing keys with exact edges. */
export function settleShader({ rows, ...how }: WalkOptions & { readonly rows: number }): string {
  return /* wgsl */ `
${shared(rows, panelStructs)}
const STEP: u32 = ${stepOf(how)}u;

@compute @workgroup_size(${SETTLE_THREADS})
fn main(@builtin(global_invocation_id) id: vec3<u32>, @builtin(num_workgroups) grid: vec3<u32>) {
  for (var i = id.x; i < doubts.count; i += grid.x * ${SETTLE_THREADS}u) {
    let position = doubts.list[i].x / panel.pixels;
    let first = doubts.list[i].x - position * panel.pixels;
    let slot = slots[position];
    let scale = scales[slot.scale];
    for (var doubtful = doubts.list[i].y; doubtful != 0u; doubtful &= doubtful - 1u) {
      let pixel = first + countTrailingZeros(doubtful) * STEP;
      let color = colorOf(scale, activation[panel.offset + slot.channel * panel.channelStep + pixel * panel.pixelStep]);
      let y = pixel / panel.width;
      montage[slot.origin + y * panel.stride + pixel - y * panel.width] = color;
    }
  }
}
`;
}

/** The same for the rows of strips, in which it looks for the doubtful pixels once more: generously, should these sums be rounded otherwise. */
export function settleStripsShader(rows: number): string {
  const { base, shift } = guessBits(rows);
  return /* wgsl */ `
${shared(rows, stripStructs)}
fn isDoubtful(scale: Scale, bits: i32) -> bool {
  let margin = i32(scale.margin) + 2;
  let guess = bitcast<i32>((bitcast<f32>(bits) - scale.guessFrom) * scale.guessScale + ${base + 2}.0);
  let near = ((clamp(guess, scale.lowest, scale.highest) + margin) & ${2 ** shift - 1}) < 2 * margin;
  return isSpecial(bits) | (near & (bits != scale.vminBits) & (bits != scale.vmaxBits));
}

@compute @workgroup_size(${SETTLE_THREADS})
fn main(@builtin(global_invocation_id) id: vec3<u32>, @builtin(num_workgroups) grid: vec3<u32>) {
  let count = doubts.count;
  var i = id.x;
  if (i >= count) { return; }
  loop {
    let position = doubts.list[i].x / panel.runs;
    let run = doubts.list[i].x - position * panel.runs;
    let slot = slots[position];
    let scale = scales[slot.scale];
    let left = leftOf(run);
    let top = topOf(run);
    var doubtful = doubts.list[i].y;
    loop {
      let y = top + countTrailingZeros(doubtful);
      let at = panel.offset + slot.channel * panel.channelStep + (y * panel.width + left) * panel.pixelStep;
      var pixels = 0u;
      var bit = 1u;
      var next = at;
      loop {
        pixels |= select(0u, bit, isDoubtful(scale, activation[next]));
        bit += bit;
        next += panel.pixelStep;
        continuing { break if bit == 1u << panel.strip; }
      }
      loop {
        // (Should these sums differ after all, no other strip is touched.)
        let x = min(countTrailingZeros(pixels), panel.strip - 1u);
        montage[slot.origin + y * panel.stride + left + x] = colorOf(scale, activation[at + x * panel.pixelStep]);
        pixels &= pixels - 1u;
        continuing { break if pixels == 0u; }
      }
      doubtful &= doubtful - 1u;
      continuing { break if doubtful == 0u; }
    }
    i += grid.x * ${SETTLE_THREADS}u;
    continuing { break if i >= count; }
  }
}
`;
}
