/** How much of each pixel a shape covers, 0..255, in the box from (x, y). */
export interface Mask {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  readonly alpha: Uint8Array;
}

/**
 * The exact area of each pixel that closed polygons cover, in pixel coordinates with y downwards. Holes wind the other way round than
 * what they are cut from; polygons of one direction that overlap count once.
 *
 * Each edge adds, row by row, the area to its right: a running sum over the row then is the coverage. (The method of Raph Levien's
 * font-rs and of stb_truetype, written anew.)
 */
export function cover(polygons: readonly (readonly (readonly [number, number])[])[]): Mask {
  let [left, top, right, bottom] = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const polygon of polygons) {
    for (const [x, y] of polygon) {
      left = Math.min(left, x);
      right = Math.max(right, x);
      top = Math.min(top, y);
      bottom = Math.max(bottom, y);
    }
  }
  if (!(left <= right)) return { x: 0, y: 0, width: 0, height: 0, alpha: new Uint8Array(0) };
  const x = Math.floor(left);
  const y = Math.floor(top);
  const width = Math.ceil(right) - x;
  const height = Math.ceil(bottom) - y;
  // One column more: an edge in the last pixel has an area to its right too.
  const stride = width + 2;
  const sums = new Float32Array(stride * height);
  for (const polygon of polygons) {
    for (let i = 0; i < polygon.length; i++) {
      const [x1, y1] = polygon[i]!;
      const [x2, y2] = polygon[(i + 1) % polygon.length]!;
      addEdge(sums, stride, x1 - x, y1 - y, x2 - x, y2 - y);
    }
  }
  const alpha = new Uint8Array(width * height);
  for (let row = 0; row < height; row++) {
    let sum = 0;
    for (let column = 0; column < width; column++) {
      sum += sums[row * stride + column]!;
      alpha[row * width + column] = Math.min(255, Math.abs(sum) * 255 + 0.5);
    }
  }
  return { x, y, width, height, alpha };
}

function addEdge(sums: Float32Array, stride: number, x1: number, y1: number, x2: number, y2: number): void {
  if (y1 === y2) return;
  const direction = y1 < y2 ? 1 : -1;
  const [xa, ya, xb, yb] = y1 < y2 ? [x1, y1, x2, y2] : [x2, y2, x1, y1];
  const slope = (xb - xa) / (yb - ya);
  for (let row = Math.floor(ya); row < yb; row++) {
    const from = Math.max(ya, row);
    const to = Math.min(yb, row + 1);
    const height = (to - from) * direction;
    const start = xa + (from - ya) * slope;
    const end = xa + (to - ya) * slope;
    addRow(sums, row * stride, Math.min(start, end), Math.max(start, end), height);
  }
}

/** One edge within one row, from `low` to `high` across: spreads `height` over the pixels it crosses, in proportion to the area right of it. */
function addRow(sums: Float32Array, at: number, low: number, high: number, height: number): void {
  const first = Math.floor(low);
  const last = Math.floor(high);
  if (first === last) {
    const inside = 1 - ((low + high) / 2 - first);
    sums[at + first]! += height * inside;
    sums[at + first + 1]! += height * (1 - inside);
    return;
  }
  const perPixel = height / (high - low);
  // The area right of the edge grows from pixel to pixel; the differences of that area are what is added.
  let before = 0;
  for (let column = first; column <= last + 1; column++) {
    const area = perPixel * areaRight(low, high, column + 1);
    sums[at + column]! += area - before;
    before = area;
  }
}

/** The integral over t in [low, high] of how much of [x - 1, x] lies right of t. */
function areaRight(low: number, high: number, x: number): number {
  const partial = (t: number) => {
    const clamped = Math.min(Math.max(t, x - 1), x);
    // Integral of (x - t) from x - 1 to `clamped`, and of 1 before x - 1.
    return Math.min(t, x - 1) + (0.5 - ((x - clamped) * (x - clamped)) / 2);
  };
  return partial(high) - partial(low);
}
