import { LIMIT_THREADS, limitsShader, pixelsAtOnce, type ReductionOptions } from './limits.wgsl';
import { ActivationPass, type BufferBag } from './pass';
import type { PictureLayer } from './picture';
import { computePipeline } from './pipelines';

/** Workgroups an activation. More do not fill a GPU better; threads that do not cooperate leave many partial results to each. */
const MAX_GROUPS = { cooperative: 1024, alone: 8 };
/** Pixels that a thread should see at least. */
const PIXELS_PER_THREAD = 8;

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
    const { height, width, channels } = layer.layout;
    const atOnce = pixelsAtOnce(channels);
    const enough = Math.ceil((height * width) / (atOnce * PIXELS_PER_THREAD));
    const across = Math.min(MAX_GROUPS[how.cooperative ? 'cooperative' : 'alone'], most, enough);
    const groups = how.cooperative ? across : across * atOnce;
    const start = count;
    count += groups * channels;
    return { layer, across, start, groups };
  });
  const partials = bag.empty('partial limits', count * 8, GPUBufferUsage.STORAGE);
  const label = `activation-lens limits${how.cooperative ? (how.subgroups ? ' subgroups' : '') : ' alone'}`;
  const pipeline = computePipeline(device, label, () => limitsShader(how));
  return {
    partials,
    passes: plans.map(({ layer: { layout, batch }, across, start, groups }) => {
      const { height, width, channels, strides } = layout;
      const shape = Uint32Array.of(height * width, channels, batch * strides.batch, strides.column, strides.channel, start, groups, 0);
      return new ActivationPass(device, pipeline, [partials, bag.uniform('shape', shape)], [across, Math.ceil(channels / LIMIT_THREADS)]);
    }),
    places: plans.map(({ layer, start, groups }) => {
      // Where a workgroup folds a channel's results they lie side by side; where one thread does, neighbouring threads' do.
      if (how.cooperative) return { first: (channel) => start + channel * groups, step: 1, groups };
      return { first: (channel) => start + channel, step: layer.layout.channels, groups };
    }),
  };
}
