import { ActivationLensError } from '../../errors';
import type { ByteSource } from '../source';
import { Cursor, corrupt } from './cursor';
import { HDF5File, withoutChecksum } from './file';
import { Pages } from './pages';

const SIGNATURE = [0x89, 0x48, 0x44, 0x46, 0x0d, 0x0a, 0x1a, 0x0a];

/** Whether bytes begin with HDF5's signature. A file with a user block has it at byte 512, 1024, ... instead; `openHDF5` looks there. */
export function isHDF5(head: Uint8Array): boolean {
  return head.length >= 8 && SIGNATURE.every((byte, i) => head[i] === byte);
}

/**
 * Finds and reads the superblock, versions 0 to 3 (HDF5 File Format Specification 3.0, II.A).
 *
 * @returns the file and the address of the root group's object header.
 */
export async function readSuperblock(source: ByteSource, signal?: AbortSignal): Promise<{ file: HDF5File; root: number }> {
  const pages = new Pages(source);
  const at = await findSuperblock(source, pages);
  const bytes = await pages.read(at, Math.min(128, source.size - at));
  const origin = { name: source.name, offsetSize: 8, lengthSize: 8 };
  const cursor = new Cursor(bytes, origin, at, 'the superblock');
  cursor.skip(8);
  const version = cursor.version(0, 1, 2, 3);
  if (version < 2) cursor.skip(4);
  const offsetSize = cursor.u8();
  const lengthSize = cursor.u8();
  for (const size of [offsetSize, lengthSize]) {
    if (![2, 4, 8].includes(size)) throw cursor.fail(`says that addresses or lengths have ${size} bytes`);
  }
  Object.assign(origin, { offsetSize, lengthSize });
  let root: number;
  let base: number;
  let end: number;
  if (version < 2) {
    cursor.skip(1 + 2 + 2 + 4 + (version === 1 ? 4 : 0));
    base = cursor.offset();
    cursor.offset(); // free-space information
    end = cursor.offset();
    cursor.offset(); // driver information
    cursor.offset(); // the root's name in a heap
    root = cursor.offset();
  } else {
    cursor.skip(1);
    base = cursor.offset();
    cursor.offset(); // superblock extension
    end = cursor.offset();
    root = cursor.offset();
    withoutChecksum(cursor.head(cursor.position + 4));
  }
  // The library takes the place where it found the superblock for the base address, whatever is stored.
  const size = end - base + at;
  if (!(size <= source.size)) {
    throw corrupt(source.name, `it is cut short: it should have ${size} bytes and has ${source.size}`, source.size);
  }
  return { file: new HDF5File(source, pages, at, offsetSize, lengthSize, signal), root };
}

async function findSuperblock(source: ByteSource, pages: Pages): Promise<number> {
  for (let at = 0; at + 8 <= source.size; at = at === 0 ? 512 : at * 2) {
    if (isHDF5(await pages.read(at, 8))) return at;
  }
  throw new ActivationLensError('format', `${source.name} is no HDF5 file: it has no HDF5 signature.`, { details: { file: source.name } });
}
