import { type FigureInput, isFigure, layout } from '../figure';
import { encodePNG } from '../png/encode';
import { embeddedFont } from './font/embedded';
import { paint } from './raster/paint';
import { type ConfigurableRenderer, configurable } from './types';

/** Options of `pngRenderer`. */
export interface PNGRendererOptions {
  /** Pixels an inch, instead of the figure's own. */
  readonly dpi?: number | undefined;
  /** Effort of the compression, 0..9, in Node. Default 3: figures are mostly flat, more effort hardly makes them smaller. */
  readonly level?: number | undefined;
}

/**
 * A figure or a picture as the bytes of a PNG file. Drawn without a canvas and with a font of its own (DejaVu Sans): the same pixels in
 * every browser and in Node, on machines without fonts too.
 *
 * Throws `shape` for a colour it cannot read (`figure` takes any CSS colour; here it must be a common name, #rrggbb or rgb()).
 */
export const pngRenderer: ConfigurableRenderer<Uint8Array, FigureInput, PNGRendererOptions> = /* @__PURE__ */ configurable(
  'png',
  async (input, { dpi, level = 3 }) => {
    if (!isFigure(input)) return encodePNG(input, { level });
    // Of 704 maps and a few greys, no row filter makes a file smaller, and trying them takes longer than all the rest.
    return encodePNG(paint(layout(input, undefined, { dpi }), await embeddedFont()), { level, filter: 'none' });
  },
);
