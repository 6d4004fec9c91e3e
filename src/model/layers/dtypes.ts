import { cast, getBackend, mul, notEqual, scalar, type Tensor } from '@tensorflow/tfjs-core';

/**
 * float32 of any number. tfjs' WebGPU backend casts int32 and bool to float32 in name only, and what moves such data about (transpose, slice,
 * concat, ...) takes its bits for floats: a product makes real ones of them.
 */
export function asFloat(x: Tensor): Tensor {
  if (x.dtype === 'float32') return x;
  const named = cast(x, 'float32');
  return getBackend() === 'webgpu' ? mul(named, 1) : named;
}

/** True where a number is not zero. tfjs' wasm backend casts floats to bool by their low byte. */
export function asBool(x: Tensor): Tensor {
  if (x.dtype === 'bool') return x;
  return x.dtype === 'int32' ? notEqual(x, scalar(0, 'int32')) : notEqual(asFloat(x), scalar(0));
}

/** For kernels that tfjs' WebGPU backend has for floats alone: those that transpose, or reduce or scan an axis before the last. */
export function readable(x: Tensor): Tensor {
  return getBackend() === 'webgpu' ? asFloat(x) : x;
}
