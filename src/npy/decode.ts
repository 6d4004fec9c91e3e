import { check } from '../check';
import { elements } from './dtypes';
import { halfToNumber } from './half';
import { readHeader } from './header';
import type { NpyArray, NpyData } from './types';

/**
 * Reads a .npy file: float16, 32 and 64, integers and booleans, little- or big-endian, C or Fortran order. The elements are copied.
 *
 * @param name How to speak of it in errors.
 *
 * Throws `format` for bytes that are no .npy file or hold something else (strings, objects, complex numbers, records), `corrupt` for a
 * file that is damaged or cut short.
 */
export function decodeNpy(bytes: Uint8Array | ArrayBuffer, name = 'The file'): NpyArray {
  const file = bytes instanceof Uint8Array ? bytes : new Uint8Array(bytes);
  const { descr, fortranOrder, shape, end } = readHeader(file, name);
  const element = elements.find(({ code }) => code === descr.slice(1));
  check(
    element !== undefined && '<>|='.includes(descr[0]!),
    'format',
    () =>
      `${name} holds elements of type '${descr}'; read are ${elements.map(({ dtype }) => dtype).join(', ')}. In Python: np.save(path, array.astype('float32')).`,
    { descr },
  );
  const count = shape.reduce((product, size) => product * size, 1);
  const length = count * element.bytes;
  check(
    file.length - end >= length,
    'corrupt',
    () =>
      `${name} should hold ${length} bytes of elements for its shape (${shape.join(', ')}) and has ${file.length - end}; it is cut short.`,
    { expected: length, found: file.length - end },
  );
  // A copy, so that elements lie on the borders that typed arrays need. Not slice(), which copies nothing when the bytes are a Buffer.
  const raw = new Uint8Array(file.subarray(end, end + length));
  if (element.bytes > 1 && (descr[0] === '>') === hostIsLittle()) swap(raw, element.bytes);
  let data: NpyData;
  if (element.dtype === 'float16') data = Float32Array.from(new Uint16Array(raw.buffer), halfToNumber);
  else data = view(element.array, raw);
  return { dtype: element.dtype, shape, data: fortranOrder && shape.length > 1 ? toRowMajor(data, shape) : data };
}

function view(array: new (length: number) => NpyData, raw: Uint8Array): NpyData {
  // All typed arrays take a buffer, too; TypeScript cannot know that of a union of their constructors.
  return new (array as unknown as new (buffer: ArrayBufferLike) => NpyData)(raw.buffer);
}

/** Whether this machine keeps the lowest byte first, as nearly all do. */
export const hostIsLittle = (): boolean => new Uint8Array(Uint16Array.of(1).buffer)[0] === 1;

/** Turns the bytes of each element round. */
export function swap(bytes: Uint8Array, size: number): void {
  for (let at = 0; at < bytes.length; at += size) bytes.subarray(at, at + size).reverse();
}

/** Elements whose first index runs fastest, put in the order where the last one does. */
function toRowMajor(data: NpyData, shape: readonly number[]): NpyData {
  const out = data.slice();
  const strides = shape.map((_, axis) => shape.slice(0, axis).reduce((product, size) => product * size, 1));
  const index = shape.map(() => 0);
  let from = 0;
  for (let to = 0; to < data.length; to++) {
    out[to] = data[from]!;
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      from += strides[axis]!;
      if (++index[axis]! < shape[axis]!) break;
      from -= strides[axis]! * shape[axis]!;
      index[axis] = 0;
    }
  }
  return out;
}
