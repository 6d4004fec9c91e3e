import type { RGBA } from '../colormap/types';
import type { Layout, MapSet } from './layout';
import { BufferBag } from './pass';
import { lieOver, renderPipeline } from './pipelines';
import { presentShader } from './present.wgsl';

/** How a pixel of the target gets its colour from the values around it. */
export type Scaling = 'nearest' | 'linear';

/** What is drawn where. */
export interface PresenterOptions {
  /** Its size is that of the target. */
  readonly layout: Layout;
  readonly sets: readonly MapSet[];
  /** By panel, the maps' RGBA words, map after map. */
  readonly maps: readonly GPUBuffer[];
  readonly scaling: Scaling | 'framed';
  readonly background: RGBA;
  /** Whether what the target shows already stays around the maps. Default false: it becomes the background. */
  readonly keep?: boolean;
  /** Whether transparent pixels of maps let the target's show. Default false: they become transparent pixels of the target. */
  readonly blend?: boolean;
  /** For 'framed': where each map lies exactly in its cell, left, top, width and height in pixels. */
  readonly frame?: readonly [number, number, number, number];
}

/** Draws maps onto textures of one format and size. */
export class Presenter {
  private readonly bag: BufferBag;
  private readonly pipeline: GPURenderPipeline;
  private readonly groups: readonly GPUBindGroup[];
  private readonly counts: readonly number[];
  private readonly clear: GPUColor;
  private readonly loadOp: GPULoadOp;

  constructor(
    device: GPUDevice,
    format: GPUTextureFormat,
    { layout, sets, maps, scaling, background, keep = false, blend = false, frame }: PresenterOptions,
  ) {
    this.bag = new BufferBag(device);
    this.loadOp = keep ? 'load' : 'clear';
    this.counts = sets.map(({ count }) => count);
    const label = `activation-lens present ${scaling}${blend ? ' over' : ''}`;
    this.pipeline = renderPipeline(device, label, format, () => presentShader(scaling), blend ? lieOver : undefined);
    const [red, green, blue, alpha] = background.map((byte) => byte / 255) as [number, number, number, number];
    this.clear = { r: red * alpha, g: green * alpha, b: blue * alpha, a: alpha };
    this.groups = layout.panels.map(({ x, y, cellWidth, cellHeight, columns, gap }, i) => {
      const set = sets[i]!;
      const words = [x, y, columns, gap, cellWidth, cellHeight, set.width, set.height];
      const exact = Float32Array.from(frame ?? [0, 0, cellWidth, cellHeight]);
      const uniform = this.bag.uniform(
        'panel',
        Uint32Array.from([...words, layout.width, layout.height, 0, 0, ...new Uint32Array(exact.buffer)]),
      );
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
      colorAttachments: [{ view, clearValue: this.clear, loadOp: this.loadOp, storeOp: 'store' }],
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
