import { tickSpace } from './axis';
import { colorbarTicks } from './colorbar-ticks';
import { frameMark, type LineMark, type Mark, placeText, placeUpwards, snap, snapLine, type TextMark, union } from './marks';
import { picturePixels } from './picture';
import { points, type Sheet } from './sheet';
import type { Box, Colorbar, Picture } from './types';

/** A colorbar in its box: the colours, ticks and label at its right, the outline. */
export function layoutColorbar(bar: Colorbar, axes: number, box: Box, sheet: Sheet): { marks: Mark[]; bounds: Box } {
  const { scale, fontSize, measure, color } = sheet;
  const right = box.x + box.width;
  const bottom = box.y + box.height;
  const length = points.tick * scale;
  const { ticks, offset, minor } = colorbarTicks(bar, tickSpace(box.height / scale, fontSize / scale, 'y'));
  const lines: LineMark[] = [];
  const texts: TextMark[] = [];
  const style = { size: fontSize, color };
  const line = (position: number, reach: number, width: number) => {
    const y = snapLine(bottom - position * box.height, width);
    lines.push({ kind: 'line', role: 'tick', points: [[snapLine(right, width), y], [snapLine(right, width) + Math.round(reach), y]], width, color }); // biome-ignore format: a pair
  };
  const label = (text: string, position: number, reach: number) => {
    const place = { x: right + reach * scale, y: bottom - position * box.height };
    texts.push(placeText('tick', text, { ...place, horizontal: 'left', vertical: 'center-baseline', ...style }, measure));
  };
  for (const { position, label: text } of minor) {
    line(position, points.minorTick * scale, points.minorTickWidth * scale);
    if (text !== '') label(text, position, points.minorTick + points.minorTickPad);
  }
  for (const { position, label: text } of ticks) {
    line(position, length, points.tickWidth * scale);
    label(text, position, points.tick + points.tickPad);
  }
  const edge = Math.max(right + length, ...texts.map((mark) => mark.box.x + mark.box.width));
  if (bar.label !== '') {
    texts.push(placeUpwards(bar.label, 'top', { x: edge + points.labelPad * scale, y: box.y + box.height / 2, ...style }, measure));
  }
  if (offset !== '') {
    texts.push(placeText('offset', offset, { x: right, y: box.y - points.offsetPad * scale, horizontal: 'right', ...style }, measure));
  }
  const marks: Mark[] = [
    { kind: 'image', role: 'colorbar', axes, box: snap(box), frame: box, image: upright(bar.colors), interpolation: 'nearest' },
    ...lines,
    frameMark(box, points.frame * scale, color),
    ...texts,
  ];
  return { marks, bounds: union([{ ...box, width: box.width + length }, ...texts.map((mark) => mark.box)]) };
}

/** The colours from the top down: the highest value stands on top. */
function upright(colors: Colorbar['colors']): Picture {
  const row = picturePixels(colors);
  const count = colors.width;
  const data = new Uint8ClampedArray(row.length);
  for (let i = 0; i < count; i++) data.set(row.subarray(i * 4, i * 4 + 4), (count - 1 - i) * 4);
  return { width: 1, height: count, data };
}
