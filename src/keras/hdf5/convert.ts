import type { Datatype, FloatLayout } from './datatype';

const HOST_IS_LITTLE_ENDIAN = new Uint8Array(new Uint16Array([1]).buffer)[0] === 1;

/** Types whose elements a typed array of this machine holds as they are. */
const VIEWS = {
  float32: Float32Array,
  float64: Float64Array,
  int8: Int8Array,
  int16: Int16Array,
  int32: Int32Array,
  uint8: Uint8Array,
  uint16: Uint16Array,
  uint32: Uint32Array,
} as const;

/** Whether elements of a type are numbers. */
export function isNumeric(type: Datatype): boolean {
  return type.dtype !== 'string' && type.dtype !== 'other';
}

/** Whether elements are stored exactly as a Float32Array of this machine holds them. */
export function isNativeFloat32(type: Datatype): boolean {
  return type.dtype === 'float32' && type.littleEndian === HOST_IS_LITTLE_ENDIAN;
}

/**
 * Writes the numbers in `bytes` to `out` from index `at` on. Into float32 every number is rounded once, to nearest, ties to even, as C's and
 * numpy's conversions do; into float64 only 64-bit integers and wider floats are rounded.
 */
export function convert(bytes: Uint8Array, type: Datatype, out: Float32Array | Float64Array, at: number): void {
  const width = type.array?.element.size ?? type.size;
  const count = Math.floor(bytes.length / width);
  const native = nativeOrder(bytes, width, type.littleEndian);
  const { byteOffset } = native;
  const buffer = native.buffer as ArrayBuffer;
  switch (type.dtype) {
    case 'float16':
    case 'bfloat16': {
      const target = out instanceof Float32Array ? out.subarray(at, at + count) : new Float32Array(count);
      const halves = new Uint16Array(buffer, byteOffset, count);
      (type.dtype === 'float16' ? widenHalves : widenBrains)(halves, new Uint32Array(target.buffer, target.byteOffset, count));
      if (!(out instanceof Float32Array)) out.set(target, at);
      return;
    }
    case 'bool':
      for (let i = 0; i < count; i++) out[at + i] = native[i] === 0 ? 0 : 1;
      return;
    case 'int64':
    case 'uint64':
      convertLongs(new Uint32Array(buffer, byteOffset, count * 2), type.dtype === 'int64', out, at);
      return;
    case 'float':
      for (let i = 0; i < count; i++) out[at + i] = readAnyFloat(native.subarray(i * width, (i + 1) * width), type.float!);
      return;
    case 'string':
    case 'other':
      throw new TypeError(`no numbers in ${type.text}`);
    default:
      out.set(new VIEWS[type.dtype](buffer, byteOffset, count), at);
  }
}

/** The bytes in this machine's order and aligned for a typed array of elements of that width; the same bytes where they already are. */
function nativeOrder(bytes: Uint8Array, width: number, littleEndian: boolean): Uint8Array {
  const ordered = width === 1 || littleEndian === HOST_IS_LITTLE_ENDIAN;
  if (ordered) return bytes.byteOffset % Math.min(width, 8) === 0 ? bytes : new Uint8Array(bytes);
  const swapped = new Uint8Array(bytes.length);
  for (let start = 0; start + width <= bytes.length; start += width) {
    for (let i = 0; i < width; i++) swapped[start + i] = bytes[start + width - 1 - i]!;
  }
  return swapped;
}

/** IEEE half precision to the bits of single precision; every half is exact, subnormal ones too. */
function widenHalves(halves: Uint16Array, bits: Uint32Array): void {
  const scratch = new Float32Array(1);
  const scratchBits = new Uint32Array(scratch.buffer);
  for (let i = 0; i < halves.length; i++) {
    const half = halves[i]!;
    const sign = (half & 0x8000) << 16;
    const exponent = (half >> 10) & 31;
    const mantissa = half & 1023;
    if (exponent === 0) {
      scratch[0] = mantissa * 2 ** -24;
      bits[i] = sign | scratchBits[0]!;
    } else {
      bits[i] = sign | ((exponent === 31 ? 255 : exponent + 112) << 23) | (mantissa << 13);
    }
  }
}

/** A bfloat16 is the upper half of a float32. */
function widenBrains(halves: Uint16Array, bits: Uint32Array): void {
  for (let i = 0; i < halves.length; i++) bits[i] = halves[i]! << 16;
}

/**
 * 64-bit integers. One that a double cannot hold would be rounded twice on its way to float32; its lowest bits, which decide nothing but
 * "exactly halfway or not", are first folded into one ("round to odd"), which makes the second rounding the only one.
 */
function convertLongs(words: Uint32Array, signed: boolean, out: Float32Array | Float64Array, at: number): void {
  const low = HOST_IS_LITTLE_ENDIAN ? 0 : 1;
  const toSingle = out instanceof Float32Array;
  for (let i = 0; i < words.length; i += 2) {
    let lower = words[i + low]!;
    const upper = signed ? words[i + 1 - low]! | 0 : words[i + 1 - low]!;
    const exact = upper >= -0x200000 && upper < 0x200000;
    if (exact) {
      out[at + i / 2] = upper * 0x100000000 + lower;
    } else if (toSingle) {
      if (lower & 0x7ff) lower = ((lower & ~0x7ff) | 0x800) >>> 0;
      out[at + i / 2] = upper * 0x100000000 + lower;
    } else {
      out[at + i / 2] = Number((BigInt(upper) << 32n) + BigInt(lower));
    }
  }
}

/** A float of any layout, by its description; more than 53 bits of mantissa are rounded to odd (see above). `bytes` in this machine's order. */
function readAnyFloat(bytes: Uint8Array, layout: FloatLayout): number {
  let bits = 0n;
  for (let i = 0; i < bytes.length; i++) bits |= BigInt(bytes[i]!) << BigInt(8 * (HOST_IS_LITTLE_ENDIAN ? i : bytes.length - 1 - i));
  const field = (start: number, width: number): bigint => (bits >> BigInt(start)) & ((1n << BigInt(width)) - 1n);
  const sign = field(layout.sign, 1) ? -1 : 1;
  const exponent = Number(field(layout.exponent, layout.exponentBits));
  let mantissa = field(layout.mantissa, layout.mantissaBits);
  if (exponent === 2 ** layout.exponentBits - 1) {
    // The leading one, where it is stored, is no part of a NaN's payload.
    const payload = layout.implied ? mantissa : mantissa & ((1n << BigInt(layout.mantissaBits - 1)) - 1n);
    return payload ? Number.NaN : sign * Number.POSITIVE_INFINITY;
  }
  let scale = Math.max(exponent, 1) - layout.bias - layout.mantissaBits + (layout.implied ? 0 : 1);
  if (layout.implied && exponent > 0) mantissa |= 1n << BigInt(layout.mantissaBits);
  const surplus = mantissa.toString(2).length - 53;
  if (surplus > 0) {
    const inexact = (mantissa & ((1n << BigInt(surplus)) - 1n)) !== 0n;
    mantissa = (mantissa >> BigInt(surplus)) | (inexact ? 1n : 0n);
    scale += surplus;
  }
  // In two steps, so that the power itself neither overflows nor vanishes.
  const half = Math.trunc(scale / 2);
  return sign * (Number(mantissa) * 2 ** half * 2 ** (scale - half));
}
