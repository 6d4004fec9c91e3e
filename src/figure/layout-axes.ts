import { deadMarks } from './dead';
import { layoutColorbar } from './layout-colorbar';
import { layoutTicks } from './layout-ticks';
import { frameMark, type Mark, placeText, placeUpwards, snap, type TextMark, union } from './marks';
import { plotMarks } from './plots';
import { points, type Sheet } from './sheet';
import { placeFrame } from './subplots';
import type { Axes, Box } from './types';

/** Where the parts of one axes are, in pixels of the figure, not rounded. */
export interface AxesLayout {
  /** The index in `figure.axes`. */
  readonly index: number;
  /** The rectangle that the axes' picture or plot fills. */
  readonly frame: Box;
  /** The colours of its colorbar, without ticks and label. Left out where it has none. */
  readonly colorbar?: Box;
  /** Around everything that belongs to it: frame, ticks, labels, title, colorbar. */
  readonly bounds: Box;
  /** What to draw, the lowest first. */
  readonly marks: readonly Mark[];
}

/** Lays out one axes in its cell of the grid. */
export function layoutAxes(axes: Axes, index: number, cell: Box, sheet: Sheet): AxesLayout {
  const { frame, colorbar } = placeFrame(axes, cell);
  const ticks = layoutTicks(axes, frame, sheet);
  const texts = [...ticks.texts, ...labelMarks(axes, frame, ticks, sheet)];
  const bar = axes.colorbar !== undefined && colorbar !== undefined ? layoutColorbar(axes.colorbar, index, colorbar, sheet) : undefined;
  const inside = snap(frame);
  const marks: Mark[] = [];
  if (axes.image !== undefined || axes.plots.length === 0) {
    const image = axes.image === undefined ? {} : { image: axes.image };
    marks.push({ kind: 'image', role: 'image', axes: index, box: inside, frame, interpolation: axes.interpolation, ...image });
  }
  marks.push(...plotMarks(axes, frame, sheet));
  if (axes.dead) marks.push(...deadMarks(axes.image, inside, sheet));
  marks.push(...ticks.lines);
  if (axes.frame) marks.push(frameMark(frame, points.frame * sheet.scale, sheet.color));
  marks.push(...texts, ...(bar?.marks ?? []));
  const bounds = union([ticks.bounds, ...texts.map((mark) => mark.box), ...(bar === undefined ? [] : [bar.bounds])]);
  return { index, frame, ...(colorbar === undefined ? {} : { colorbar }), bounds, marks };
}

function labelMarks(axes: Axes, frame: Box, ticks: { left: number; labelTop: number; bottom: number }, sheet: Sheet): TextMark[] {
  const { scale, fontSize, titleSize, color, measure } = sheet;
  const center = { x: frame.x + frame.width / 2, y: frame.y + frame.height / 2 };
  const pad = points.labelPad * scale;
  const marks: TextMark[] = [];
  if (axes.xlabel !== '') {
    marks.push(placeText('label', axes.xlabel, { x: center.x, y: ticks.bottom + pad, vertical: 'top', size: fontSize, color }, measure));
  }
  if (axes.ylabel !== '') {
    marks.push(placeUpwards(axes.ylabel, 'bottom', { x: ticks.left - pad, y: center.y, size: fontSize, color }, measure));
  }
  if (axes.title !== '') {
    const y = ticks.labelTop - points.titlePad * scale;
    marks.push(placeText('title', axes.title, { x: center.x, y, size: titleSize, color }, measure));
  }
  return marks;
}
