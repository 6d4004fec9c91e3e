import { type Activation, type ChannelStatistics, describeChannels, sliceChannels } from 'activation-lens';
import type { LayerView } from '../protocol';

type Measured = Pick<LayerView, 'kind' | 'width' | 'height' | 'maps' | 'statistics'>;

/** An activation as maps and what they hold. */
export async function measure(activation: Activation): Promise<Measured> {
  const { shape } = activation;
  if (shape.length === 4 && shape.every((size) => size > 0)) {
    const maps = await sliceChannels(activation);
    const { width, height } = maps[0]!;
    return { kind: 'maps', width, height, maps: maps.map(({ data }) => data), statistics: await describeChannels(activation) };
  }
  const values = await activation.data();
  if (values.length === 0 || shape.length > 4 || shape.length < 2) return { kind: 'none', width: 0, height: 0, maps: [], statistics: [] };
  if (shape.length === 3) {
    const [, height, width] = shape as [number, number, number];
    const data = values.slice(0, height * width);
    return { kind: 'sequence', width, height, maps: [data], statistics: [describe(data)] };
  }
  const units = values.slice(0, shape[1]);
  const width = Math.ceil(Math.sqrt(units.length));
  const height = Math.ceil(units.length / width);
  // Cells beyond the last unit are no values.
  const data = new Float32Array(width * height).fill(Number.NaN);
  data.set(units);
  return { kind: 'units', width, height, maps: [data], statistics: [describe(units)] };
}

function describe(values: Float32Array): ChannelStatistics {
  let [min, max, sum, zeros] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 0, 0];
  for (const value of values) {
    min = Math.min(min, value);
    max = Math.max(max, value);
    sum += value;
    if (value === 0) zeros++;
  }
  const mean = sum / values.length;
  const squares = values.reduce((total, value) => total + (value - mean) ** 2, 0);
  const dead = values.length > 1 && min === max;
  return { channel: 0, min, max, mean, std: Math.sqrt(squares / values.length), zeros: zeros / values.length, dead };
}
