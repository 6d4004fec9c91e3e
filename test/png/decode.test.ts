import { readFileSync } from 'node:fs';
import { deflateSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { writeChunks } from '../../src/png/chunks';
import { decodePNG } from '../../src/png/decode';
import { fixture } from '../image/golden';

// Pixels of every colour type, depth and interlacing are held against Pillow in test/input/load.test.ts.
const file = Uint8Array.from(readFileSync(fixture('rgb8.png')));
const header = (width: number, height: number, depth: number, color: number, filter = 0) =>
  Uint8Array.of(0, 0, width >> 8, width, 0, 0, height >> 8, height, depth, color, 0, filter, 0);
const idat = (bytes: readonly number[]) => deflateSync(Uint8Array.from(bytes));
const png = (ihdr: Uint8Array, data: Uint8Array, ...extra: [string, Uint8Array][]) =>
  writeChunks([['IHDR', ihdr], ...extra, ['IDAT', data], ['IEND', new Uint8Array(0)]]);
const positionOf = (type: string) => Buffer.from(file).indexOf(type);
const flipped = (offset: number) => {
  const out = file.slice();
  out[offset]! ^= 0x40;
  return out;
};

describe('decodePNG', () => {
  it('leaves the file as it is', async () => {
    const before = file.slice();
    await decodePNG(file, 'x');
    expect(file).toEqual(before);
  });

  it('forgives what Pillow forgives: a missing end, and junk behind the picture', async () => {
    const { data } = await decodePNG(file, 'x');
    expect((await decodePNG(file.subarray(0, -12), 'x')).data).toEqual(data);
    expect((await decodePNG(file.subarray(0, -18), 'x')).data).toEqual(data);
    expect((await decodePNG(Uint8Array.of(...file, 1, 2, 3), 'x')).data).toEqual(data);
  });

  it('reads a file that begins within a larger buffer', async () => {
    const memory = new Uint8Array(file.length + 9);
    memory.set(file, 5);
    expect((await decodePNG(memory.subarray(5, -4), 'x')).data).toEqual((await decodePNG(file, 'x')).data);
  });

  it('takes black for colours that the palette lacks', async () => {
    const image = await decodePNG(png(header(3, 1, 8, 3), idat([0, 0, 1, 200]), ['PLTE', Uint8Array.of(1, 2, 3, 4, 5, 6)]), 'x');
    expect([...image.data]).toEqual([1, 2, 3, 4, 5, 6, 0, 0, 0]);
    expect([...(await decodePNG(png(header(1, 1, 8, 3), idat([0, 9])), 'x')).data]).toEqual([0, 0, 0]);
  });

  it.each<[string, () => Uint8Array, string]>([
    ['cut in its pixels', () => file.subarray(0, file.length - 60), 'is cut short: not all of its pixels are there'],
    ['cut in its header', () => file.subarray(0, 20), 'is cut short in its IHDR chunk'],
    ['cut behind its header', () => file.subarray(0, 33), 'is cut short before its pixels'],
    ['of its signature only', () => file.subarray(0, 8), 'has no header'],
    ['damaged in its header', () => flipped(20), 'is damaged: the checksum of its IHDR chunk is wrong'],
    [
      'damaged in its palette',
      () => png(header(1, 1, 8, 3), idat([0, 0]), ['PLTE', Uint8Array.of(1)]).map((b, i) => (i === 41 ? 7 : b)),
      'PLTE',
    ],
    ['damaged in its pixels', () => flipped(positionOf('IDAT') + 300), 'is damaged: '],
    [
      'whose pixels end in a wrong checksum',
      () =>
        png(
          header(1, 1, 8, 0),
          idat([0, 5]).map((b, i, all) => (i === all.length - 1 ? b ^ 1 : b)),
        ),
      'is damaged: ',
    ],
    ['with an unknown filter', () => png(header(1, 1, 8, 0), idat([9, 5])), 'is damaged: a row of it has an unknown filter'],
    ['without a pixel', () => png(header(0, 5, 8, 0), idat([0])), 'says it has 0 x 5 pixels'],
    ['of 4-bit RGB', () => png(header(1, 1, 4, 2), idat([0, 5])), 'has colour type 2 with 4 bits, which PNG does not know'],
    ['of colour type 5', () => png(header(1, 1, 8, 5), idat([0, 5])), 'has colour type 5 with 8 bits'],
    ['with another filter method', () => png(header(1, 1, 8, 0, 1), idat([0, 5])), 'has filter method 1'],
    ['with too few rows', () => png(header(1, 9, 8, 0), idat([0, 5])), 'is damaged: its pixels cannot be unpacked'],
    [
      'that is a bomb',
      () => png(Uint8Array.of(0, 1, 0, 0, 0, 1, 0, 0, 8, 0, 0, 0, 0), idat([0])),
      '65536 x 65536 pixels; more than 178956970',
    ],
  ])('refuses a file %s', async (_, make, message) => {
    await expect(decodePNG(make(), 'x.png')).rejects.toMatchObject({
      name: 'ActivationLensError',
      code: 'image',
      message: expect.stringMatching(new RegExp(`^'x.png' is a PNG file that .*${message}.*Save or copy it again\\.$`)),
    });
  });
});
