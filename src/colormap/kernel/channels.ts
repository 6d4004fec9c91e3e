import { cellOrigin, type Grid } from '../grid';
import type { Limits } from '../types';
import { CHUNK, type Layout, layOut, setPalette } from './module';
import type { Plan } from './plan';

/** Channel-last float32 data, `[height, width, channels]`, and which of its channels are wanted, in order. */
export interface ChannelSource {
  readonly data: Float32Array;
  readonly height: number;
  readonly width: number;
  readonly channels: number;
  readonly wanted: readonly number[];
}

/** As many rows of pixels as stay in the cache, in the kernel's memory with the parameters of at least 4 channels. */
interface Band {
  readonly layout: Layout;
  /** Channels as the kernel sees them: the wanted ones, the last repeated up to 4. */
  readonly seen: readonly number[];
  /** Whether they lie in memory as in the data, so that a band can be copied as it is. */
  readonly asIs: boolean;
  readonly rows: number;
}

/** Smallest and largest value of each wanted channel, both NaN if it holds one. `loaded` for `simdPaintChannels`. */
export function simdExtents(source: ChannelSource, grid: Grid): { extents: Limits[]; loaded: boolean } {
  const band = bandOf(source, grid);
  const { layout, seen } = band;
  const { exports, floats, lows, highs, input } = layout;
  const count = seen.length;
  floats.fill(Number.POSITIVE_INFINITY, lows / 4, lows / 4 + count);
  floats.fill(Number.NEGATIVE_INFINITY, highs / 4, highs / 4 + count);
  for (let top = 0; top < source.height; top += band.rows) {
    const rows = load(source, band, top);
    exports.limits(input, rows * source.width, count, lows, highs);
  }
  const extents = source.wanted.map((_, i) => ({ vmin: floats[lows / 4 + i]!, vmax: floats[highs / 4 + i]! }));
  return { extents, loaded: band.rows === source.height };
}

/**
 * Colours each wanted channel into its cell of the grid; gaps between columns and free cells of the last row become `background`. What a
 * channel without a plan gets is to be painted over.
 *
 * @param loaded The data is small enough for one band, and `simdExtents` has just read it.
 */
export function simdPaintChannels(
  source: ChannelSource,
  grid: Grid,
  limits: readonly Limits[],
  plans: readonly (Plan | undefined)[],
  colours: Uint8Array,
  background: number,
  out: Uint8ClampedArray,
  loaded: boolean,
): void {
  const band = bandOf(source, grid);
  const { layout, seen } = band;
  const { exports, bytes, words, floats, doubles, exactLows, ranges, lows, highs, scales, targets, input, output } = layout;
  const pitch = grid.width * 4;
  const share = band.rows * pitch;
  let doubt = 1;
  let sure = 0;
  for (let i = 0; i < seen.length; i++) {
    const cell = Math.min(i, grid.count - 1);
    const { vmin, vmax } = limits[cell]!;
    const plan = plans[cell];
    doubles[exactLows / 8 + i] = vmin;
    doubles[ranges / 8 + i] = vmax - vmin;
    floats[lows / 4 + i] = plan?.low ?? 0;
    floats[highs / 4 + i] = plan?.high ?? Number.NaN;
    floats[scales / 4 + i] = plan?.scale ?? 0;
    words[targets / 4 + i] = output + Math.floor(cell / grid.columns) * share + cellOrigin(grid, cell).left * 4;
    doubt = Math.max(doubt, plan?.doubt ?? 0);
    if (plan?.sure === false) sure = Number.NaN;
  }
  setPalette(layout, colours);
  if (grid.width > grid.columns * grid.cellWidth || grid.count % grid.columns > 0) {
    words.fill(background, output / 4, output / 4 + (grid.rows * share) / 4);
  }
  for (let top = 0; top < source.height; top += band.rows) {
    const rows = loaded ? source.height : load(source, band, top);
    exports.colors(
      input,
      rows,
      source.width,
      seen.length,
      4,
      pitch,
      targets,
      lows,
      highs,
      scales,
      exactLows,
      ranges,
      0,
      colours.length / 4 - 4,
      doubt,
      sure,
    );
    for (let row = 0; row < grid.rows; row++) {
      const from = output + row * share;
      out.set(bytes.subarray(from, from + rows * pitch), (row * (grid.cellHeight + grid.gap) + top) * pitch);
    }
  }
}

function bandOf({ height, width, channels, wanted }: ChannelSource, grid: Grid): Band {
  const seen = wanted.slice();
  while (seen.length < 4) seen.push(seen.at(-1)!);
  const rows = Math.min(height, Math.max(1, Math.floor(CHUNK / (width * seen.length))));
  const layout = layOut(seen.length, rows * width * seen.length * 4, grid.rows * rows * grid.width * 4);
  return { layout, seen, asIs: seen.length === channels && seen.every((channel, i) => channel === i), rows };
}

/** Puts a band that begins at row `top` into the kernel's memory; the number of rows it has. */
function load({ data, height, width, channels }: ChannelSource, { layout, seen, asIs, rows }: Band, top: number): number {
  const { floats, input } = layout;
  const start = top * width * channels;
  const end = Math.min(top + rows, height) * width * channels;
  if (asIs) floats.set(data.subarray(start, end), input / 4);
  else {
    let to = input / 4;
    for (let from = start; from < end; from += channels) for (const channel of seen) floats[to++] = data[from + channel]!;
  }
  return (end - start) / (width * channels);
}
