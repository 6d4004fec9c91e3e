import { check, checkInteger, describe } from '../check';
import { defaultSubplots } from './subplots';
import type { Axes, Figure, SubplotParameters } from './types';

/** How to lay out a figure, and on what. Everything has matplotlib's default. */
export interface SheetOptions {
  /** Width and height in inches. Default 6.4 x 4.8. */
  readonly figsize?: readonly [number, number] | undefined;
  /** Pixels an inch. Default 100. */
  readonly dpi?: number | undefined;
  /** Over all axes. Default none. */
  readonly title?: string | undefined;
  /** What there is to see, in words; screen readers read it. Default: the titles of the axes. */
  readonly description?: string | undefined;
  /** 'subplots' (default): the grid lies where `subplots` says. 'tight': where nothing overlaps, like `tight_layout()`. */
  readonly layout?: 'subplots' | 'tight' | undefined;
  /** Default left 0.125, right 0.9, bottom 0.11, top 0.88, wspace and hspace 0.2. */
  readonly subplots?: Partial<SubplotParameters> | undefined;
  /** CSS colours. Default 'white' paper and 'black' ink. */
  readonly background?: string | undefined;
  readonly foreground?: string | undefined;
  /** In points. Default 10, and 12 for titles. */
  readonly fontSize?: number | undefined;
  readonly titleSize?: number | undefined;
}

/** What `figure` is made of. */
export interface FigureOptions extends SheetOptions {
  /** Row by row from the top left; null leaves a cell empty. */
  readonly axes: readonly (Axes | null)[];
  /** Whole numbers of at least 1. Default: one row of as many columns as there are axes; what is left out follows from the other. */
  readonly rows?: number | undefined;
  readonly columns?: number | undefined;
}

/** The most pixels a figure may have: beyond, canvases and PNG encoders give up one after the other. */
const mostPixels = 2 ** 28;

/**
 * Describes a figure: axes in `rows` x `columns` on one sheet. The result is plain data: `JSON.stringify` writes it, `structuredClone`
 * and `postMessage` copy it, and every renderer takes what comes back.
 *
 * @example
 * const lesson = figure({ columns: 2, figsize: [8, 4], axes: [imageAxes({ map: first }), imageAxes({ map: second })] });
 * const svg = await svgRenderer.render(lesson);
 *
 * Throws `shape` for more axes than cells, and for sizes that are no size.
 */
export function figure(options: FigureOptions): Figure {
  const { axes, title = '', layout = 'subplots', figsize = [6.4, 4.8], dpi = 100, fontSize = 10, titleSize = 12 } = options;
  const { background = 'white', foreground = 'black' } = options;
  const count = Math.max(1, axes.length);
  const columns = options.columns ?? Math.ceil(count / (options.rows ?? 1));
  checkInteger(columns, 'columns');
  const rows = options.rows ?? Math.ceil(count / columns);
  checkInteger(rows, 'rows');
  check(
    axes.length <= rows * columns,
    'shape',
    () => `There are ${axes.length} axes for ${rows} x ${columns} cells; leave out rows or columns, or make one of them larger.`,
    { axes: axes.length, rows, columns },
  );
  check(
    figsize.length === 2 && [...figsize, dpi, fontSize, titleSize].every((size) => Number.isFinite(size) && size > 0),
    'shape',
    () =>
      `figsize is ${describe(figsize)}, dpi ${describe(dpi)}, fontSize ${describe(fontSize)}, titleSize ${describe(titleSize)}; all must be above 0.`,
  );
  check(
    figsize[0] * figsize[1] * dpi * dpi <= mostPixels,
    'shape',
    () =>
      `A figure of ${figsize[0]} x ${figsize[1]} inches at ${dpi} dpi has ${figsize[0] * dpi} x ${figsize[1] * dpi} pixels; choose a smaller figsize or dpi.`,
  );
  const subplots = { ...defaultSubplots, ...options.subplots };
  check(
    subplots.left < subplots.right && subplots.bottom < subplots.top,
    'shape',
    () =>
      `subplots has left ${subplots.left}, right ${subplots.right}, bottom ${subplots.bottom} and top ${subplots.top}; left must be below right, bottom below top.`,
  );
  const description = options.description ?? axes.flatMap((one) => (one === null || one.title === '' ? [] : [one.title])).join(', ');
  return {
    kind: 'figure',
    rows,
    columns,
    figsize,
    dpi,
    title,
    description,
    axes,
    layout,
    subplots,
    background,
    foreground,
    fontSize,
    titleSize,
  };
}
