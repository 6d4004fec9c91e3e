import {
  type Figure,
  type FigureInput,
  type ImageMark,
  isFigure,
  layout,
  type MeasureText,
  picturePixels,
  type TextMark,
} from '../../figure';
import { toRGBA } from '../../image/convert';
import { resize } from '../../image/resize';
import type { RGBAImage } from '../../image/types';
import { type Bytes4, parseColor } from '../color';
import { cellsOf } from './cells';
import type { TerminalColors } from './detect';
import { Screen } from './screen';

/** A character is a cell: one pixel of half blocks wide, two high. */
const cells: MeasureText = (text) => ({ width: cellsOf(text).length, ascent: 1.5, descent: 0.5 });

/** Narrower pictures have no room for tick labels beside and above them. */
const roomForTicks = 26;

/** Texts in the order in which they get their place; where there is none, a text is left out. */
const order: TextMark['role'][] = ['dead', 'figure-title', 'title', 'label', 'offset', 'tick'];

/** A figure in coloured half blocks, `columns` characters wide at most. */
export function drawBlocks(input: FigureInput, columns: number, colors: TerminalColors): string {
  if (!isFigure(input)) return drawPicture(input, columns, colors);
  const { width, height, marks } = layout(simplified(input, columns), cells, { dpi: columns / input.figsize[0] });
  const screen = new Screen(width, height);
  for (const mark of marks) {
    if (mark.kind === 'image') drawImage(screen, mark);
    else if (mark.kind === 'rectangle' && mark.role === 'bar') {
      const { x, y, width: across, height: down } = mark.box;
      fill(screen, Math.round(x), Math.round(y), Math.max(1, Math.round(across)), Math.round(down), parseColor(mark.color));
    } else if (mark.kind === 'line' && mark.role === 'plot') drawLine(screen, mark.points, parseColor(mark.color));
  }
  const texts = marks.filter((mark): mark is TextMark => mark.kind === 'text' && mark.rotation === 0);
  for (const role of order) {
    for (const mark of texts) if (mark.role === role) write(screen, mark);
  }
  return screen.toString(colors);
}

/** Without what a few characters cannot show: the margins of paper, labels that run upwards, ticks of small pictures. */
function simplified(figure: Figure, columns: number): Figure {
  const small = columns / figure.columns < roomForTicks;
  const axes = figure.axes.map((one) => {
    if (one === null) return null;
    const { position, ...rest } = one;
    return { ...rest, ylabel: '', ticks: small ? ('none' as const) : one.ticks };
  });
  // Letters are a cell wide, and the tight gaps, 1.08 letters: pictures never touch.
  const cell = (72 * figure.figsize[0]) / columns;
  return { ...figure, axes, layout: 'tight', fontSize: Math.max(figure.fontSize, cell) };
}

function drawPicture(image: RGBAImage, columns: number, colors: TerminalColors): string {
  const width = Math.min(columns, image.width);
  const height = Math.max(1, Math.round((image.height * width) / image.width));
  const screen = new Screen(width, height);
  drawImage(screen, { image, box: { x: 0, y: 0, width, height } });
  return screen.toString(colors);
}

/** Enlarged to squares, reduced to means: a map of 148 pixels on 20 characters is still recognised. */
function drawImage(screen: Screen, { image, box }: Pick<ImageMark, 'image' | 'box'>): void {
  if (image === undefined) return;
  const source = { width: image.width, height: image.height, data: picturePixels(image) };
  const reduced = box.width < image.width || box.height < image.height;
  const { data } = toRGBA(resize(source, [box.height, box.width], { interpolation: reduced ? 'box' : 'nearest' }));
  for (let y = 0; y < box.height; y++) {
    for (let x = 0; x < box.width; x++) {
      const at = (y * box.width + x) * 4;
      screen.paint(box.x + x, box.y + y, [data[at]!, data[at + 1]!, data[at + 2]!, data[at + 3]!]);
    }
  }
}

function fill(screen: Screen, left: number, top: number, width: number, height: number, color: Bytes4): void {
  for (let y = top; y < top + height; y++) for (let x = left; x < left + width; x++) screen.paint(x, y, color);
}

function drawLine(screen: Screen, points: readonly (readonly [number, number])[], color: Bytes4): void {
  for (let i = 1; i < points.length; i++) {
    const [[x1, y1], [x2, y2]] = [points[i - 1]!, points[i]!];
    const steps = Math.max(1, Math.ceil(Math.max(Math.abs(x2 - x1), Math.abs(y2 - y1))));
    for (let k = 0; k <= steps; k++) {
      screen.paint(Math.floor(x1 + ((x2 - x1) * k) / steps), Math.floor(y1 + ((y2 - y1) * k) / steps), color);
    }
  }
}

/** In the row its middle is in, or where a picture is in the way, in a row beside. */
function write(screen: Screen, mark: TextMark): void {
  const column = Math.round(mark.box.x);
  const row = Math.floor((mark.box.y + mark.box.height / 2) / 2);
  const over = mark.role === 'dead';
  const free = over ? row : [row, row - 1, row + 1].find((candidate) => !screen.hasPicture(column, candidate, mark.advance));
  if (free !== undefined) screen.write(column, free, mark.text);
}
