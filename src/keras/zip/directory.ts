import { ActivationLensError } from '../../errors';
import type { ByteSource } from '../source';
import { corrupt } from './errors';

const CENTRAL = 0x02014b50;
const END64 = 0x06064b50;
const LOCATOR64 = 0x07064b50;
const END_SIZE = 22;
const CENTRAL_SIZE = 46;
/** Most bytes of a directory: half a million entries. A damaged number may claim anything. */
const LARGEST_DIRECTORY = 2 ** 26;
/** Bytes of a local header before the name. */
export const LOCAL_SIZE = 30;

/** What the directory says of one entry. */
export interface DirectoryRecord {
  readonly name: string;
  /** The name as it is stored. */
  readonly rawName: Uint8Array;
  readonly flags: number;
  readonly method: number;
  readonly crc: number;
  readonly stored: number;
  readonly size: number;
  /** Where the local header begins. */
  readonly offset: number;
  /** Where the next entry or the directory begins: the data must end before. */
  limit: number;
}

/** Reads the directory at the end of a zip file; `undefined` when there is none. */
export async function readDirectory(source: ByteSource): Promise<DirectoryRecord[] | undefined> {
  const tailSize = Math.min(source.size, END_SIZE + 0xffff);
  const tail = new Tail(await source.read(source.size - tailSize, tailSize), source.size - tailSize, source);
  const end = findEnd(tail.bytes);
  if (end === undefined) return undefined;
  const directory = await readEnd(tail, tail.start + end);
  const records = readRecords(source, directory, await tail.view(directory.start, directory.size));
  setLimits(source, records, directory.start);
  return records;
}

/** The end of the file, in which most directories lie whole. */
class Tail {
  constructor(
    readonly bytes: Uint8Array,
    readonly start: number,
    readonly source: ByteSource,
  ) {}

  async view(offset: number, length: number): Promise<DataView> {
    if (!(offset >= 0 && length >= 0 && offset + length <= this.source.size))
      throw corrupt(this.source, 'its directory lies outside of it');
    const inTail = offset >= this.start;
    const bytes = inTail ? this.bytes.subarray(offset - this.start, offset - this.start + length) : await this.source.read(offset, length);
    return new DataView(bytes.buffer, bytes.byteOffset, length);
  }
}

/** Where the end record begins: the last one whose comment reaches exactly to the end, else the last that fits (bytes were appended). */
function findEnd(tail: Uint8Array): number | undefined {
  let loose: number | undefined;
  for (let at = tail.length - END_SIZE; at >= 0; at--) {
    if (tail[at] !== 0x50 || tail[at + 1] !== 0x4b || tail[at + 2] !== 5 || tail[at + 3] !== 6) continue;
    const end = at + END_SIZE + tail[at + 20]! + tail[at + 21]! * 256;
    if (end === tail.length) return at;
    if (end < tail.length) loose ??= at;
  }
  return loose;
}

interface Directory {
  readonly start: number;
  readonly size: number;
  readonly count: number;
  /** Bytes before the zip proper, which its offsets do not count. */
  readonly shift: number;
}

async function readEnd(tail: Tail, at: number): Promise<Directory> {
  const { source } = tail;
  const view = await tail.view(at, END_SIZE);
  let disks = view.getUint16(4, true) + view.getUint16(6, true);
  let count = view.getUint16(10, true);
  let size = view.getUint32(12, true);
  let offset = view.getUint32(16, true);
  let end = at;
  const locator = at >= 20 ? await tail.view(at - 20, 20) : undefined;
  if (locator?.getUint32(0, true) === LOCATOR64) {
    // The locator's offset is not counted from the file's start when bytes were put before the zip; the record is right before it.
    const stated = safe(source, locator.getBigUint64(8, true));
    const candidates = [at - 20 - 56, stated];
    for (const candidate of candidates) {
      if (candidate < 0 || candidate + 56 > source.size) continue;
      const record = await tail.view(candidate, 56);
      if (record.getUint32(0, true) !== END64) continue;
      disks = record.getUint32(16, true) + record.getUint32(20, true);
      count = safe(source, record.getBigUint64(32, true));
      size = safe(source, record.getBigUint64(40, true));
      offset = safe(source, record.getBigUint64(48, true));
      end = candidate;
      break;
    }
    if (end === at) throw corrupt(source, 'its zip64 end record is missing');
  }
  if (disks > 0 && disks !== 2 * 0xffff) {
    throw new ActivationLensError('format', `${source.name} is one part of a zip file that was split. Join the parts first.`, {
      details: { file: source.name },
    });
  }
  const shift = end - size - offset;
  if (shift < 0) throw corrupt(source, 'its directory lies outside of it');
  if (size > LARGEST_DIRECTORY) throw corrupt(source, `its directory claims ${size} bytes`);
  return { start: end - size, size, count, shift };
}

