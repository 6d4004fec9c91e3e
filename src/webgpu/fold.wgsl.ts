import { exactSums, floatKeys } from './exact.wgsl';
import { scaleFunctions, scaleStruct } from './scale.wgsl';

/** Threads of a workgroup, which has one table where they cooperate. */
export const FOLD_THREADS = { cooperative: 256, alone: 64 };

/**
 * The second level of the reduction: from partial results to the scale of each table, over a range of slots (a slot is a drawn channel).
 * One workgroup a table, or one thread where they do not cooperate.
 */
export function foldShader({ cooperative, centered }: { readonly cooperative: boolean; readonly centered: boolean }): string {
  const threads = FOLD_THREADS[cooperative ? 'cooperative' : 'alone'];
  return /* wgsl */ `
${floatKeys}
${exactSums}
${scaleStruct}
const THREADS: u32 = ${threads}u;

// Where a slot's partial results lie: 'groups' of them, 'step' apart.
struct Slot { first: u32, step: u32, groups: u32, padding: u32 }
struct Range { first: u32, end: u32 }

@group(0) @binding(0) var<storage, read> partials: array<vec2<i32>>;
@group(0) @binding(1) var<storage, read> slots: array<Slot>;
@group(0) @binding(2) var<storage, read> ranges: array<Range>;
@group(0) @binding(3) var<uniform> settings: Settings;
@group(0) @binding(4) var<storage, read_write> scales: array<Scale>;
${
  cooperative
    ? `
var<workgroup> lowest: array<i32, THREADS>;
var<workgroup> highest: array<i32, THREADS>;`
    : ''
}
${scaleFunctions(centered)}
@compute @workgroup_size(${threads})
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(num_workgroups) grid: vec3<u32>, @builtin(local_invocation_index) thread: u32) {
  let place = group.y * grid.x + group.x;
  let table = ${cooperative ? 'place' : 'place * THREADS + thread'};
  if (table >= settings.tables) { return; }
  let range = ranges[table];
  var low = NAN_KEY;
  var high = -NAN_KEY;
${cooperative ? foldTogether : foldAlone}
${cooperative ? combine : ''}
  ${cooperative ? 'if (thread == 0u) { scales[table] = scaleOf(low, high); }' : 'scales[table] = scaleOf(low, high);'}
}
`;
}

/** The members share the partial results of a single slot, or the slots of a range. */
const foldTogether = `
  let single = range.end - range.first == 1u;
  for (var s = range.first + select(thread, 0u, single); s < range.end; s += select(THREADS, 1u, single)) {
    let slot = slots[s];
    for (var g = select(0u, thread, single); g < slot.groups; g += select(1u, THREADS, single)) {
      let part = partials[slot.first + g * slot.step];
      low = min(low, part.x);
      high = max(high, part.y);
    }
  }`;

/** No range and no slot is empty. */
const foldAlone = `
  var s = range.first;
  loop {
    let slot = slots[s];
    let end = slot.first + slot.groups * slot.step;
    var at = slot.first;
    loop {
      let part = partials[at];
      low = min(low, part.x);
      high = max(high, part.y);
      at += slot.step;
      continuing { break if at >= end; }
    }
    s++;
    continuing { break if s >= range.end; }
  }`;

const combine = `
  lowest[thread] = low;
  highest[thread] = high;
  for (var half = THREADS / 2u; half > 0u; half >>= 1u) {
    workgroupBarrier();
    if (thread < half) {
      lowest[thread] = min(lowest[thread], lowest[thread + half]);
      highest[thread] = max(highest[thread], highest[thread + half]);
    }
  }
  low = lowest[thread];
  high = highest[thread];`;
