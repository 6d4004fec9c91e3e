import { slice } from '@tensorflow/tfjs-core';
import type { Activation, Model } from 'activation-lens';
import { createLiveView, type LiveInputOptions, type LiveView } from 'activation-lens/webgpu';
import { colormapOf } from '../colormaps';
import { createNorm } from '../norms';
import type { Place } from '../panels/place';
import type { LiveRequest } from '../protocol';

/** One layer of a moving picture, drawn on a canvas of the page. Frames go to the GPU; only a value that is asked for comes back from it. */
export class LiveMaps {
  /** The page's, to draw on. */
  canvas: OffscreenCanvas | undefined;
  /** Holds the present frame: a live view draws what its source shows. */
  private readonly source = new OffscreenCanvas(1, 1);
  private readonly frames = this.source.getContext('bitmaprenderer');
  private view: LiveView | undefined;
  private place: Place | undefined;
  private value: number | undefined;

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
        onFrame: async ([activation]) => {
          this.value = this.place && (await readValue(activation!, this.place));
        },
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

  /** Draws a frame. Returns its value at `place`, if one is given. */
  async draw(frame: ImageBitmap, place: Place | undefined): Promise<number | undefined> {
    if (!this.view || !this.frames) {
      frame.close();
      return undefined;
    }
    this.place = place;
    this.source.width = frame.width;
    this.source.height = frame.height;
    this.frames.transferFromImageBitmap(frame);
    await this.view.step();
    return this.value;
  }

  stop(): void {
    this.view?.dispose();
    this.view = undefined;
  }
}

/** One value of [batch, height, width, channels], cut out on the GPU: four bytes come back. */
async function readValue({ tensor, layer }: Activation, { channel, x, y }: Place): Promise<number | undefined> {
  const one = slice(tensor, layer.dataFormat === 'channels_first' ? [0, channel, y, x] : [0, y, x, channel], [1, 1, 1, 1]);
  const [value] = await one.data();
  one.dispose();
  return value;
}
