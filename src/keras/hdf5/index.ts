/**
 * A random-access reader of HDF5 files, as far as Keras, h5py and PyTables write them: it reads the descriptions of what a file holds through
 * a small cache and each array when asked for it, so that a file is never in memory as a whole.
 *
 * ```ts
 * const root = await openHDF5(source);
 * const kernel = await root.get('model_weights/conv2d/conv2d/kernel:0');
 * if (kernel?.kind === 'dataset') console.log(kernel.shape, await kernel.readFloat32());
 * ```
 *
 * Written from the HDF5 File Format Specification 3.0 (The HDF Group); the files of the HDF5 library 1.6 to 1.14 are covered: superblocks 0-3,
 * old and new groups, every layout but virtual and external, and the filters gzip, shuffle, Fletcher-32 and LZF.
 */
import type { ByteSource } from '../source';
import { Tree } from './group';
import { readSuperblock } from './superblock';
import type { HDF5Group } from './types';

export { isHDF5 } from './superblock';
export type { HDF5Dataset, HDF5Group, HDF5Type, HDF5Value } from './types';

/**
 * Opens an HDF5 file.
 *
 * @param options.signal Aborts every later read of the file, unless that is given a signal of its own.
 * @returns the root group.
 * @throws `format` when it is no HDF5 file, `corrupt` when it is damaged or cut short (a file whose end is missing never opens), `aborted`.
 */
export async function openHDF5(source: ByteSource, options: { signal?: AbortSignal } = {}): Promise<HDF5Group> {
  const { file, root } = await readSuperblock(source, options.signal);
  const group = await new Tree(file, root).rootGroup();
  if (group?.kind !== 'group') throw file.corrupt('its root is not a group', root);
  return group;
}
