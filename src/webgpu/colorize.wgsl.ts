import { floatKeys } from './exact.wgsl';
import { guessBits, scaleStruct } from './scale.wgsl';
import { type StripOptions, stripStructs, strips } from './strips.wgsl';
import { COLOR_THREADS, panelStructs, type WalkOptions, walk } from './walk.wgsl';

/** What the guessing kernels know of the colormap and the limits. */
export interface GuessOptions {
  /** Of the colormap. */
  readonly rows: number;
  /** Whether each map's limits are the smallest and largest of its values. */
  readonly open: boolean;
}

/** How the kernel of threads that cooperate was built. */
export interface GuessShaderOptions extends WalkOptions, GuessOptions {
  /** Whether the palette goes to workgroup memory first. */
  readonly local: boolean;
}

const bindings = (paletteType: string) => /* wgsl */ `
// A thread's run of pixels, counted through all maps, and a bit for each part of it that is in doubt.
struct Doubts { count: atomic<u32>, padding: u32, list: array<vec2<u32>> }

@group(0) @binding(0) var<storage, read> activation: array<i32>;
@group(0) @binding(1) var<storage, read> slots: array<Slot>;
@group(0) @binding(2) var<storage, read> scales: array<Scale>;
@group(0) @binding(3) var<storage, read> palette: ${paletteType};
@group(0) @binding(5) var<storage, read_write> montage: array<u32>;
@group(0) @binding(6) var<storage, read_write> doubts: Doubts;
`;

// Limits taken from the values leave no infinity or NaN beside ordinary ones, and nothing outside: only others need this.
const isLimit = (bits: string) => `((${bits} == vminBits) | (${bits} == vmaxBits))`;
const limitBits = 'let vminBits = scales[slot.scale].vminBits; let vmaxBits = scales[slot.scale].vmaxBits;';

/**
 * NHWC numbers to the RGBA words of a montage, for `normalize`. Floats guess each place in the palette. A guess that is not within the
 * margin of an edge is right whatever the floats' last bits were; the others go on a list, for the settling kernel to decide in integers.
 */
export function colorizeShader({ rows, open, local, lanes }: GuessShaderOptions): string {
  const { base, shift } = guessBits(rows);
  const colors = rows + 4;
  return /* wgsl */ `
${floatKeys}
${scaleStruct}
${panelStructs}
${bindings('array<u32>')}
${local ? `var<workgroup> colors: array<u32, ${colors}>;` : ''}
${walk(
  { lanes },
  {
    setup: local ? `for (var i = thread; i < ${colors}u; i += ${COLOR_THREADS}u) { colors[i] = palette[i]; }` : '',
    once: `
    let guessFrom = scales[slot.scale].guessFrom;
    let guessScale = scales[slot.scale].guessScale;
    let lowest = scales[slot.scale].lowest;
    let highest = scales[slot.scale].highest;
    let margin = i32(scales[slot.scale].margin);
    let margins = 2 * margin;
    ${open ? '' : limitBits}`,
    before: `
    var doubtful = 0u;`,
    // The float's integer part is the place, its fraction how far into the row: both are read off its bits.
    each: `
      let guess = clamp(bitcast<i32>((bitcast<f32>(bits) - guessFrom) * guessScale + ${base + 2}.0), lowest, highest);
      let place = (u32(guess) >> ${shift}u) & ${base - 1}u;
      let color = ${local ? 'colors' : 'palette'}[${open ? 'place' : `select(place, ${rows + 1}u, bits == vmaxBits)`}];
      let near = ((guess + margin) & ${2 ** shift - 1}) < margins;
      doubtful |= select(0u, 1u << turn, ${open ? 'near' : `isSpecial(bits) | (near & !${isLimit('bits')})`});`,
    after: `
    if (doubtful != 0u) {
      doubts.list[atomicAdd(&doubts.count, 1u)] = vec2<u32>(position * panel.pixels + first, doubtful);
    }`,
  },
)}
`;
}

/**
 * The same by threads that do not wait for each other, with what a processor is quick at. It shifts one number after the other: a sum brings
 * the place to the last bits. (A GPU's sum might be rounded otherwise.) Doubts are kept by the row: guesses are made a margin too large, so
 * that the smallest fraction of a strip's tells whether any is near an edge.
 */
export function colorizeStripsShader({ rows, open, ...how }: GuessOptions & StripOptions): string {
  const { base, shift } = guessBits(rows);
  const fraction = (turn: number) => `guess${turn} & ${2 ** shift - 1}`;
  const nearness = (turn: number) =>
    open ? fraction(turn) : `select(select(${fraction(turn)}, FAR, ${isLimit(`bits${turn}`)}), 0, isSpecial(bits${turn}))`;
  return /* wgsl */ `
${floatKeys}
${scaleStruct}
${stripStructs}
${bindings(`array<u32, ${rows + 4}>`)}
const FAR: i32 = 0x7fffffff;
${strips(how, {
  once: `
  let margin = i32(scales[slot.scale].margin);
  let margins = 2 * margin;
  let guessFrom = scales[slot.scale].guessFrom;
  let guessScale = scales[slot.scale].guessScale;
  let start = ${base + 2}.0 + f32(margin) * ${2 ** -shift};
  let lowest = scales[slot.scale].lowest + margin;
  let highest = scales[slot.scale].highest + margin;
  ${open ? '' : limitBits}`,
  before: `
    var doubtful = 0u;
    var rowBit = 1u;
    var nearest = FAR;`,
  each: (turn) => `
      let guess${turn} = clamp(bitcast<i32>((bitcast<f32>(bits${turn}) - guessFrom) * guessScale + start), lowest, highest);
      nearest = min(nearest, ${nearness(turn)});
      let place${turn} = bitcast<u32>(bitcast<f32>(guess${turn}) + ${2 ** 23 - 0.5}) & ${base - 1}u;`,
  color: (turn) => `palette[${open ? `place${turn}` : `select(place${turn}, ${rows + 1}u, bits${turn} == vmaxBits)`}]`,
  row: `
      doubtful |= select(0u, rowBit, nearest < margins);
      rowBit += rowBit;
      nearest = FAR;`,
  after: `
    if (doubtful != 0u) {
      doubts.list[atomicAdd(&doubts.count, 1u)] = vec2<u32>(position * panel.runs + run, doubtful);
    }`,
})}
`;
}
