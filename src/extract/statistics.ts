import { check, describe } from '../check';
import type { Activation } from './activations';
import { mapLayout } from './layout';
import type { SliceOptions } from './slice';

/** What one channel of an activation holds, over its rows and columns. */
export interface ChannelStatistics {
  /** 0-based. */
  readonly channel: number;
  readonly min: number;
  readonly max: number;
  readonly mean: number;
  /** The population's standard deviation, as numpy's `std`. */
  readonly std: number;
  /** The fraction of values that are exactly zero, 0..1. */
  readonly zeros: number;
  /** True when it holds one value only: its map is a blank picture, and the channel told the picture's parts apart by nothing. */
  readonly dead: boolean;
}

/**
 * Describes every channel of an activation, with one readback. Sums are in double precision. A NaN makes its channel's numbers NaN, and
 * the channel is not called dead.
 *
 * @throws `shape`, `channel-range` (for `batch`), `disposed`.
 */
export async function describeChannels(activation: Activation, { batch = 0 }: SliceOptions = {}): Promise<ChannelStatistics[]> {
  const { height, width, channels, strides, batch: size } = mapLayout(activation);
  check(
    Number.isInteger(batch) && batch >= 0 && batch < size,
    'channel-range',
    () => `Picture ${describe(batch)} of the batch was asked for; it has ${size}, counted from 0.`,
    { batch, size },
  );
  const data = await activation.data();
  const count = height * width;
  return Array.from({ length: channels }, (_, channel) => {
    const start = batch * strides.batch + channel * strides.channel;
    const end = start + count * strides.column;
    let min = Number.POSITIVE_INFINITY;
    let max = Number.NEGATIVE_INFINITY;
    let sum = 0;
    let zeros = 0;
    let hasNaN = false;
    for (let i = start; i < end; i += strides.column) {
      const value = data[i]!;
      if (value < min) min = value;
      if (value > max) max = value;
      if (value === 0) zeros++;
      if (Number.isNaN(value)) hasNaN = true;
      sum += value;
    }
    const mean = sum / count;
    let squares = 0;
    for (let i = start; i < end; i += strides.column) squares += (data[i]! - mean) ** 2;
    return {
      channel,
      min: hasNaN ? Number.NaN : min,
      max: hasNaN ? Number.NaN : max,
      mean,
      std: Math.sqrt(squares / count),
      zeros: zeros / count,
      dead: !hasNaN && min === max,
    };
  });
}
