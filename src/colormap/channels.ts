import { check, checkInteger, describe } from '../check';
import { picture } from './colorize';
import { cellOrigin, type Grid, gridColumns, layGrid } from './grid';
import { type ChannelSource, simdExtents, simdPaintChannels } from './kernel/channels';
import { hasKernel } from './kernel/module';
import { plan } from './kernel/plan';
import { asWords, paint } from './kernel/scalar';
import { extent } from './norms/limits';
import { normalize } from './norms/normalize';
import { palette } from './palette';
import { paintAny } from './rank';
import { viridis } from './tables/viridis';
import type { Colormap, Limits, Norm, RGBA, RGBAImage } from './types';

/** Options of `colorizeChannels`. */
export interface ColorizeChannelsOptions {
  /** Which channels, 0-based, in the order wanted. Default: all. */
  channels?: readonly number[] | undefined;
  /** Which of a batch's activations, 0-based. Default 0. */
  batch?: number | undefined;
  /** Maps a row. Default: as `montage` chooses. */
  columns?: number | undefined;
  /** Pixels between maps. Default 1. */
  gap?: number | undefined;
  /** Colour of gaps and free cells, bytes. Default opaque white. */
  background?: RGBA | undefined;
  /** Default viridis. */
  colormap?: Colormap | undefined;
  /** Default `normalize()`, for each channel by itself. */
  norm?: Norm | undefined;
  /** Whether all channels share the limits of all their values. Default false. */
  shareLimits?: boolean | undefined;
  /** A picture of the montage's size to write into, or its bytes; none is allocated then. Default: a new one. */
  out?: RGBAImage | Uint8ClampedArray | undefined;
}

/**
 * All channels of an activation in one montage, straight from the layout that tfjs and Keras keep them in: the same picture as slicing
 * the channels and handing them to `montage`, without the slices. Bytes as `colorize` gives them.
 *
 * @param activation `{ data, shape }`: float32 and `[height, width, channels]` or `[batch, height, width, channels]`, channels last.
 *
 * Throws `shape` if data and shape do not fit together or an option is out of range, and `channel-range` for a channel or batch that is
 * not there.
 *
 * @example
 * const activation = activations.get('conv2d_1');
 * const image = colorizeChannels({ data: await activation.data(), shape: activation.shape }, { colormap: magma });
 */
export function colorizeChannels(
  activation: { readonly data: Float32Array; readonly shape: readonly number[] },
  options: ColorizeChannelsOptions = {},
): RGBAImage {
  const { colormap = viridis, norm = normalize(), gap = 1, background = [255, 255, 255, 255], shareLimits = false } = options;
  const source = sourceOf(activation, options);
  const count = source.wanted.length;
  const columns = options.columns ?? gridColumns(count);
  checkInteger(columns, 'columns');
  checkInteger(gap, 'gap', 0);
  const grid = layGrid(count, source.width, source.height, columns, gap);
  const { width, height } = grid;
  const colours = palette(colormap);
  const free = asWords(Uint8Array.from(background))[0]!;

  const out = picture(options.out, width, height);
  const { limits, loaded } = limitsOf(source, grid, norm, shareLimits);
  const target = out.data.byteOffset % 4 === 0 ? out.data : new Uint8ClampedArray(out.data.length);
  if (norm.linear) paintLinear(source, grid, limits, colours, free, target, loaded);
  else paintOthers(source, grid, norm, limits, colours, free, asWords(target));
  for (let row = 1; row < grid.rows; row++) {
    const end = row * (grid.cellHeight + gap) * width;
    asWords(target).fill(free, end - gap * width, end);
  }
  if (target !== out.data) out.data.set(target);
  return out;
}

function paintLinear(
  source: ChannelSource,
  grid: Grid,
  limits: readonly Limits[],
  colours: Uint8Array,
  free: number,
  out: Uint8ClampedArray,
  loaded: boolean,
): void {
  const rows = colours.length / 4 - 4;
  const plans = limits.map((own) => (hasKernel() ? plan(own, rows) : undefined));
  const words = asWords(out);
  const some = plans.some((own) => own !== undefined);
  if (some) simdPaintChannels(source, grid, limits, plans, colours, free, out, loaded);
  else if (grid.width > grid.columns * grid.cellWidth || grid.count % grid.columns > 0) words.fill(free);
  for (const [i, channel] of source.wanted.entries()) {
    if (plans[i] !== undefined) continue;
    const { left, top } = cellOrigin(grid, i);
    paint(
      source.data,
      channel,
      source.channels,
      limits[i]!,
      asWords(colours),
      words,
      top * grid.width + left,
      source.width,
      source.height,
      grid.width,
    );
  }
}

