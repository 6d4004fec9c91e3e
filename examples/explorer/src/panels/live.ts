import { coloringSettings } from '../coloring';
import { byId } from '../dom';
import type { Engine } from '../engine';
import type { LayerView, LiveRequest, ModelView, Preparation } from '../protocol';
import type { Store } from '../state';
import type { Grid } from './grid';

/** What a frame is shown with. */
export interface LiveSubject {
  readonly model: ModelView | undefined;
  readonly layer: LayerView | undefined;
  readonly preparation: Preparation;
}

/** The grid of a moving picture: one canvas under the tiles, which the worker draws on without reading a value back. */
export class Live {
  private readonly canvas = byId<HTMLCanvasElement>('live');
  private handed = false;
  /** What the worker draws, or has said it cannot. */
  private asked = '';
  private possible = false;

  constructor(
    private readonly engine: Engine,
    private readonly store: Store,
    private readonly grid: Grid,
  ) {}

  /**
   * Draws a frame and resolves with true; with false, the frame untouched, where that takes values: without WebGPU, for an open channel, for
   * a layer that is not on the page yet.
   */
  async show(frame: ImageBitmap, { model, layer, preparation }: LiveSubject): Promise<boolean> {
    const view = this.store.get();
    if (model?.backend !== 'webgpu' || layer?.path !== view.layer || layer.kind !== 'maps' || view.channel !== null) {
      this.end();
      return false;
    }
    const { columns, gap, scale, channels, top, width, height } = this.grid.liveLayout(layer);
    const request = { path: layer.path, coloring: coloringSettings(view, layer), preparation, columns, gap, scale, channels };
    const key = JSON.stringify(request);
    if (key !== this.asked) {
      this.asked = key;
      this.possible = (await this.ask(request)).live;
      Object.assign(this.canvas.style, { top: `${top}px`, width: `${width}px`, height: `${height}px` });
    }
    if (!this.possible) {
      this.leave();
      return false;
    }
    const place = this.grid.wanted(layer);
    const { value } = await this.engine.call('frame', { frame, place }, { transfer: [frame] });
    // Ended, or otherwise chosen, while the frame was under way.
    if (this.asked !== key) return true;
    this.canvas.hidden = false;
    this.grid.setLive(true);
    if (place && value !== null) this.grid.tell(place, value);
    return true;
  }

  /** The tiles show maps again. */
  end(): void {
    this.asked = '';
    this.leave();
  }

  private leave(): void {
    this.canvas.hidden = true;
    this.grid.setLive(false);
  }

  private ask(request: LiveRequest) {
    if (this.handed) return this.engine.call('live', request);
    this.handed = true;
    const canvas = this.canvas.transferControlToOffscreen();
    return this.engine.call('live', { ...request, canvas }, { transfer: [canvas] });
  }
}
