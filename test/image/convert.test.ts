import { describe, expect, it } from 'vitest';
import { convert, toRGBA } from '../../src/image/convert';
import type { PixelImage } from '../../src/image/types';

const rgba: PixelImage = { width: 2, height: 1, channels: 4, data: Uint8Array.of(10, 20, 30, 0, 255, 0, 0, 128) };

describe('convert', () => {
  it('takes the luma that Pillow takes', () => {
    // (10 * 19595 + 20 * 38470 + 30 * 7471 + 0x8000) >> 16 is 18.65, cut off; and 255 * 19595 / 65536 is 76.24
    expect([...convert(rgba, 1).data]).toEqual([18, 76]);
    const greys = Uint8Array.from({ length: 768 }, (_, i) => Math.floor(i / 3));
    expect([...convert({ width: 256, height: 1, channels: 3, data: greys }, 1).data]).toEqual(Array.from({ length: 256 }, (_, i) => i));
  });

  it('drops alpha and leaves the colours of transparent pixels', () => {
    expect([...convert(rgba, 3).data]).toEqual([10, 20, 30, 255, 0, 0]);
  });

  it('adds full alpha', () => {
    expect([...convert({ width: 1, height: 1, channels: 1, data: Uint8Array.of(7) }, 4).data]).toEqual([7, 7, 7, 255]);
    expect([...convert({ width: 1, height: 1, channels: 3, data: Uint8Array.of(7, 8, 9) }, 4).data]).toEqual([7, 8, 9, 255]);
  });

  it('clips 16-bit grey when it gets colours, and keeps it as grey', () => {
    const deep: PixelImage = { width: 3, height: 1, channels: 1, data: Uint16Array.of(3, 256, 65535) };
    expect([...convert(deep, 3).data]).toEqual([3, 3, 3, 255, 255, 255, 255, 255, 255]);
    expect(convert(deep, 1)).toBe(deep);
  });

  it('returns what is right already', () => {
    expect(convert(rgba, 4)).toBe(rgba);
    const clamped = { width: 1, height: 1, data: Uint8ClampedArray.of(1, 2, 3, 4) };
    expect(toRGBA(clamped).data).toBe(clamped.data);
    expect(toRGBA(rgba).data.buffer).toBe(rgba.data.buffer);
  });
});
