/**
 * What a stored element is. Numbers of either byte order carry the same name; `'float'` is a float of none of the usual layouts (such as
 * x86's 80-bit long double), `'other'` a type that holds neither numbers nor strings (compound, reference, opaque, ...).
 */
export type HDF5Type =
  | 'float16'
  | 'bfloat16'
  | 'float32'
  | 'float64'
  | 'float'
  | 'int8'
  | 'int16'
  | 'int32'
  | 'int64'
  | 'uint8'
  | 'uint16'
  | 'uint32'
  | 'uint64'
  | 'bool'
  | 'string'
  | 'other';

/**
 * An attribute's value. A scalar is a plain value; anything with axes is one flat array in row-major order, whatever its rank. Fixed-length
 * (numpy bytes) and variable-length strings are both strings, decoded as UTF-8. 64-bit integers beyond 2^53 are rounded to a double. `null`
 * is an attribute without a value (h5py.Empty), a `Uint8Array` the raw bytes of a type that holds neither numbers nor strings.
 */
export type HDF5Value = string | number | boolean | null | string[] | number[] | boolean[] | Uint8Array;

/** What groups and datasets have in common. */
interface HDF5Node {
  /** Absolute path by which it was reached: '/' or '/model_weights/conv2d'. */
  readonly path: string;
  /**
   * All attributes, in creation order where the file tracks it, by name otherwise (as h5py lists them). Throws `corrupt` when one is
   * damaged.
   */
  attributes(): Promise<ReadonlyMap<string, HDF5Value>>;
}

/** A group: named links to groups and datasets. */
export interface HDF5Group extends HDF5Node {
  readonly kind: 'group';
  /** Names of all links, in creation order where the file tracks it, by name otherwise (as h5py lists them). Throws `corrupt`. */
  keys(): Promise<string[]>;
  /**
   * The object at `path`, relative to this group ('a/b') or absolute ('/a/b'); soft links are followed. `undefined` where there is none, where
   * a soft link dangles, and for a named datatype. Throws `corrupt`, and `format` at a link into another file.
   */
  get(path: string): Promise<HDF5Group | HDF5Dataset | undefined>;
}

/** A dataset: an array, of which nothing but the description has been read yet. */
export interface HDF5Dataset extends HDF5Node {
  readonly kind: 'dataset';
  /** Lengths of the axes, slowest first; `[]` for a scalar, `[0]` for a dataset without a value (h5py.Empty). */
  readonly shape: readonly number[];
  readonly dtype: HDF5Type;
  /** Number of elements: the product of `shape`. */
  readonly size: number;
  /**
   * All elements as float32, row-major, in a fresh array of the caller's own; the numbers numpy's `astype('float32')` gives (round to nearest,
   * ties to even; bool as 0 and 1). Throws `format` when the elements are no numbers or a filter is unknown, `corrupt` when the data is
   * damaged or outside the file, `aborted`.
   */
  readFloat32(signal?: AbortSignal): Promise<Float32Array>;
  /** All elements as strings, row-major. Throws `format` when the elements are no strings, `corrupt`, `aborted`. */
  readStrings(signal?: AbortSignal): Promise<string[]>;
}
