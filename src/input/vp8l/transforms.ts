/** The picture before a transform was undone, and what the transform needs. Pixels are 0xAARRGGBB. */
export interface Transform {
  readonly type: 'predictor' | 'color' | 'subtract-green' | 'palette';
  /** Width of the picture once the transform is undone. */
  readonly width: number;
  /** Size of the blocks that `data` has an entry for, as a power of two; for a palette, how many indices share a pixel. */
  readonly bits: number;
  readonly data: Uint32Array;
}

const BLACK = 0xff000000;

/** Undoes one transform (RFC 9649, section 3.5); works in place where the width stays. */
export function undo(transform: Transform, pixels: Uint32Array, height: number): Uint32Array {
  switch (transform.type) {
    case 'predictor':
      return predict(transform, pixels, height);
    case 'color':
      return correlate(transform, pixels, height);
    case 'subtract-green':
      return addGreen(pixels);
    case 'palette':
      return lookUp(transform, pixels, height);
  }
}

function addGreen(pixels: Uint32Array): Uint32Array {
  for (let i = 0; i < pixels.length; i++) {
    const pixel = pixels[i]!;
    const green = (pixel >> 8) & 0xff;
    pixels[i] = (pixel & 0xff00ff00) | (((pixel & 0x00ff00ff) + ((green << 16) | green)) & 0x00ff00ff);
  }
  return pixels;
}

function correlate({ width, bits, data }: Transform, pixels: Uint32Array, height: number): Uint32Array {
  const perRow = (width + (1 << bits) - 1) >> bits;
  for (let y = 0, p = 0; y < height; y++) {
    for (let x = 0; x < width; x++, p++) {
      const factors = data[(y >> bits) * perRow + (x >> bits)]!;
      const pixel = pixels[p]!;
      const green = signed(pixel >> 8);
      const red = ((pixel >> 16) + ((signed(factors) * green) >> 5)) & 0xff;
      const blue = (pixel + ((signed(factors >> 8) * green) >> 5) + ((signed(factors >> 16) * signed(red)) >> 5)) & 0xff;
      pixels[p] = (pixel & 0xff00ff00) | (red << 16) | blue;
    }
  }
  return pixels;
}

/** The low byte as a signed number. */
function signed(value: number): number {
  return (value << 24) >> 24;
}

function lookUp({ width, bits, data: palette }: Transform, packed: Uint32Array, height: number): Uint32Array {
  const perPixel = 1 << bits;
  const indexBits = 8 >> bits;
  const mask = (1 << indexBits) - 1;
  const perRow = (width + perPixel - 1) >> bits;
  const pixels = new Uint32Array(width * height);
  for (let y = 0, p = 0; y < height; y++) {
    for (let x = 0; x < width; x++, p++) {
      const group = packed[y * perRow + (x >> bits)]! >> 8;
      // An index past the palette is transparent black.
      pixels[p] = palette[(group >> ((x & (perPixel - 1)) * indexBits)) & mask] ?? 0;
    }
  }
  return pixels;
}

function predict({ width, bits, data }: Transform, pixels: Uint32Array, height: number): Uint32Array {
  const perRow = (width + (1 << bits) - 1) >> bits;
  pixels[0] = add(pixels[0]!, BLACK);
  for (let x = 1; x < width; x++) pixels[x] = add(pixels[x]!, pixels[x - 1]!);
  for (let y = 1, p = width; y < height; y++) {
    pixels[p] = add(pixels[p]!, pixels[p - width]!);
    p++;
    for (let x = 1; x < width; x++, p++) {
      const mode = (data[(y >> bits) * perRow + (x >> bits)]! >> 8) & 15;
      // At the right edge the pixel up and to the right is, as memory lies, the first of this row.
      pixels[p] = add(pixels[p]!, guess(mode, pixels[p - 1]!, pixels[p - width]!, pixels[p - width - 1]!, pixels[p - width + 1]!));
    }
  }
  return pixels;
}

/** Adds the four bytes one by one. */
function add(a: number, b: number): number {
  const high = (a & 0xff00ff00) + (b & 0xff00ff00);
  const low = (a & 0x00ff00ff) + (b & 0x00ff00ff);
  return ((high & 0xff00ff00) | (low & 0x00ff00ff)) >>> 0;
}

function guess(mode: number, left: number, top: number, topLeft: number, topRight: number): number {
  switch (mode) {
    case 1:
      return left;
    case 2:
      return top;
    case 3:
      return topRight;
    case 4:
      return topLeft;
    case 5:
      return average(average(left, topRight), top);
    case 6:
      return average(left, topLeft);
    case 7:
      return average(left, top);
    case 8:
      return average(topLeft, top);
    case 9:
      return average(top, topRight);
    case 10:
      return average(average(left, topLeft), average(top, topRight));
    case 11:
      return select(left, top, topLeft);
    case 12:
      return each((shift) => byte(left, shift) + byte(top, shift) - byte(topLeft, shift));
    case 13: {
      const mean = average(left, top);
      return each((shift) => byte(mean, shift) + Math.trunc((byte(mean, shift) - byte(topLeft, shift)) / 2));
    }
    default:
      return BLACK;
  }
}

function average(a: number, b: number): number {
  return (((a ^ b) & 0xfefefefe) >>> 1) + (a & b);
}

function byte(pixel: number, shift: number): number {
  return (pixel >>> shift) & 0xff;
}

function each(value: (shift: number) => number): number {
  let out = 0;
  for (let shift = 0; shift < 32; shift += 8) out |= Math.min(255, Math.max(0, value(shift))) << shift;
  return out;
}

/** The one of left and top that is nearer to left + top - topLeft; top when both are as near. */
function select(left: number, top: number, topLeft: number): number {
  let nearer = 0;
  for (let shift = 0; shift < 32; shift += 8) {
    nearer += Math.abs(byte(left, shift) - byte(topLeft, shift)) - Math.abs(byte(top, shift) - byte(topLeft, shift));
  }
  return nearer <= 0 ? top : left;
}
