import { floatKeys } from './exact.wgsl';
import { guessBits, scaleStruct } from './scale.wgsl';
import { COLOR_THREADS, panelStructs, type WalkOptions, walk } from './walk.wgsl';

/** How a kernel was built that knows the colormap's size. */
export interface RowsShaderOptions extends WalkOptions {
  /** Of the colormap. */
  readonly rows: number;
}

/** How the guessing kernel was built. */
export interface GuessShaderOptions extends RowsShaderOptions {
  /** Whether each map's limits are the smallest and largest of its values. */
  readonly open: boolean;
  /** Whether the palette goes to workgroup memory first: for threads that cooperate. */
  readonly local: boolean;
}

/**
 * NHWC numbers to the RGBA words of a montage, for `normalize`. Floats guess each place in the palette. A guess that is not within the
 * margin of an edge is right whatever the floats' last bits were; the others go on a list, for the settling kernel to decide in integers.
 */
export function colorizeShader({ rows, open, local, ...how }: GuessShaderOptions): string {
  const { base, shift } = guessBits(rows);
  const colors = rows + 4;
  // Limits taken from the values leave no infinity or NaN beside ordinary ones, and nothing outside. (The exponent is looked at because a
  // compiler may take it that floats are never NaN.)
  const special = '(bits & 0x7f800000) == 0x7f800000';
  // A processor shifts one number after the other: there a sum brings the place to the last bits. (A GPU's sum might be rounded otherwise.)
  const place = how.cooperative ? `(u32(guess) >> ${shift}u)` : `bitcast<u32>(bitcast<f32>(guess) + ${2 ** 23 - 0.5})`;
  return /* wgsl */ `
${floatKeys}
${scaleStruct}
${panelStructs}

// A thread's run of pixels: its first (counted through all maps), and a bit for each that is in doubt.
struct Doubts { count: atomic<u32>, padding: u32, list: array<vec2<u32>> }

@group(0) @binding(0) var<storage, read> activation: array<i32>;
@group(0) @binding(1) var<storage, read> slots: array<Slot>;
@group(0) @binding(2) var<storage, read> scales: array<Scale>;
@group(0) @binding(3) var<storage, read> palette: array<u32>;
@group(0) @binding(4) var<uniform> panel: Panel;
@group(0) @binding(5) var<storage, read_write> montage: array<u32>;
@group(0) @binding(6) var<storage, read_write> doubts: Doubts;
${local ? `var<workgroup> colors: array<u32, ${colors}>;` : ''}
${walk(how, {
  setup: local ? `for (var i = thread; i < ${colors}u; i += ${COLOR_THREADS}u) { colors[i] = palette[i]; }` : '',
  once: `
    let guessFrom = scales[slot.scale].guessFrom;
    let guessScale = scales[slot.scale].guessScale;
    let lowest = scales[slot.scale].lowest;
    let highest = scales[slot.scale].highest;
    let margin = i32(scales[slot.scale].margin);
    let margins = 2 * margin;
    ${open ? '' : 'let vminBits = scales[slot.scale].vminBits; let vmaxBits = scales[slot.scale].vmaxBits;'}`,
  before: `
    var doubtful = 0u;`,
  // The float's integer part is the place, its fraction how far into the row: both are read off its bits.
  each: `
      let guess = clamp(bitcast<i32>((bitcast<f32>(bits) - guessFrom) * guessScale + ${base + 2}.0), lowest, highest);
      let place = ${place} & ${base - 1}u;
      let color = ${local ? 'colors' : 'palette'}[${open ? 'place' : `select(place, ${rows + 1}u, bits == vmaxBits)`}];
      let near = ((guess + margin) & ${2 ** shift - 1}) < margins;
      doubtful |= select(0u, 1u << turn, ${open ? 'near' : `(near | (${special})) & (bits != vminBits) & (bits != vmaxBits)`});`,
  after: `
    if (doubtful != 0u) {
      doubts.list[atomicAdd(&doubts.count, 1u)] = vec2<u32>(position * panel.pixels + first, doubtful);
    }`,
})}
`;
}
