import { canvasFont, createCanvas } from '#platform';
import { check } from '../check';
import { type FigureInput, type ImageMark, type LineMark, layout, picturePixels, type TextMark } from '../figure';
import type { RGBAImage } from '../image/types';
import type { CanvasLike } from '../platform/types';
import { fontBytes, fontFamily } from './font/embedded';
import { drawPicture } from './raster/picture';
import { type ConfigurableRenderer, configurable } from './types';

/** Options of `canvasRenderer`. */
export interface CanvasRendererOptions<Canvas extends CanvasLike = CanvasLike> {
  /** Where to draw: a canvas element, an OffscreenCanvas, a canvas of `@napi-rs/canvas`. It takes the figure's size. Default: a new one. */
  readonly canvas?: Canvas | undefined;
  /** Pixels an inch, instead of the figure's own: `figure.dpi * devicePixelRatio` for a sharp picture on a dense screen. */
  readonly dpi?: number | undefined;
  /** CSS font families. Default: DejaVu Sans, which Node is given, and in browsers what looks most like it. */
  readonly fontFamily?: string | undefined;
}

type Context = OffscreenCanvasRenderingContext2D;

/**
 * Draws a figure or a picture on a canvas and returns the canvas: in a page, in a worker, in Node. Pictures' pixels are exactly those of
 * `pngRenderer`; text is the canvas' own.
 *
 * Throws `backend` when there is no canvas to be had, or the given one has no 2D context (it may have a GPU one already).
 */
export const canvasRenderer: ConfigurableRenderer<CanvasLike, FigureInput, CanvasRendererOptions> = /* @__PURE__ */ configurable(
  'canvas',
  async (input, options) => {
    const figure = layout(input, undefined, { dpi: options.dpi });
    const { width, height } = figure;
    const canvas = options.canvas ?? (await createCanvas(width, height));
    const needsFont = figure.marks.some((mark) => mark.kind === 'text');
    const family = options.fontFamily ?? (needsFont ? await canvasFont(fontFamily, fontBytes) : 'sans-serif');
    if (canvas.width !== width) canvas.width = width;
    if (canvas.height !== height) canvas.height = height;
    const context = canvas.getContext('2d');
    check(
      context !== null,
      'backend',
      () => 'The canvas has no 2D context; one that was used with WebGPU or WebGL cannot have one. Pass another canvas.',
    );
    context.save();
    context.setTransform(1, 0, 0, 1, 0, 0);
    context.clearRect(0, 0, width, height);
    for (const mark of figure.marks) {
      if (mark.kind === 'rectangle') {
        context.fillStyle = cssColor(mark.color);
        context.fillRect(mark.box.x, mark.box.y, mark.box.width, mark.box.height);
      } else if (mark.kind === 'image') drawImage(context, mark);
      else if (mark.kind === 'line') drawLine(context, mark);
      else drawText(context, mark, family);
    }
    context.restore();
    return canvas;
  },
);

/** Scaled here, not by `drawImage`: canvases do not agree on which pixel is the nearest, and need a canvas more for each picture. */
function drawImage(context: Context, mark: ImageMark): void {
  const { image, box } = mark;
  if (image === undefined) return;
  // Where pixels are transparent, what is there already has to show through.
  const opaque = isOpaque(picturePixels(image));
  const target = opaque ? context.createImageData(box.width, box.height) : context.getImageData(box.x, box.y, box.width, box.height);
  drawPicture(target as unknown as RGBAImage, mark, box);
  context.putImageData(target, box.x, box.y);
}

function isOpaque(data: Uint8ClampedArray): boolean {
  for (let i = 3; i < data.length; i += 4) if (data[i] !== 255) return false;
  return true;
}

function drawLine(context: Context, { points, width, color, clip }: LineMark): void {
  context.save();
  if (clip !== undefined) {
    context.beginPath();
    context.rect(clip.x, clip.y, clip.width, clip.height);
    context.clip();
  }
  context.beginPath();
  const last = points.length - 1;
  const closed = last > 1 && points[0]![0] === points[last]![0] && points[0]![1] === points[last]![1];
  for (const [x, y] of closed ? points.slice(0, last) : points) context.lineTo(x, y);
  if (closed) context.closePath();
  context.lineWidth = width;
  context.lineCap = 'butt';
  context.lineJoin = 'miter';
  context.strokeStyle = cssColor(color);
  context.stroke();
  context.restore();
}

function drawText(context: Context, mark: TextMark, family: string): void {
  const { text, x, y, size, advance, anchor } = mark;
  context.save();
  context.translate(x, y);
  if (mark.rotation !== 0) context.rotate((mark.rotation * Math.PI) / 180);
  context.font = `${size}px ${family}`;
  context.fillStyle = cssColor(mark.color);
  context.textAlign = 'left';
  context.textBaseline = 'alphabetic';
  // Older browsers cannot space letters; there the text is as wide as it is, and stays where it is anchored.
  const natural = context.measureText(text).width;
  const canSpace = 'letterSpacing' in context;
  if (canSpace) context.letterSpacing = `${(advance - natural) / Math.max(1, [...text].length)}px`;
  const width = canSpace ? advance : natural;
  context.fillText(text, -{ start: 0, middle: width / 2, end: width }[anchor], 0);
  context.restore();
}

/** SVG's word for no colour is none of CSS'. */
const cssColor = (color: string): string => (color === 'none' ? 'transparent' : color);
