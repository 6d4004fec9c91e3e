import type { Tensor } from '@tensorflow/tfjs-core';
import { reshape, slice } from '@tensorflow/tfjs-core';
import type { Shape } from '../types';
import type { DataFormat } from './config';
import { pad, transpose } from './manyAxes';

export type Padding = 'valid' | 'same' | 'causal';

/** `[batch, channels, ...spatial]` to `[batch, ...spatial, channels]`, and other formats as they are. */
export function toChannelsLast(x: Tensor, format: DataFormat): Tensor {
  if (format === 'channels_last') return x;
  return transpose(x, [0, ...range(2, x.rank), 1]);
}

export function fromChannelsLast(x: Tensor, format: DataFormat): Tensor {
  if (format === 'channels_last') return x;
  return transpose(x, [0, x.rank - 1, ...range(1, x.rank - 1)]);
}

export function spatialOf(shape: Shape, format: DataFormat): Shape {
  return format === 'channels_last' ? shape.slice(1, -1) : shape.slice(2);
}

export function channelsOf(shape: Shape, format: DataFormat): number | null {
  return (format === 'channels_last' ? shape.at(-1) : shape[1]) ?? null;
}

export function shapeOf(batch: number | null | undefined, spatial: Shape, channels: number | null, format: DataFormat): Shape {
  return format === 'channels_last' ? [batch ?? null, ...spatial, channels] : [batch ?? null, channels, ...spatial];
}

/** How many windows of `size` (spread by `dilation`) fit along one axis. */
export function windowCount(length: number | null, size: number, stride: number, padding: Padding, dilation = 1): number | null {
  if (length === null) return null;
  if (padding !== 'valid') return Math.ceil(length / stride);
  // Below zero for a window that does not fit, as TensorFlow counts (`GetWindowedOutputSize`); never -0.
  return Math.trunc((length - (size - 1) * dilation - 1 + stride) / stride) + 0;
}

/** Zeros that 'same' padding adds before and after one axis: the odd one goes after. */
export function samePadding(length: number, size: number, stride: number, dilation = 1): [number, number] {
  const total = Math.max(0, (Math.ceil(length / stride) - 1) * stride + (size - 1) * dilation + 1 - length);
  return [Math.floor(total / 2), total - Math.floor(total / 2)];
}

/** Pads the spatial axes of a channels-last tensor with a constant. */
export function padSpatial(x: Tensor, paddings: readonly (readonly [number, number])[], value = 0): Tensor {
  if (paddings.every(([before, after]) => before === 0 && after === 0)) return x;
  return pad(x, [[0, 0], ...paddings, [0, 0]], value);
}

/** Every `strides`-th element of the spatial axes of a channels-last tensor. */
export function subsample(x: Tensor, strides: readonly number[]): Tensor {
  return strides.reduce((tensor, stride, i) => everyNth(tensor, i + 1, stride), x);
}

/** Elements 0, step, 2 step, ... of an axis. By reshaping: tfjs' StridedSlice has no gradient. */
export function everyNth(x: Tensor, axis: number, step: number): Tensor {
  if (step === 1) return x;
  const before = x.shape.slice(0, axis).reduce((product, n) => product * n, 1);
  const after = x.shape.slice(axis + 1).reduce((product, n) => product * n, 1);
  const length = x.shape[axis]!;
  const count = Math.ceil(length / step);
  const flat = reshape(x, [before, length, after]);
  const whole = pad(flat, [
    [0, 0],
    [0, count * step - length],
    [0, 0],
  ]);
  const kept = slice(reshape(whole, [before, count, step, after]), [0, 0, 0, 0], [before, count, 1, after]);
  return reshape(kept, [...x.shape.slice(0, axis), count, ...x.shape.slice(axis + 1)]);
}

export function range(from: number, to: number): number[] {
  return Array.from({ length: Math.max(0, to - from) }, (_, i) => from + i);
}

/** Numpy's rule for two shapes; null where either is free and the other does not decide. Undefined if they do not go together. */
export function broadcastShapes(a: Shape, b: Shape): Shape | undefined {
  const rank = Math.max(a.length, b.length);
  const out: (number | null)[] = [];
  for (let i = 1; i <= rank; i++) {
    const [m, n] = [i > a.length ? 1 : (a[a.length - i] ?? null), i > b.length ? 1 : (b[b.length - i] ?? null)];
    if (m === 1) out.unshift(n);
    else if (n === 1 || m === n) out.unshift(m);
    else if (m === null) out.unshift(n);
    else if (n === null) out.unshift(m);
    else return undefined;
  }
  return out;
}
