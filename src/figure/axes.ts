import { check, describe } from '../check';
import { colorize, normalize, viridis } from '../colormap';
import type { Colormap, Norm, ScalarMap } from '../colormap/types';
import { toRGBA } from '../image/convert';
import type { PixelImage, RGBAImage } from '../image/types';
import { type ColorbarOptions, makeColorbar } from './colorbar';
import { makePicture } from './picture';
import type { Axes, Bars, Line, Picture, Scaling, TickChoice, TickSide } from './types';

/** What all axes may have. */
export interface CommonAxesOptions {
  /** Over the frame, and over the tick labels where those are on top. Default none. */
  readonly title?: string | undefined;
  /** Below the x axis, and beside the y axis running upwards. Default none. */
  readonly xlabel?: string | undefined;
  readonly ylabel?: string | undefined;
  /** `[left, bottom, width, height]` in parts of the figure from its bottom left. Default: the cell of the figure's grid. */
  readonly position?: readonly [number, number, number, number] | undefined;
  /** Where the x axis has its ticks. Default 'top' for pictures, 'bottom' for other axes. */
  readonly ticks?: TickSide | undefined;
  /** Which values have a tick, in data coordinates. Default 'integer' for pictures, 'auto' for other axes. */
  readonly xticks?: TickChoice | undefined;
  readonly yticks?: TickChoice | undefined;
  /** Texts for `xticks` / `yticks` that are lists. Default: the numbers. */
  readonly xtickLabels?: readonly string[] | undefined;
  readonly ytickLabels?: readonly string[] | undefined;
  /** Whether there is a line round the axes. Default true. */
  readonly frame?: boolean | undefined;
  /** 'equal': a unit is as long on x as on y. 'auto': the frame fills its cell. Default 'equal' for pictures, 'auto' for other axes. */
  readonly aspect?: 'equal' | 'auto' | undefined;
}

/** Axes that are no picture: bars and lines in a frame. */
export interface AxesOptions extends CommonAxesOptions {
  /** Default: what `plots` reach, and a twentieth more on each side; bars stand on 0. */
  readonly xlim?: readonly [number, number] | undefined;
  readonly ylim?: readonly [number, number] | undefined;
  /** The first one lowest. Default none. */
  readonly plots?: readonly (BarsOptions | LineOptions)[] | undefined;
}

/** Bars; colour by default matplotlib's first, '#1f77b4'. */
export type BarsOptions = Omit<Bars, 'color'> & { readonly color?: string | undefined };
/** A line, by default 1.5 points wide in '#1f77b4'. */
export type LineOptions = Omit<Line, 'color' | 'width'> & { readonly color?: string | undefined; readonly width?: number | undefined };

/** Axes that a picture fills. Give `map`, `image` or `size`. */
export interface ImageAxesOptions extends CommonAxesOptions {
  /** Values to colour, a FeatureMap for instance. They are coloured here and now; the description keeps the colours only. */
  readonly map?: ScalarMap | undefined;
  /** A picture as it is. */
  readonly image?: RGBAImage | PixelImage | undefined;
  /** `[height, width]` of a picture that someone else draws into the frame, for example a live view on the GPU. */
  readonly size?: readonly [number, number] | undefined;
  /** For `map`. Default viridis. */
  readonly colormap?: Colormap | undefined;
  /** For `map`. Default `normalize()`: from the map's smallest value to its largest. */
  readonly norm?: Norm | undefined;
  /** For `map`: a bar that says which colour is which value. Default false. */
  readonly colorbar?: boolean | ColorbarOptions | undefined;
  /** Marks a map that holds one value only. Default: whether `map` does (a map of one pixel does not count). */
  readonly dead?: boolean | undefined;
  /** Default 'nearest': each value is a square, as in matshow. */
  readonly interpolation?: Scaling | undefined;
}

const firstColor = '#1f77b4';
const margin = 0.05;

/**
 * Describes axes with bars and lines, ticks as matplotlib's plots have them. Throws `shape` for limits that are no range, bars without one
 * edge more than heights, and lines with unequal numbers of x and y.
 */
export function axes(options: AxesOptions = {}): Axes {
  const plots = (options.plots ?? []).map((plot): Bars | Line =>
    plot.kind === 'bars'
      ? { ...plot, color: plot.color ?? firstColor }
      : { ...plot, color: plot.color ?? firstColor, width: plot.width ?? 1.5 },
  );
  plots.forEach(checkPlot);
  const xlim =
    options.xlim ??
    reach(
      plots.map((plot) => (plot.kind === 'bars' ? plot.edges : plot.x)),
      false,
    );
  const ylim =
    options.ylim ??
    reach(
      plots.map((plot) => (plot.kind === 'bars' ? [0, ...plot.heights] : plot.y)),
      plots.some((plot) => plot.kind === 'bars'),
    );
  for (const [name, limits] of Object.entries({ xlim, ylim })) {
    check(
      limits.length === 2 && limits.every(Number.isFinite) && limits[0] !== limits[1],
      'shape',
      () => `${name} is ${describe(limits)}; axes need two different finite numbers.`,
    );
  }
  return {
    ...common(options),
    ticks: options.ticks ?? 'bottom',
    aspect: options.aspect ?? 'auto',
    xlim,
    ylim,
    plots,
    mirrorTicks: false,
    interpolation: 'nearest',
    dead: false,
  };
}

