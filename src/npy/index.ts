/**
 * numpy's .npy and .npz files: what was extracted here opens in Python, and the other way round. Needs no tfjs.
 *
 * @example
 * import { encodeNpy } from 'activation-lens/npy';
 *
 * const file = encodeNpy({ data: Float32Array.of(1, 2, 3, 4, 5, 6), shape: [2, 3] });
 * // Python: np.load('file.npy')
 *
 * @packageDocumentation
 */
export { decodeNpy } from './decode';
export { activationToNpy, encodeNpy } from './encode';
export { activationsToNpz, decodeNpz, encodeNpz, type NpzOptions } from './npz';
export type { DType, NpyActivation, NpyArray, NpyData, NpyInput } from './types';
