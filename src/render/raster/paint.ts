import type { Box, FigureLayout, LineMark } from '../../figure';
import type { RGBAImage } from '../../image/types';
import { type Bytes4, parseColor } from '../color';
import type { Font } from '../font/outlines';
import { cover, type Mask } from './coverage';
import { drawPicture } from './picture';
import { TextPainter } from './text';

/**
 * Draws a layout into pixels, in plain JavaScript: no canvas, the same bytes on every machine. Pictures are copied pixel by pixel, lines
 * and letters are antialiased by the area they cover.
 */
export function paint(layout: FigureLayout, font: Font): RGBAImage {
  const { width, height } = layout;
  const canvas: RGBAImage = { width, height, data: new Uint8ClampedArray(width * height * 4) };
  const painter = new TextPainter(font);
  for (const mark of layout.marks) {
    if (mark.kind === 'rectangle') fillBox(canvas, mark.box, parseColor(mark.color));
    else if (mark.kind === 'image') drawPicture(canvas, mark);
    else if (mark.kind === 'line') drawLine(canvas, mark);
    else {
      const color = parseColor(mark.color);
      painter.draw(mark, (mask, dx, dy) => blend(canvas, mask, dx, dy, color));
    }
  }
  return canvas;
}

/** A line is the area that its width takes. A closed one has square corners, an open one ends where it ends. */
function drawLine(canvas: RGBAImage, mark: LineMark): void {
  const { points, width, clip } = mark;
  const color = parseColor(mark.color);
  const half = width / 2;
  const first = points[0]!;
  const last = points[points.length - 1]!;
  const closed = points.length > 2 && first[0] === last[0] && first[1] === last[1];
  const upright = points.every(([x, y], i) => i === 0 || x === points[i - 1]![0] || y === points[i - 1]![1]);
  const polygons: [number, number][][] = [];
  for (let i = 1; i < points.length; i++) {
    const [x1, y1] = points[i - 1]!;
    const [x2, y2] = points[i]!;
    const length = Math.hypot(x2 - x1, y2 - y1);
    if (length === 0) continue;
    const [ux, uy] = [((x2 - x1) / length) * half, ((y2 - y1) / length) * half];
    // The corner of a closed line belongs to the edge that ends there.
    const [begin, end] = closed ? [-1, 1] : [0, 0];
    const a: [number, number] = [x1 - begin * ux, y1 - begin * uy];
    const b: [number, number] = [x2 + end * ux, y2 + end * uy];
    if (upright && clip === undefined) {
      const x = Math.min(a[0], b[0]) - Math.abs(uy);
      const y = Math.min(a[1], b[1]) - Math.abs(ux);
      fillBox(canvas, { x, y, width: Math.abs(b[0] - a[0]) + 2 * Math.abs(uy), height: Math.abs(b[1] - a[1]) + 2 * Math.abs(ux) }, color);
      continue;
    }
    polygons.push([
      [a[0] - uy, a[1] + ux],
      [a[0] + uy, a[1] - ux],
      [b[0] + uy, b[1] - ux],
      [b[0] - uy, b[1] + ux],
    ]);
  }
  if (polygons.length > 0) blend(canvas, cover(polygons), 0, 0, color, clip);
}

/** A rectangle whose edges may lie within pixels. */
function fillBox(canvas: RGBAImage, box: Box, color: Bytes4): void {
  const right = box.x + box.width;
  const bottom = box.y + box.height;
  const whole = [box.x, box.y, right, bottom].every(Number.isInteger);
  if (whole && color[3] === 255) {
    const pixels = new Uint32Array(canvas.data.buffer, canvas.data.byteOffset, canvas.width * canvas.height);
    const value = new Uint32Array(Uint8Array.of(...color).buffer)[0]!;
    const [x1, x2] = [Math.max(0, box.x), Math.min(canvas.width, right)];
    for (let y = Math.max(0, box.y); y < Math.min(canvas.height, bottom); y++) {
      if (x2 > x1) pixels.fill(value, y * canvas.width + x1, y * canvas.width + x2);
    }
    return;
  }
  const x = Math.max(0, Math.floor(box.x));
  const y = Math.max(0, Math.floor(box.y));
  const width = Math.min(canvas.width, Math.ceil(right)) - x;
  const height = Math.min(canvas.height, Math.ceil(bottom)) - y;
  if (width <= 0 || height <= 0) return;
  const alpha = new Uint8Array(width * height);
  for (let row = 0; row < height; row++) {
    const down = Math.min(bottom, y + row + 1) - Math.max(box.y, y + row);
    for (let column = 0; column < width; column++) {
      const across = Math.min(right, x + column + 1) - Math.max(box.x, x + column);
      alpha[row * width + column] = Math.max(0, across) * Math.max(0, down) * 255 + 0.5;
    }
  }
  blend(canvas, { x, y, width, height, alpha }, 0, 0, color);
}

/** Lays `color` over the canvas where the mask covers it, moved by whole pixels, inside `clip`. */
function blend(canvas: RGBAImage, mask: Mask, dx: number, dy: number, color: Bytes4, clip?: Box): void {
  const { data } = canvas;
  const left = Math.max(0, clip === undefined ? 0 : Math.round(clip.x));
  const top = Math.max(0, clip === undefined ? 0 : Math.round(clip.y));
  const right = Math.min(canvas.width, clip === undefined ? canvas.width : Math.round(clip.x + clip.width));
  const bottom = Math.min(canvas.height, clip === undefined ? canvas.height : Math.round(clip.y + clip.height));
  for (let row = 0; row < mask.height; row++) {
    const y = mask.y + dy + row;
    if (y < top || y >= bottom) continue;
    for (let column = 0; column < mask.width; column++) {
      const x = mask.x + dx + column;
      const cover = (mask.alpha[row * mask.width + column]! * color[3]) / 255;
      if (cover === 0 || x < left || x >= right) continue;
      const at = (y * canvas.width + x) * 4;
      const under = data[at + 3]!;
      // Over an opaque pixel, as nearly always, `total` is 255.
      const total = cover + (under * (255 - cover)) / 255;
      for (let k = 0; k < 3; k++) {
        data[at + k] = (color[k]! * cover + (data[at + k]! * under * (255 - cover)) / 255) / total;
      }
      data[at + 3] = total;
    }
  }
}