function readRecords(source: ByteSource, directory: Directory, view: DataView): DirectoryRecord[] {
  // Copied, since browsers decode no shared memory.
  const bytes = new Uint8Array(new Uint8Array(view.buffer, view.byteOffset, view.byteLength));
  const decoder = new TextDecoder();
  const records: DirectoryRecord[] = [];
  const names = new Set<string>();
  let at = 0;
  for (; at + CENTRAL_SIZE <= view.byteLength && view.getUint32(at, true) === CENTRAL; ) {
    const nameLength = view.getUint16(at + 28, true);
    const extraLength = view.getUint16(at + 30, true);
    const next = at + CENTRAL_SIZE + nameLength + extraLength + view.getUint16(at + 32, true);
    if (next > view.byteLength) break;
    const nameEnd = at + CENTRAL_SIZE + nameLength;
    const rawName = bytes.subarray(at + CENTRAL_SIZE, nameEnd);
    const name = decoder.decode(rawName);
    if (names.has(name)) throw corrupt(source, `it has two entries named '${name}'`);
    names.add(name);
    const extra = new DataView(view.buffer, view.byteOffset + nameEnd, extraLength);
    const [size, stored, offset] = readZip64(source, name, extra, [
      view.getUint32(at + 24, true),
      view.getUint32(at + 20, true),
      view.getUint32(at + 42, true),
    ]) as [number, number, number];
    records.push({
      name,
      rawName,
      flags: view.getUint16(at + 8, true),
      method: view.getUint16(at + 10, true),
      crc: view.getUint32(at + 16, true),
      size,
      stored,
      offset: offset + directory.shift,
      limit: 0,
    });
    at = next;
  }
  if (at !== view.byteLength || records.length !== directory.count) {
    throw corrupt(source, `its directory is damaged after ${records.length} of ${directory.count} entries`);
  }
  return records;
}

/** Replaces each field that has all bits set by the next 64-bit number of the zip64 extra field. */
function readZip64(source: ByteSource, name: string, extra: DataView, fields: number[]): number[] {
  if (!fields.includes(0xffffffff)) return fields;
  for (let at = 0; at + 4 <= extra.byteLength; ) {
    const length = extra.getUint16(at + 2, true);
    const end = at + 4 + length;
    if (extra.getUint16(at, true) === 1 && end <= extra.byteLength) {
      let from = at + 4;
      return fields.map((field) => {
        if (field !== 0xffffffff) return field;
        if (from + 8 > end) throw corrupt(source, `the entry '${name}' lacks its 64-bit sizes`);
        from += 8;
        return safe(source, extra.getBigUint64(from - 8, true));
      });
    }
    at = end;
  }
  return fields;
}

/** Entries that share bytes are damage, or a bomb: a little file that becomes a huge one by using the same bytes again and again. */
function setLimits(source: ByteSource, records: DirectoryRecord[], directoryStart: number): void {
  const sorted = [...records].sort((a, b) => b.offset - a.offset);
  let limit = directoryStart;
  for (const record of sorted) {
    record.limit = limit;
    if (record.offset + LOCAL_SIZE + record.rawName.length + record.stored > limit) {
      throw corrupt(source, `the entry '${record.name}' runs into what comes after it`);
    }
    limit = record.offset;
  }
}

function safe(source: ByteSource, value: bigint): number {
  if (value > BigInt(Number.MAX_SAFE_INTEGER)) throw corrupt(source, `its directory holds an impossible number (${value})`);
  return Number(value);
}
