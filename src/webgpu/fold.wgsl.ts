import { exactSums, floatKeys } from './exact.wgsl';
import type { ReductionOptions } from './limits.wgsl';

/** Threads of a workgroup. */
export const FOLD_THREADS = 64;
/** Words of a `Scale`. */
export const SCALE_WORDS = 12;

/** What the fold kernel finds out about a table: its limits, and which case they are. */
export const scaleStruct = /* wgsl */ `
const ORDINARY: u32 = 0u;
// A NaN among the values, or limits between which nothing has a place: all is bad.
const BAD: u32 = 1u;
// One value only: all is the first row.
const CONSTANT: u32 = 2u;
// The largest value is infinite: what is finite is the first row.
const ENDLESS: u32 = 3u;

// vmin as a float64 with leading bit 61 (word 1 of it after word 0), vmax - vmin as one with leading bit 52.
struct Scale {
  kind: u32, negative: u32, e: i32, hi: u32, lo: u32, rangeE: i32, rangeHi: u32, rangeLo: u32, low: i32, high: i32, guessFrom: f32, guessScale: f32
}
`;

/**
 * The second level of the reduction: from partial results to the limits of each table, over a range of slots (a slot is a drawn
 * channel). One workgroup a table, or one thread where they do not cooperate.
 */
export function foldShader({ cooperative, subgroups }: ReductionOptions): string {
  return /* wgsl */ `
${cooperative && subgroups ? 'enable subgroups;' : ''}
${floatKeys}
${exactSums}
${scaleStruct}
const THREADS: u32 = ${FOLD_THREADS}u;
const TOGETHER: u32 = ${cooperative ? FOLD_THREADS : 1}u;

// Where a slot's partial results lie: 'groups' of them, 'step' apart.
struct Slot { first: u32, step: u32, groups: u32, padding: u32 }
struct Range { first: u32, end: u32 }
// A limit that the norm was made with (given = 1) as a float64: sign and exponent, 53-bit integer.
struct Given { given: u32, negative: u32, e: i32, hi: u32, lo: u32, guess: f32, padding0: u32, padding1: u32 }
struct Settings { vmin: Given, vmax: Given, rows: u32, stride: u32, tables: u32, padding: u32 }

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

fn limitOf(key: i32, fixed: Given) -> Real {
  let bits = keyBits(key);
  let field = (bits >> 23u) & 255u;
  let fraction = bits & 0x7fffffu;
  let found = Real(bits >> 31u == 1u, select(i32(field) - 150, -149, field == 0u), 0u, select(fraction | 0x800000u, fraction, field == 0u));
  var limit = found;
  if (fixed.given == 1u) { limit = Real(fixed.negative == 1u, fixed.e, fixed.hi, fixed.lo); }
  // Leading bit 61; 0 below all that is not.
  let up = raised(limit);
  let zero = (up.hi | up.lo) == 0u;
  return Real(up.negative, select(up.e + 1, -100000, zero), up.hi >> 1u, (up.lo >> 1u) | (up.hi << 31u));
}

fn scaleOf(low: i32, high: i32) -> Scale {
  let vmin = limitOf(low, settings.vmin);
  let vmax = limitOf(high, settings.vmax);
  let autoLow = settings.vmin.given == 0u;
  let autoHigh = settings.vmax.given == 0u;
  // vmax - vmin to 53 bits: nearest, ties to even, as float64 has it.
  let exact = raised(sum(vmax, Real(!vmin.negative, vmin.e, vmin.hi, vmin.lo)));
  let rest = exact.lo & 0x3ffu;
  let up = rest > 0x200u || (rest == 0x200u && (exact.lo & 0x400u) != 0u);
  let lo = ((exact.lo >> 10u) | (exact.hi << 22u)) + select(0u, 1u, up);
  let hi = (exact.hi >> 10u) + select(0u, 1u, up && lo == 0u);
  // Up to the next power of two: one bit too many, a zero.
  let long = hi >> 21u;
  let none = (exact.hi | exact.lo) == 0u;

  // Given limits are finite.
  let nan = high == NAN_KEY;
  let constant = !nan && (none || (autoLow && autoHigh && low == high));
  let bad = nan || (!constant && (exact.negative || (autoLow && (low == LOWEST || low == HIGHEST)) || (autoHigh && high == LOWEST)));
  let endless = !constant && !bad && autoHigh && high == HIGHEST;
  let kind = select(select(select(ORDINARY, ENDLESS, endless), CONSTANT, constant), BAD, bad);
  let guessFrom = select(bitcast<f32>(keyBits(low)), settings.vmin.guess, settings.vmin.given == 1u);
  let guessTo = select(bitcast<f32>(keyBits(high)), settings.vmax.guess, settings.vmax.given == 1u);
  // No more than a guess, which edges confirm or refute. 0 where the first row is the best guess.
  let guess = select(0.0, f32(settings.rows) / (guessTo - guessFrom), kind == ORDINARY);
  return Scale(kind, select(0u, 1u, vmin.negative), vmin.e, vmin.hi, vmin.lo,
    exact.e + 10 + i32(long), hi >> long, (lo >> long) | select(0u, hi << 31u, long == 1u), low, high, guessFrom, guess);
}

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
