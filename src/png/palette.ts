/** A picture of at most 256 colours as PNG stores one: a byte a pixel, and the colours in order of appearance. */
export interface Indexed {
  readonly indices: Uint8Array;
  /** 3 bytes a colour. */
  readonly rgb: Uint8Array;
  /** A byte a colour; undefined when all are opaque. */
  readonly alpha: Uint8Array | undefined;
}

const SLOTS = 1024;

/** Indexes RGBA or RGB pixels; undefined when there are more than 256 colours, which photographs show within their first rows. */
export function indexColors(data: Uint8Array | Uint8ClampedArray, channels: 3 | 4): Indexed | undefined {
  const indices = new Uint8Array(data.length / channels);
  const slots = new Int16Array(SLOTS).fill(-1);
  const colors = new Uint32Array(256);
  let count = 0;
  let last = 0;
  let index = -1;
  for (let i = 0, at = 0; i < indices.length; i++, at += channels) {
    const alpha = channels === 4 ? data[at + 3]! : 255;
    const color = (data[at]! | (data[at + 1]! << 8) | (data[at + 2]! << 16) | (alpha << 24)) >>> 0;
    if (color !== last || index < 0) {
      let slot = Math.imul(color, 0x9e3779b1) >>> 22;
      while (slots[slot] !== -1 && colors[slots[slot]!] !== color) slot = (slot + 1) % SLOTS;
      if (slots[slot] === -1) {
        if (count === 256) return undefined;
        colors[count] = color;
        slots[slot] = count++;
      }
      last = color;
      index = slots[slot]!;
    }
    indices[i] = index;
  }
  const rgb = new Uint8Array(count * 3);
  const alpha = new Uint8Array(count);
  for (let i = 0; i < count; i++) {
    const color = colors[i]!;
    rgb.set([color, color >> 8, color >> 16], i * 3);
    alpha[i] = color >>> 24;
  }
  return { indices, rgb, alpha: alpha.every((value) => value === 255) ? undefined : alpha };
}
