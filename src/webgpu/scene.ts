import { check } from '../check';
import { palette } from '../colormap/palette';
import type { Limits } from '../colormap/types';
import type { MapLayout } from '../extract/layout';
import { type ActivationLike, isSoftware, recordAndSubmit, type TensorBackend, tensorBuffer } from './device';
import type { Layout, MapSet, Panel } from './layout';
import { edgesFor, needsLimits, planNorm } from './norm';
import type { FullStyle } from './options';
import { Picture, type PictureOptions, type Share } from './picture';
import { Presenter, type Scaling } from './present';
import { configureCanvas, isTexture, type RenderTarget } from './target';
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
  private readonly presenter: Presenter | undefined;
  /** Brings the coloured maps to the target. */
  private readonly show: (encoder: GPUCommandEncoder, end?: GPURenderPassTimestampWrites) => void;
  private timer: Timer | undefined;

  constructor(backend: TensorBackend, target: RenderTarget, drawn: readonly Drawn[], style: SceneStyle) {
    this.backend = backend;
    this.target = target;
    const { device } = backend;
    const rows = style.colormap.rows;
    const scale = scaleOf(style, rows);
    checkSize(device, style.layout);
    const format = isTexture(target) ? target.format : navigator.gpu.getPreferredCanvasFormat();
    if (!isTexture(target)) this.context = configureCanvas(target as HTMLCanvasElement, device, format);
    const shown = drawn.map(({ layout }, i) =>
      style.scaling === 'nearest' ? shownSize(layout, style.layout.panels[i]!, device) : undefined,
    );
    const sets = drawn.map(({ layout, channels }, i) => {
      const { width, height } = shown[i] ?? layout;
      return { width, height, count: channels.length };
    });
    const direct = isCopyable(target, format) && atOwnSize(sets, style.layout);
    const { palette: colors, background } = wordsOf(style, direct ? format : undefined);
    if (direct) {
      // Pixel for pixel: the picture is made as it will lie in the texture. A copy wants rows of so many bytes.
      const stride = Math.ceil(style.layout.width / 64) * 64;
      const layers = drawn.map(({ layout, channels }, i) => {
        const { x, y, columns, gap, cellWidth, cellHeight } = style.layout.panels[i]!;
        const origin = (position: number) =>
          (y + Math.floor(position / columns) * (cellHeight + gap)) * stride + x + (position % columns) * (cellWidth + gap);
        return { layout, channels, shown: shown[i], batch: style.batch, montage: 0, stride, origin };
      });
      this.picture = new Picture(device, { layers, montages: [stride * style.layout.height], scale, palette: colors, background });
      const source = { buffer: this.picture.montages[0]!, bytesPerRow: stride * 4 };
      const size = [style.layout.width, style.layout.height];
      this.show = (encoder) => encoder.copyBufferToTexture(source, { texture: this.texture() }, size);
      return;
    }
    const layers = drawn.map(({ layout, channels }, i) => {
      const { width, height } = sets[i]!;
      // Map after map; the presenter arranges them.
      const origin = (position: number) => position * width * height;
      return { layout, channels, shown: shown[i], batch: style.batch, stride: width, origin };
    });
    const montages = sets.map(({ width, height, count }) => width * height * count);
    this.picture = new Picture(device, { layers, montages, scale, palette: colors, background });
    const presenter = new Presenter(device, format, { ...style, sets, maps: this.picture.montages });
    this.presenter = presenter;
    this.show = (encoder, end) => presenter.record(encoder, this.texture().createView(), end);
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
      this.show(encoder);
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
      const { queries: querySet } = timer;
      // A copy has no timestamps of its own: without a final drawing it is the colouring that is timed.
      const last = this.presenter ? {} : { endOfPassWriteIndex: 1 };
      this.picture.record(encoder, buffers, { querySet, beginningOfPassWriteIndex: 0, ...last });
      this.show(encoder, { querySet, endOfPassWriteIndex: 1 });
      timer.resolve(encoder);
    });
    return timer.read();
  }

  dispose(): void {
    this.timer?.dispose();
    this.picture.dispose();
    this.presenter?.dispose();
  }

  private texture(): GPUTexture {
    return this.context ? this.context.getCurrentTexture() : (this.target as GPUTexture);
  }
}

function scaleOf({ norm, share, limits }: SceneStyle, rows: number): PictureOptions['scale'] {
  if (limits) return edgesFor(norm, limits, rows, share);
  const plan = planNorm(norm, rows);
  if (plan.kind === 'measure') throw needsLimits();
  return plan.kind === 'linear' ? { ...plan, share } : { ...plan, share: 'all' };
}

/**
 * The size in which maps are coloured, where that is not their own: the one at which they are shown, if that is less work. (A value is read
 * and its colour written; a sample before that is read and written, too.) For a processor it always is: it draws slower than it colours.
 */
function shownSize(
  { width, height }: MapLayout,
  { cellWidth, cellHeight }: Panel,
  device: GPUDevice,
): { width: number; height: number } | undefined {
  if (cellWidth === width && cellHeight === height) return undefined;
  const less = 2 * cellWidth * cellHeight < width * height;
  return less || isSoftware(device) ? { width: cellWidth, height: cellHeight } : undefined;
}

/** Whether RGBA words can be copied to the target as they are. */
function isCopyable(target: RenderTarget, format: GPUTextureFormat): boolean {
  return (format === 'rgba8unorm' || format === 'bgra8unorm') && (!isTexture(target) || (target.usage & GPUTextureUsage.COPY_DST) !== 0);
}

/** Whether each coloured value is to be one pixel, and all of them lie on the target. */
function atOwnSize(sets: readonly MapSet[], { width, height, panels }: Layout): boolean {
  return panels.every((panel, i) => {
    const set = sets[i]!;
    const fits = panel.x + panel.width <= width && panel.y + panel.height <= height;
    return fits && panel.cellWidth === set.width && panel.cellHeight === set.height;
  });
}

/** Palette and background as words with red in the lowest byte; for a texture of that format as it holds them, colours times alpha. */
function wordsOf({ colormap, background }: SceneStyle, format: GPUTextureFormat | undefined): { palette: Uint32Array; background: number } {
  const bytes = Uint8Array.from([...palette(colormap), ...background]);
  if (format !== undefined) {
    const [red, blue] = format === 'bgra8unorm' ? [2, 0] : [0, 2];
    for (let i = 0; i < bytes.length; i += 4) {
      const [r, g, b] = [0, 1, 2].map((c) => Math.round((bytes[i + c]! * bytes[i + 3]!) / 255)) as [number, number, number];
      bytes[i + red!] = r;
      bytes[i + 1] = g;
      bytes[i + blue!] = b;
    }
  }
  const words = new Uint32Array(bytes.buffer);
  return { palette: words.slice(0, -1), background: words.at(-1)! };
}

/** Throws `backend` for a picture that no texture of the device can hold. */
function checkSize(device: GPUDevice, { width, height }: Layout): void {
  const most = device.limits.maxTextureDimension2D;
  check(
    width <= most && height <= most,
    'backend',
    () =>
      `The picture is ${width} x ${height} pixels, and this GPU device draws at most ${most} in each direction. Draw fewer channels, give more or fewer columns, or a smaller scale.`,
    { width, height, limit: most },
  );
}