function paintOthers(
  source: ChannelSource,
  grid: Grid,
  norm: Norm,
  limits: readonly Limits[],
  colours: Uint8Array,
  free: number,
  out: Uint32Array,
): void {
  const { width, height } = source;
  const map = new Float32Array(width * height);
  const painted = new Uint32Array(width * height);
  out.fill(free);
  for (const [i, channel] of source.wanted.entries()) {
    paintAny(norm, slice(source, channel, map), limits[i]!, colours, painted);
    const { left, top } = cellOrigin(grid, i);
    for (let y = 0; y < height; y++) out.set(painted.subarray(y * width, (y + 1) * width), (top + y) * grid.width + left);
  }
}

/** Each wanted channel's limits, and whether finding them left the data in the kernel's memory. */
function limitsOf(source: ChannelSource, grid: Grid, norm: Norm, share: boolean): { limits: Limits[]; loaded: boolean } {
  const { data, wanted, channels, width, height } = source;
  const map = new Float32Array(norm.linear && norm.fromExtent ? 0 : width * height);
  const { fromExtent } = norm;
  if (!norm.linear || fromExtent === undefined) {
    if (!share) return { limits: wanted.map((channel) => norm.limits(slice(source, channel, map))), loaded: false };
    const all = new Set(wanted).size === channels ? data : together(source);
    const limits = norm.limits(all);
    return { limits: wanted.map(() => limits), loaded: false };
  }
  let found: { extents: Limits[]; loaded: boolean } | undefined;
  // A norm with limits of its own does not ask for these.
  const find = (): Limits[] => {
    found ??= hasKernel() ? simdExtents(source, grid) : { extents: wanted.map((channel) => channelExtent(source, channel)), loaded: false };
    return found.extents;
  };
  const lazily = (of: (extents: Limits[]) => Limits): Limits =>
    fromExtent.call(norm, {
      get vmin() {
        return of(find()).vmin;
      },
      get vmax() {
        return of(find()).vmax;
      },
    });
  if (!share) return { limits: wanted.map((_, i) => lazily((extents) => extents[i]!)), loaded: found?.loaded ?? false };
  const shared = lazily((extents) => extents.reduce((a, b) => ({ vmin: Math.min(a.vmin, b.vmin), vmax: Math.max(a.vmax, b.vmax) })));
  return { limits: wanted.map(() => shared), loaded: found?.loaded ?? false };
}

function slice({ data, channels }: ChannelSource, channel: number, map: Float32Array): Float32Array {
  for (let i = 0, at = channel; i < map.length; i++, at += channels) map[i] = data[at]!;
  return map;
}

function channelExtent(source: ChannelSource, channel: number): Limits {
  return extent(slice(source, channel, new Float32Array(source.width * source.height)));
}

function together(source: ChannelSource): Float32Array {
  const size = source.width * source.height;
  const all = new Float32Array(source.wanted.length * size);
  for (const [i, channel] of source.wanted.entries()) slice(source, channel, all.subarray(i * size, (i + 1) * size));
  return all;
}

function sourceOf(
  { data, shape }: { readonly data: Float32Array; readonly shape: readonly number[] },
  options: ColorizeChannelsOptions,
): ChannelSource {
  const [batches, height, width, channels] = (shape.length === 3 ? [1, ...shape] : shape) as [number, number, number, number];
  check(
    (shape.length === 3 || shape.length === 4) && shape.every((size) => Number.isInteger(size) && size >= 1),
    'shape',
    () =>
      `The activation's shape is ${describe([...shape])}; it must be [height, width, channels] or [batch, height, width, channels], each at least 1.`,
    { shape },
  );
  check(
    data instanceof Float32Array && data.length >= batches * height * width * channels,
    'shape',
    () =>
      `The activation's data is ${describe(data)}; shape ${describe([...shape])} needs a Float32Array of ${batches * height * width * channels}.`,
    { shape, length: data?.length },
  );
  const { batch = 0, channels: wanted = Array.from({ length: channels }, (_, i) => i) } = options;
  check(
    Number.isInteger(batch) && batch >= 0 && batch < batches,
    'channel-range',
    () => `batch is ${describe(batch)}; this activation has ${batches}, counted from 0.`,
    { batch, batches },
  );
  check(wanted.length > 0, 'shape', () => 'channels is an empty list; leave it out for all, or name at least one.');
  for (const channel of wanted) {
    check(
      Number.isInteger(channel) && channel >= 0 && channel < channels,
      'channel-range',
      () => `There is no channel ${describe(channel)}; this activation has ${channels}, counted from 0.`,
      { channel, channels },
    );
  }
  const size = height * width * channels;
  const own = data.length === size ? data : data.subarray(batch * size, (batch + 1) * size);
  return { data: own, height, width, channels, wanted };
}
