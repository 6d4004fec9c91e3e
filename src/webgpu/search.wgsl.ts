import type { RowsShaderOptions } from './colorize.wgsl';
import { floatKeys } from './exact.wgsl';
import { COLOR_THREADS, panelStructs, walk } from './walk.wgsl';

/** Whether there is one table, which goes to workgroup memory first: threads have to wait for each other then. */
export interface SearchShaderOptions extends RowsShaderOptions {
  readonly local: boolean;
}

/** NHWC numbers to the RGBA words of a montage, for any norm whose edges are given: each value's place is found among them by halving. */
export function searchShader({ rows, local, ...how }: SearchShaderOptions): string {
  const edges = rows + 3;
  return /* wgsl */ `
${floatKeys}
${panelStructs}

@group(0) @binding(0) var<storage, read> activation: array<i32>;
@group(0) @binding(1) var<storage, read> slots: array<Slot>;
// Of each table the edges, then NaN's place.
@group(0) @binding(2) var<storage, read> tables: array<i32>;
@group(0) @binding(3) var<storage, read> palette: array<u32>;
@group(0) @binding(4) var<uniform> panel: Panel;
@group(0) @binding(5) var<storage, read_write> montage: array<u32>;
${local ? `var<workgroup> edges: array<i32, ${edges}>;\nfn edge(table: u32, i: u32) -> i32 { return edges[i]; }` : `fn edge(table: u32, i: u32) -> i32 { return tables[table * ${edges + 1}u + i]; }`}
${walk(how, {
  setup: local ? `for (var i = thread; i < ${edges}u; i += ${COLOR_THREADS}u) { edges[i] = tables[i]; }` : '',
  each: `
      let key = orderedKey(bits);
      var low = 0u;
      var high = ${edges}u;
      while (low < high) {
        let middle = (low + high) >> 1u;
        if (key >= edge(slot.scale, middle)) { low = middle + 1u; } else { high = middle; }
      }
      let color = palette[select(low, u32(tables[slot.scale * ${edges + 1}u + ${edges}u]), key == NAN_KEY)];`,
})}
`;
}
