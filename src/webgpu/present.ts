import type { RGBA } from '../colormap/types';
import type { Layout, MapSet } from './layout';
import { BufferBag } from './pass';
import { renderPipeline } from './pipelines';
import { presentShader } from './present.wgsl';

/** How a pixel of the target gets its colour from the values around it. */
export type Scaling = 'nearest' | 'linear';

/** Draws maps onto textures of one format and size. */
export class Presenter {
  private readonly bag: BufferBag;
  private readonly pipeline: GPURenderPipeline;
  private readonly groups: readonly GPUBindGroup[];
  private readonly counts: readonly number[];
  private readonly clear: GPUColor;

  /** `maps`: by panel, the maps' RGBA words, map after map. `layout`'s size is that of the target. */
  constructor(
    device: GPUDevice,
    format: GPUTextureFormat,
    {
      layout,
      sets,
      maps,
      scaling,
      background,
    }: { layout: Layout; sets: readonly MapSet[]; maps: readonly GPUBuffer[]; scaling: Scaling; background: RGBA },
  ) {
    this.bag = new BufferBag(device);
    this.counts = sets.map(({ count }) => count);
    this.pipeline = renderPipeline(device, `activation-lens present ${scaling}`, format, () => presentShader(scaling));
    const [red, green, blue, alpha] = background.map((byte) => byte / 255) as [number, number, number, number];
    this.clear = { r: red * alpha, g: green * alpha, b: blue * alpha, a: alpha };
    this.groups = layout.panels.map(({ x, y, cellWidth, cellHeight, columns, gap }, i) => {
      const set = sets[i]!;
      const words = [x, y, columns, gap, cellWidth, cellHeight, set.width, set.height];
      const uniform = this.bag.uniform('panel', Uint32Array.from([...words, layout.width, layout.height, 0, 0]));
      return device.createBindGroup({
        label: 'activation-lens present',
        layout: this.pipeline.getBindGroupLayout(0),
        entries: [
          { binding: 0, resource: { buffer: maps[i]! } },
          { binding: 1, resource: { buffer: uniform } },
        ],
      });
    });
  }

  record(encoder: GPUCommandEncoder, view: GPUTextureView, timestampWrites?: GPURenderPassTimestampWrites): void {
    const pass = encoder.beginRenderPass({
      label: 'activation-lens present',
      colorAttachments: [{ view, clearValue: this.clear, loadOp: 'clear', storeOp: 'store' }],
      ...(timestampWrites && { timestampWrites }),
    });
    pass.setPipeline(this.pipeline);
    this.groups.forEach((group, i) => {
      pass.setBindGroup(0, group);
      pass.draw(4, this.counts[i]!);
    });
    pass.end();
  }

  dispose(): void {
    this.bag.destroy();
  }
}
