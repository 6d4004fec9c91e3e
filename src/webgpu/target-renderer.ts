import { check, describe } from '../check';
import { sharedLimits } from '../colormap/norms/shared';
import type { Limits, Norm, ScalarMap } from '../colormap/types';
import { defaultColumns } from '../image/montage';
import { type ActivationLike, activationLayout, activeBackend, checkDevice } from './device';
import { fitPanels, flowPanels, type Layout, pick } from './layout';
import { readMaps } from './maps';
import { chooseChannels, fillStyle } from './options';
import { paint } from './paint';
import type { Share } from './picture';
import type { GPURenderer, GPURendererOptions, Picked, RendererStatistics } from './renderer';
import { type Drawn, Scene } from './scene';
import { type CanvasWith2D, checkTarget, followSize, isTexture, putImage, type RenderTarget, resizeCanvas } from './target';

/** The one implementation of GPURenderer, for both paths. */
export class TargetRenderer implements GPURenderer {
  readonly path: 'webgpu' | 'cpu';
  readonly reason: string;
  private readonly target: RenderTarget;
  private readonly counts = { frames: 0, submits: 0, bytesMoved: 0 };
  private options: GPURendererOptions;
  private scene: Scene | undefined;
  private last: { key: string; layout: Layout; drawn: readonly Drawn[] } | undefined;
  private measured: { limits: readonly Limits[]; of: string } | undefined;
  private size: { width: number; height: number } | undefined;
  private readonly unfollow: (() => void) | undefined;
  private disposed = false;

  constructor(target: RenderTarget, options: GPURendererOptions) {
    checkTarget(target);
    checkOptions(options);
    this.target = target;
    this.options = options;
    const { reason } = activeBackend();
    check(!(reason && isTexture(target)), 'backend', () => `A texture can only be drawn on by the GPU, and ${reason}`);
    this.path = reason ? 'cpu' : 'webgpu';
    this.reason = reason ? `Colours are computed on the CPU: ${reason}` : "tfjs computes on 'webgpu': maps are coloured on its device.";
    if (options.resize !== false) {
      this.unfollow = followSize(target, (width, height) => {
        this.size = { width, height };
      });
    }
  }

  get statistics(): RendererStatistics {
    return { ...this.counts };
  }

  draw(activations: ActivationLike | Iterable<ActivationLike>): Promise<void> {
    try {
      const drawn = this.prepare(activations);
      if (this.path === 'cpu') return this.drawOnCPU(drawn);
      this.sceneFor(drawn).draw(drawn.map(({ activation }) => activation));
      this.count();
      return Promise.resolve();
    } catch (error) {
      return Promise.reject(error);
    }
  }

  async time(activations: ActivationLike | Iterable<ActivationLike>): Promise<number | undefined> {
    const drawn = this.prepare(activations);
    if (this.path === 'cpu') {
      await this.drawOnCPU(drawn);
      return undefined;
    }
    const milliseconds = this.sceneFor(drawn).time(drawn.map(({ activation }) => activation));
    this.count();
    return milliseconds;
  }

  async autoscale(activations: ActivationLike | Iterable<ActivationLike>): Promise<void> {
    const drawn = this.prepare(activations);
    const { norm } = fillStyle(this.options);
    this.measured = { limits: limitsOf(await this.read(drawn), norm, this.share), of: channelsOf(drawn) };
    this.forget();
  }

  set(options: GPURendererOptions): void {
    const changed = { ...this.options, ...options };
    checkOptions(changed);
    this.options = changed;
    this.measured = undefined;
    this.forget();
  }

  pick(x: number, y: number): Picked | undefined {
    if (!this.last) return undefined;
    const { layout, drawn } = this.last;
    const found = pick(layout, setsOf(drawn), x, y);
    if (!found) return undefined;
    const { activation, channels } = drawn[found.panel]!;
    return { index: found.panel, activation, channel: channels[found.position]!, row: found.row, column: found.column };
  }

  dispose(): void {
    this.disposed = true;
    this.unfollow?.();
    this.forget();
  }

  [Symbol.dispose](): void {
    this.dispose();
  }

  private get share(): Share {
    const { shareLimits = false } = this.options;
    return shareLimits === 'all' ? 'all' : shareLimits ? 'layer' : 'none';
  }

  private prepare(activations: ActivationLike | Iterable<ActivationLike>): readonly Drawn[] {
    check(!this.disposed, 'disposed', () => 'The renderer has been disposed of.');
    const list = isOne(activations) ? [activations] : [...activations];
    check(list.length > 0, 'shape', () => 'There is nothing to draw: the list of activations is empty.');
    const { channels } = this.options;
    const batch = this.options.batch ?? 0;
    return list.map((activation, i) => {
      const layout = activationLayout(activation, batch);
      return {
        activation,
        layout,
        channels: chooseChannels(typeof channels === 'function' ? channels(activation, i) : channels, layout, activation),
      };
    });
  }

