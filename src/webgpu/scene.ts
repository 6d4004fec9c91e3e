import { check } from '../check';
import { palette } from '../colormap/palette';
import type { Limits } from '../colormap/types';
import type { MapLayout } from '../extract/layout';
import { arrange } from './arrangement';
import { type ActivationLike, recordAndSubmit, type TensorBackend, tensorBuffer } from './device';
import type { Layout } from './layout';
import { edgesFor, needsLimits, planNorm } from './norm';
import { type FullStyle, wordOf } from './options';
import { Picture, type PictureOptions, type Share } from './picture';
import { Presenter, type Scaling } from './present';
import { isTexture, type RenderTarget } from './target';
import { Timer } from './timer';

/** One activation as it is going to be drawn. */
export interface Drawn {
  readonly activation: ActivationLike;
  readonly layout: MapLayout;
  readonly channels: readonly number[];
}

/** How a scene looks. */
export interface SceneStyle extends FullStyle {
  readonly layout: Layout;
  readonly share: Share;
  readonly scaling: Scaling;
  /** Limits that have been measured: a map's, an activation's, or all maps'. */
  readonly limits: readonly Limits[] | undefined;
}

/** All GPU objects for drawing activations of certain shapes in a certain way on one target; made once, used frame after frame. */
export class Scene {
  private readonly backend: TensorBackend;
  private readonly target: RenderTarget;
  private readonly context: GPUCanvasContext | undefined;
  private readonly picture: Picture;
  private readonly presenter: Presenter;
  private timer: Timer | undefined;

  constructor(backend: TensorBackend, target: RenderTarget, drawn: readonly Drawn[], style: SceneStyle) {
    this.backend = backend;
    this.target = target;
    const { device } = backend;
    const rows = style.colormap.rows;
    const scale = scaleOf(style, rows);
    let format: GPUTextureFormat;
    if (isTexture(target)) format = target.format;
    else {
      format = navigator.gpu.getPreferredCanvasFormat();
      this.context = configure(target as HTMLCanvasElement, device, format);
    }
    this.picture = new Picture(device, {
      layers: drawn.map(({ layout, channels }) => ({
        layout,
        channels,
        batch: style.batch,
        // Map after map; the presenter arranges them.
        arrangement: arrange(layout.width, layout.height, channels.length, 1, 0),
      })),
      scale,
      palette: new Uint32Array(palette(style.colormap).slice().buffer),
      background: wordOf(style.background),
    });
    this.presenter = new Presenter(device, format, {
      layout: style.layout,
      sets: drawn.map(({ layout, channels }) => ({ width: layout.width, height: layout.height, count: channels.length })),
      maps: this.picture.montages,
      scaling: style.scaling,
      background: style.background,
    });
  }

  get bytesMoved(): number {
    return this.picture.bytesMoved;
  }

  /** The device that everything is made on. */
  get device(): GPUDevice {
    return this.backend.device;
  }

  draw(activations: readonly ActivationLike[]): void {
    const buffers = activations.map((activation) => tensorBuffer(this.backend, activation));
    recordAndSubmit(this.backend, (encoder) => {
      this.picture.record(encoder, buffers);
      this.presenter.record(encoder, this.view());
    });
  }

  async time(activations: readonly ActivationLike[]): Promise<number | undefined> {
    const { device } = this.backend;
    if (!device.features.has('timestamp-query')) {
      this.draw(activations);
      return undefined;
    }
    this.timer ??= new Timer(device);
    const { timer } = this;
    const buffers = activations.map((activation) => tensorBuffer(this.backend, activation));
    recordAndSubmit(this.backend, (encoder) => {
      this.picture.record(encoder, buffers, { querySet: timer.queries, beginningOfPassWriteIndex: 0 });
      this.presenter.record(encoder, this.view(), { querySet: timer.queries, endOfPassWriteIndex: 1 });
      timer.resolve(encoder);
    });
    return timer.read();
  }

  dispose(): void {
    this.timer?.dispose();
    this.picture.dispose();
    this.presenter.dispose();
  }

  private view(): GPUTextureView {
    return (this.context ? this.context.getCurrentTexture() : (this.target as GPUTexture)).createView();
  }
}

function scaleOf({ norm, share, limits }: SceneStyle, rows: number): PictureOptions['scale'] {
  if (limits) return edgesFor(norm, limits, rows, share);
  const plan = planNorm(norm, rows);
  if (plan.kind === 'measure') throw needsLimits();
  return plan.kind === 'linear' ? { ...plan, share } : { ...plan, share: 'all' };
}

function configure(canvas: HTMLCanvasElement | OffscreenCanvas, device: GPUDevice, format: GPUTextureFormat): GPUCanvasContext {
  const context = canvas.getContext('webgpu') as GPUCanvasContext | null;
  check(
    context,
    'backend',
    () => "The canvas gives no 'webgpu' context: it has been used for another kind, or is none of a page. Use a fresh canvas element.",
  );
  context.configure({ device, format, alphaMode: 'premultiplied' });
  return context;
}
