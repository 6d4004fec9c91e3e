import { cell } from './arrangement';
import { COLOR_THREADS, colorizeShader } from './colorize.wgsl';
import { tableStride } from './edges.wgsl';
import { ActivationPass, type BufferBag } from './pass';
import type { PictureLayer } from './picture';
import { computePipeline } from './pipelines';

/** Pixels that a workgroup should see at least, to be worth copying the tables. */
const MIN_CHUNK = 512;

/** What the passes read and write besides the activations. */
export interface ColorizeInput {
  readonly layers: readonly PictureLayer[];
  /** Of the colormap. */
  readonly rows: number;
  readonly tables: GPUBuffer;
  /** The table of a drawn channel. */
  table(layer: number, position: number): number;
  /** Whether there is one table for all channels of a layer. */
  readonly one: boolean;
  readonly palette: GPUBuffer;
  /** By layer. */
  readonly montages: readonly GPUBuffer[];
}

/** Prepares the colouring of these activations. `most`: workgroups that a row of a dispatch may have. */
export function colorizePasses(
  device: GPUDevice,
  bag: BufferBag,
  input: ColorizeInput,
  cooperative: boolean,
  most: number,
): ActivationPass[] {
  const { layers, rows, tables, palette, montages, one } = input;
  return layers.map(({ layout, batch, channels, arrangement }, i) => {
    const { lanes, local } = shape(device, rows, channels.length, cooperative);
    const pixels = layout.height * layout.width;
    const step = COLOR_THREADS / lanes;
    const chunk = Math.max(step, Math.min(MIN_CHUNK, Math.ceil(pixels / step) * step));
    const panel = Uint32Array.of(
      pixels,
      batch * layout.strides.batch,
      layout.strides.column,
      layout.strides.channel,
      layout.width,
      chunk,
      step % layout.width,
      Math.floor(step / layout.width),
      arrangement.totalWidth,
      channels.length,
      one ? 1 : 0,
      0,
    );
    const slots = new Uint32Array(channels.length * 4);
    channels.forEach((channel, position) => {
      const { x, y } = cell(arrangement, position);
      slots.set([channel, input.table(i, position), y * arrangement.totalWidth + x, 0], position * 4);
    });
    const pipeline = computePipeline(device, `activation-lens colorize ${rows} rows ${lanes} lanes${local ? '' : ' global'}`, () =>
      colorizeShader({ rows, lanes, local }),
    );
    return new ActivationPass(
      device,
      pipeline,
      [bag.storage('slots', slots), tables, palette, bag.uniform('panel', panel), montages[i]!],
      [Math.min(most, Math.ceil(pixels / chunk)), Math.ceil(channels.length / lanes)],
    );
  });
}

/** How many channels a workgroup handles, and whether their tables go to (and fit into) its memory, which needs threads to wait. */
function shape(device: GPUDevice, rows: number, channels: number, cooperative: boolean): { lanes: number; local: boolean } {
  let lanes = 8;
  while (lanes > 1 && lanes / 2 >= channels) lanes /= 2;
  const room = device.limits.maxComputeWorkgroupStorageSize / 4 - (rows + 4);
  if (!cooperative || tableStride(rows) > room) return { lanes, local: false };
  while (lanes * tableStride(rows) > room) lanes /= 2;
  return { lanes, local: true };
}