  /** Where everything goes, the canvas brought to its size. What was worked out for the last frame serves for one like it. */
  private arrange(drawn: readonly Drawn[]): { layout: Layout; changed: boolean } {
    const { target } = this;
    const { scale = 'fit', panelGap = 8 } = this.options;
    if (scale === 'fit' && this.size && !isTexture(target)) resizeCanvas(target, this.size.width, this.size.height);
    const shapes = drawn.map(({ layout, channels }) => [layout.height, layout.width, layout.channels, layout.strides, channels]);
    const key = JSON.stringify([shapes, target.width, target.height]);
    if (this.last?.key === key) {
      this.last.drawn = drawn;
      return { layout: this.last.layout, changed: false };
    }
    const { columns, gap } = fillStyle(this.options);
    const sets = setsOf(drawn);
    let layout: Layout;
    if (scale === 'fit') layout = fitPanels(sets, target.width, target.height, { columns, gap, panelGap });
    else {
      layout = flowPanels(sets, scale, defaultColumns, { columns, gap, panelGap });
      if (isTexture(target)) layout = { ...layout, width: target.width, height: target.height };
      else resizeCanvas(target, layout.width, layout.height);
    }
    this.last = { key: JSON.stringify([shapes, target.width, target.height]), layout, drawn };
    return { layout, changed: true };
  }

  private sceneFor(drawn: readonly Drawn[]): Scene {
    const { backend, reason } = activeBackend();
    check(backend, 'backend', () => `The renderer was made for the GPU, but ${reason} Make another renderer for this backend.`);
    checkDevice(backend.device);
    const { layout, changed } = this.arrange(drawn);
    if (changed || this.scene?.device !== backend.device) {
      this.scene?.dispose();
      const style = {
        ...fillStyle(this.options),
        layout,
        share: this.share,
        scaling: this.options.scaling ?? 'nearest',
        limits: this.limitsFor(drawn),
      };
      this.scene = undefined;
      this.scene = new Scene(backend, this.target, drawn, style);
    }
    return this.scene;
  }

  /** Limits that were measured, for these very channels. */
  private limitsFor(drawn: readonly Drawn[]): readonly Limits[] | undefined {
    const { measured } = this;
    if (!measured || this.share === 'all') return measured?.limits;
    check(
      measured.of === channelsOf(drawn),
      'shape',
      () => 'autoscale measured other activations or channels than these. Call it again, or set({}) to have limits from each frame.',
    );
    return measured.limits;
  }

  private count(): void {
    this.counts.frames++;
    this.counts.submits++;
    this.counts.bytesMoved = this.scene?.bytesMoved ?? 0;
  }

  private async drawOnCPU(drawn: readonly Drawn[]): Promise<void> {
    const maps = await this.read(drawn);
    const style = fillStyle(this.options);
    const limits = this.limitsFor(drawn) ?? limitsOf(maps, style.norm, this.share);
    let next = 0;
    const panels = maps.map((set, i) =>
      set.map((map) => {
        const index = this.share === 'all' ? 0 : this.share === 'layer' ? i : next++;
        return { map, norm: withLimits(style.norm, limits[index]!) };
      }),
    );
    const { layout } = this.arrange(drawn);
    putImage(this.target as CanvasWith2D, paint(layout, panels, { ...style, scaling: this.options.scaling ?? 'nearest' }));
    this.counts.frames++;
    this.counts.bytesMoved = maps.reduce((sum, set) => sum + set.reduce((bytes, { data }) => bytes + data.length * 8, 0), 0);
  }

  /** The maps of each activation, all readbacks under way at once. */
  private read(drawn: readonly Drawn[]): Promise<ScalarMap[][]> {
    const batch = this.options.batch ?? 0;
    return Promise.all(drawn.map(({ activation, layout, channels }) => readMaps(activation, layout, channels, batch)));
  }

  private forget(): void {
    this.scene?.dispose();
    this.scene = undefined;
    this.last = undefined;
  }
}

function isOne(activations: ActivationLike | Iterable<ActivationLike>): activations is ActivationLike {
  return !(Symbol.iterator in activations);
}

function setsOf(drawn: readonly Drawn[]): { width: number; height: number; count: number }[] {
  return drawn.map(({ layout, channels }) => ({ width: layout.width, height: layout.height, count: channels.length }));
}

/** Which channels, of how many activations. */
function channelsOf(drawn: readonly Drawn[]): string {
  return JSON.stringify(drawn.map(({ channels }) => channels));
}

function limitsOf(maps: readonly (readonly ScalarMap[])[], norm: Norm, share: Share): Limits[] {
  const shared = (set: readonly ScalarMap[]) => sharedLimits(set, norm).limits(set[0]!.data);
  if (share === 'all') return [shared(maps.flat())];
  return share === 'layer' ? maps.map(shared) : maps.flat().map(({ data }) => norm.limits(data));
}

function withLimits(norm: Norm, limits: Limits): Norm {
  return norm.withLimits?.(limits) ?? (Object.create(norm, { limits: { value: () => limits } }) as Norm);
}

function checkOptions(options: GPURendererOptions): void {
  fillStyle(options);
  const { scale = 'fit', scaling = 'nearest', shareLimits = false, panelGap = 8 } = options;
  check(
    scale === 'fit' || (typeof scale === 'number' && scale > 0 && Number.isFinite(scale)),
    'shape',
    () => `scale is ${describe(scale)}; it must be 'fit' or a number above 0.`,
  );
  check(scaling === 'nearest' || scaling === 'linear', 'shape', () => `scaling is ${describe(scaling)}; it must be 'nearest' or 'linear'.`);
  check(
    typeof shareLimits === 'boolean' || shareLimits === 'all',
    'shape',
    () => `shareLimits is ${describe(shareLimits)}; it must be true, false or 'all'.`,
  );
  check(
    Number.isInteger(panelGap) && panelGap >= 0,
    'shape',
    () => `panelGap is ${describe(panelGap)}; it must be an integer of at least 0.`,
  );
}
