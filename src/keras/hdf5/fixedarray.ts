import { type Cursor, NOWHERE } from './cursor';
import { type HDF5File, withoutChecksum } from './file';

/**
 * Calls `entry` for every element of a fixed array (specification VI.C), which lists the chunks of a dataset whose axes all have a limit.
 *
 * @param count Elements that it must have.
 * @param entryMost Most bytes of one element.
 */
export async function readFixedArray(
  file: HDF5File,
  address: number,
  filtered: boolean,
  count: number,
  entryMost: number,
  entry: (index: number, entry: Cursor) => void,
): Promise<void> {
  const what = 'a fixed array of chunks';
  const { offsetSize, lengthSize } = file;
  const header = await file.checked(address, 4 + 4 + lengthSize + offsetSize + 4, 'FAHD', what);
  header.version(0);
  if (header.u8() !== (filtered ? 1 : 0)) throw header.fail('does not fit the filters of its dataset');
  const entrySize = header.u8();
  const pageBits = header.u8();
  const entries = header.length();
  const at = header.offset();
  if (entries !== count) throw header.fail(`has ${entries} elements; expected ${count}`);
  if (entrySize < offsetSize || entrySize > entryMost || pageBits > 31) throw header.fail('has elements of an impossible size');
  if (at === NOWHERE) return;

  const checkBlock = (block: Cursor): void => {
    block.version(0);
    block.skip(1);
    if (block.offset() !== address) throw block.fail('belongs to another array');
  };
  const prefix = 4 + 2 + offsetSize;
  const perPage = 2 ** pageBits;
  if (entries <= perPage) {
    const block = await file.checked(at, prefix + entries * entrySize + 4, 'FADB', what);
    checkBlock(block);
    for (let i = 0; i < entries; i++) entry(i, block.sub(entrySize));
    return;
  }
  file.checkRange(at, entries * entrySize, what);
  const pages = Math.ceil(entries / perPage);
  const bitmapSize = Math.ceil(pages / 8);
  const block = await file.checked(at, prefix + bitmapSize + 4, 'FADB', what);
  checkBlock(block);
  const written = block.take(bitmapSize);
  for (let page = 0; page < pages; page++) {
    // A page that nothing was ever put into holds no valid bytes.
    if (!(written[page >> 3]! & (0x80 >> (page & 7)))) continue;
    const first = page * perPage;
    const length = Math.min(perPage, entries - first);
    const start = at + prefix + bitmapSize + 4 + page * (perPage * entrySize + 4);
    const body = withoutChecksum(await file.structure(start, length * entrySize + 4, what));
    for (let i = 0; i < length; i++) entry(first + i, body.sub(entrySize));
  }
}
