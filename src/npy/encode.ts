import { check, describe } from '../check';
import { hostIsLittle, swap } from './decode';
import { dtypeOf, elements } from './dtypes';
import { numberToHalf } from './half';
import { writeHeader } from './header';
import type { NpyActivation, NpyData, NpyInput } from './types';

/**
 * Writes an array as a .npy file, byte for byte as numpy 2's `np.save` writes it (version 1.0, little-endian, C order).
 *
 * @example
 * await writeFile('conv2d_1.npy', encodeNpy({ data: map.data, shape: [map.height, map.width] }));
 *
 * Throws `shape` when the data is no typed array, does not fill the shape, or cannot be written as `dtype`.
 */
export function encodeNpy(array: NpyInput): Uint8Array {
  const { data } = array;
  const own = dtypeOf(data);
  check(own !== undefined, 'shape', () => `The data to write is ${describe(data)}; it must be a typed array.`);
  const dtype = array.dtype ?? own;
  const fits = dtype === own || (dtype === 'bool' && own === 'uint8') || (dtype === 'float16' && (own === 'float32' || own === 'float64'));
  check(
    fits,
    'shape',
    () => `${data.constructor.name} cannot be written as '${dtype}'; convert it first, or leave dtype out for '${own}'.`,
    {
      dtype,
    },
  );
  const shape = array.shape ?? [data.length];
  const count = shape.reduce((product, size) => product * size, 1);
  check(
    shape.every((size) => Number.isInteger(size) && size >= 0) && count === data.length,
    'shape',
    () => `An array of shape [${shape.join(', ')}] has ${count} elements; the data has ${data.length}.`,
    { shape, length: data.length },
  );
  const element = elements.find((candidate) => candidate.dtype === dtype)!;
  const header = writeHeader(`${element.bytes === 1 ? '|' : '<'}${element.code}`, shape);
  const bytes = new Uint8Array(header.length + data.length * element.bytes);
  bytes.set(header);
  bytes.set(rawBytes(data, dtype), header.length);
  if (element.bytes > 1 && !hostIsLittle()) swap(bytes.subarray(header.length), element.bytes);
  return bytes;
}

/** One activation as a .npy file: float32 [batch, height, width, channels]. Reads it back from the device. */
export async function activationToNpy(activation: NpyActivation): Promise<Uint8Array> {
  return encodeNpy({ data: await activation.data(), shape: activation.shape });
}

function rawBytes(data: NpyData, dtype: string): Uint8Array {
  if (dtype === 'float16') return new Uint8Array(Uint16Array.from(data as Float32Array, numberToHalf).buffer);
  // numpy's booleans are 0 and 1 and nothing else.
  if (dtype === 'bool') return Uint8Array.from(data as Uint8Array, (value) => (value === 0 ? 0 : 1));
  return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
}
