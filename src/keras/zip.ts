import { checkNotAborted } from '../check';
import { ActivationLensError } from '../errors';
import type { ByteSource } from './source';
import { readDirectory } from './zip/directory';
import { Entry } from './zip/entry';
import { corrupt } from './zip/errors';

/** A zip file's directory. */
export interface ZipArchive {
  /** The names of all entries, in the order of the directory; a folder's ends with '/'. */
  readonly names: readonly string[];
  /** The entry of that name. */
  entry(name: string): ZipEntry | undefined;
}

/** One file in a zip. */
export interface ZipEntry {
  readonly name: string;
  /** Length in bytes, not compressed; claimed by the directory, and checked when the entry is inflated. */
  readonly size: number;
  /**
   * Random access to the entry. A stored one is a window onto the zip's own source, and nothing is copied: a small one (up to 1 MiB) has its
   * checksum checked first, a large one has **not** (`verify` does). A deflated one is inflated as a whole and its length and checksum are
   * checked.
   *
   * @throws `corrupt`, `aborted`, and `format` for an encrypted entry or another compression.
   */
  source(signal?: AbortSignal): Promise<ByteSource>;
  /** All bytes of the entry, length and checksum checked. May be the source's own memory. Throws as `source` does. */
  bytes(signal?: AbortSignal): Promise<Uint8Array>;
  /** Reads the whole entry, in small pieces, and throws `corrupt` unless its checksum is right. */
  verify(signal?: AbortSignal): Promise<void>;
}

/** Whether bytes begin as a zip file does (an empty one, too). */
export function isZip(head: Uint8Array): boolean {
  if (head.length < 4 || head[0] !== 0x50 || head[1] !== 0x4b) return false;
  return (head[2] === 3 && head[3] === 4) || (head[2] === 5 && head[3] === 6);
}

/**
 * Reads a zip file's directory; entries are read when asked for. Written from PKWARE's APPNOTE.TXT 6.3.10, zip64 included; several disks and
 * encryption are not.
 *
 * @throws `format` when the bytes are no zip file or one of several disks, `corrupt` when the end is missing, the directory is damaged, a
 * name appears twice or entries overlap, `aborted`.
 */
export async function openZip(source: ByteSource, options: { signal?: AbortSignal } = {}): Promise<ZipArchive> {
  checkNotAborted(options.signal, `reading ${source.name}`);
  const records = await readDirectory(source);
  if (!records) {
    if (isZip(await source.read(0, Math.min(4, source.size)))) {
      throw corrupt(source, 'the directory at its end is missing, so it is probably cut short');
    }
    throw new ActivationLensError('format', `${source.name} is no zip file.`, { details: { file: source.name } });
  }
  checkNotAborted(options.signal, `reading ${source.name}`);
  const entries = new Map<string, ZipEntry>(records.map((record) => [record.name, new Entry(source, record)]));
  return { names: [...entries.keys()], entry: (name) => entries.get(name) };
}
