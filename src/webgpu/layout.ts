/** How many maps of which size one activation has. */
export interface MapSet {
  readonly width: number;
  readonly height: number;
  readonly count: number;
}

/** The maps of one activation on the target: cells of whole pixels in rows from the top left. All numbers are target pixels. */
export interface Panel {
  readonly x: number;
  readonly y: number;
  /** Of all cells together with their gaps. */
  readonly width: number;
  readonly height: number;
  readonly cellWidth: number;
  readonly cellHeight: number;
  readonly columns: number;
  readonly gap: number;
}

/** Where everything goes. */
export interface Layout {
  readonly width: number;
  readonly height: number;
  /** By activation. */
  readonly panels: readonly Panel[];
}

/** What decides over a layout besides the maps. */
export interface LayoutOptions {
  /** Maps a row. Default: by `scale`, as the function says. */
  readonly columns?: number | undefined;
  /** Pixels between maps. */
  readonly gap: number;
  /** Pixels between panels. */
  readonly panelGap: number;
}

/**
 * Maps at `scale` times their size. Panels follow each other like words: from left to right as far as the widest of them reaches, then on
 * the next line. The picture is as large as that makes it. `columns`: for a count, where they are not given.
 */
export function flowPanels(sets: readonly MapSet[], scale: number, columns: (count: number) => number, options: LayoutOptions): Layout {
  const { gap, panelGap } = options;
  const loose = sets.map((set) =>
    panelOf(set, 0, 0, atScale(set.width, scale), atScale(set.height, scale), options.columns ?? columns(set.count), gap),
  );
  const width = Math.max(0, ...loose.map((panel) => panel.width));
  let x = 0;
  let y = 0;
  let lineHeight = 0;
  const panels = loose.map((panel) => {
    if (x > 0 && x + panel.width > width) {
      x = 0;
      y += lineHeight + panelGap;
      lineHeight = 0;
    }
    const placed = { ...panel, x, y };
    x += panel.width + panelGap;
    lineHeight = Math.max(lineHeight, panel.height);
    return placed;
  });
  return { width, height: y + lineHeight, panels };
}

/**
 * Maps as large as they can be on a target of that size. Panels are of equal size, in as many columns as make the smallest map largest;
 * so are the maps' columns where they are not given. Each panel stands in the middle of its place.
 */
export function fitPanels(sets: readonly MapSet[], width: number, height: number, options: LayoutOptions): Layout {
  let best: { worst: number; panels: Panel[] } | undefined;
  for (let across = 1; across <= sets.length; across++) {
    const down = Math.ceil(sets.length / across);
    const room = [(width - (across - 1) * options.panelGap) / across, (height - (down - 1) * options.panelGap) / down] as const;
    let worst = Number.POSITIVE_INFINITY;
    const panels = sets.map((set, i) => {
      const { scale, columns } = fitMaps(set, room[0], room[1], options);
      worst = Math.min(worst, scale * Math.min(set.width, set.height));
      const panel = panelOf(set, 0, 0, atScale(set.width, scale), atScale(set.height, scale), columns, options.gap);
      const left = (i % across) * (room[0] + options.panelGap) + (room[0] - panel.width) / 2;
      const top = Math.floor(i / across) * (room[1] + options.panelGap) + (room[1] - panel.height) / 2;
      return { ...panel, x: Math.max(0, Math.floor(left)), y: Math.max(0, Math.floor(top)) };
    });
    if (!best || worst > best.worst) best = { worst, panels };
  }
  return { width, height, panels: best?.panels ?? [] };
}

/** Which map, and which of its values, is shown at a pixel of the target; undefined between maps. */
export function pick(
  layout: Layout,
  sets: readonly MapSet[],
  x: number,
  y: number,
): { panel: number; position: number; row: number; column: number } | undefined {
  for (const [i, panel] of layout.panels.entries()) {
    const inX = Math.floor(x) - panel.x;
    const inY = Math.floor(y) - panel.y;
    if (inX < 0 || inY < 0 || inX >= panel.width || inY >= panel.height) continue;
    const across = Math.floor(inX / (panel.cellWidth + panel.gap));
    const down = Math.floor(inY / (panel.cellHeight + panel.gap));
    const left = inX - across * (panel.cellWidth + panel.gap);
    const top = inY - down * (panel.cellHeight + panel.gap);
    const position = down * panel.columns + across;
    const set = sets[i]!;
    if (left >= panel.cellWidth || top >= panel.cellHeight || position >= set.count) return undefined;
    return {
      panel: i,
      position,
      row: nearestSource(top, panel.cellHeight, set.height),
      column: nearestSource(left, panel.cellWidth, set.width),
    };
  }
  return undefined;
}

/** The value whose square a target pixel's centre lies in. */
export function nearestSource(at: number, cell: number, size: number): number {
  return Math.min(size - 1, Math.floor(((2 * at + 1) * size) / (2 * cell)));
}

function atScale(size: number, scale: number): number {
  return Math.max(1, Math.floor(size * scale));
}

function panelOf({ count }: MapSet, x: number, y: number, cellWidth: number, cellHeight: number, wanted: number, gap: number): Panel {
  const columns = Math.min(wanted, count);
  const rows = Math.ceil(count / columns);
  return { x, y, width: columns * (cellWidth + gap) - gap, height: rows * (cellHeight + gap) - gap, cellWidth, cellHeight, columns, gap };
}

function fitMaps(
  { width, height, count }: MapSet,
  roomX: number,
  roomY: number,
  { columns, gap }: LayoutOptions,
): { scale: number; columns: number } {
  let best = { scale: 0, columns: columns ?? 1 };
  for (let across = columns ?? 1; across <= (columns ?? count); across++) {
    const down = Math.ceil(count / across);
    const scale = Math.min((roomX - (across - 1) * gap) / across / width, (roomY - (down - 1) * gap) / down / height);
    if (scale > best.scale) best = { scale, columns: across };
  }
  return best;
}
