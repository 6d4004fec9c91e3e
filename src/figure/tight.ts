import type { AxesLayout } from './layout-axes';
import type { Size } from './subplots';
import type { Box, Figure, SubplotParameters } from './types';

/** Room around everything, in font sizes: `tight_layout(pad=1.08)`. */
const padding = 1.08;

/**
 * Where the grid has to lie so that no axes' ticks, labels and titles touch another's or the paper's edge: matplotlib's `tight_layout`,
 * from a layout made with other parameters. Undefined, and so no change, when the paper is too small for the labels alone.
 */
export function tightSubplots(
  figure: Figure,
  loose: readonly AxesLayout[],
  cells: readonly Box[],
  titleHeight: number | undefined,
  { width, height }: Size,
): SubplotParameters | undefined {
  const { rows, columns } = figure;
  // How far the axes beside each gap reach into it: [row][column] across, [row][column] down.
  const across = Array.from({ length: rows }, () => new Array<number>(columns + 1).fill(0));
  const down = Array.from({ length: rows + 1 }, () => new Array<number>(columns).fill(0));
  for (const { index, bounds } of loose) {
    if (figure.axes[index]?.position !== undefined) continue;
    const cell = cells[index]!;
    const row = Math.floor(index / columns);
    const column = index % columns;
    across[row]![column]! += cell.x - bounds.x;
    across[row]![column + 1]! += bounds.x + bounds.width - (cell.x + cell.width);
    down[row]![column]! += cell.y - bounds.y;
    down[row + 1]![column]! += bounds.y + bounds.height - (cell.y + cell.height);
  }
  const pad = (padding * figure.fontSize * width) / (72 * figure.figsize[0]);
  const left = Math.max(0, ...across.map((row) => row[0]!)) + pad;
  const right = Math.max(0, ...across.map((row) => row[columns]!)) + pad;
  const top = Math.max(0, ...down[0]!) + pad + (titleHeight === undefined ? 0 : titleHeight + pad);
  const bottom = Math.max(0, ...down[rows]!) + pad;
  const gapX = columns > 1 ? Math.max(...across.flatMap((row) => row.slice(1, -1))) + pad : 0;
  const gapY = rows > 1 ? Math.max(...down.slice(1, -1).flat()) + pad : 0;
  const axesWidth = (width - left - right - gapX * (columns - 1)) / columns;
  const axesHeight = (height - top - bottom - gapY * (rows - 1)) / rows;
  if (!(axesWidth > 0 && axesHeight > 0)) return undefined;
  return {
    left: left / width,
    right: 1 - right / width,
    bottom: bottom / height,
    top: 1 - top / height,
    wspace: gapX / axesWidth,
    hspace: gapY / axesHeight,
  };
}
