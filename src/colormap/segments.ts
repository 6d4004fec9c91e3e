import { check } from '../check';

/** For one channel: rows of (x, y0, y1), x rising from 0 to 1; between rows i and i + 1 it runs from y1 of i to y0 of i + 1. */
export type Segments = readonly (readonly [x: number, y0: number, y1: number])[];

/** The channels of matplotlib's `segmentdata`. */
export interface SegmentData {
  /** 0..1, as the others; what lies outside is cut off. */
  readonly red: Segments;
  /** Like red. */
  readonly green: Segments;
  /** Like red. */
  readonly blue: Segments;
  /** Default: opaque. */
  readonly alpha?: Segments | undefined;
}

/**
 * RGBA bytes of `rows` colours along the segments, with the arithmetic of matplotlib's `_create_lookup_table` (3.11), in double.
 *
 * Throws `shape` if a channel's x does not rise from 0 to 1.
 */
export function segmentTable(data: SegmentData, rows: number, gamma: number): Uint8Array {
  const table = new Uint8Array(rows * 4).fill(255);
  for (const [channel, name] of (['red', 'green', 'blue', 'alpha'] as const).entries()) {
    const segments = data[name];
    if (segments === undefined && name === 'alpha') continue;
    checkSegments(name, segments);
    // Transparency is not bent by gamma.
    const values = lookup(segments, rows, name === 'alpha' ? 1 : gamma);
    for (let row = 0; row < rows; row++) table[row * 4 + channel] = Math.min(Math.max(values[row]!, 0), 1) * 255;
  }
  return table;
}

/** The same segments from right to left. */
export function reverseSegments(data: SegmentData): SegmentData {
  const turn = (segments: Segments): Segments => segments.map(([x, y0, y1]) => [1 - x, y1, y0] as const).reverse();
  return { red: turn(data.red), green: turn(data.green), blue: turn(data.blue), alpha: data.alpha && turn(data.alpha) };
}

function lookup(segments: Segments, rows: number, gamma: number): number[] {
  const last = segments.length - 1;
  if (rows === 1) return [segments[last]![1]];
  const scale = rows - 1;
  const step = 1 / scale;
  const values = [segments[0]![2]];
  let right = 0;
  for (let row = 1; row < scale; row++) {
    const at = scale * (row * step) ** gamma;
    while (right < last && segments[right]![0] * scale < at) right++;
    const [x1, y1] = segments[right]!;
    const [x0, , y0] = segments[right - 1]!;
    const distance = (at - x0 * scale) / (x1 * scale - x0 * scale);
    values.push(distance * (y1 - y0) + y0);
  }
  values.push(segments[last]![1]);
  return values;
}

function checkSegments(name: string, segments: Segments | undefined): asserts segments is Segments {
  const xs = (segments ?? []).map(([x]) => x);
  check(
    xs.length >= 2 && xs[0] === 0 && xs.at(-1) === 1 && xs.every((x, i) => i === 0 || x >= xs[i - 1]!),
    'shape',
    () => `The ${name} segments have x ${xs.length === 0 ? 'nowhere' : xs.join(', ')}; x must rise from 0 to 1.`,
    { channel: name, x: xs },
  );
}
