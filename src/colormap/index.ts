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
export { type ColorizeChannelsOptions, colorizeChannels } from './channels';
export { type ColorLike, parseColor } from './color';
export { type ColorizeOptions, colorize } from './colorize';
export {
  type ColorStop,
  createColormap,
  type ExtremeColors,
  type LinearSegmentedOptions,
  linearSegmented,
  listed,
} from './create';
export { type BinEdges, binEdges, floatKey, keyFloat } from './edges';
export { type BoundaryNorm, type BoundaryNormOptions, boundaryNorm } from './norms/boundary';
export { type CenteredNormOptions, centeredNorm } from './norms/centered';
export { createNorm, type FuncNormOptions, funcNorm } from './norms/create';
export type { LimitOptions } from './norms/limits';
export { logNorm } from './norms/log';
export { type NormalizeOptions, normalize } from './norms/normalize';
export { type PercentileNormOptions, percentileNorm, percentiles } from './norms/percentile';
export { type PowerNormOptions, powerNorm } from './norms/power';
export { sharedLimits, withLimits } from './norms/shared';
export { type SymLogNorm, type SymLogNormOptions, symLogNorm } from './norms/symlog';
export { type TwoSlopeNormOptions, twoSlopeNorm } from './norms/twoslope';
export { palette } from './palette';
export { reversed, withAlpha } from './reversed';
export type { SegmentData, Segments } from './segments';
export * from './tables/index';
export type { Colormap, Limits, Norm, RGBA, RGBAImage, ScalarMap } from './types';
