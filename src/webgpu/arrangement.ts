/** How the maps of one activation lie in their montage. Numbers are pixels of the montage at its own size: one pixel a value. */
export interface Arrangement {
  /** Of one map. */
  readonly width: number;
  readonly height: number;
  readonly columns: number;
  readonly rows: number;
  /** Between maps. */
  readonly gap: number;
  /** Of the whole montage. */
  readonly totalWidth: number;
  readonly totalHeight: number;
}

/** `count` maps of that size in rows of `columns`. */
export function arrange(width: number, height: number, count: number, columns: number, gap: number): Arrangement {
  const across = Math.min(columns, count);
  const rows = Math.ceil(count / across);
  return {
    width,
    height,
    columns: across,
    rows,
    gap,
    totalWidth: across * (width + gap) - gap,
    totalHeight: rows * (height + gap) - gap,
  };
}

/** Where the map at that position of the montage begins, counted in pixels row by row. */
export function originOf({ width, height, columns, gap, totalWidth }: Arrangement, position: number): number {
  return Math.floor(position / columns) * (height + gap) * totalWidth + (position % columns) * (width + gap);
}
