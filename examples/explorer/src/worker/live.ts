import type { Activation, Model } from 'activation-lens';
import { createLiveView, type LiveInputOptions, type LiveView } from 'activation-lens/webgpu';
import { colormapOf } from '../colormaps';
import { createNorm } from '../norms';
import type { LiveRequest } from '../protocol';

/** One layer of a moving picture, drawn on a canvas of the page. Frames go to the GPU, and nothing comes back from it. */
export class LiveMaps {
  /** The page's, to draw on. */
  canvas: OffscreenCanvas | undefined;
  /** Holds the present frame: a live view draws what its source shows. */
  private readonly source = new OffscreenCanvas(1, 1);
  private readonly frames = this.source.getContext('bitmaprenderer');
  private view: LiveView | undefined;

  /**
   * From now on frames are drawn so. `measured`: what the layer gave for a picture before, from which norms that the GPU finds no limits
   * for take theirs. False for what no live view can draw.
   */
  async start(model: Model, measured: () => Promise<Activation>, input: LiveInputOptions, request: LiveRequest): Promise<boolean> {
    this.stop();
    const { canvas, source, frames } = this;
    if (!canvas || !frames) return false;
    const { channels, columns, gap, scale, coloring } = request;
    try {
      this.view = createLiveView({
        model,
        layers: request.path,
        source,
        canvas,
        input,
        style: {
          channels,
          columns,
          gap,
          scale,
          background: [0, 0, 0, 0],
          colormap: colormapOf(coloring.colormap, coloring.reversed),
          norm: createNorm(coloring.norm),
          shareLimits: coloring.shared,
        },
      });
      if (coloring.norm.name !== 'linear' && coloring.norm.name !== 'centered') await this.view.renderer.autoscale(await measured());
      return true;
    } catch {
      // Several inputs, or a norm that has no place for one of the channels: the page shows frame after frame as pictures.
      this.stop();
      return false;
    }
  }

  async draw(frame: ImageBitmap): Promise<void> {
    if (!this.view || !this.frames) {
      frame.close();
      return;
    }
    this.source.width = frame.width;
    this.source.height = frame.height;
    this.frames.transferFromImageBitmap(frame);
    await this.view.step();
  }

  stop(): void {
    this.view?.dispose();
    this.view = undefined;
  }
}
