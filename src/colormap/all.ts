/**
 * Every colormap of matplotlib 3.11 by name: `colormaps.viridis`, `colormaps[name]`, `Object.keys(colormaps)`. For a menu of them; a
 * program that uses a few takes those from `activation-lens/colormap` and bundles no others.
 *
 * @packageDocumentation
 */
import * as tables from './tables/index';
import type { Colormap } from './types';

/** A name in `colormaps`. */
export type ColormapName = keyof typeof tables;

/** All 91 that do not end in `_r` (for those: `reversed(colormaps.viridis)`). */
export const colormaps: Readonly<Record<ColormapName, Colormap>> = tables;

export * from './tables/index';
