import type { Activation } from 'activation-lens';
import { createGPURenderer, type GPURenderer } from 'activation-lens/webgpu';
import { colormapOf } from '../colormaps';
import { createNorm } from '../norms';
import type { Coloring, SheetView } from '../protocol';

/** No WebGPU device draws on a canvas wider or higher than it promises, and this is what all promise. */
const LONGEST = 8192;

/** All channels of a layer in one picture, coloured on tfjs' own WebGPU device; only the pixels come to the page. */
export class Sheet {
  private canvas: OffscreenCanvas | undefined;
  private renderer: GPURenderer | undefined;

  /** null where tfjs does not compute on WebGPU, or the layer does not fit: the page colours the maps itself then. */
  async draw(activation: Activation, { colormap, reversed, norm, shared }: Coloring): Promise<SheetView | null> {
    const [, height = 0, width = 0, channels = 0] = activation.shape;
    const columns = Math.ceil(Math.sqrt(channels));
    const { dataFormat } = activation.layer;
    if (activation.shape.length !== 4 || dataFormat === 'channels_first' || channels === 0) return null;
    if (columns * width > LONGEST || Math.ceil(channels / columns) * height > LONGEST) return null;
    this.canvas ??= new OffscreenCanvas(1, 1);
    this.renderer ??= createGPURenderer(this.canvas, { scale: 1, gap: 0, background: [0, 0, 0, 0] });
    if (this.renderer.path !== 'webgpu') return null;
    try {
      this.renderer.set({ columns, colormap: colormapOf(colormap, reversed), norm: createNorm(norm), shareLimits: shared });
      // The GPU finds the limits of these two; those of the others have to be measured.
      if (norm.name !== 'linear' && norm.name !== 'centered') await this.renderer.autoscale(activation);
      await this.renderer.draw(activation);
      return { image: this.canvas.transferToImageBitmap(), columns };
    } catch {
      // A norm that has no place for one of the channels: the page says so at that channel.
      return null;
    }
  }
}
