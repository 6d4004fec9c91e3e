import type { RGBAImage } from '../image/types';

/**
 * A picture inside a description: RGBA bytes, row-major from the top left. `data` is a base64 string in a description that went through
 * JSON (`JSON.stringify(figure)` writes it so); everything that takes a Figure takes either.
 */
export interface Picture {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8ClampedArray | Uint8Array | string;
}

/** How a picture is drawn at another size: each screen pixel takes the nearest picture pixel, or a mean of those around it. */
export type Scaling = 'nearest' | 'smooth';

/** Where the ticks of the x axis are labelled; 'none' draws no ticks on either axis. */
export type TickSide = 'top' | 'bottom' | 'none';

/**
 * Which positions of an axis get a tick. 'integer' is matshow's choice (integers, at most 10), 'auto' is what matplotlib's plots do, a
 * list is taken as it is (values in data coordinates; those outside the limits are not drawn).
 */
export type TickChoice = 'integer' | 'auto' | readonly number[];

/** Bars from `edges[i]` to `edges[i + 1]`, `heights[i]` high from 0: a histogram. */
export interface Bars {
  readonly kind: 'bars';
  /** Rising; one more than `heights`. */
  readonly edges: readonly number[];
  readonly heights: readonly number[];
  /** A CSS colour. */
  readonly color: string;
}

/** A line through the points `(x[i], y[i])`. */
export interface Line {
  readonly kind: 'line';
  readonly x: readonly number[];
  readonly y: readonly number[];
  /** A CSS colour. */
  readonly color: string;
  /** In points. */
  readonly width: number;
}

/** A scale that is straight from `-linthresh` to `linthresh` and logarithmic, to `base`, beyond. */
export interface SymlogScale {
  readonly linthresh: number;
  readonly base: number;
}

/** The bar beside a picture that says which colour is which value. */
export interface Colorbar {
  /** The colours from the lowest to the highest value: one RGBA row of a picture, `width` colours, height 1. */
  readonly colors: Picture;
  /** The values where one colour ends and the next begins, one more than there are colours, rising. */
  readonly edges: readonly number[];
  /**
   * 'linear', 'log' and 'symlog' choose round values, and so does a `SymLogNorm`'s own scale; 'edges' are a boundary norm's own; a list is
   * taken as it is.
   */
  readonly ticks: 'linear' | 'log' | 'symlog' | SymlogScale | 'edges' | readonly number[];
  readonly label: string;
  /** The part of the axes' width that the bar may take, the gap to the picture (parts of the width), and height / width of the bar. */
  readonly fraction: number;
  readonly pad: number;
  readonly aspect: number;
  /** 'axes': as high as the axes' cell, as `plt.colorbar` does. 'image': exactly as high as the picture. */
  readonly extent: 'axes' | 'image';
}

/** One set of axes: a frame with ticks, a title, labels, and what is drawn in it. */
export interface Axes {
  readonly kind: 'axes';
  readonly title: string;
  readonly xlabel: string;
  readonly ylabel: string;
  /** Data coordinates of the left and right, and of the bottom and top edge. A picture's rows count downwards: `ylim` falls. */
  readonly xlim: readonly [number, number];
  readonly ylim: readonly [number, number];
  /** 'equal': a unit is as long on x as on y, the frame shrinks to fit. 'auto': the frame fills its cell. */
  readonly aspect: 'equal' | 'auto';
  /** `[left, bottom, width, height]` in parts of the figure, counted from the bottom left; takes the place of the grid's cell. */
  readonly position?: readonly [number, number, number, number];
  readonly ticks: TickSide;
  readonly xticks: TickChoice;
  readonly yticks: TickChoice;
  /** Texts for `xticks` / `yticks` that are lists, one each. */
  readonly xtickLabels?: readonly string[];
  readonly ytickLabels?: readonly string[];
  /** Whether the x axis has tick marks (no labels) on its other side too, as matshow draws them. */
  readonly mirrorTicks: boolean;
  readonly frame: boolean;
  /** The picture that fills the frame. Left out in `imageAxes({ size })`: someone else draws it there. */
  readonly image?: Picture;
  readonly interpolation: Scaling;
  /** Bars and lines over the picture, the first one lowest. */
  readonly plots: readonly (Bars | Line)[];
  readonly colorbar?: Colorbar;
  /** Every pixel of the map holds the same value: it is marked. */
  readonly dead: boolean;
}

/** Where the grid of axes lies, in parts of the figure from its bottom left, and the gaps, in parts of one axes' width or height. */
export interface SubplotParameters {
  readonly left: number;
  readonly right: number;
  readonly bottom: number;
  readonly top: number;
  readonly wspace: number;
  readonly hspace: number;
}

/**
 * A figure: `rows` x `columns` of axes on one sheet. Plain data without functions: it can be posted to a worker, cloned, and written as
 * JSON. Made by `figure`, `mapFigure`, `featureGrid` or `layerGrid`; drawn by a renderer.
 */
export interface Figure {
  readonly kind: 'figure';
  readonly rows: number;
  readonly columns: number;
  /** Width and height in inches. */
  readonly figsize: readonly [number, number];
  /** Pixels an inch. A point, the unit of text sizes and line widths, is 1/72 inch. */
  readonly dpi: number;
  /** Over all axes. Empty for none. */
  readonly title: string;
  /** What there is to see, in words, for those who do not see it. */
  readonly description: string;
  /** Row by row from the top left; null is an empty cell. */
  readonly axes: readonly (Axes | null)[];
  readonly layout: 'subplots' | 'tight';
  readonly subplots: SubplotParameters;
  /** CSS colours of the paper, and of text, ticks and frames. */
  readonly background: string;
  readonly foreground: string;
  /** Of tick labels and axis labels, in points. */
  readonly fontSize: number;
  /** Of titles, in points. */
  readonly titleSize: number;
}

/** What a renderer of figures may be given: a figure, or just a picture, which is drawn as it is, pixel by pixel. */
export type FigureInput = Figure | RGBAImage;

/** A rectangle in pixels, `y` downwards from the top left of the figure. */
export interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** How large a text is drawn in one line, in pixels: its advance width, and how far it reaches above and below the baseline. */
export interface TextMetrics {
  readonly width: number;
  readonly ascent: number;
  readonly descent: number;
}

/** Measures `text` set in a font of `size` pixels an em. */
export type MeasureText = (text: string, size: number) => TextMetrics;
