import { check, describe } from '../check';
import { sharedLimits } from '../colormap';
import type { Norm, ScalarMap } from '../colormap/types';
import type { PixelImage, RGBAImage } from '../image/types';
import { type ImageAxesOptions, imageAxes } from './axes';
import { figure, type SheetOptions } from './figure';
import type { Axes, Figure } from './types';

/** Options of figures that lay out many pictures. */
export interface GridOptions
  extends SheetOptions,
    Pick<ImageAxesOptions, 'colormap' | 'norm' | 'ticks' | 'colorbar' | 'interpolation' | 'frame' | 'xlabel' | 'ylabel'> {
  /** Cells a row, and rows: whole numbers of at least 1. Default: what the function's own comment says. */
  readonly columns?: number | undefined;
  readonly rows?: number | undefined;
  /** A title for each: true for the channel's number (or the place in the list), a list, or a function of the map and its place. */
  readonly titles?: boolean | readonly string[] | ((map: GridMap, index: number) => string) | undefined;
  /** One pair of limits for all maps, so that equal colours are equal values. Default false: each map has its own, as matshow. */
  readonly shareLimits?: boolean | undefined;
  /** Whether maps that hold one value only are marked. Default true. */
  readonly markDead?: boolean | undefined;
}

/** A map that knows where it comes from; a FeatureMap is one. */
export interface ChannelMap extends ScalarMap {
  /** Its name is the title in `layerGrid`. */
  readonly layer: { readonly name: string };
  /** 0-based. */
  readonly channel: number;
}

/** What a grid may hold: values to colour, or pictures as they are. */
export type GridMap = ScalarMap | ChannelMap | RGBAImage | PixelImage;

/** Options of `mapFigure`: those of its axes and of its sheet. */
export type MapFigureOptions = Omit<ImageAxesOptions, 'map' | 'image' | 'size' | 'title'> & SheetOptions;

/**
 * One map or picture on a sheet of its own shape, as `plt.matshow(map)` draws it: 4.8 inches high, ticks on top. `title` stands over the
 * axes.
 */
export function mapFigure(map: GridMap, options: MapFigureOptions = {}): Figure {
  const { title, ...rest } = options;
  const own = imageAxes({ position: [0.15, 0.09, 0.775, 0.775], ...rest, title, ...contentOf(map) });
  return figure({
    figsize: figaspect(map),
    ...rest,
    title: '',
    description: options.description ?? describeMaps([map], [own]),
    axes: [own],
  });
}

/**
 * All channels of one layer in rows and columns, as the lesson's 8 x 4 grid: by default twice as many rows as columns on a sheet 12
 * inches wide, ticks on top where the pictures are large enough for them, no titles. With titles, colorbars or without ticks, `layout`
 * is 'tight' by default, and colorbars are as high as the pictures.
 *
 * @example
 * featureGrid(await sliceChannels(activations.get('conv2d_1')))
 *
 * Throws `shape` for no maps at all, and for fewer cells than maps.
 */
export function featureGrid(maps: readonly GridMap[], options: GridOptions = {}): Figure {
  checkMaps(maps);
  const columns = options.columns ?? (options.rows === undefined ? tallColumns(maps.length) : Math.ceil(maps.length / options.rows));
  const rows = options.rows ?? Math.ceil(maps.length / columns);
  const { width, height } = maps[0]!;
  const shape = Math.min(4, Math.max(0.25, height / width));
  const figsize = options.figsize ?? ([12, (12 * rows * shape) / columns] as const);
  const ticks = options.ticks ?? (figsize[0] / columns >= 2.5 ? 'top' : 'none');
  return grid(maps, { ...options, columns, rows, figsize, ticks }, options.titles ?? false);
}

/**
 * One map of each layer, titled with the layers' names, ticks at the bottom: the lesson's 2 x 4. By default 4 columns, each cell 3 x 4
 * inches.
 *
 * @example
 * layerGrid(await Promise.all([...activations].map((activation) => sliceChannel(activation, 29))))
 *
 * Throws `shape` for no maps at all, and for fewer cells than maps.
 */
export function layerGrid(maps: readonly GridMap[], options: GridOptions = {}): Figure {
  checkMaps(maps);
  const columns = options.columns ?? (options.rows === undefined ? Math.min(4, maps.length) : Math.ceil(maps.length / options.rows));
  const rows = options.rows ?? Math.ceil(maps.length / columns);
  const figsize = options.figsize ?? ([3 * columns, 4 * rows] as const);
  const names = (map: GridMap) => ('layer' in map ? map.layer.name : '');
  return grid(maps, { ...options, columns, rows, figsize, ticks: options.ticks ?? 'bottom' }, options.titles ?? names);
}

