import { binEdges } from '../colormap';
import type { Colormap, Limits, Norm } from '../colormap/types';
import { makePicture } from './picture';
import type { Colorbar } from './types';

/** How a colorbar looks. */
export interface ColorbarOptions {
  /** Beside the bar, running upwards. Default none. */
  readonly label?: string | undefined;
  /** Values to label. Default: round ones, chosen on the norm's own scale (powers of ten on a logarithmic one). */
  readonly ticks?: readonly number[] | undefined;
  /** 'axes' (default): as high as the axes' cell, like `plt.colorbar`. 'image': right beside the picture and exactly as high. */
  readonly extent?: 'axes' | 'image' | undefined;
  /** The part of the width that the bar may take. Default 0.15 of the cell; 0.05 of the picture for `extent: 'image'`. */
  readonly fraction?: number | undefined;
  /** The gap between picture and bar, in the same unit. Default 0.05. */
  readonly pad?: number | undefined;
  /** Height / width of the bar, for `extent: 'axes'`. Default 20. */
  readonly aspect?: number | undefined;
}

/** The description of the bar that shows which colour a norm and a colormap give to which value. */
export function makeColorbar(colormap: Colormap, norm: Norm, limits: Limits, options: ColorbarOptions = {}): Colorbar {
  const { label = '', extent = 'axes', pad = 0.05, aspect = 20 } = options;
  const { fraction = extent === 'axes' ? 0.15 : 0.05 } = options;
  const scale = norm.row === undefined ? continuousScale(colormap, norm, limits) : steppedScale(colormap, norm, limits);
  return { ...scale, ticks: options.ticks ?? scale.ticks, label, extent, fraction, pad, aspect };
}

type Scale = Pick<Colorbar, 'colors' | 'edges' | 'ticks'>;

/** Every colour of the table, each as high as the next; the values between them are where the norm says. */
function continuousScale(colormap: Colormap, norm: Norm, limits: Limits): Scale {
  const { rows, table } = colormap;
  const colors = makePicture({ width: rows, height: 1, data: table.slice(0, rows * 4) });
  const { vmin, vmax } = limits;
  // NaN or infinite: every value is 'bad' or outside, and no number belongs to any colour.
  if (!Number.isFinite(vmax - vmin)) return { colors, edges: Array.from({ length: rows + 1 }, (_, i) => i / rows), ticks: [] };
  if (vmin === vmax) {
    // One value only: it has the first colour, and the scale goes on from there.
    const width = vmin === 0 ? 0.1 : Math.abs(vmin) * 0.1;
    return { colors, edges: Array.from({ length: rows + 1 }, (_, i) => vmin + (width * i) / rows), ticks: 'linear' };
  }
  const edges = Array.from({ length: rows + 1 }, (_, i) => (i === 0 ? vmin : i === rows ? vmax : norm.invert(i / rows, limits)));
  return { colors, edges, ticks: kindOfScale(norm, limits) };
}

/** For a norm that picks rows itself: only the rows it uses, from the values where they begin. */
function steppedScale(colormap: Colormap, norm: Norm, limits: Limits): Scale {
  const { rows, table } = colormap;
  const { values } = binEdges(norm, limits, rows);
  // values[1 + row] is where `row` begins, values[1 + rows] the first that is over the last.
  const used: number[] = [];
  const edges: number[] = [];
  for (let row = 0; row < rows; row++) {
    const from = values[1 + row]!;
    const to = values[2 + row]!;
    if (!(Number.isFinite(from) && from < to)) continue;
    used.push(row);
    edges.push(from);
  }
  const last = used[used.length - 1];
  if (last === undefined) return continuousScale(colormap, norm, limits);
  edges.push(Math.min(values[2 + last]!, Math.fround(limits.vmax)));
  const data = new Uint8Array(used.length * 4);
  used.forEach((row, i) => {
    data.set(table.subarray(row * 4, row * 4 + 4), i * 4);
  });
  return { colors: makePicture({ width: used.length, height: 1, data }), edges, ticks: used.length <= 20 ? 'edges' : 'linear' };
}

/**
 * Whether equal steps of position are equal factors of value, told from the norm's inverse alone so that a user's own norm is seen for
 * what it is: over its whole range ('log'), or only towards its ends ('symlog').
 */
function kindOfScale(norm: Norm, limits: Limits): 'linear' | 'log' | 'symlog' {
  const factor = (from: number, to: number) => Math.log(Math.abs(norm.invert(to, limits) / norm.invert(from, limits)));
  const geometric = (a: number, b: number, c: number) => {
    const first = factor(a, b);
    const second = factor(b, c);
    return Number.isFinite(first) && first > 0.05 && Math.abs(second / first - 1) < 0.02;
  };
  if (limits.vmin > 0) return geometric(0.02, 0.5, 0.98) ? 'log' : 'linear';
  return geometric(0.9, 0.95, 1) || geometric(0.1, 0.05, 0) ? 'symlog' : 'linear';
}
