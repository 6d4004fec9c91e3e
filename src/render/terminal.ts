import { check, describe } from '../check';
import { type FigureInput, isFigure, layout } from '../figure';
import { encodePNG } from '../png/encode';
import { embeddedFont } from './font/embedded';
import { paint } from './raster/paint';
import { drawBlocks } from './terminal/blocks';
import { type Environment, type TerminalColors, type TerminalGraphics, terminalColors, terminalGraphics } from './terminal/detect';
import { itermPicture, kittyPicture, sixelPicture } from './terminal/protocols';
import { type ConfigurableRenderer, configurable } from './types';

/** Options of `terminalRenderer`. */
export interface TerminalRendererOptions {
  /** How many characters wide, at most: `process.stdout.columns`. Default 80. */
  readonly columns?: number | undefined;
  /** The environment to tell the terminal's abilities from: `process.env`. Default: none, and so half blocks in 24-bit colour. */
  readonly env?: Environment | undefined;
  /** Default: the best that `env` is known to have. */
  readonly graphics?: TerminalGraphics | undefined;
  /** For half blocks. Default: as many as `env` is known to have. */
  readonly colors?: TerminalColors | undefined;
  /** Pixels a character is wide, for 'sixel', whose pictures cannot be scaled by the terminal. Default 10. */
  readonly cellWidth?: number | undefined;
}

/**
 * A figure or a picture as text to print: half blocks in colour, two pixels a character, or a picture in the protocol of kitty, iTerm2
 * or sixel terminals.
 *
 * @example
 * const { columns } = process.stdout;
 * process.stdout.write(await terminalRenderer({ columns, env: process.env }).render(figure));
 *
 * Throws `shape` for `columns` that are no number of characters.
 */
export const terminalRenderer: ConfigurableRenderer<string, FigureInput, TerminalRendererOptions> = /* @__PURE__ */ configurable(
  'terminal',
  async (input, options) => {
    const { columns = 80, env = {}, cellWidth = 10 } = options;
    check(
      Number.isInteger(columns) && columns >= 1,
      'shape',
      () =>
        `columns is ${describe(columns)}; it must be a whole number of characters. process.stdout.columns is undefined where output goes to a file.`,
    );
    const graphics = options.graphics ?? terminalGraphics(env);
    if (graphics === 'blocks') return drawBlocks(input, columns, options.colors ?? terminalColors(env));
    const dpi = isFigure(input) && graphics === 'sixel' ? (columns * cellWidth) / input.figsize[0] : undefined;
    const image = isFigure(input) ? paint(layout(input, undefined, { dpi }), await embeddedFont()) : input;
    if (graphics === 'sixel') return sixelPicture(image);
    const png = await encodePNG(image, { level: 3 });
    return graphics === 'kitty' ? kittyPicture(png, columns) : itermPicture(png, columns);
  },
);
