import { readFileSync } from 'node:fs';

/** A little-endian C-order array of numpy: enough for fixtures. */
export function readNpyFile(url: URL): { shape: number[]; data: Float32Array | Uint8Array } {
  const bytes = readFileSync(url);
  const length = bytes.readUInt16LE(8);
  const header = bytes.toString('latin1', 10, 10 + length);
  const shape = [.../'shape': \(([^)]*)\)/.exec(header)![1]!.matchAll(/\d+/g)].map(([n]) => Number(n));
  const buffer = bytes.buffer.slice(bytes.byteOffset + 10 + length, bytes.byteOffset + bytes.length);
  return { shape, data: header.includes("'<f4'") ? new Float32Array(buffer) : new Uint8Array(buffer) };
}
