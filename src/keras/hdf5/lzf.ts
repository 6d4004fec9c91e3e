import type { Cursor } from './cursor';

/**
 * LZF, as h5py's filter of that name writes it (format of Marc Lehmann's LibLZF, written from its description): a control byte below 32 is
 * followed by that many literal bytes and one; any other holds a length (3 bits, 7 meaning "more follows") and the upper 5 bits of a
 * distance back.
 *
 * @param most Bytes that may result; more is `corrupt`.
 */
export function decodeLZF(stored: Cursor, bytes: Uint8Array, most: number): Uint8Array {
  const out = new Uint8Array(most);
  let to = 0;
  for (let at = 0; at < bytes.length; ) {
    const control = bytes[at++]!;
    if (control < 32) {
      const count = control + 1;
      if (at + count > bytes.length || to + count > most) throw stored.fail('cannot be decompressed (LZF)');
      out.set(bytes.subarray(at, at + count), to);
      at += count;
      to += count;
      continue;
    }
    let count = control >> 5;
    if (count === 7) count += bytes[at++] ?? 0;
    count += 2;
    let from = to - ((control & 31) << 8) - (bytes[at++] ?? 0) - 1;
    if (at > bytes.length || from < 0 || to + count > most) throw stored.fail('cannot be decompressed (LZF)');
    // Byte by byte: the source may overlap what is being written.
    for (const end = to + count; to < end; ) out[to++] = out[from++]!;
  }
  return out.subarray(0, to);
}
