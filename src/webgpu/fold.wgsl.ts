import { exactSums, floatKeys } from './exact.wgsl';
import type { ReductionOptions } from './limits.wgsl';
import { GUESS_MARGIN, scaleFunctions, scaleStruct } from './scale.wgsl';

/** Threads of a workgroup. */
export const FOLD_THREADS = 64;
/**
 * The second level of the reduction: from partial results to the scale of each table, over a range of slots (a slot is a drawn channel).
 * One workgroup a table, or one thread where they do not cooperate.
 */
export function foldShader({ cooperative, subgroups, centered }: ReductionOptions & { readonly centered: boolean }): string {
  return /* wgsl */ `
${cooperative && subgroups ? 'enable subgroups;' : ''}
${floatKeys}
${exactSums}
${scaleStruct}
const THREADS: u32 = ${FOLD_THREADS}u;
const TOGETHER: u32 = ${cooperative ? FOLD_THREADS : 1}u;
const GUESS_MARGIN: f32 = ${GUESS_MARGIN};

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
@compute @workgroup_size(${FOLD_THREADS})
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(num_workgroups) grid: vec3<u32>, @builtin(local_invocation_index) thread: u32${
    cooperative && subgroups ? ', @builtin(subgroup_invocation_id) lane: u32' : ''
  }) {
  let place = group.y * grid.x + group.x;
  let table = ${cooperative ? 'place' : 'place * THREADS + thread'};
  let member = ${cooperative ? 'thread' : '0u'};
  if (table >= settings.tables) { return; }
  let range = ranges[table];
  var low = NAN_KEY;
  var high = -NAN_KEY;
  // The members share the partial results of a single slot, or the slots of a range.
  let single = range.end - range.first == 1u;
  for (var s = range.first + select(member, 0u, single); s < range.end; s += select(TOGETHER, 1u, single)) {
    let slot = slots[s];
    for (var g = select(0u, member, single); g < slot.groups; g += select(1u, TOGETHER, single)) {
      let part = partials[slot.first + g * slot.step];
      low = min(low, part.x);
      high = max(high, part.y);
    }
  }
${cooperative ? combine(subgroups) : ''}
  ${cooperative ? 'if (thread == 0u) { scales[table] = scaleOf(low, high); }' : 'scales[table] = scaleOf(low, high);'}
}
`;
}

function combine(subgroups: boolean): string {
  if (subgroups) {
    return `
  low = subgroupMin(low);
  high = subgroupMax(high);
  // How many subgroups there are, and which threads they begin with, is not laid down.
  lowest[thread] = select(NAN_KEY, low, lane == 0u);
  highest[thread] = select(-NAN_KEY, high, lane == 0u);
  workgroupBarrier();
  if (thread == 0u) {
    for (var i = 0u; i < THREADS; i++) { low = min(low, lowest[i]); high = max(high, highest[i]); }
  }`;
  }
  return `
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
}
