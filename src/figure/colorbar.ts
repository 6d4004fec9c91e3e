import type { Colormap, Limits, Norm } from '../colormap/types';
import { makePicture } from './picture';
import type { Colorbar, SymlogScale } from './types';

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
  const { boundaries } = norm as { readonly boundaries?: readonly number[] };
  const stepped = boundaries?.some((value, i) => i > 0 && value > boundaries[i - 1]!);
  const scale = stepped === true ? steppedScale(colormap, norm, limits, boundaries!) : continuousScale(colormap, norm, limits);
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
  const { linthresh, base } = norm as Partial<SymlogScale>;
  const symlog = linthresh !== undefined && base !== undefined ? { linthresh, base } : undefined;
  return { colors, edges, ticks: symlog ?? kindOfScale(norm, limits) };
}

/** For a norm of boundaries: each of its bins as high as the next, in the colour that it gives to the bin. */
function steppedScale(colormap: Colormap, norm: Norm, limits: Limits, boundaries: readonly number[]): Scale {
  const { rows, table } = colormap;
  const edges = boundaries.filter((value, i) => i === 0 || value > boundaries[i - 1]!);
  const bins = edges.length - 1;
  const data = new Uint8Array(bins * 4);
  for (let bin = 0; bin < bins; bin++) {
    const middle = edges[bin]! + (edges[bin + 1]! - edges[bin]!) / 2;
    const row = norm.row?.(middle, limits, rows) ?? norm.apply(middle, limits) * rows;
    const inside = Math.min(rows - 1, Math.max(0, Math.floor(row)));
    data.set(table.subarray(inside * 4, inside * 4 + 4), bin * 4);
  }
  return { colors: makePicture({ width: bins, height: 1, data }), edges, ticks: 'edges' };
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
