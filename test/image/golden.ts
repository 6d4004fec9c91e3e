import { readFileSync } from 'node:fs';
import { expect } from 'vitest';

const folder = new URL('../fixtures/images/', import.meta.url);

/** A case of test/fixtures/images, with the bytes that Keras or Pillow made. */
export type Golden<Case> = Case & { readonly bytes: Uint8Array };

/** The cases of `name`.json with their bytes out of `name`.bin. */
export function readGoldens<Case>(name: string): Golden<Case>[] {
  const bin = readFileSync(new URL(`${name}.bin`, folder));
  const cases = JSON.parse(readFileSync(new URL(`${name}.json`, folder), 'utf8')) as (Case & { offset: number; length: number })[];
  return cases.map((one) => ({ ...one, bytes: Uint8Array.from(bin.subarray(one.offset, one.offset + one.length)) }));
}

/** A picture of test/fixtures/images/files. */
export function fixture(name: string): URL {
  return new URL(`files/${name}`, folder);
}

/** The memory of any typed array, as bytes, for comparisons that are exact. */
export function bytesOf(data: ArrayBufferView): Uint8Array {
  return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
}

/** Expects the same bytes. (`toEqual` walks typed arrays element by element: seconds for a few hundred thousand.) */
export function expectBytes(actual: ArrayBufferView, expected: ArrayBufferView): void {
  if (Buffer.compare(bytesOf(actual), bytesOf(expected)) !== 0) expect(bytesOf(actual)).toEqual(bytesOf(expected));
  expect(actual.byteLength).toBe(expected.byteLength);
}
