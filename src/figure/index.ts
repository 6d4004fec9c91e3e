/** A figure's description, and where everything in it goes. Pure: no canvas, no DOM. */
export {
  type AxesOptions,
  axes,
  type BarsOptions,
  type CommonAxesOptions,
  type ImageAxesOptions,
  imageAxes,
  isDead,
  type LineOptions,
} from './axes';
export type { ColorbarOptions } from './colorbar';
export { type FigureOptions, figure, type SheetOptions } from './figure';
export { type ChannelMap, featureGrid, type GridMap, type GridOptions, layerGrid, type MapFigureOptions, mapFigure } from './grids';
export { type FigureLayout, isFigure, type LayoutOptions, layout } from './layout';
export type { AxesLayout } from './layout-axes';
export type { ImageMark, LineMark, Mark, RectangleMark, TextMark } from './marks';
export { measureText } from './metrics';
export { picturePixels } from './picture';
export { maxNTicks, type TickOptions } from './ticks';
export type * from './types';
