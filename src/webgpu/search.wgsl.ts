import { floatKeys } from './exact.wgsl';
import { type StripOptions, stripStructs, strips } from './strips.wgsl';
import { COLOR_THREADS, panelStructs, type WalkOptions, walk } from './walk.wgsl';

/** How the kernel of threads that cooperate was built. */
export interface SearchShaderOptions extends WalkOptions {
  /** Of the colormap. */
  readonly rows: number;
  /** Whether there is one table, which goes to workgroup memory first. */
  readonly local: boolean;
}

const declarations = (edges: number) => /* wgsl */ `
@group(0) @binding(0) var<storage, read> activation: array<i32>;
@group(0) @binding(1) var<storage, read> slots: array<Slot>;
// Of each table the edges, then NaN's place.
@group(0) @binding(2) var<storage, read> tables: array<i32>;
@group(0) @binding(3) var<storage, read> palette: array<u32>;
@group(0) @binding(5) var<storage, read_write> montage: array<u32>;

fn listed(table: u32, i: u32) -> i32 { return tables[table * ${edges + 1}u + i]; }
`;

/** A value's place, found among the edges of its table by halving. */
const search = (edges: number, edge: string) => /* wgsl */ `
fn colorOf(bits: i32, table: u32) -> u32 {
  let key = orderedKey(bits);
  var low = 0u;
  var high = ${edges}u;
  loop {
    let middle = (low + high) >> 1u;
    let above = key >= ${edge};
    low = select(low, middle + 1u, above);
    high = select(middle, high, above);
    continuing { break if low >= high; }
  }
  return palette[select(low, u32(listed(table, ${edges}u)), key == NAN_KEY)];
}
`;

/** NHWC numbers to the RGBA words of a montage, for any norm whose edges are given. */
export function searchShader({ rows, local, lanes }: SearchShaderOptions): string {
  const edges = rows + 3;
  return /* wgsl */ `
${floatKeys}
${panelStructs}
${declarations(edges)}
${local ? `var<workgroup> edges: array<i32, ${edges}>;` : ''}
${search(edges, local ? 'edges[middle]' : 'listed(table, middle)')}
${walk(
  { lanes },
  {
    setup: local ? `for (var i = thread; i < ${edges}u; i += ${COLOR_THREADS}u) { edges[i] = tables[i]; }` : '',
    each: 'let color = colorOf(bits, slot.scale);',
  },
)}
`;
}

/** The same by threads that do not wait for each other. */
export function searchStripsShader({ rows, ...how }: StripOptions & { readonly rows: number }): string {
  const edges = rows + 3;
  return /* wgsl */ `
${floatKeys}
${stripStructs}
${declarations(edges)}
${search(edges, 'listed(table, middle)')}
${strips(how, { each: () => '', color: (turn) => `colorOf(bits${turn}, slot.scale)` })}
`;
}
