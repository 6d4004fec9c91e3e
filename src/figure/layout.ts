import { type AxesLayout, layoutAxes } from './layout-axes';
import { type Mark, placeText } from './marks';
import { measureText } from './metrics';
import type { Sheet } from './sheet';
import { gridCells, ownCell, type Size } from './subplots';
import { tightSubplots } from './tight';
import type { Box, Figure, FigureInput, MeasureText, SubplotParameters } from './types';

/** A figure with every box worked out: what a renderer draws. Pixels, from the top left. */
export interface FigureLayout {
  /** Whole pixels. */
  readonly width: number;
  readonly height: number;
  /** The figure's own; empty for a plain picture. */
  readonly title: string;
  readonly description: string;
  /** One for each axes that is not null. */
  readonly axes: readonly AxesLayout[];
  /** Everything there is to draw, the lowest first. */
  readonly marks: readonly Mark[];
}

/** How to lay out a figure. */
export interface LayoutOptions {
  /** Pixels an inch, instead of the figure's own: twice as many for a screen with two pixels a CSS pixel. */
  readonly dpi?: number | undefined;
}

/**
 * Works out where everything in `figure` goes, as matplotlib 3.11 does: the same boxes for every renderer. Pure.
 *
 * A plain picture becomes a layout with one image, as large as the picture.
 *
 * @param measure How wide and high a text is. Default: DejaVu Sans' own metrics, from a table.
 */
export function layout(figure: FigureInput, measure: MeasureText = measureText, options: LayoutOptions = {}): FigureLayout {
  if (!isFigure(figure)) {
    const { width, height } = figure;
    const box = { x: 0, y: 0, width, height };
    const marks = [{ kind: 'image', role: 'image', axes: 0, box, frame: box, image: figure, interpolation: 'nearest' }] as const;
    return { width, height, title: '', description: '', axes: [{ index: 0, frame: box, bounds: box, marks }], marks };
  }
  const dpi = options.dpi ?? figure.dpi;
  const size: Size = { width: figure.figsize[0] * dpi, height: figure.figsize[1] * dpi };
  // Half a pixel of paper is cut off, as matplotlib's Agg does; a rounding error is not.
  const width = Math.max(1, Math.floor(size.width + 1e-6));
  const height = Math.max(1, Math.floor(size.height + 1e-6));
  const scale = dpi / 72;
  const { foreground: color, background } = figure;
  const sheet: Sheet = { scale, fontSize: figure.fontSize * scale, titleSize: figure.titleSize * scale, color, measure };
  // Positions count from the bottom of the paper that is left.
  const lift = height - size.height;
  const cellsOf = (subplots: SubplotParameters) => gridCells(figure, subplots, size).map((cell) => ({ ...cell, y: cell.y + lift }));
  const place = (cells: readonly Box[]): AxesLayout[] =>
    figure.axes.flatMap((axes, i) => {
      if (axes === null) return [];
      if (axes.position === undefined) return [layoutAxes(axes, i, cells[i]!, sheet)];
      const cell = ownCell(axes.position, size);
      return [layoutAxes(axes, i, { ...cell, y: cell.y + lift }, sheet)];
    });
  const titlePlace = { x: size.width / 2, y: 0.02 * size.height + lift, vertical: 'top', size: sheet.titleSize, color } as const;
  const title = figure.title === '' ? [] : [placeText('figure-title', figure.title, titlePlace, measure)];
  const cells = cellsOf(figure.subplots);
  let axes = place(cells);
  if (figure.layout === 'tight') {
    const tight = tightSubplots(figure, axes, cells, title[0]?.box.height, size);
    if (tight !== undefined) axes = place(cellsOf(tight));
  }
  return {
    width,
    height,
    title: figure.title,
    description: figure.description,
    axes,
    marks: [
      { kind: 'rectangle', role: 'background', box: { x: 0, y: 0, width, height }, color: background },
      ...axes.flatMap((one) => one.marks),
      ...title,
    ],
  };
}

/** Whether it is a figure's description, not just a picture. */
export const isFigure = (input: FigureInput): input is Figure => (input as Figure).kind === 'figure';
