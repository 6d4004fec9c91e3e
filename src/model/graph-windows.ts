/**
 * Windows larger than what they go over, in graphs that tfjs computes by itself. Its kernels take the size of their result as it comes out,
 * below nothing: wasm's then write where they may not, or give what lies in memory.
 */

import { backend_util, getBackend, getKernel, type KernelConfig, type NamedAttrMap, type NamedTensorInfoMap } from '@tensorflow/tfjs-core';
import { check } from '../check';
import { bracketed, TOO_SMALL } from './layers/empty';

/** The window of a kernel, and the size of its result along each axis that the window moves on. */
interface Windows {
  readonly window: readonly number[];
  readonly result: readonly number[];
}

type Sizes = (inputs: NamedTensorInfoMap, attrs: NamedAttrMap) => Windows;

type Four = [number, number, number, number];
type Five = [number, number, number, number, number];

const convolution =
  (depthwise: boolean): Sizes =>
  ({ x, filter }, { strides, dilations, pad, dimRoundingMode, dataFormat = 'NHWC' }) => {
    const format = backend_util.convertConv2DDataFormat(dataFormat as 'NHWC');
    const info = backend_util.computeConv2DInfo(
      x!.shape as Four,
      filter!.shape as Four,
      strides as number,
      dilations as number,
      pad as 'same',
      dimRoundingMode as 'floor',
      depthwise,
      format,
    );
    return { window: [info.effectiveFilterHeight, info.effectiveFilterWidth], result: [info.outHeight, info.outWidth] };
  };

const pool: Sizes = ({ x }, { filterSize, strides, pad, dimRoundingMode }) => {
  const size = filterSize as [number, number];
  const info = backend_util.computePool2DInfo(x!.shape as Four, size, strides as number, 1, pad as 'same', dimRoundingMode as 'floor');
  return { window: [info.effectiveFilterHeight, info.effectiveFilterWidth], result: [info.outHeight, info.outWidth] };
};

const volumes = (info: backend_util.Conv3DInfo): Windows => ({
  window: [info.effectiveFilterDepth, info.effectiveFilterHeight, info.effectiveFilterWidth],
  result: [info.outDepth, info.outHeight, info.outWidth],
});

const convolution3D: Sizes = ({ x, filter }, { strides, dilations, pad }) =>
  volumes(backend_util.computeConv3DInfo(x!.shape as Five, filter!.shape as Five, strides as number, dilations as number, pad as 'same'));

const pool3D: Sizes = ({ x }, { filterSize, strides, pad, dimRoundingMode, dataFormat }) => {
  const size = filterSize as [number, number, number];
  const [shape, steps, rounding] = [x!.shape as Five, strides as number, dimRoundingMode as 'floor'];
  return volumes(backend_util.computePool3DInfo(shape, size, steps, 1, pad as 'same', rounding, dataFormat as 'NDHWC'));
};

const SIZES: Readonly<Record<string, Sizes>> = {
  Conv2D: convolution(false),
  FusedConv2D: convolution(false),
  DepthwiseConv2dNative: convolution(true),
  FusedDepthwiseConv2D: convolution(true),
  MaxPool: pool,
  MaxPoolWithArgmax: pool,
  AvgPool: pool,
  Conv3D: convolution3D,
  MaxPool3D: pool3D,
  AvgPool3D: pool3D,
};

type Watched = { -readonly [K in keyof KernelConfig]: KernelConfig[K] };

let running = 0;
const watched = new Map<Watched, KernelConfig['kernelFunc']>();

/**
 * From now until the function that it gives is called, kernels of the backend in use look at what they are given. A run that waits may
 * overlap with others: the last to end takes the watch off.
 *
 * While it lasts, such a kernel throws `shape`.
 */
export function watchWindows(): () => void {
  running++;
  for (const [name, sizes] of Object.entries(SIZES)) {
    const kernel = getKernel(name, getBackend()) as Watched | undefined;
    if (!kernel || watched.has(kernel)) continue;
    const compute = kernel.kernelFunc;
    watched.set(kernel, compute);
    kernel.kernelFunc = (given) => {
      const { window, result } = sizes(given.inputs, given.attrs!);
      check(
        result.every((size) => size > 0),
        'shape',
        () => `${name} is given ${bracketed(given.inputs.x!.shape)}, smaller than its window of ${window.join(' x ')}. ${TOO_SMALL}`,
        { kernel: name, shape: given.inputs.x!.shape, window },
      );
      return compute(given);
    };
  }
  return () => {
    running--;
    if (running > 0) return;
    for (const [kernel, compute] of watched) kernel.kernelFunc = compute;
    watched.clear();
  };
}
