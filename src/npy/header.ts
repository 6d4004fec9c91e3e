import { check, describe } from '../check';

/** What a header says. */
export interface Header {
  /** numpy's type string, '<f4'. */
  readonly descr: string;
  readonly fortranOrder: boolean;
  readonly shape: readonly number[];
  /** Where the elements begin. */
  readonly end: number;
}

const magic = [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59]; // \x93NUMPY
/** numpy keeps room for the first axis to grow to this many digits, so that arrays can be appended to in place. */
const growthDigits = 21;
const alignment = 64;

/**
 * Reads the header of a .npy file of version 1.0, 2.0 or 3.0 (numpy.lib.format). Throws `format` for bytes that are none, `corrupt` for a
 * header that is cut short or says something that no array has.
 */
export function readHeader(bytes: Uint8Array, name: string): Header {
  check(
    bytes.length >= 10 && magic.every((byte, i) => bytes[i] === byte),
    'format',
    () => `${name} is no .npy file: it does not begin with \\x93NUMPY. (An .npz file is a zip of them: use decodeNpz.)`,
  );
  const version = bytes[6]!;
  check(
    version >= 1 && version <= 3,
    'format',
    () => `${name} is a .npy file of version ${version}.${bytes[7]}; versions 1 to 3 are known.`,
    {
      version,
    },
  );
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const start = version === 1 ? 10 : 12;
  const length = version === 1 ? view.getUint16(8, true) : bytes.length >= 12 ? view.getUint32(8, true) : 0;
  const end = start + length;
  check(bytes.length >= end, 'corrupt', () => `${name} ends within its header; the file is cut short. Copy it again.`);
  const text = new TextDecoder(version === 3 ? 'utf-8' : 'latin1').decode(bytes.subarray(start, end));
  const { descr, fortran_order: fortranOrder, shape } = readDict(text, name);
  check(
    typeof descr === 'string',
    'format',
    () => `${name} holds records of several fields (${describe(descr)}); only arrays of plain numbers and booleans are read.`,
  );
  const known = typeof fortranOrder === 'boolean' && Array.isArray(shape) && shape.every((size) => typeof size === 'number' && size >= 0);
  check(known, 'corrupt', () => `The header of ${name} is damaged: ${describe(text.trim())}.`);
  return { descr, fortranOrder: fortranOrder as boolean, shape: shape as number[], end };
}

/** The header of a C-ordered array, byte for byte as numpy 2 writes it. */
export function writeHeader(descr: string, shape: readonly number[]): Uint8Array {
  const tuple = shape.length === 1 ? `(${shape[0]},)` : `(${shape.join(', ')})`;
  let text = `{'descr': '${descr}', 'fortran_order': False, 'shape': ${tuple}, }`;
  if (shape.length > 0) text += ' '.repeat(Math.max(0, growthDigits - String(shape[0]).length));
  const padded = (start: number) => `${text}${' '.repeat(alignment - ((start + text.length + 1) % alignment))}\n`;
  const small = padded(10).length < 65536;
  const header = padded(small ? 10 : 12);
  const bytes = new Uint8Array((small ? 10 : 12) + header.length);
  bytes.set([...magic, small ? 1 : 2, 0]);
  const view = new DataView(bytes.buffer);
  if (small) view.setUint16(8, header.length, true);
  else view.setUint32(8, header.length, true);
  for (let i = 0; i < header.length; i++) bytes[bytes.length - header.length + i] = header.charCodeAt(i);
  return bytes;
}

type Value = string | number | boolean | null | Value[];

/** A dictionary as Python's repr writes it, with strings, integers, True, False, None, tuples and lists in it. */
function readDict(text: string, name: string): Record<string, Value> {
  let at = 0;
  const fail = (): never => {
    check(false, 'corrupt', () => `The header of ${name} is damaged: ${describe(text.trim())}.`);
    throw undefined;
  };
  const skip = () => {
    while (/\s/.test(text[at] ?? '')) at++;
  };
  const eat = (token: string): boolean => {
    skip();
    if (!text.startsWith(token, at)) return false;
    at += token.length;
    return true;
  };
  const value = (): Value => {
    skip();
    const word = /^(?:u?'([^'\\]*)'|u?"([^"\\]*)"|(-?\d+)L?|(True|False|None))/.exec(text.slice(at));
    if (word) {
      at += word[0].length;
      const [, single, double, digits, constant] = word;
      if (digits !== undefined) return Number(digits);
      return constant === undefined ? (single ?? double ?? '') : constant === 'None' ? null : constant === 'True';
    }
    for (const [open, close] of [
      ['(', ')'],
      ['[', ']'],
    ] as const) {
      if (!eat(open)) continue;
      const list: Value[] = [];
      while (!eat(close)) {
        list.push(value());
        if (!eat(',')) {
          if (!eat(close)) fail();
          break;
        }
      }
      return list;
    }
    return fail();
  };
  const found: Record<string, Value> = {};
  if (!eat('{')) fail();
  while (!eat('}')) {
    const key = value();
    if (typeof key !== 'string' || !eat(':')) fail();
    found[key as string] = value();
    if (!eat(',')) {
      if (!eat('}')) fail();
      break;
    }
  }
  return found;
}
