import type { Limits } from '../types';

/** How the SIMD kernel finds rows at some limits: by multiplying float32s, and by a second, exact look where that is in doubt. */
export interface Plan {
  readonly low: number;
  /** vmax where it is a float32, otherwise NaN: a value that equals it is in the last row beyond doubt. */
  readonly high: number;
  /** Table rows per unit. */
  readonly scale: number;
  /** How far multiplying may be off: in 8192nds of a row. */
  readonly doubt: number;
  /** Whether `low` is vmin itself, so that position 0 is beyond doubt. */
  readonly sure: boolean;
}

/** Rows that the kernel's palette has room for. */
const MOST_ROWS = 1018;

/**
 * The plan for limits that are ordinary numbers; none for those that are equal, not finite, or so small, large or close to each other
 * that multiplying float32s would say nothing.
 */
export function plan({ vmin, vmax }: Limits, rows: number): Plan | undefined {
  const range = vmax - vmin;
  // Within these bounds neither the scale nor a position near the table overflows or loses bits to subnormals.
  if (!(range >= 2 ** -100 && range <= 2 ** 126 && rows >= 2 && rows <= MOST_ROWS)) return undefined;
  const low = Math.fround(vmin);
  // Four roundings of 2 ** -24 separate the two ways, and what vmin lost becoming float32; twice that, and the rounding to 8192nds.
  const doubt = Math.ceil((rows * 2 ** -21 + (2 * rows * Math.abs(vmin - low)) / range) * 8192 + 1);
  return doubt > 256
    ? undefined
    : { low, high: Math.fround(vmax) === vmax ? vmax : Number.NaN, scale: Math.fround(rows / range), doubt, sure: low === vmin };
}
