import { FOLD_THREADS, foldShader } from './fold.wgsl';
import type { PartialLimits } from './limits';
import { type BufferBag, FixedPass } from './pass';
import type { LinearScale, PictureLayer } from './picture';
import { computePipeline } from './pipelines';
import { guessBits, SCALE_WORDS } from './scale.wgsl';

/** What the scales are made from. */
export interface FoldInput {
  readonly layers: readonly PictureLayer[];
  readonly partials: GPUBuffer;
  /** By layer. */
  readonly places: readonly PartialLimits[];
  readonly scale: LinearScale;
  /** Of the colormap. */
  readonly rows: number;
}

/** The second level of the reduction: one scale a drawn channel, a layer, or one for all. */
export interface FoldPass {
  readonly pass: FixedPass;
  readonly scales: GPUBuffer;
}

/** Prepares the second level. `most`: workgroups that a row of a dispatch may have. */
export function foldPass(device: GPUDevice, bag: BufferBag, input: FoldInput, cooperative: boolean, most: number): FoldPass {
  const { layers, partials, places, rows } = input;
  const { share, vmin, vmax, center } = input.scale;
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

  const count = ranges.length / 2;
  const groups = cooperative ? count : Math.ceil(count / FOLD_THREADS.alone);
  const scales = bag.empty('scales', count * SCALE_WORDS * 4, GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_SRC);
  const { base, shift, margins } = guessBits(rows);
  const guess = [base, 2 ** shift, margins.any, margins.exact, 0, 0];
  const settings = Uint32Array.from([...given(vmin), ...given(vmax), ...given(center), rows, count, ...guess]);
  const centered = center !== undefined;
  const label = `activation-lens fold${cooperative ? '' : ' alone'}${centered ? ' centered' : ''}`;
  const pipeline = computePipeline(device, label, () => foldShader({ cooperative, centered }));
  const buffers = [
    partials,
    bag.storage('slots', Uint32Array.from(slots)),
    bag.storage('ranges', Uint32Array.from(ranges)),
    bag.uniform('settings', settings),
    scales,
  ];
  return {
    pass: new FixedPass(device, pipeline, buffers, [Math.min(groups, most), Math.ceil(groups / most)]),
    scales,
  };
}

/** The kernel's `Given`: a double is a sign, an exponent and a 53-bit integer there. */
function given(limit: number | undefined): Uint32Array {
  const words = new Uint32Array(8);
  if (limit === undefined) return words;
  const view = new DataView(words.buffer);
  view.setFloat64(0, limit, true);
  const low = view.getUint32(0, true);
  const high = view.getUint32(4, true);
  const field = (high >>> 20) & 0x7ff;
  words.set([1, high >>> 31, Math.max(field, 1) - 1075, (high & 0xfffff) | (field === 0 ? 0 : 0x100000), low]);
  return words;
}
