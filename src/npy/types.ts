/** The element types that are read and written, by numpy's names. */
export type DType =
  | 'float16'
  | 'float32'
  | 'float64'
  | 'int8'
  | 'int16'
  | 'int32'
  | 'int64'
  | 'uint8'
  | 'uint16'
  | 'uint32'
  | 'uint64'
  | 'bool';

/** What an array's elements are kept in: float16 widened to float32, bool as bytes 0 and 1, 64-bit integers as BigInt. */
export type NpyData =
  | Float32Array
  | Float64Array
  | Int8Array
  | Int16Array
  | Int32Array
  | BigInt64Array
  | Uint8Array
  | Uint8ClampedArray
  | Uint16Array
  | Uint32Array
  | BigUint64Array;

/** An array as it was read: elements row-major (the last index runs fastest), whatever order the file had. */
export interface NpyArray {
  readonly dtype: DType;
  /** Empty for a single number. */
  readonly shape: readonly number[];
  readonly data: NpyData;
}

/** An array to write. */
export interface NpyInput {
  /** Row-major. */
  readonly data: NpyData;
  /** Default: one axis, as long as the data. */
  readonly shape?: readonly number[] | undefined;
  /** Default: that of `data`. 'bool' goes with bytes, 'float16' with floats, which are rounded to the nearest. */
  readonly dtype?: DType | undefined;
}

/** What an Activation has of use here. */
export interface NpyActivation {
  readonly shape: readonly number[];
  data(): Promise<Float32Array>;
}
