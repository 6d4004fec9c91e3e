import * as Plot from '@observablehq/plot';
import { encodePNG, layout, picturePixels } from 'activation-lens';

/**
 * A renderer that draws figures with Observable Plot: an HTML element with one Plot for each axes, the frames exactly where the library's
 * own renderers have them, scales, ticks and labels Plot's own.
 *
 * @param {{ document?: Document }} options Where elements are made. Default: the page's.
 * @returns {import('activation-lens').Renderer<HTMLElement, import('activation-lens').Figure>}
 */
export function createPlotRenderer({ document = globalThis.document } = {}) {
  return {
    name: 'plot',
    async render(figure) {
      // The library has worked out where everything goes; a renderer may use as much of it as it likes.
      const { width, height, axes } = layout(figure);
      const root = document.createElement('figure');
      root.setAttribute('aria-label', figure.description || figure.title);
      root.setAttribute('style', `position:relative;margin:0;width:${width}px;height:${height}px;background:${figure.background}`);
      for (const { index, frame } of axes) {
        const plot = drawAxes(figure.axes[index], frame, await pictureOf(figure.axes[index]), document);
        plot.setAttribute('style', `position:absolute;overflow:visible;left:${frame.x - margin}px;top:${frame.y - margin}px`);
        root.append(plot);
      }
      if (figure.title !== '') root.append(Object.assign(document.createElement('figcaption'), { textContent: figure.title }));
      return root;
    },
  };
}

/** Room for Plot's axes round each frame; they may reach beyond it, into the gaps of the grid. */
const margin = 30;

function drawAxes(axes, frame, picture, document) {
  const [left, right] = axes.xlim;
  const [bottom, top] = axes.ylim;
  const ticks = axes.ticks === 'none' ? 0 : 5;
  const drawings = axes.plots.map((plot) =>
    plot.kind === 'bars'
      ? Plot.rectY(plot.heights, { x1: (_, i) => plot.edges[i], x2: (_, i) => plot.edges[i + 1], y: (height) => height, fill: plot.color })
      : Plot.line(plot.x, { x: (x) => x, y: (_, i) => plot.y[i], stroke: plot.color, strokeWidth: plot.width }),
  );
  if (picture !== undefined) {
    const middle = { x: [(left + right) / 2], y: [(bottom + top) / 2] };
    const size = { width: frame.width, height: frame.height, preserveAspectRatio: 'none', imageRendering: 'pixelated' };
    drawings.unshift(Plot.image([picture], { ...middle, ...size, src: (source) => source }));
  }
  return Plot.plot({
    document,
    width: frame.width + 2 * margin,
    height: frame.height + 2 * margin,
    margin,
    ariaLabel: axes.title,
    x: { domain: [left, right], axis: axes.ticks === 'none' ? null : axes.ticks, ticks, label: axes.xlabel || null },
    y: { domain: [bottom, top], axis: axes.ticks === 'none' ? null : 'left', ticks, label: axes.ylabel || null },
    marks: [...drawings, Plot.frame(), Plot.text([axes.title], { frameAnchor: 'top', dy: axes.ticks === 'top' ? -34 : -16, fontSize: 13 })],
  });
}

/** A description holds pictures as RGBA; Plot, like all SVG, wants an address. */
async function pictureOf({ image }) {
  if (image === undefined) return undefined;
  const png = await encodePNG({ width: image.width, height: image.height, data: picturePixels(image) });
  return `data:image/png;base64,${btoa(Array.from(png, (byte) => String.fromCharCode(byte)).join(''))}`;
}
