import { createCanvas } from '#platform';
import { colorize } from '../colormap/colorize';
import { normalize } from '../colormap/norms/normalize';
import { viridis } from '../colormap/tables/viridis';
import type { Colormap, Norm } from '../colormap/types';
import { type Figure, type FigureInput, isFigure, layout } from '../figure';
import { type BoxedMap, drawBoxes, isOnGPU, readMap } from '../webgpu/boxes';
import type { ActivationLike } from '../webgpu/device';
import { canvasRenderer } from './canvas';
import { parseColor } from './color';
import { type ConfigurableRenderer, configurable } from './types';

/** A feature map that the GPU draws into a figure's axes. */
export interface FigureMap {
  /** Its tensor has rank 4 and is float32, channels last unless its layer says otherwise. On tfjs' WebGPU backend it stays on the GPU. */
  readonly activation: ActivationLike;
  /** 0-based. */
  readonly channel: number;
  /** Which picture of the batch, 0-based. Default 0. */
  readonly batch?: number | undefined;
  /** Default viridis. */
  readonly colormap?: Colormap | undefined;
  /** Default `normalize()`. */
  readonly norm?: Norm | undefined;
}

/** Options of `webgpuRenderer`. */
export interface WebGPURendererOptions {
  /** A canvas element or OffscreenCanvas that has no context of another kind. It takes the figure's size. Default: a new OffscreenCanvas. */
  readonly canvas?: HTMLCanvasElement | OffscreenCanvas | undefined;
  /**
   * What to draw in axes that have no picture of their own (`imageAxes({ size: [height, width] })`), by the axes' place in
   * `figure.axes`.
   */
  readonly maps?: readonly (FigureMap | undefined)[] | undefined;
  /** Pixels an inch, instead of the figure's own. */
  readonly dpi?: number | undefined;
  /** CSS font families. Default: as `canvasRenderer`. */
  readonly fontFamily?: string | undefined;
}

/**
 * Draws a figure on a WebGPU canvas: maps of activations on tfjs' WebGPU backend go from tensor to pixel without leaving the GPU, and all
 * else lies over them as `canvasRenderer` draws it. Where tfjs computes on another backend, `canvasRenderer` draws the maps, too, coloured
 * by `colorize`, on the canvas' 2D context.
 *
 * Throws what `gpuColorize` throws for a map, and `backend` when the canvas has been used for another kind of context.
 *
 * @example
 * const activation = activations.get('conv2d_1');
 * const [, height, width] = activation.shape;
 * const description = figure({ axes: [imageAxes({ size: [height, width], title: 'conv2d_1, channel 3' })] });
 * await webgpuRenderer({ canvas, maps: [{ activation, channel: 3 }] }).render(description);
 */
export const webgpuRenderer: ConfigurableRenderer<HTMLCanvasElement | OffscreenCanvas, FigureInput, WebGPURendererOptions> =
  /* @__PURE__ */ configurable('webgpu', async (input, options) => {
    const { maps = [], dpi, fontFamily } = options;
    const { width, height, marks } = layout(input, undefined, { dpi });
    const canvas = options.canvas ?? ((await createCanvas(width, height)) as unknown as OffscreenCanvas);
    if (!isOnGPU()) {
      const whole = isFigure(input) ? await withPictures(input, maps) : input;
      await canvasRenderer({ canvas: canvas as never, dpi, fontFamily }).render(whole);
      return canvas;
    }
    if (canvas.width !== width) canvas.width = width;
    if (canvas.height !== height) canvas.height = height;
    const boxed: BoxedMap[] = [];
    for (const mark of marks) {
      if (mark.kind !== 'image' || mark.role !== 'image' || mark.image !== undefined) continue;
      const map = maps[mark.axes];
      if (map)
        boxed.push({ ...filled(map), scaling: mark.interpolation === 'smooth' ? 'linear' : 'nearest', box: mark.box, frame: mark.frame });
    }
    // All but the maps, on nothing: the paper is the GPU's.
    const paper = parseColor(isFigure(input) ? input.background : 'none');
    const over = await canvasRenderer({ dpi, fontFamily }).render(isFigure(input) ? { ...input, background: 'none' } : input);
    await drawBoxes(canvas, boxed, paper, over as unknown as OffscreenCanvas);
    return canvas;
  });

function filled({ activation, channel, batch = 0, colormap = viridis, norm = normalize() }: FigureMap) {
  return { activation, channel, batch, colormap, norm };
}

/** The figure with the maps as pictures of its axes. */
async function withPictures(figure: Figure, maps: readonly (FigureMap | undefined)[]): Promise<Figure> {
  const axes = await Promise.all(
    figure.axes.map(async (one, i) => {
      const map = maps[i];
      if (one === null || one.image !== undefined || !map) return one;
      const { colormap, norm, ...rest } = filled(map);
      return { ...one, image: colorize(await readMap(rest), { colormap, norm }) };
    }),
  );
  return { ...figure, axes };
}
