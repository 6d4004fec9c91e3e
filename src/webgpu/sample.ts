import { nearestSource } from './layout';
import { ActivationPass, type BufferBag } from './pass';
import type { PictureLayer } from './picture';
import { computePipeline } from './pipelines';
import { sampleShader } from './sample.wgsl';
import { stripOf, stripsPerRow } from './strips.wgsl';
import { COLOR_THREADS, sideBySide } from './walk.wgsl';

/** Strips that a thread takes where it works for itself: finding out about its channel costs as much as several pixels. */
const STRIPS_ALONE = 32;

/** A layer whose maps are shown at another size: what fills `values`, and the layer of the values that are shown. */
export interface Sampled {
  readonly pass: ActivationPass;
  readonly values: GPUBuffer;
  readonly layer: PictureLayer;
}

/** Prepares the picking of the values that maps of that size show. `most`: workgroups that a row of a dispatch may have. */
export function samplePass(
  device: GPUDevice,
  bag: BufferBag,
  layer: PictureLayer,
  { width, height }: { width: number; height: number },
  cooperative: boolean,
  most: number,
): Sampled {
  const { layout, batch, channels } = layer;
  const count = channels.length;
  // Whichever came first in the activation does so here.
  const first = layout.strides.column === 1;
  const strides = first
    ? { batch: 0, row: width, column: 1, channel: width * height }
    : { batch: 0, row: width * count, column: count, channel: 1 };
  const places = (cell: number, size: number, step: number) =>
    Uint32Array.from({ length: cell }, (_, at) => nearestSource(at, cell, size) * step);
  const shown: PictureLayer = {
    ...layer,
    layout: { batch: 1, height, width, channels: count, strides },
    batch: 0,
    channels: channels.map((_, position) => position),
  };
  // For threads that work together, pixels that lie side by side need no other channels beside them.
  const how = { lanes: cooperative && first ? 1 : sideBySide(count), strip: stripOf(width) };
  const perRow = stripsPerRow(width);
  const panel = Uint32Array.of(count, width, strides.column, strides.channel, perRow * height, perRow, 0, 0);
  const values = bag.empty('samples', width * height * count * 4, GPUBufferUsage.STORAGE);
  const perGroup = (COLOR_THREADS / how.lanes) * (cooperative ? 1 : STRIPS_ALONE);
  const grid = [Math.min(most, Math.ceil((perRow * height) / perGroup)), Math.ceil(count / how.lanes)] as const;
  const pipeline = computePipeline(device, `activation-lens sample ${how.lanes} lanes strip ${how.strip}`, () => sampleShader(how));
  const buffers = [
    bag.storage(
      'sampled channels',
      Uint32Array.from(channels, (channel) => batch * layout.strides.batch + channel * layout.strides.channel),
    ),
    bag.storage('sampled rows', places(height, layout.height, layout.strides.row)),
    bag.storage('sampled columns', places(width, layout.width, layout.strides.column)),
    bag.uniform('sample', panel),
    values,
  ];
  return { pass: new ActivationPass(device, pipeline, buffers, grid), values, layer: shown };
}
