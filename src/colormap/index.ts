/**
 * Numbers to RGBA bytes, equal to matplotlib's. Needs no tfjs, no DOM, no Node.
 *
 * @example
 * import { colorize, normalize, viridis } from 'activation-lens/colormap';
 *
 * const data = Float32Array.of(0, 1, 2, 3, 4, 5);
 * const image = colorize({ width: 3, height: 2, data }, { colormap: viridis, norm: normalize({ vmin: 0, vmax: 10 }) });
 *
 * @packageDocumentation
 */
export { type ColorizeOptions, colorize } from './colorize';
export { type BinEdges, binEdges, floatKey, keyFloat } from './edges';
export type { LimitOptions } from './norms/limits';
export { type NormalizeOptions, normalize } from './norms/normalize';
export { palette } from './palette';
export { reversed, withAlpha } from './reversed';
export * from './tables/index';
export type { Colormap, Limits, Norm, RGBA, RGBAImage, ScalarMap } from './types';