function grid(maps: readonly GridMap[], options: GridOptions, titles: NonNullable<GridOptions['titles']>): Figure {
  const { colormap, ticks, colorbar, interpolation, frame, xlabel, ylabel, markDead = true } = options;
  const norm = options.shareLimits === true ? shared(maps, options.norm) : options.norm;
  const axes = maps.map((map, i) => {
    const content = contentOf(map);
    const bar = 'map' in content && colorbar ? { extent: 'image' as const, ...(colorbar === true ? {} : colorbar) } : undefined;
    const style = { colormap, norm, ticks, interpolation, frame, xlabel, ylabel, colorbar: bar, title: titleOf(map, i, titles) };
    return imageAxes({ ...style, ...content, ...(markDead ? {} : { dead: false }) });
  });
  // matplotlib's default gaps have room for tick labels only.
  const crowded = axes.some((one) => one.colorbar !== undefined || one.xlabel !== '' || (one.title !== '' && one.ticks !== 'bottom'));
  const layout = options.layout ?? (crowded || ticks === 'none' ? 'tight' : 'subplots');
  return figure({ ...options, axes, layout, description: options.description ?? describeMaps(maps, axes) });
}

function shared(maps: readonly GridMap[], norm: Norm | undefined): Norm {
  return sharedLimits(maps.filter(isMap), norm);
}

function titleOf(map: GridMap, index: number, titles: NonNullable<GridOptions['titles']>): string {
  if (typeof titles === 'function') return titles(map, index);
  if (typeof titles !== 'boolean') return titles[index] ?? '';
  return titles ? String('channel' in map ? map.channel : index) : '';
}

const isMap = (map: GridMap): map is ScalarMap | ChannelMap => map.data instanceof Float32Array;

const contentOf = (map: GridMap): { map: ScalarMap } | { image: RGBAImage | PixelImage } => (isMap(map) ? { map } : { image: map });

/** About half as many columns as rows; a number that divides the maps if there is one nearby. */
function tallColumns(count: number): number {
  const least = Math.max(1, Math.ceil(Math.sqrt(count / 2)));
  for (let columns = least; columns <= least * 1.5; columns++) if (count % columns === 0) return columns;
  return least;
}

/** matplotlib's `figaspect`: 4.8 inches high, within 4 to 16 by 2 to 16 inches, the picture's shape as far as those allow. */
function figaspect({ width, height }: GridMap): readonly [number, number] {
  const across = (4.8 * width) / height;
  const grow = Math.min(1, across / 4, 4.8 / 2);
  const cut = Math.max(1, across / grow / 16, 4.8 / grow / 16);
  const size = [across / grow / cut, 4.8 / grow / cut] as const;
  return [Math.min(16, Math.max(4, size[0])), Math.min(16, Math.max(2, size[1]))];
}

function checkMaps(maps: readonly GridMap[]): void {
  check(
    Array.isArray(maps) && maps.length > 0,
    'shape',
    () => `The grid was given ${describe(maps)}; it needs at least one map, as sliceChannels returns them.`,
  );
}

/** The pictures in words. */
function describeMaps(maps: readonly GridMap[], axes: readonly Axes[]): string {
  const names = [...new Set(maps.flatMap((map) => ('layer' in map ? [map.layer.name] : [])))];
  const sizes = [...new Set(maps.map(({ width, height }) => `${height} x ${width}`))];
  const of = names.length === 0 ? '' : ` of ${names.length > 8 ? `${names.length} layers` : names.join(', ')}`;
  const dead = maps.filter((_, i) => axes[i]!.dead);
  const which = dead.flatMap((map) => ('channel' in map ? [names.length > 1 ? map.layer.name : String(map.channel)] : []));
  const plural = maps.length === 1 ? 'map' : 'maps';
  const counted =
    dead.length === 0 ? '' : ` ${dead.length} of them dead (one value only)${which.length > 0 ? `: ${which.join(', ')}` : ''}.`;
  return `${maps.length} feature ${plural}${of}, ${sizes.length > 8 ? 'of several sizes' : sizes.join(', ')} pixels.${counted}`;
}
