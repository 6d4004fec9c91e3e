import type { DType, NpyData } from './types';

/** How one element type is stored and kept. */
export interface Element {
  readonly dtype: DType;
  /** numpy's letter and size, without the byte order. */
  readonly code: string;
  readonly bytes: number;
  readonly array: new (length: number) => NpyData;
}

/** Every type, by numpy's code. float16 and bool are kept in something wider: see `decode`. */
export const elements: readonly Element[] = [
  { dtype: 'float16', code: 'f2', bytes: 2, array: Float32Array },
  { dtype: 'float32', code: 'f4', bytes: 4, array: Float32Array },
  { dtype: 'float64', code: 'f8', bytes: 8, array: Float64Array },
  { dtype: 'int8', code: 'i1', bytes: 1, array: Int8Array },
  { dtype: 'int16', code: 'i2', bytes: 2, array: Int16Array },
  { dtype: 'int32', code: 'i4', bytes: 4, array: Int32Array },
  { dtype: 'int64', code: 'i8', bytes: 8, array: BigInt64Array },
  { dtype: 'uint8', code: 'u1', bytes: 1, array: Uint8Array },
  { dtype: 'uint16', code: 'u2', bytes: 2, array: Uint16Array },
  { dtype: 'uint32', code: 'u4', bytes: 4, array: Uint32Array },
  { dtype: 'uint64', code: 'u8', bytes: 8, array: BigUint64Array },
  { dtype: 'bool', code: 'b1', bytes: 1, array: Uint8Array },
];

/** The type that typed arrays are written as, unless another is asked for. */
export function dtypeOf(data: NpyData): DType | undefined {
  if (data instanceof Uint8ClampedArray) return 'uint8';
  return elements.find(({ dtype, array }) => dtype !== 'float16' && dtype !== 'bool' && data instanceof array)?.dtype;
}
