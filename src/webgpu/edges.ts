import { EDGE_THREADS, edgesShader, tableStride } from './edges.wgsl';
import { FOLD_THREADS, foldShader, SCALE_WORDS } from './fold.wgsl';
import { type PartialLimits, suffix } from './limits';
import type { ReductionOptions } from './limits.wgsl';
import { type BufferBag, FixedPass, type Grid } from './pass';
import type { FixedScale, PictureLayer, Share } from './picture';
import { computePipeline } from './pipelines';
import { rowThresholds } from './thresholds';

/** How many tables a picture has: one a drawn channel, a layer, or one for all. */
export function countTables(layers: readonly PictureLayer[], share: Share): number {
  if (share === 'all') return 1;
  return share === 'layer' ? layers.length : layers.reduce((sum, { channels }) => sum + channels.length, 0);
}

/** What the edges are made from. */
export interface EdgesInput {
  readonly layers: readonly PictureLayer[];
  readonly partials: GPUBuffer;
  readonly places: readonly PartialLimits[];
  readonly share: Share;
  readonly rows: number;
  readonly vmin?: number | undefined;
  readonly vmax?: number | undefined;
  readonly tables: GPUBuffer;
}

/** The second level of the reduction and, from its limits, the edges of every table. `most`: workgroups that a row of a dispatch may have. */
export function edgesPasses(device: GPUDevice, bag: BufferBag, input: EdgesInput, how: ReductionOptions, most: number): FixedPass[] {
  const { layers, partials, places, share, rows, vmin, vmax, tables } = input;
  const count = countTables(layers, share);
  const slots: number[] = [];
  const ranges: number[] = [];
  layers.forEach(({ channels }, i) => {
    const before = slots.length / 4;
    const { first, step, groups } = places[i]!;
    for (const channel of channels) slots.push(first(channel), step, groups, 0);
    if (share === 'layer') ranges.push(before, slots.length / 4);
    if (share === 'none') for (let slot = before; slot < slots.length / 4; slot++) ranges.push(slot, slot + 1);
  });
  if (share === 'all') ranges.push(0, slots.length / 4);

  const scales = bag.empty('scales', count * SCALE_WORDS * 4, GPUBufferUsage.STORAGE);
  const rowsAndTables = [rows, tableStride(rows), count, 0];
  const groups = how.cooperative ? count : Math.ceil(count / FOLD_THREADS);
  const foldGrid: Grid = [Math.min(groups, most), Math.ceil(groups / most)];
  return [
    new FixedPass(
      device,
      computePipeline(device, `activation-lens fold${suffix(how)}`, () => foldShader(how)),
      [
        partials,
        bag.storage('slots', Uint32Array.from(slots)),
        bag.storage('ranges', Uint32Array.from(ranges)),
        bag.uniform('given limits', Uint32Array.from([...given(vmin), ...given(vmax), ...rowsAndTables])),
        scales,
      ],
      foldGrid,
    ),
    new FixedPass(
      device,
      computePipeline(device, 'activation-lens edges', () => edgesShader),
      [scales, bag.storage('thresholds', rowThresholds(rows)), bag.uniform('settings', Uint32Array.from(rowsAndTables)), tables],
      [Math.ceil(tableStride(rows) / EDGE_THREADS), Math.min(count, most)],
    ),
  ];
}

/** The table of a norm whose edges are known. */
export function fixedTable({ keys, nan, vmin, vmax, linear }: FixedScale, rows: number): Int32Array {
  const table = new Int32Array(tableStride(rows));
  table[0] = -0x80000000;
  table.set(keys, 1);
  table.set([0x7fffffff, nan], rows + 4);
  const guess = linear && vmin < vmax ? rows / (vmax - vmin) : 0;
  new Float32Array(table.buffer).set([vmin, guess], rows + 6);
  return table;
}

/** The fold kernel's `Given`: a double is a sign, an exponent and a 53-bit integer there. */
function given(limit: number | undefined): Uint32Array {
  const words = new Uint32Array(8);
  if (limit === undefined) return words;
  const view = new DataView(words.buffer);
  view.setFloat64(0, limit, true);
  const low = view.getUint32(0, true);
  const high = view.getUint32(4, true);
  const field = (high >>> 20) & 0x7ff;
  words.set([1, high >>> 31, Math.max(field, 1) - 1075, (high & 0xfffff) | (field === 0 ? 0 : 0x100000), low]);
  view.setFloat32(20, limit, true);
  return words;
}
