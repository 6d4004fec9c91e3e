import type { ScalarMap } from '../colormap/types';
import type { MapLayout } from '../extract/layout';
import type { ActivationLike } from './device';

/** Chosen channels of an activation that lives on any backend, with one readback. */
export async function readMaps(
  activation: ActivationLike,
  layout: MapLayout,
  channels: readonly number[],
  batch: number,
): Promise<ScalarMap[]> {
  const read = await activation.tensor.data();
  const values = read instanceof Float32Array ? read : Float32Array.from(read);
  const { width, height, strides } = layout;
  return channels.map((channel) => {
    const data = new Float32Array(width * height);
    for (let i = 0, at = batch * strides.batch + channel * strides.channel; i < data.length; i++, at += strides.column)
      data[i] = values[at]!;
    return { width, height, data };
  });
}
