import { LIMIT_THREADS, limitsShader, pixelsAtOnce } from './limits.wgsl';
import { ALONE_THREADS, LONGEST_BLOCK, limitsAloneShader } from './limits-alone.wgsl';
import { ActivationPass, type BufferBag, type Grid } from './pass';
import type { PictureLayer } from './picture';
import { computePipeline } from './pipelines';
import { sideBySide } from './walk.wgsl';

/** Workgroups an activation. More do not fill a GPU better. */
const MAX_GROUPS = 1024;
/** Pixels that a thread should see at least. */
const PIXELS_PER_THREAD = 8;
/** Partial results a channel where threads are alone: the second level reads them one after the other. */
const MAX_ROWS = 64;

/** How a reduction is to be built. */
export interface ReductionOptions {
  /**
   * Whether the threads of a workgroup combine what they found. A GPU is faster so; a software adapter, which runs threads as coroutines
   * as soon as they wait for each other, a hundred times slower.
   */
  readonly cooperative: boolean;
  /** Whether the device computes in subgroups. */
  readonly subgroups: boolean;
}

/** Where the partial limits of one channel of one activation lie: `groups` of them, `step` apart, beginning with number `first`. */
export interface PartialLimits {
  first(channel: number): number;
  readonly step: number;
  readonly groups: number;
}

/** The first level of the reduction: partial limits of every channel, drawn or not, for that is how memory lies. */
export interface LimitsPasses {
  readonly passes: readonly ActivationPass[];
  readonly partials: GPUBuffer;
  /** By layer. */
  readonly places: readonly PartialLimits[];
}

/** The first level for one activation. */
interface Plan {
  readonly pipeline: GPUComputePipeline;
  readonly grid: Grid;
  /** Partial results a channel. */
  readonly groups: number;
  place(start: number): PartialLimits;
}

/** Prepares the reduction of these activations. `most`: workgroups that a row of a dispatch may have. */
export function limitsPasses(
  device: GPUDevice,
  bag: BufferBag,
  layers: readonly PictureLayer[],
  how: ReductionOptions,
  most: number,
): LimitsPasses {
  let count = 0;
  const plans = layers.map((layer) => {
    const plan = how.cooperative ? together(device, layer, how.subgroups, most) : alone(device, layer, most);
    const start = count;
    count += plan.groups * layer.layout.channels;
    return { layer, start, ...plan };
  });
  const partials = bag.empty('partial limits', count * 8, GPUBufferUsage.STORAGE);
  return {
    partials,
    passes: plans.map(({ layer: { layout, batch }, start, pipeline, grid, groups }) => {
      const { height, width, channels, strides } = layout;
      const shape = [height * width, channels, batch * strides.batch, strides.column, strides.channel, start, groups, 0];
      return new ActivationPass(device, pipeline, [partials, bag.uniform('shape', Uint32Array.from(shape))], grid);
    }),
    places: plans.map(({ start, place }) => place(start)),
  };
}

/** Workgroups leave a result a channel, a channel's side by side. */
function together(device: GPUDevice, { layout: { height, width, channels } }: PictureLayer, subgroups: boolean, most: number): Plan {
  const enough = Math.ceil((height * width) / (pixelsAtOnce(channels) * PIXELS_PER_THREAD));
  const groups = Math.min(MAX_GROUPS, most, enough);
  const label = `activation-lens limits${subgroups ? ' subgroups' : ''}`;
  return {
    pipeline: computePipeline(device, label, () => limitsShader(subgroups)),
    grid: [groups, Math.ceil(channels / LIMIT_THREADS)],
    groups,
    place: (start) => ({ first: (channel) => start + channel * groups, step: 1, groups }),
  };
}

/** Threads leave a result a channel, neighbouring channels' side by side. */
function alone(device: GPUDevice, { layout: { height, width, channels } }: PictureLayer, most: number): Plan {
  const lanes = sideBySide(channels);
  const pixels = height * width;
  // A power of two, so that there are few kernels.
  const block = Math.min(LONGEST_BLOCK, 2 ** Math.floor(Math.log2(pixels)));
  const perGroup = ALONE_THREADS / lanes;
  const rows = Math.min(MAX_ROWS, most * perGroup, Math.ceil(pixels / block));
  const label = `activation-lens limits alone ${lanes} lanes blocks of ${block}`;
  return {
    pipeline: computePipeline(device, label, () => limitsAloneShader({ lanes, block })),
    grid: [Math.ceil(rows / perGroup), Math.ceil(channels / lanes)],
    groups: rows,
    place: (start) => ({ first: (channel) => start + channel, step: channels, groups: rows }),
  };
}
