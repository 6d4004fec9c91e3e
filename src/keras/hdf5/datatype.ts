import type { Cursor } from './cursor';
import type { HDF5Type } from './types';

/** How a float's bits are laid out; positions and widths are in bits, from the least significant one. */
export interface FloatLayout {
  readonly sign: number;
  readonly exponent: number;
  readonly exponentBits: number;
  readonly mantissa: number;
  readonly mantissaBits: number;
  readonly bias: number;
  /** The mantissa's leading one is implied, not stored. */
  readonly implied: boolean;
}

/** How one element is stored. */
export interface Datatype {
  readonly dtype: HDF5Type;
  /** Bytes of one element (of one whole array, for an array type). */
  readonly size: number;
  readonly littleEndian: boolean;
  /** What it is, for messages: 'a compound type'. */
  readonly text: string;
  /** Of a string: fixed length in the element itself, or variable and in a global heap. */
  readonly storage?: 'fixed' | 'variable';
  /** Of a fixed-length string: what fills the rest. */
  readonly padding?: 'terminated' | 'zeros' | 'spaces';
  /** Of a float with dtype 'float'. */
  readonly float?: FloatLayout;
  /** Of an array type: its own axes, which follow the dataspace's, and its element. */
  readonly array?: { readonly shape: readonly number[]; readonly element: Datatype };
  /** An opaque type, which has no meaning without an attribute. */
  readonly opaque?: boolean;
}

const PADDINGS = ['terminated', 'zeros', 'spaces'] as const;
const OTHER = [
  '',
  '',
  'a time',
  '',
  '',
  'an opaque type',
  'a compound type',
  'a reference',
  '',
  'a variable-length list',
  '',
  'a complex number',
];
/** Datatypes nest (an array of enums of integers); a damaged one must not do so for ever. */
const DEEPEST = 8;

/** Reads a datatype message, versions 1 to 5 (specification IV.A.2.d). Leaves the cursor after it. */
export function readDatatype(body: Cursor, depth = 0): Datatype {
  if (depth > DEEPEST) throw body.fail('nests datatypes too deeply');
  const head = body.u8();
  const version = head >> 4;
  const kind = head & 15;
  if (version < 1 || version > 5) throw body.fail(`has a datatype of the unknown version ${version}`);
  const bits = body.uint(3);
  const size = body.u32();
  const littleEndian = (bits & 1) === 0;
  const other = (text: string): Datatype => ({ dtype: 'other', size, littleEndian, text });
  if (size === 0) throw body.fail('has elements of no bytes');

  switch (kind) {
    case 0: // fixed-point
    case 4: {
      // A bit field is an unsigned number to numpy.
      const whole = body.u16() === 0 && body.u16() === size * 8 && [1, 2, 4, 8].includes(size);
      if (!whole) return other(`an integer that does not fill its ${size} bytes`);
      const signed = kind === 0 && (bits & 8) !== 0;
      const dtype = `${signed ? 'int' : 'uint'}${size * 8}` as HDF5Type;
      return { dtype, size, littleEndian, text: dtype };
    }
    case 1:
      return readFloat(body, bits, size);
    case 3:
      return { dtype: 'string', size, littleEndian, text: 'a string', storage: 'fixed', padding: PADDINGS[bits & 15] ?? 'zeros' };
    case 5:
      return { ...other(OTHER[5]!), opaque: true };
    case 8:
      return readEnum(body, version, bits & 0xffff, depth);
    case 9:
      return (bits & 15) === 1 ? { dtype: 'string', size, littleEndian, text: 'a string', storage: 'variable' } : other(OTHER[9]!);
    case 10: {
      const rank = body.u8();
      if (version < 3) body.skip(3);
      const shape = Array.from({ length: rank }, () => body.u32());
      if (version < 3) body.skip(4 * rank);
      const element = readDatatype(body, depth + 1);
      const count = shape.reduce((product, length) => product * length, 1);
      if (element.array || count * element.size !== size) return other('an array of arrays');
      return { ...element, size, array: { shape, element } };
    }
    default:
      if (!OTHER[kind]) throw body.fail(`has a datatype of the unknown class ${kind}`);
      return other(OTHER[kind]);
  }
}

function readFloat(body: Cursor, bits: number, size: number): Datatype {
  const littleEndian = (bits & 1) === 0;
  const offset = body.u16();
  const precision = body.u16();
  const float = {
    sign: (bits >> 8) & 255,
    exponent: body.u8(),
    exponentBits: body.u8(),
    mantissa: body.u8(),
    mantissaBits: body.u8(),
    bias: body.u32(),
    implied: ((bits >> 4) & 3) === 2,
  };
  const unusual =
    offset !== 0 ||
    (bits & 0x40) !== 0 ||
    size > 16 ||
    float.exponentBits > 31 ||
    (!float.implied && ((bits >> 4) & 3) !== 0) ||
    Math.max(float.sign + 1, float.exponent + float.exponentBits, float.mantissa + float.mantissaBits) > size * 8;
  if (unusual) return { dtype: 'other', size, littleEndian, text: 'a float of an unknown layout' };
  const layout = [size, precision, float.sign, float.exponent, float.exponentBits, float.mantissa, float.mantissaBits, float.bias].join();
  const dtype = float.implied ? (LAYOUTS[layout] ?? 'float') : 'float';
  return { dtype, size, littleEndian, text: `a ${precision}-bit float`, float };
}

/** Size, precision, sign, exponent's place and width, mantissa's place and width, bias. */
const LAYOUTS: Record<string, HDF5Type> = {
  '2,16,15,10,5,0,10,15': 'float16',
  '2,16,15,7,8,0,7,127': 'bfloat16',
  '4,32,31,23,8,0,23,127': 'float32',
  '8,64,63,52,11,0,52,1023': 'float64',
};

/** h5py stores numpy's bool as an 8-bit enumeration of FALSE and TRUE; any other enumeration is its numbers. */
function readEnum(body: Cursor, version: number, count: number, depth: number): Datatype {
  const base = readDatatype(body, depth + 1);
  const names: string[] = [];
  for (let i = 0; i < count; i++) {
    const start = body.position;
    let name = '';
    for (let unit = body.u8(); unit !== 0; unit = body.u8()) name += String.fromCharCode(unit);
    names.push(name);
    if (version < 3) body.skip(-(body.position - start) & 7);
  }
  const values = body.take(count * base.size);
  const isBool = base.size === 1 && names.join() === 'FALSE,TRUE' && values[0] === 0 && values[1] === 1;
  return isBool ? { ...base, dtype: 'bool', text: 'bool' } : base;
}
