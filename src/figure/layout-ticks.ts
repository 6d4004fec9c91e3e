import { axisTicks, tickSpace } from './axis';
import { type LineMark, placeText, snapLine, type TextMark, union } from './marks';
import { points, type Sheet } from './sheet';
import type { Axes, Box } from './types';

/** The ticks of axes: their marks, and how far they and their labels reach out of the frame (pixel coordinates of the outermost edge). */
export interface TickLayout {
  readonly lines: readonly LineMark[];
  readonly texts: readonly TextMark[];
  readonly left: number;
  /** Of the labels above the frame: the title stands on them. Tick marks without labels do not count. */
  readonly labelTop: number;
  readonly bottom: number;
  readonly bounds: Box;
}

/** Ticks, their labels, and the factor beside the axis ('1e6'), for both axes. */
export function layoutTicks(axes: Axes, frame: Box, sheet: Sheet): TickLayout {
  const { scale, fontSize, measure, color } = sheet;
  const right = frame.x + frame.width;
  const bottom = frame.y + frame.height;
  if (axes.ticks === 'none') return { lines: [], texts: [], left: frame.x, labelTop: frame.y, bottom, bounds: frame };
  const onTop = axes.ticks === 'top';
  const length = points.tick * scale;
  // Tick marks end on whole pixels; their room is counted unrounded.
  const drawn = Math.round(length);
  const reach = (points.tick + points.tickPad) * scale;
  const width = points.tickWidth * scale;
  const style = { size: fontSize, color };
  const lines: LineMark[] = [];
  const xTexts: TextMark[] = [];
  const yTexts: TextMark[] = [];
  const line = (x1: number, y1: number, x2: number, y2: number) =>
    lines.push({ kind: 'line', role: 'tick', points: [[x1, y1], [x2, y2]], width, color }); // biome-ignore format: a pair of points

  const x = axisTicks(axes.xticks, axes.xlim, tickSpace(frame.width / scale, fontSize / scale, 'x'), axes.xtickLabels);
  const up = { y: frame.y - reach, vertical: 'bottom' } as const;
  const down = { y: bottom + reach, vertical: 'top' } as const;
  for (const { position, label } of x.ticks) {
    const at = frame.x + position * frame.width;
    const sharp = snapLine(at, width);
    if (onTop || axes.mirrorTicks) line(sharp, snapLine(frame.y, width), sharp, snapLine(frame.y, width) - drawn);
    if (!onTop || axes.mirrorTicks) line(sharp, snapLine(bottom, width), sharp, snapLine(bottom, width) + drawn);
    xTexts.push(placeText('tick', label, { x: at, ...(onTop ? up : down), ...style }, measure));
  }
  const y = axisTicks(axes.yticks, axes.ylim, tickSpace(frame.height / scale, fontSize / scale, 'y'), axes.ytickLabels);
  for (const { position, label } of y.ticks) {
    const at = bottom - position * frame.height;
    const sharp = snapLine(at, width);
    line(snapLine(frame.x, width), sharp, snapLine(frame.x, width) - drawn, sharp);
    yTexts.push(
      placeText('tick', label, { x: frame.x - reach, y: at, horizontal: 'right', vertical: 'center-baseline', ...style }, measure),
    );
  }

  // matplotlib keeps room for tick marks on the sides that have them, even where no tick falls within the limits.
  const above = onTop || axes.mirrorTicks ? length : 0;
  const below = !onTop || axes.mirrorTicks ? length : 0;
  const room = { x: frame.x - length, y: frame.y - above, width: frame.width + length, height: frame.height + above + below };
  const labels = union([room, ...xTexts.map((mark) => mark.box), ...yTexts.map((mark) => mark.box)]);
  const pad = points.offsetPad * scale;
  const texts = [...xTexts, ...yTexts];
  if (x.offset !== '') {
    const beyond = onTop ? { y: labels.y - pad, vertical: 'bottom' } : { y: labels.y + labels.height + pad, vertical: 'top' };
    texts.push(placeText('offset', x.offset, { x: right, horizontal: 'right', ...(beyond as typeof up), ...style }, measure));
  }
  if (y.offset !== '') texts.push(placeText('offset', y.offset, { x: frame.x, y: frame.y - pad, horizontal: 'left', ...style }, measure));
  return {
    lines,
    texts,
    left: Math.min(room.x, ...yTexts.map((mark) => mark.box.x)),
    labelTop: onTop ? Math.min(frame.y, ...xTexts.map((mark) => mark.box.y)) : frame.y,
    bottom: onTop ? room.y + room.height : Math.max(room.y + room.height, ...xTexts.map((mark) => mark.box.y + mark.box.height)),
    bounds: union([room, ...texts.map((mark) => mark.box)]),
  };
}
