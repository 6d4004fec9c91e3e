import { PNG } from 'pngjs';
import { describe, expect, it } from 'vitest';
import type { PixelImage } from '../../src/image/types';
import { readChunks } from '../../src/png/chunks';
import { decodePNG } from '../../src/png/decode';
import { encodePNG } from '../../src/png/encode';
import { expectBytes } from '../image/golden';

/** mulberry32: the same pictures in every run. */
function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

function picture(width: number, height: number, channels: 1 | 3 | 4, kind: 'noise' | 'smooth' | 'few colours', seed = 1): PixelImage {
  const next = random(seed);
  const data = Uint8Array.from({ length: width * height * channels }, (_, i) => {
    const p = Math.floor(i / channels);
    if (kind === 'noise') return next() * 256;
    if (kind === 'smooth') return 128 + 100 * Math.sin((p % width) / 9 + (i % channels)) * Math.cos(p / width / 7);
    return ((p >> 2) % 5) * 40 + (i % channels);
  });
  return { width, height, channels, data };
}

/** What pngjs, an independent decoder, reads: always RGBA. */
function decodeElsewhere(file: Uint8Array): { width: number; height: number; data: Uint8Array } {
  const { width, height, data } = PNG.sync.read(Buffer.from(file), { checkCRC: true });
  return { width, height, data: Uint8Array.from(data) };
}

function rgbaOf({ channels, data }: PixelImage): Uint8Array {
  const out = new Uint8Array((data.length / channels) * 4).fill(255);
  for (let p = 0; p < data.length / channels; p++) {
    for (let c = 0; c < 4; c++) if (c < 3 || channels === 4) out[p * 4 + c] = data[p * channels + (channels === 1 ? 0 : c)]!;
  }
  return out;
}

const colorType = (file: Uint8Array) => [...readChunks(file)][0]!.data[9];

describe('encodePNG', () => {
  it.each(
    ([1, 3, 4] as const).flatMap((channels) =>
      (['noise', 'smooth', 'few colours'] as const).flatMap((kind) =>
        [
          [1, 1],
          [37, 23],
          [3, 300],
          [400, 2],
        ].map(([width, height]) => [kind, width!, height!, channels] as const),
      ),
    ),
  )('writes pixels that others read: %s, %i x %i, %i channels', async (kind, width, height, channels) => {
    const image = picture(width, height, channels, kind);
    const file = await encodePNG(image);
    const elsewhere = decodeElsewhere(file);
    expect(elsewhere).toMatchObject({ width, height });
    expectBytes(elsewhere.data, rgbaOf(image));
    const own = await decodePNG(file, 'own');
    expect(own).toMatchObject({ width, height });
    for (const chunk of readChunks(file)) expect(chunk.intact()).toBe(true);
  });

  it('leaves alpha out where every pixel is opaque, and only there', async () => {
    const { data } = picture(40, 40, 4, 'noise');
    for (let i = 3; i < data.length; i += 4) data[i] = 255;
    const image = { width: 40, height: 40, channels: 4, data } as const;
    expect(colorType(await encodePNG(image))).toBe(2);
    data[7] = 254;
    const file = await encodePNG(image);
    expect(colorType(file)).toBe(6);
    expect(decodeElsewhere(file).data[7]).toBe(254);
    expect(colorType(await encodePNG(picture(2, 2, 1, 'noise')))).toBe(0);
  });

  it.each([
    [256, 3],
    [257, 2],
  ])('%i colours', async (count, type) => {
    const data = Uint8Array.from({ length: count * 3 }, (_, i) =>
      i % 3 === 0 ? Math.floor(i / 3) % 256 : i % 3 === 1 ? Math.floor(i / 3 / 256) : 7,
    );
    const file = await encodePNG({ width: count, height: 1, channels: 3, data });
    expect(colorType(file)).toBe(type);
    expectBytes(decodeElsewhere(file).data, rgbaOf({ width: count, height: 1, channels: 3, data }));
  });

  it('keeps the alpha of a palette', async () => {
    const data = Uint8ClampedArray.of(1, 2, 3, 255, 1, 2, 3, 0, 1, 2, 3, 255, 9, 9, 9, 128);
    const file = await encodePNG({ width: 2, height: 2, data });
    expect(colorType(file)).toBe(3);
    expectBytes(decodeElsewhere(file).data, Uint8Array.from(data));
  });

  it('keeps the colours of transparent pixels', async () => {
    const data = Uint8ClampedArray.of(10, 20, 30, 0, 1, 2, 3, 1);
    expect((await decodePNG(await encodePNG({ width: 2, height: 1, data }), 'own')).data).toEqual(Uint8Array.from(data));
  });

  it('writes 16-bit grey', async () => {
    const data = Uint16Array.of(0, 1, 255, 256, 4660, 65535);
    const file = await encodePNG({ width: 3, height: 2, channels: 1, data });
    expect((await decodePNG(file, 'own')).data).toEqual(data);
    const elsewhere = PNG.sync.read(Buffer.from(file), { skipRescale: true } as never);
    expect([...(elsewhere.data as unknown as Uint16Array)].filter((_, i) => i % 4 === 0)).toEqual([...data]);
  });

  it('reads a picture that is a view into something larger', async () => {
    const image = picture(5, 4, 3, 'noise');
    const memory = new Uint8Array(100);
    memory.set(image.data, 13);
    expect(await encodePNG({ ...image, data: memory.subarray(13, 73) })).toEqual(await encodePNG(image));
  });

  it('makes the same file twice, and a smaller one with more effort', async () => {
    const image = picture(100, 80, 3, 'smooth');
    expect(await encodePNG(image)).toEqual(await encodePNG(image));
    expect((await encodePNG(image, { level: 9 })).length).toBeLessThan((await encodePNG(image, { level: 0 })).length / 2);
  });

  it.each<[() => Promise<unknown>, string]>([
    [
      () => encodePNG({ width: 2, height: 2, data: new Uint8ClampedArray(15) }),
      "The image's data has 15 samples; 2 x 2 pixels of 4 channels are 16.",
    ],
    [() => encodePNG({ width: 0, height: 2, data: new Uint8ClampedArray(0) }), 'The image is 0 x 2 pixels'],
    [() => encodePNG(null as never), 'The image is null; it must be an image { width, height, data } of bytes'],
  ])('refuses what is no picture (%#)', async (call, message) => {
    await expect(call()).rejects.toMatchObject({ code: 'shape', message: expect.stringContaining(message) });
  });
});
