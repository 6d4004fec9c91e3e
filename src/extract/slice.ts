import { check, describe } from '../check';
import type { LayerInfo } from '../model/types';
import type { Activation } from './activations';
import { type MapLayout, mapLayout } from './layout';
import type { FeatureMap } from './types';

/** Options of `sliceChannel` and `sliceChannels`. */
export interface SliceOptions {
  /** Which picture of the batch, 0-based. Default 0. */
  readonly batch?: number;
}

/**
 * One channel of an activation as a feature map: what Python writes as `activation[batch, :, :, channel]`. Reads the activation back
 * from the tfjs backend; for several channels `sliceChannels` does that once.
 *
 * @param channel 0-based.
 * @throws `channel-range`, `shape`, `disposed`.
 */
export async function sliceChannel(activation: Activation, channel: number, options: SliceOptions = {}): Promise<FeatureMap> {
  const [map] = await sliceChannels(activation, [channel], options);
  return map!;
}

/**
 * Several channels of an activation as feature maps, with one readback for all.
 *
 * @param channels 0-based, in the order wanted. Default: all.
 * @throws `channel-range`, `shape`, `disposed`.
 */
export async function sliceChannels(
  activation: Activation,
  channels?: readonly number[],
  { batch = 0 }: SliceOptions = {},
): Promise<FeatureMap[]> {
  const layout = mapLayout(activation);
  const { layer } = activation;
  const wanted = channels ?? Array.from({ length: layout.channels }, (_, channel) => channel);
  check(
    isWithin(batch, layout.batch),
    'channel-range',
    () => `Picture ${describe(batch)} of the batch was asked for; it has ${layout.batch}, counted from 0.`,
    { batch, size: layout.batch },
  );
  for (const channel of wanted) {
    check(
      isWithin(channel, layout.channels),
      'channel-range',
      () => `Channel ${describe(channel)} of layer '${layer.path}' was asked for; it has ${layout.channels}, 0 to ${layout.channels - 1}.`,
      { layer: layer.path, channel, channels: layout.channels },
    );
  }
  const data = await activation.data();
  return wanted.map((channel) => cut(data, layout, layer, channel, batch));
}

function cut(data: Float32Array, { height, width, strides }: MapLayout, layer: LayerInfo, channel: number, batch: number): FeatureMap {
  const map = new Float32Array(height * width);
  const start = batch * strides.batch + channel * strides.channel;
  for (let i = 0, from = start; i < map.length; i++, from += strides.column) map[i] = data[from]!;
  return { width, height, data: map, layer, channel };
}

function isWithin(index: number, length: number): boolean {
  return Number.isInteger(index) && index >= 0 && index < length;
}