/**
 * Describes axes that show a picture as matplotlib's `matshow` does: a square for each value, integer ticks on top. Rows count downwards
 * from 0, and a pixel's middle is its index.
 *
 * @example
 * imageAxes({ map, title: 'conv2d_1, channel 3', ticks: 'bottom', colorbar: true })
 *
 * Throws `shape` when none or several of `map`, `image` and `size` are given, or one is no picture, and what `colorize` throws.
 */
export function imageAxes(options: ImageAxesOptions): Axes {
  const { map, image, size } = options;
  const given = Object.entries({ map, image, size }).filter(([, value]) => value !== undefined);
  check(
    given.length === 1,
    'shape',
    () =>
      `imageAxes was given ${given.length === 0 ? 'no picture' : given.map(([name]) => name).join(' and ')}; give one of map, image and size.`,
  );
  const { colormap = viridis, norm = normalize() } = options;
  const picture = map !== undefined ? makePicture(colorize(map, { colormap, norm })) : image !== undefined ? fromImage(image) : undefined;
  const [height, width] = picture === undefined ? checkSize(size!) : [picture.height, picture.width];
  const bar = options.colorbar === undefined || options.colorbar === false ? undefined : options.colorbar === true ? {} : options.colorbar;
  check(
    bar === undefined || map !== undefined,
    'shape',
    () => 'A colorbar needs the values that the colours stand for; give map, not image or size.',
  );
  const ticks = options.ticks ?? 'top';
  return {
    ...common(options),
    ticks,
    aspect: options.aspect ?? 'equal',
    xlim: [-0.5, width - 0.5],
    ylim: [height - 0.5, -0.5],
    xticks: options.xticks ?? 'integer',
    yticks: options.yticks ?? 'integer',
    // matshow leaves tick marks without labels at the bottom; tick_bottom() takes those on top away.
    mirrorTicks: ticks === 'top',
    interpolation: options.interpolation ?? 'nearest',
    plots: [],
    dead: options.dead ?? (map !== undefined && isDead(map)),
    ...(picture === undefined ? {} : { image: picture }),
    ...(bar === undefined ? {} : { colorbar: makeColorbar(colormap, norm, norm.limits(valuesOf(map!)), bar) }),
  };
}

/** Whether a map of more than one pixel holds nothing but one value (or nothing but NaN). */
export function isDead(map: ScalarMap): boolean {
  const values = valuesOf(map);
  return values.length > 1 && values.every((value) => Object.is(value, values[0]) || value === values[0]);
}

const valuesOf = ({ width, height, data }: ScalarMap): Float32Array =>
  data.length === width * height ? data : data.subarray(0, width * height);

function fromImage(image: RGBAImage | PixelImage): Picture {
  return makePicture(toRGBA(image));
}

function checkSize(size: readonly [number, number]): readonly [number, number] {
  check(
    size.length === 2 && size.every((side) => Number.isInteger(side) && side >= 1),
    'shape',
    () => `size is ${describe(size)}; it must be [height, width] in whole pixels of at least 1.`,
  );
  return size;
}

function common(options: CommonAxesOptions) {
  const {
    title = '',
    xlabel = '',
    ylabel = '',
    xticks = 'auto',
    yticks = 'auto',
    frame = true,
    position,
    xtickLabels,
    ytickLabels,
  } = options;
  return {
    kind: 'axes',
    title,
    xlabel,
    ylabel,
    xticks,
    yticks,
    frame,
    ...(position === undefined ? {} : { position }),
    ...(xtickLabels === undefined ? {} : { xtickLabels }),
    ...(ytickLabels === undefined ? {} : { ytickLabels }),
  } as const;
}

function checkPlot(plot: Bars | Line): void {
  const [first, second, extra] = plot.kind === 'bars' ? [plot.edges, plot.heights, 1] : [plot.x, plot.y, 0];
  check(first.length === second.length + extra, 'shape', () =>
    plot.kind === 'bars'
      ? `Bars have ${first.length} edges and ${second.length} heights; they need one edge more than heights.`
      : `A line has ${first.length} x and ${second.length} y; it needs as many of one as of the other.`,
  );
}

/** The limits that show all of these, with matplotlib's margin; bars keep the axis at 0. */
function reach(values: readonly (readonly number[])[], standing: boolean): readonly [number, number] {
  const finite = values.flat().filter(Number.isFinite);
  if (finite.length === 0) return [0, 1];
  let low = Number.POSITIVE_INFINITY;
  let high = Number.NEGATIVE_INFINITY;
  for (const value of finite) {
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  if (low === high) return standing && low === 0 ? [0, 1] : [low - 0.5, high + 0.5];
  const room = (high - low) * margin;
  return [standing && low === 0 ? 0 : low - room, standing && high === 0 ? 0 : high + room];
}
