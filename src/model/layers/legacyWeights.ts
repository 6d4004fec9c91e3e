/**
 * Weights in the layouts of older Kerases, turned into today's: what `preprocess_weights_for_loading` does in Keras 2's
 * `saving/legacy/hdf5_format.py` (and Keras 2.1's, for files of the theano backend).
 */
import { dataFormatOf } from './config';
import type { ExpectedWeight, LayerSpec, StoredWeight } from './spec';

export type WeightConversion = (stored: readonly StoredWeight[], expected: readonly ExpectedWeight[]) => readonly StoredWeight[];

/** For Conv1D-3D, Conv2DTranspose, depthwise and separable convolutions; only kernels ever change. */
export function legacyConvolutionWeights(spec: LayerSpec, rank: number, transposed = false): WeightConversion {
  return (stored, expected) => {
    const [kernel, ...rest] = stored;
    if (kernel === undefined || spec.keras.major === 3) return stored;
    let converted = kernel;
    if (spec.keras.major === 1) converted = kernelOfKeras1(spec, converted, rank, transposed);
    if (spec.keras.major === 1 && spec.className === 'SeparableConv2D' && rest[0] !== undefined) {
      rest[0] = kernelOfKeras1(spec, rest[0], rank, transposed);
    }
    const correlates = !['DepthwiseConv2D', 'SeparableConv2D', 'SeparableConv1D'].includes(spec.className);
    if (spec.keras.backend === 'theano' && correlates) converted = flipSpatial(converted);
    if (converted.shape.length === 4 && expected[0] !== undefined && converted.shape.join() !== expected[0].shape.join()) {
      const turned = permuteWeight(converted, [3, 2, 0, 1]);
      if (turned.shape.join() === expected[0].shape.join()) converted = turned;
    }
    return [converted, ...rest];
  };
}

function kernelOfKeras1(spec: LayerSpec, kernel: StoredWeight, rank: number, transposed: boolean): StoredWeight {
  const format = dataFormatOf(spec);
  const { shape } = kernel;
  if (spec.className === 'Conv1D' && shape.length === 4) {
    const size = [spec.config.kernel_size].flat()[0];
    const today = shape[0] === size && shape[1] === 1 && shape[3] === spec.config.filters;
    const turned = today ? kernel : permuteWeight(kernel, [2, 3, 1, 0]);
    return { ...turned, shape: [turned.shape[0]!, turned.shape[2]!, turned.shape[3]!] };
  }
  if (transposed && rank === 2) return permuteWeight(kernel, format === 'channels_last' ? [0, 1, 3, 2] : [2, 3, 0, 1]);
  if (format === 'channels_last' || !/^(Separable)?Conv[23]D$/.test(spec.className)) return kernel;
  return permuteWeight(kernel, rank === 2 ? [2, 3, 1, 0] : [2, 3, 4, 1, 0]);
}

/** `numpy.transpose`. */
export function permuteWeight(weight: StoredWeight, order: readonly number[]): StoredWeight {
  if (weight.shape.length !== order.length) return weight;
  const strides = stridesOf(weight.shape);
  const shape = order.map((axis) => weight.shape[axis]!);
  const steps = order.map((axis) => strides[axis]!);
  return { ...weight, shape, data: gather(weight.data, shape, steps, 0) };
}

/** Reverses all axes but the last two: theano convolves where the others correlate. */
export function flipSpatial(weight: StoredWeight): StoredWeight {
  const strides = stridesOf(weight.shape);
  const spatial = weight.shape.length - 2;
  const start = weight.shape.slice(0, spatial).reduce((sum, n, i) => sum + (n - 1) * strides[i]!, 0);
  const steps = strides.map((stride, i) => (i < spatial ? -stride : stride));
  return { ...weight, data: gather(weight.data, weight.shape, steps, start) };
}

/** Joins weights along their last axis. */
export function concatLast(weights: readonly StoredWeight[], name: string): StoredWeight {
  const widths = weights.map(({ shape }) => shape.at(-1) ?? 1);
  const total = widths.reduce((sum, n) => sum + n, 0);
  const lead = weights[0]!.shape.slice(0, -1);
  const rows = lead.reduce((product, n) => product * n, 1);
  const data = new Float32Array(rows * total);
  let column = 0;
  weights.forEach((weight, i) => {
    for (let row = 0; row < rows; row++) {
      data.set(weight.data.subarray(row * widths[i]!, (row + 1) * widths[i]!), row * total + column);
    }
    column += widths[i]!;
  });
  return { name, shape: [...lead, total], data };
}

function stridesOf(shape: readonly number[]): number[] {
  const strides = Array<number>(shape.length).fill(1);
  for (let i = shape.length - 2; i >= 0; i--) strides[i] = strides[i + 1]! * shape[i + 1]!;
  return strides;
}

function gather(data: Float32Array, shape: readonly number[], steps: readonly number[], start: number): Float32Array {
  const out = new Float32Array(data.length);
  const index = Array<number>(shape.length).fill(0);
  let from = start;
  for (let i = 0; i < out.length; i++) {
    out[i] = data[from]!;
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      index[axis]!++;
      from += steps[axis]!;
      if (index[axis]! < shape[axis]!) break;
      from -= steps[axis]! * shape[axis]!;
      index[axis] = 0;
    }
  }
  return out;
}
