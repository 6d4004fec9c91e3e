/** How many pictures a row a grid of `count` gets: the fewest, from the square root on, that fill every row (32: 8; 64: 8; 128: 16); where
 * that would be more than twice the square root, the square root, rounded up. */
export function gridColumns(count: number): number {
  const root = Math.sqrt(count);
  for (let columns = Math.ceil(root); columns <= 2 * root; columns++) if (count % columns === 0) return columns;
  return Math.ceil(root);
}

/** Cells of one size in rows from the top left, `gap` pixels between them. Lengths in pixels. */
export interface Grid {
  readonly count: number;
  readonly columns: number;
  readonly rows: number;
  readonly gap: number;
  readonly cellWidth: number;
  readonly cellHeight: number;
  readonly width: number;
  readonly height: number;
}

/** The grid of `count` cells in `columns` columns, no more of them than cells. */
export function layGrid(count: number, cellWidth: number, cellHeight: number, columns: number, gap: number): Grid {
  const used = Math.min(columns, count);
  const rows = Math.ceil(count / used);
  return {
    count,
    columns: used,
    rows,
    gap,
    cellWidth,
    cellHeight,
    width: used * cellWidth + (used - 1) * gap,
    height: rows * cellHeight + (rows - 1) * gap,
  };
}

/** Left and top pixel of a cell. */
export function cellOrigin({ columns, cellWidth, cellHeight, gap }: Grid, index: number): { left: number; top: number } {
  return { left: (index % columns) * (cellWidth + gap), top: Math.floor(index / columns) * (cellHeight + gap) };
}
