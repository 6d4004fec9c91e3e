import type { Mark } from './marks';
import type { Sheet } from './sheet';
import type { Axes, Box } from './types';

/** The bars and lines of axes, in pixels, cut at the frame. */
export function plotMarks(axes: Axes, frame: Box, sheet: Sheet): Mark[] {
  const [left, right] = axes.xlim;
  const [bottom, top] = axes.ylim;
  const clampX = (x: number) => Math.min(frame.x + frame.width, Math.max(frame.x, x));
  const clampY = (y: number) => Math.min(frame.y + frame.height, Math.max(frame.y, y));
  const toX = (value: number) => frame.x + ((value - left) / (right - left)) * frame.width;
  const toY = (value: number) => frame.y + frame.height - ((value - bottom) / (top - bottom)) * frame.height;
  const marks: Mark[] = [];
  for (const plot of axes.plots) {
    if (plot.kind === 'line') {
      const points = plot.x.map((x, i) => [toX(x), toY(plot.y[i]!)] as const).filter(([x, y]) => Number.isFinite(x) && Number.isFinite(y));
      if (points.length > 1) {
        marks.push({ kind: 'line', role: 'plot', points, width: plot.width * sheet.scale, color: plot.color, clip: frame });
      }
      continue;
    }
    plot.heights.forEach((height, i) => {
      const x1 = clampX(toX(plot.edges[i]!));
      const x2 = clampX(toX(plot.edges[i + 1]!));
      const y1 = clampY(toY(0));
      const y2 = clampY(toY(height));
      const box = { x: Math.min(x1, x2), y: Math.min(y1, y2), width: Math.abs(x2 - x1), height: Math.abs(y2 - y1) };
      if (box.width > 0 && box.height > 0) marks.push({ kind: 'rectangle', role: 'bar', box, color: plot.color });
    });
  }
  return marks;
}
