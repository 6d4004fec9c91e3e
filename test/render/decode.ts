import { PNG } from 'pngjs';

/** Decodes with pngjs, not with our own decoder. */
export function decode(bytes: Uint8Array): { width: number; height: number; data: Uint8Array } {
  const { width, height, data } = PNG.sync.read(Buffer.from(bytes));
  return { width, height, data: new Uint8Array(data) };
}
