import type { ActivationLike } from './device';
import type { PictureStyle } from './options';
import type { Scaling } from './present';
import type { RenderTarget } from './target';
import { TargetRenderer } from './target-renderer';

/** Options of `createGPURenderer`. */
export interface GPURendererOptions extends PictureStyle {
  /** Which channels of each activation, in this order; a function is asked for each activation. Default: all. */
  readonly channels?: readonly number[] | ((activation: ActivationLike, index: number) => readonly number[] | undefined) | undefined;
  /** True: the maps of an activation share limits. 'all': all maps of the picture do. Default false: each map has its own. */
  readonly shareLimits?: boolean | 'all' | undefined;
  /**
   * 'fit' (default): maps as large as the target allows, activations side by side in panels. A number: maps at that many times their size,
   * activations from left to right and top to bottom, and a canvas gets the size of the picture: for one activation that of `montage`.
   */
  readonly scale?: 'fit' | number | undefined;
  /** How values become pixels of another size. Default 'nearest': each value a rectangle. */
  readonly scaling?: Scaling | undefined;
  /** Pixels between the panels of several activations. Default 8. */
  readonly panelGap?: number | undefined;
  /**
   * Whether the number of a canvas element's pixels follows its size on the page times the device pixel ratio, for scale 'fit'.
   * Default true.
   */
  readonly resize?: boolean | undefined;
}

/** What a renderer has done. */
export interface RendererStatistics {
  /** Calls of `draw`. */
  readonly frames: number;
  /** Command buffers submitted, those of tfjs that went along not counted twice. */
  readonly submits: number;
  /** Bytes of activations and pictures that the last frame read and wrote, without those of the final drawing. */
  readonly bytesMoved: number;
}

/** What is shown at a pixel. */
export interface Picked {
  /** Position among the drawn activations. */
  readonly index: number;
  readonly activation: ActivationLike;
  readonly channel: number;
  /** Of the value in its map. */
  readonly row: number;
  readonly column: number;
}

/** Draws activations as coloured feature maps. Made by `createGPURenderer`. */
export interface GPURenderer {
  /** 'webgpu': nothing leaves the GPU. 'cpu': values are read back and coloured by `colorize`. */
  readonly path: 'webgpu' | 'cpu';
  /** Why it is that path, as a sentence. */
  readonly reason: string;
  readonly statistics: RendererStatistics;
  /**
   * Draws one activation or several. On the GPU all is recorded and submitted before this returns, so that the activations may be
   * disposed of at once; on the CPU await it first. No buffer is made and nothing is read back unless shapes or options have changed.
   *
   * @throws (rejects) `shape`, `channel-range`, `disposed`, and `backend` for a norm that needs `autoscale` and for a lost device.
   */
  draw(activations: ActivationLike | Iterable<ActivationLike>): Promise<void>;
  /**
   * Reads these activations back once and keeps the limits that the norm takes from each map, or from all that share them, for the frames
   * to come. Any norm can be drawn then; colours no longer change their meaning from frame to frame. `set` undoes it.
   */
  autoscale(activations: ActivationLike | Iterable<ActivationLike>): Promise<void>;
  /** Changes options; those not named stay. */
  set(options: GPURendererOptions): void;
  /** What the last frame shows at a pixel of the target, counted from its top left; undefined between maps. */
  pick(x: number, y: number): Picked | undefined;
  /** Milliseconds that the GPU took for this frame, by timestamps, which are read back: for now and then. Undefined without the feature. */
  time(activations: ActivationLike | Iterable<ActivationLike>): Promise<number | undefined>;
  /** Gives the GPU's memory back. The target and the activations stay. */
  dispose(): void;
  [Symbol.dispose](): void;
}

/**
 * A renderer of activations that live on tfjs' WebGPU backend: limits, norm, colormap and montage run on tfjs' own device, behind the
 * forward pass and in the same submit. Where tfjs computes elsewhere the same calls colour on the CPU; `path` and `reason` say so.
 *
 * @param target A canvas that has no context of another kind yet (on the CPU path: that gives a '2d' context), or a GPUTexture of tfjs'
 * device with usage RENDER_ATTACHMENT. With alpha, colours are premultiplied.
 *
 * @throws `shape` for what is no target, `backend` for a texture where tfjs does not compute on WebGPU.
 *
 * @example
 * const renderer = createGPURenderer(document.querySelector('canvas'), { colormap: magma, columns: 8 });
 * const activations = await extractor.run(input);
 * await renderer.draw(activations.get('conv2d_1'));
 */
export function createGPURenderer(target: RenderTarget, options: GPURendererOptions = {}): GPURenderer {
  return new TargetRenderer(target, options);
}
