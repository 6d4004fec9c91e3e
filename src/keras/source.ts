/**
 * Random access to the bytes of a file, so that a reader can fetch only what it needs: a `Blob` or a file on disk is never held in
 * memory as a whole.
 */
export interface ByteSource {
  /** What to call the file in messages: its name, path or URL, or 'the given bytes'. */
  readonly name: string;
  /** Length in bytes. */
  readonly size: number;
  /**
   * The bytes [offset, offset + length). May be a view of memory that the source owns: do not write into it. Callers keep within `size`;
   * a source rejects what lies outside.
   */
  read(offset: number, length: number): Promise<Uint8Array>;
  /** Releases a file handle. The source is of no use afterwards. */
  close?(): Promise<void>;
}
