import { COLOR_THREADS } from './walk.wgsl';

/** How the kernel was built. */
export interface SampleOptions {
  /** Channels side by side: a power of two up to 32. */
  readonly lanes: number;
  /** Samples that a thread takes in one run: no more than a row has. */
  readonly strip: number;
}

/**
 * Picks the numbers of drawn channels that a smaller (or larger) map shows. Where they lie is told by two lists, a place a row and one a
 * column, which say the same as `nearestSource`; a row's last strip ends where the row does, as in strips.wgsl.ts.
 */
export function sampleShader({ lanes, strip }: SampleOptions): string {
  const turns = Array.from({ length: strip }, (_, turn) => turn);
  return /* wgsl */ `
// 'pixelStep', 'channelStep': how far the next sample is; 'strips' of a map, 'perRow' of a row.
struct Panel { count: u32, width: u32, pixelStep: u32, channelStep: u32, strips: u32, perRow: u32, padding0: u32, padding1: u32 }

// Bits, so that a NaN stays the one it is.
@group(0) @binding(0) var<storage, read> activation: array<u32>;
@group(0) @binding(1) var<storage, read> channels: array<u32>;
@group(0) @binding(2) var<storage, read> rows: array<u32>;
@group(0) @binding(3) var<storage, read> columns: array<u32>;
@group(0) @binding(4) var<uniform> panel: Panel;
@group(0) @binding(5) var<storage, read_write> samples: array<u32>;

const LANES: u32 = ${lanes}u;
const STRIPS: u32 = ${COLOR_THREADS / lanes}u;

@compute @workgroup_size(${COLOR_THREADS})
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(num_workgroups) grid: vec3<u32>, @builtin(local_invocation_index) thread: u32) {
  let position = group.y * LANES + thread % LANES;
  var strip = group.x * STRIPS + thread / LANES;
  if (position >= panel.count || strip >= panel.strips) { return; }
  let channel = channels[position];
  loop {
    let y = strip / panel.perRow;
    let x = min((strip - y * panel.perRow) * ${strip}u, panel.width - ${strip}u);
    let source = channel + rows[y];
    let to = position * panel.channelStep + (y * panel.width + x) * panel.pixelStep;
    ${turns.map((turn) => `samples[to + ${turn}u * panel.pixelStep] = activation[source + columns[x + ${turn}u]];`).join('\n    ')}
    strip += grid.x * STRIPS;
    continuing { break if strip >= panel.strips; }
  }
}
`;
}
