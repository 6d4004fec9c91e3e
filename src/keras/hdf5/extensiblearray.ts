import { type Cursor, NOWHERE } from './cursor';
import { type HDF5File, withoutChecksum } from './file';

/**
 * Calls `entry` for every element of an extensible array (specification VI.D), which lists the chunks of a dataset with one axis without a
 * limit: an index block holds the first elements and the addresses of the first data blocks; further data blocks are found through
 * secondary blocks. Blocks grow by a factor of two. Whatever was never written has no address and takes no time.
 *
 * @param entryMost Most bytes of one element.
 */
export async function readExtensibleArray(
  file: HDF5File,
  address: number,
  filtered: boolean,
  entryMost: number,
  entry: (index: number, entry: Cursor) => void,
): Promise<void> {
  const what = 'an extensible array of chunks';
  const { offsetSize, lengthSize } = file;
  const header = await file.checked(address, 4 + 8 + 6 * lengthSize + offsetSize + 4, 'EAHD', what);
  header.version(0);
  if (header.u8() !== (filtered ? 1 : 0)) throw header.fail('does not fit the filters of its dataset');
  const entrySize = header.u8();
  const sizeBits = header.u8();
  const inIndex = header.u8();
  const leastInBlock = header.u8();
  const leastPointers = header.u8();
  const pageBits = header.u8();
  header.skip(6 * lengthSize); // statistics
  const at = header.offset();
  const powers = [leastInBlock, leastPointers].every((value) => value > 0 && Number.isInteger(Math.log2(value)));
  if (!powers || entrySize < offsetSize || entrySize > entryMost || sizeBits > 64 || pageBits > 31) {
    throw header.fail('has elements or blocks of an impossible size');
  }
  if (at === NOWHERE) return;

  const offsetBytes = Math.ceil(sizeBits / 8);
  const perPage = 2 ** pageBits;
  const groups = 1 + sizeBits - Math.log2(leastInBlock);
  const directGroups = 2 * Math.log2(leastPointers);
  const checkBlock = (block: Cursor, hasOffset: boolean): void => {
    block.version(0);
    block.skip(1);
    if (block.offset() !== address) throw block.fail('belongs to another array');
    if (hasOffset) block.skip(offsetBytes);
  };

  /** One data block; `written` says which of its pages are valid, if it has pages. */
  const readDataBlock = async (block: number, first: number, count: number, written: (page: number) => boolean): Promise<void> => {
    if (block === NOWHERE) return;
    const prefix = 4 + 2 + offsetSize + offsetBytes;
    if (count <= perPage) {
      const body = await file.checked(block, prefix + count * entrySize + 4, 'EADB', what);
      checkBlock(body, true);
      for (let i = 0; i < count; i++) entry(first + i, body.sub(entrySize));
      return;
    }
    checkBlock(await file.checked(block, prefix + 4, 'EADB', what), true);
    const pageSize = perPage * entrySize + 4;
    file.checkRange(block, prefix + 4 + (count / perPage) * pageSize, what);
    for (let page = 0; page < count / perPage; page++) {
      if (!written(page)) continue;
      const body = withoutChecksum(await file.structure(block + prefix + 4 + page * pageSize, pageSize, what));
      for (let i = 0; i < perPage; i++) entry(first + page * perPage + i, body.sub(entrySize));
    }
  };

  // Group u of data blocks has 2^floor(u/2) of them, with 2^ceil(u/2) times the least number of elements in each.
  const blocksIn = (group: number): number => 2 ** Math.floor(group / 2);
  const elementsOf = (group: number): number => leastInBlock * 2 ** Math.ceil(group / 2);
  const directBlocks = 2 * (leastPointers - 1);
  const indirectGroups = Math.max(0, groups - directGroups);
  const indexSize = 4 + 2 + offsetSize + inIndex * entrySize + (directBlocks + indirectGroups) * offsetSize + 4;
  const index = await file.checked(at, indexSize, 'EAIB', what);
  checkBlock(index, false);
  for (let i = 0; i < inIndex; i++) entry(i, index.sub(entrySize));
  let first = inIndex;
  for (let group = 0; group < directGroups; group++) {
    for (let i = 0; i < blocksIn(group); i++, first += elementsOf(group)) {
      await readDataBlock(index.offset(), first, elementsOf(group), () => true);
    }
  }
  for (let group = directGroups; group < groups; group++) {
    const blocks = blocksIn(group);
    const elements = elementsOf(group);
    const start = first;
    first += blocks * elements;
    const secondary = index.offset();
    if (secondary === NOWHERE) continue;
    const pages = elements > perPage ? elements / perPage : 0;
    const bitmapSize = blocks * Math.ceil(pages / 8);
    const length = 4 + 2 + offsetSize + offsetBytes + bitmapSize + blocks * offsetSize + 4;
    const block = await file.checked(secondary, length, 'EASB', what);
    checkBlock(block, true);
    const bitmap = block.take(bitmapSize);
    for (let i = 0; i < blocks; i++) {
      const written = (page: number): boolean => {
        const bit = i * pages + page;
        return (bitmap[bit >> 3]! & (0x80 >> (bit & 7))) !== 0;
      };
      await readDataBlock(block.offset(), start + i * elements, elements, written);
    }
  }
}
