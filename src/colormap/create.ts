import { check, checkInteger, describe } from '../check';
import { type ColorLike, colorBytes, hasBytes, parseColor } from './color';
import { reverseSegments, type SegmentData, segmentTable } from './segments';
import { flips } from './table';
import type { Colormap, RGBA } from './types';

/** Where a colour sits, 0..1, and the colour. */
export type ColorStop = readonly [position: number, color: ColorLike];

/** Colours for values that no row of the table stands for. */
export interface ExtremeColors {
  /** Below the norm's range. Default: the first colour. */
  under?: ColorLike | undefined;
  /** Above the norm's range. Default: the last colour. */
  over?: ColorLike | undefined;
  /** NaN. Default: transparent black. */
  bad?: ColorLike | undefined;
}

export interface LinearSegmentedOptions extends ExtremeColors {
  /** Colours in the table. Default 256. */
  rows?: number | undefined;
  /** Bends where the colours sit: position `t` gets the colour of `t ** gamma`. Default 1. */
  gamma?: number | undefined;
}

/**
 * A colormap of your own. A list of colours is the table itself, a row for each (`listed`); a list of stops is run through in 256 steps
 * (`linearSegmented`, which does the same for colours alone if that is what you want); bytes are a ready table, RGBA.
 *
 * @example
 * createColormap('flag', ['navy', 'white', '#c8102e'], { bad: 'lightgrey' });
 * createColormap('fire', [[0, 'black'], [0.4, 'red'], [1, 'white']]);
 *
 * Throws `shape` for no colours at all, what is no colour, and stops that do not rise from 0 to 1.
 */
export function createColormap(
  name: string,
  colors: readonly ColorLike[] | readonly ColorStop[] | Uint8Array | Uint8ClampedArray,
  extremes: ExtremeColors = {},
): Colormap {
  return isStops(colors) ? linearSegmented(name, colors, extremes) : listed(name, colors, extremes);
}

/**
 * A colormap with a row for each colour, as `matplotlib.colors.ListedColormap`.
 *
 * Throws `shape` for no colours and for what is no colour.
 */
export function listed(
  name: string,
  colors: readonly ColorLike[] | Uint8Array | Uint8ClampedArray,
  extremes: ExtremeColors = {},
): Colormap {
  if (ArrayBuffer.isView(colors)) {
    checkAny(name, colors.length);
    check(
      colors.length % 4 === 0,
      'shape',
      () => `Colormap ${describe(name)} was given ${colors.length} bytes; a table has 4 bytes (RGBA) for each row.`,
      { bytes: colors.length },
    );
    return finish(name, Uint8Array.from(colors), extremes);
  }
  checkAny(name, colors.length);
  const bytes = hasBytes(colors);
  return finish(name, Uint8Array.from(colors.flatMap((color) => colorBytes(color, bytes))), extremes);
}

/**
 * A colormap that runs evenly between colours, as `matplotlib.colors.LinearSegmentedColormap`: from colours at equal distances, from
 * stops, or from matplotlib's `segmentdata`.
 *
 * Throws `shape` for no colours, what is no colour, positions that do not rise from 0 to 1, and `rows` or `gamma` that are not above 0.
 */
export function linearSegmented(
  name: string,
  colors: readonly ColorLike[] | readonly ColorStop[] | SegmentData,
  options: LinearSegmentedOptions = {},
): Colormap {
  const { rows = 256, gamma = 1 } = options;
  checkInteger(rows, 'rows');
  check(gamma > 0 && gamma < Number.POSITIVE_INFINITY, 'shape', () => `gamma is ${describe(gamma)}; it must be a number above 0.`, {
    gamma,
  });
  const data = 'red' in colors ? colors : fromStops(name, isStops(colors) ? colors : spread(colors));
  const table = segmentTable(data, rows, gamma);
  flips.set(table, () => segmentTable(reverseSegments(data), rows, gamma));
  return finish(name, table, options);
}

/** Two of a kind is no colour, so an array of pairs is stops. */
function isStops(colors: ArrayLike<unknown>): colors is readonly ColorStop[] {
  return Array.isArray(colors) && colors.length > 0 && colors.every((stop) => Array.isArray(stop) && stop.length === 2);
}

function spread(colors: readonly ColorLike[]): ColorStop[] {
  const bytes = hasBytes(colors);
  // A single colour is there from one end to the other.
  const all = colors.length === 1 ? [colors[0]!, colors[0]!] : colors;
  return all.map((color, i) => [i === all.length - 1 ? 1 : i * (1 / (all.length - 1)), parseColor(color, bytes)]);
}

function fromStops(name: string, stops: readonly ColorStop[]): SegmentData {
  checkAny(name, stops.length);
  const bytes = hasBytes(stops.map(([, color]) => color));
  const colors = stops.map(([position, color]) => [position, parseColor(color, bytes)] as const);
  const channel = (index: number) => colors.map(([position, color]) => [position, color[index]!, color[index]!] as const);
  return { red: channel(0), green: channel(1), blue: channel(2), alpha: channel(3) };
}

function finish(name: string, table: Uint8Array, { under, over, bad }: ExtremeColors): Colormap {
  const bytes = (color: ColorLike | undefined): RGBA | undefined => (color === undefined ? undefined : colorBytes(color));
  return { name, rows: table.length / 4, table, under: bytes(under), over: bytes(over), bad: bytes(bad) };
}

function checkAny(name: string, length: number): void {
  check(length > 0, 'shape', () => `Colormap ${describe(name)} was given 0 colours; a table needs at least 1 row.`, { name, rows: 0 });
}
