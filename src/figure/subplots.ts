import type { Axes, Box, Figure, SubplotParameters } from './types';

/** matplotlib's `figure.subplot.*` defaults. */
export const defaultSubplots: SubplotParameters = { left: 0.125, right: 0.9, bottom: 0.11, top: 0.88, wspace: 0.2, hspace: 0.2 };

/** Of the paper, in pixels that need not be whole. */
export interface Size {
  readonly width: number;
  readonly height: number;
}

/** The grid's cells in pixels, row by row, as matplotlib's `GridSpec.get_grid_positions`. */
export function gridCells(figure: Figure, subplots: SubplotParameters, { width, height }: Size): Box[] {
  const { rows, columns } = figure;
  const cellWidth = ((subplots.right - subplots.left) * width) / (columns + subplots.wspace * (columns - 1));
  const cellHeight = ((subplots.top - subplots.bottom) * height) / (rows + subplots.hspace * (rows - 1));
  const cells: Box[] = [];
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      cells.push({
        x: subplots.left * width + column * cellWidth * (1 + subplots.wspace),
        y: (1 - subplots.top) * height + row * cellHeight * (1 + subplots.hspace),
        width: cellWidth,
        height: cellHeight,
      });
    }
  }
  return cells;
}

/** The cell of axes that have their own position in the figure. */
export function ownCell(position: NonNullable<Axes['position']>, { width, height }: Size): Box {
  const [left, bottom, across, up] = position;
  return { x: left * width, y: (1 - bottom - up) * height, width: across * width, height: up * height };
}

/**
 * The frame of axes inside a cell, and the cell of its colorbar: the whole cell for 'auto', else the largest box of the data's aspect.
 * Colorbars take their room as `plt.colorbar` does (`extent` 'axes') or stand right beside the picture ('image').
 */
export function placeFrame(axes: Axes, cell: Box): { frame: Box; colorbar?: Box } {
  const ratio = axes.aspect === 'auto' ? undefined : Math.abs(axes.ylim[1] - axes.ylim[0]) / Math.abs(axes.xlim[1] - axes.xlim[0]);
  const bar = axes.colorbar;
  if (bar === undefined) return { frame: shrink(cell, ratio, 0.5) };
  if (bar.extent === 'axes') {
    const frame = shrink({ ...cell, width: cell.width * (1 - bar.fraction - bar.pad) }, ratio, 1);
    const room = { ...cell, x: cell.x + cell.width * (1 - bar.fraction), width: cell.width * bar.fraction };
    return { frame, colorbar: shrink(room, bar.aspect, 0) };
  }
  const parts = 1 + bar.pad + bar.fraction;
  const both = shrink(cell, ratio === undefined ? undefined : ratio / parts, 0.5);
  const width = both.width / parts;
  return {
    frame: { ...both, width },
    colorbar: { ...both, x: both.x + width * (1 + bar.pad), width: width * bar.fraction },
  };
}

/** The largest box of height / width `ratio` in `cell`, `anchor` of the spare width to its left, in the middle of the spare height. */
function shrink(cell: Box, ratio: number | undefined, anchor: number): Box {
  if (ratio === undefined) return cell;
  const width = Math.min(cell.width, cell.height / ratio);
  const height = width * ratio;
  return { x: cell.x + (cell.width - width) * anchor, y: cell.y + (cell.height - height) / 2, width, height };
}
