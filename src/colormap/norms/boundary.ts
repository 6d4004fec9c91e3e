import { check, checkInteger, describe } from '../../check';
import { paintByEdges } from '../paint-edges';
import type { Norm } from '../types';

/** Options of `boundaryNorm`. */
export interface BoundaryNormOptions {
  /** At least 2 values in rising order: bin n holds boundaries[n] <= x < boundaries[n + 1]. */
  boundaries: ArrayLike<number>;
  /** How many colours the bins are spread over; at least as many as bins. Default: as many as the colormap has. */
  ncolors?: number | undefined;
  /** Values outside take the first or last colour instead of being under or over. Not with `extend`. Default false. */
  clip?: boolean | undefined;
  /** A further bin below the first boundary, above the last, or both. Default 'neither'. */
  extend?: 'neither' | 'min' | 'max' | 'both' | undefined;
}

/** What `boundaryNorm` makes: colorbars tick its boundaries. */
export interface BoundaryNorm extends Norm {
  /** Those it was made with. */
  readonly boundaries: readonly number[];
}

/**
 * A colour for each bin between neighbouring boundaries, as `matplotlib.colors.BoundaryNorm`; with fewer bins than colours the bins are
 * spread from the first colour to the last. NaN is treated as matplotlib treats it: as what lies above the last boundary, never 'bad'.
 *
 * `apply` gives the middle of the colour's share of 0..1. `invert` spaces the bins evenly, as matplotlib's colorbars do.
 *
 * Throws `shape` if there are fewer than 2 boundaries, they fall somewhere or hold NaN, `ncolors` is less than the number of bins, or
 * `clip` and `extend` are both asked for.
 */
export function boundaryNorm(options: BoundaryNormOptions): BoundaryNorm {
  const { clip = false, extend = 'neither' } = options;
  const boundaries = Array.from(options.boundaries);
  check(boundaries.length >= 2, 'shape', () => `boundaryNorm: there are ${boundaries.length} boundaries; it needs at least 2.`, {
    boundaries,
  });
  const wrong = boundaries.findIndex((value, i) => !(i === 0 ? !Number.isNaN(value) : value >= boundaries[i - 1]!));
  check(
    wrong < 0,
    'shape',
    () =>
      `boundaryNorm: boundary ${wrong} is ${describe(boundaries[wrong])}${wrong > 0 ? ` after ${boundaries[wrong - 1]}` : ''}; boundaries must be numbers in rising order.`,
    { boundaries, index: wrong },
  );
  check(!(clip && extend !== 'neither'), 'shape', () => `boundaryNorm: clip leaves nothing for extend '${extend}'; ask for one of them.`);
  const last = boundaries.length - 1;
  const offset = extend === 'min' || extend === 'both' ? 1 : 0;
  const bins = last + offset + (extend === 'max' || extend === 'both' ? 1 : 0);
  if (options.ncolors !== undefined) checkInteger(options.ncolors, 'ncolors');
  const colours = (rows: number): number => {
    const ncolors = options.ncolors ?? rows;
    check(
      ncolors >= bins,
      'shape',
      () =>
        `boundaryNorm: ${bins} bins${extend === 'neither' ? '' : ' (extensions included)'} need at least as many colours; there are ${ncolors}.`,
      { bins, ncolors },
    );
    return ncolors;
  };
  if (options.ncolors !== undefined) colours(options.ncolors);

  const vmin = boundaries[0]!;
  const vmax = boundaries[last]!;
  const low = Math.fround(vmin);
  const high = Math.fround(vmax);

  const row = (value: number, ncolors: number): number => {
    const x = clip ? Math.min(Math.max(value, low), high) : value;
    // The last and the first boundary are compared in float32, those between in double: Python's floats give way to float32 arrays.
    if (x >= high) return clip ? ncolors - 1 : ncolors;
    if (x < low) return -1;
    const bin = (Number.isNaN(x) ? last : lastAtOrBelow(boundaries, x)) + offset;
    if (ncolors === bins) return bin;
    if (bins === 1) return bin === 0 ? (ncolors - 1) >> 1 : bin;
    return Math.trunc(((ncolors - 1) / (bins - 1)) * bin);
  };

  return {
    boundaries,
    limits: () => ({ vmin, vmax }),
    apply: (value) => (row(value, colours(bins)) + 0.5) / colours(bins),
    invert(position) {
      const at = Math.min(Math.max(position, 0), 1) * last;
      const bin = Math.min(Math.floor(at), last - 1);
      return boundaries[bin]! + (at - bin) * (boundaries[bin + 1]! - boundaries[bin]!);
    },
    row: (value, _limits, rows) => row(value, colours(rows)),
    paint: paintByEdges,
    withLimits: () => boundaryNorm(options),
  };
}

/** Index of the last boundary that is not above `value`, -1 if there is none: `np.digitize(value, boundaries) - 1`. */
function lastAtOrBelow(boundaries: readonly number[], value: number): number {
  let low = 0;
  let high = boundaries.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (boundaries[middle]! <= value) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}
