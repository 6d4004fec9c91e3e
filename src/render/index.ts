/** Renderers: a figure or a picture becomes SVG, a canvas, a PNG file, lines for a terminal. */
export { type CanvasRendererOptions, canvasRenderer } from './canvas';
export { type PNGRendererOptions, pngRenderer } from './png';
export { type SVGRendererOptions, svgRenderer } from './svg';
export { type TerminalRendererOptions, terminalRenderer } from './terminal';
export { type Environment, type TerminalColors, type TerminalGraphics, terminalColors, terminalGraphics } from './terminal/detect';
export type { ConfigurableRenderer, Renderer } from './types';
export { type FigureMap, type WebGPURendererOptions, webgpuRenderer } from './webgpu';
