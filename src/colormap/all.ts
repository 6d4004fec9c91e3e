/**
 * Every colormap of matplotlib 3.11 by name: `colormaps.viridis`, `colormaps[name]`, `Object.keys(colormaps)`. For a menu of them; a
 * program that uses a few takes those from `activation-lens/colormap` and bundles no others.
 *
 * @packageDocumentation
 */
import { type ColormapName, record } from './tables/record';
import type { Colormap } from './types';

export type { ColormapName };

/** All 91 that do not end in `_r` (for those: `reversed(colormaps.viridis)`). */
export const colormaps: Readonly<Record<ColormapName, Colormap>> = record;

export * from './tables/index';
