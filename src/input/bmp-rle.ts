/**
 * Undoes BMP's run-length coding: indices in the order of the file's rows, those that no run reaches 0. Undefined when rows are missing.
 * The odd cases (runs past a row's end, early ends) are Pillow's: `BmpRleDecoder`, version 13.
 */
export function unpackRLE(bytes: Uint8Array, width: number, height: number, nibbles: boolean): Uint8Array | undefined {
  const out = new Uint8Array(width * height);
  let at = 0;
  let filled = 0;
  let x = 0;
  const put = (index: number) => {
    if (filled < out.length) out[filled] = index;
    filled++;
  };
  while (filled < out.length && at + 1 < bytes.length) {
    const count = bytes[at]!;
    const byte = bytes[at + 1]!;
    at += 2;
    if (count > 0) {
      const run = x + count > width ? Math.max(0, width - x) : count;
      for (let i = 0; i < run; i++) put(nibbles ? (i % 2 === 0 ? byte >> 4 : byte & 15) : byte);
      x += run;
    } else if (byte === 0) {
      while (filled % width !== 0) put(0);
      x = 0;
    } else if (byte === 1) {
      break;
    } else if (byte === 2) {
      if (at + 2 > bytes.length) break;
      filled += Math.min(out.length - filled, bytes[at]! + bytes[at + 1]! * width);
      at += 2;
      x = filled % width;
    } else {
      const pixels = Math.min(out.length - filled, byte);
      const stored = nibbles ? (pixels + 1) >> 1 : pixels;
      if (at + stored > bytes.length) break;
      for (let i = 0; i < pixels; i++) put(nibbles ? (bytes[at + (i >> 1)]! >> (i % 2 === 0 ? 4 : 0)) & 15 : bytes[at + i]!);
      at += stored + (stored & 1);
      x += byte;
    }
  }
  return filled >= out.length ? out : undefined;
}
