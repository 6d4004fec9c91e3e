/**
 * Turns one kind of thing into another: a Figure or a picture into SVG text, a canvas, PNG bytes, lines for a terminal, or whatever you
 * like. Anything with a name and this method is a renderer; those of the library are made the same way. `layout(figure)` gives a
 * renderer every box, line and text, already in place.
 */
export interface Renderer<Output, Input> {
  /** For messages and menus: 'svg'. */
  readonly name: string;
  render(input: Input): Output | Promise<Output>;
}

/**
 * A renderer with default settings that is also a function: call it with options for a renderer with other ones.
 *
 * @example
 * const svg = await svgRenderer.render(figure);
 * const small = await svgRenderer({ dpi: 50 }).render(figure);
 */
export interface ConfigurableRenderer<Output, Input, Options> extends Renderer<Output, Input> {
  (options?: Options): Renderer<Output, Input>;
  render(input: Input): Promise<Output>;
}

/** Makes one from a function that renders with given options. */
export function configurable<Output, Input, Options extends object>(
  name: string,
  render: (input: Input, options: Options) => Promise<Output>,
): ConfigurableRenderer<Output, Input, Options> {
  const make = (options: Options = {} as Options): Renderer<Output, Input> => ({ name, render: (input) => render(input, options) });
  // A function has a `name` of its own, which only defineProperty can change.
  Object.defineProperty(make, 'name', { value: name });
  return Object.assign(make, { render: (input: Input) => render(input, {} as Options) });
}
