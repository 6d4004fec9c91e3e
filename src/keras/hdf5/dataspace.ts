import type { Cursor } from './cursor';

/** The extent of an array. */
export interface Dataspace {
  /** `[]` for a scalar, `[0]` for none at all. */
  readonly shape: readonly number[];
  /** How far each axis may grow: Infinity for without limit. The indexes of chunks are laid out by it. */
  readonly maxShape: readonly number[];
  /** Product of `shape`. */
  readonly size: number;
  /** No value at all (h5py.Empty), as opposed to an array of length 0. */
  readonly isNull: boolean;
}

/** Reads a dataspace message, versions 1 and 2 (specification IV.A.2.b). */
export function readDataspace(body: Cursor): Dataspace {
  const version = body.version(1, 2);
  const rank = body.u8();
  const flags = body.u8();
  const kind = version === 2 ? body.u8() : rank === 0 ? 0 : 1;
  if (version === 1) body.skip(5);
  if (rank > 32) throw body.fail(`has ${rank} axes; HDF5 allows 32`);
  if (kind === 2) return { shape: [0], maxShape: [0], size: 0, isNull: true };
  const shape = Array.from({ length: rank }, () => body.length());
  const maxShape = flags & 1 ? Array.from({ length: rank }, () => body.limit()) : shape;
  const size = shape.reduce((product, length) => product * length, 1);
  if (!Number.isSafeInteger(size)) throw body.fail(`claims ${shape.join(' x ')} elements`);
  return { shape, maxShape, size, isNull: false };
}
