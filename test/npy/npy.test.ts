import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { ActivationLensError } from '../../src/errors';
import { activationsToNpz, activationToNpy, decodeNpy, decodeNpz, encodeNpy, encodeNpz, type NpyArray } from '../../src/npy';
import { swap } from '../../src/npy/decode';
import { halfToNumber, numberToHalf } from '../../src/npy/half';

const folder = new URL('../fixtures/npy/', import.meta.url);
const read = (name: string) => new Uint8Array(readFileSync(new URL(name, folder)));
interface Expected {
  dtype: string;
  shape: number[];
  values: (number | string)[];
  canonical: boolean;
}
const { rounding, npz, ...arrays } = JSON.parse(readFileSync(new URL('expected.json', folder), 'utf8')) as Record<string, Expected> & {
  rounding: [number, number][];
  npz: Record<string, Expected>;
};
const words: Record<string, number> = { nan: Number.NaN, inf: Number.POSITIVE_INFINITY, '-inf': Number.NEGATIVE_INFINITY };

function expectArray(array: NpyArray, { dtype, shape, values }: Expected) {
  expect(array.dtype).toBe(dtype);
  expect(array.shape).toEqual(shape);
  const wanted = values.map((value) => (typeof value === 'string' ? (words[value] ?? BigInt(value)) : value));
  const big = array.data instanceof BigInt64Array || array.data instanceof BigUint64Array;
  expect([...array.data]).toEqual(big ? wanted.map(BigInt) : wanted);
}

describe('decodeNpy', () => {
  for (const [name, expected] of Object.entries(arrays)) {
    it(`reads numpy's ${name}: ${expected.dtype} [${expected.shape.join(', ')}]`, () => {
      expectArray(decodeNpy(read(`${name}.npy`)), expected);
    });
  }

  it('reads from anywhere inside a buffer, and leaves it alone', () => {
    const file = read('big_endian.npy');
    const padded = new Uint8Array(file.length + 8);
    padded.set(file, 3);
    const before = padded.slice();
    expectArray(decodeNpy(padded.subarray(3)), arrays.big_endian!);
    expect(padded).toEqual(before);
    expectArray(decodeNpy(file.buffer as ArrayBuffer), arrays.big_endian!);
    // Node's Buffer is a Uint8Array whose slice() shares memory.
    const buffer = Buffer.from(padded);
    expectArray(decodeNpy(buffer.subarray(3)), arrays.big_endian!);
    expect(new Uint8Array(buffer)).toEqual(padded);
    expectArray(decodeNpz(readFileSync(new URL('stored.npz', folder))).conv2d_1!, npz.conv2d_1!);
  });

  it('understands headers of other writers', () => {
    const header = `{ "shape" : (2L, 3L) , "fortran_order":False,\t'descr': u'<f4'}\n`;
    const bytes = new Uint8Array(10 + header.length + 24);
    bytes.set([0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1, 0, header.length, 0]);
    for (let i = 0; i < header.length; i++) bytes[10 + i] = header.charCodeAt(i);
    expect(decodeNpy(bytes)).toEqual({ dtype: 'float32', shape: [2, 3], data: new Float32Array(6) });
  });

  it('says what it cannot read, and why', () => {
    const error = (bytes: Uint8Array): unknown => {
      try {
        return decodeNpy(bytes, 'x.npy');
      } catch (thrown) {
        return thrown;
      }
    };
    const types = 'float16, float32, float64, int8, int16, int32, int64, uint8, uint16, uint32, uint64, bool';
    const hint = "In Python: np.save(path, array.astype('float32')).";
    expect(error(read('complex.npy'))).toMatchObject({
      code: 'format',
      message: `x.npy holds elements of type '<c16'; read are ${types}. ${hint}`,
    });
    expect(error(read('text.npy'))).toMatchObject({
      code: 'format',
      message: `x.npy holds elements of type '<U2'; read are ${types}. ${hint}`,
    });
    expect(error(read('records.npy'))).toMatchObject({ code: 'format' });
    expect((error(read('records.npy')) as Error).message).toMatch(/^x\.npy holds records of several fields/);
    expect(error(Uint8Array.of(1, 2, 3))).toMatchObject({
      code: 'format',
      message: 'x.npy is no .npy file: it does not begin with \\x93NUMPY. (An .npz file is a zip of them: use decodeNpz.)',
    });
    const file = read('float32.npy');
    expect(error(file.subarray(0, file.length - 1))).toMatchObject({
      code: 'corrupt',
      message: 'x.npy should hold 96 bytes of elements for its shape (2, 3, 4) and has 95; it is cut short.',
    });
    expect(error(file.subarray(0, 60))).toMatchObject({
      code: 'corrupt',
      message: 'x.npy ends within its header; the file is cut short. Copy it again.',
    });
    const newer = file.slice();
    newer[6] = 9;
    expect(error(newer)).toMatchObject({ code: 'format', message: 'x.npy is a .npy file of version 9.0; versions 1 to 3 are known.' });
    const damaged = file.slice();
    damaged[10] = 0x28;
    expect(error(damaged)).toMatchObject({ code: 'corrupt' });
    const wrong = file.slice();
    wrong.set([0x2d], wrong.indexOf(0x32, 40));
    expect(['corrupt', 'format']).toContain((error(wrong) as { code: string }).code);
  });

  it('never hangs or throws anything else on damaged files', () => {
    const file = read('fortran.npy');
    for (let at = 6; at < 128; at++) {
      for (const value of [0, 0x27, 0x28, 0x2c, 0x39, 0xff]) {
        const bytes = file.slice();
        bytes[at] = value;
        try {
          decodeNpy(bytes);
        } catch (error) {
          expect((error as Error).name, `byte ${at} = ${value}: ${error}`).toBe('ActivationLensError');
        }
      }
    }
  });
});

describe('encodeNpy', () => {
  for (const [name, expected] of Object.entries(arrays).filter(([, { canonical }]) => canonical)) {
    it(`writes ${name} byte for byte as numpy does`, () => {
      const file = read(`${name}.npy`);
      const { data, shape, dtype } = decodeNpy(file);
      const written = encodeNpy({ data, shape, dtype });
      // A NaN keeps its sign only in the types that keep their bits.
      if (expected.dtype !== 'float16') expect(written).toEqual(file);
      else expectArray(decodeNpy(written), expected);
    });
  }

  it('takes one axis where no shape is given, clamped bytes as uint8, views with an offset', () => {
    const view = Float32Array.of(1, 2, 3, 4).subarray(1, 3);
    expect(decodeNpy(encodeNpy({ data: view }))).toEqual({ dtype: 'float32', shape: [2], data: Float32Array.of(2, 3) });
    expect(decodeNpy(encodeNpy({ data: Uint8ClampedArray.of(7) })).dtype).toBe('uint8');
    expect(decodeNpy(encodeNpy({ data: Uint8Array.of(7, 0), dtype: 'bool' }))).toEqual({
      dtype: 'bool',
      shape: [2],
      data: Uint8Array.of(1, 0),
    });
  });

  it('begins its elements at a multiple of 64 bytes, whatever the shape', () => {
    for (let axes = 0; axes < 40; axes++) {
      const file = encodeNpy({ data: Uint8Array.of(5), shape: new Array(axes).fill(1) });
      expect((file.length - 1) % 64).toBe(0);
      expect(decodeNpy(file).shape.length).toBe(axes);
    }
  });

  it('writes version 2.0 for a header beyond 64 kB', () => {
    const file = encodeNpy({ data: Uint8Array.of(5), shape: new Array(30_000).fill(1) });
    expect(file[6]).toBe(2);
    expect(decodeNpy(file).shape.length).toBe(30_000);
  });

  it('says what is wrong', () => {
    expect(() => encodeNpy({ data: [1, 2] as never })).toThrow('The data to write is [1, 2]; it must be a typed array.');
    expect(() => encodeNpy({ data: new Float32Array(5), shape: [2, 3] })).toThrow(
      'An array of shape [2, 3] has 6 elements; the data has 5.',
    );
    expect(() => encodeNpy({ data: new Float32Array(1), dtype: 'int8' })).toThrow("Float32Array cannot be written as 'int8'");
  });
});

describe('float16', () => {
  it('rounds as numpy does', () => {
    for (const [value, bits] of rounding) expect(numberToHalf(value), String(value)).toBe(bits);
    expect(rounding.length).toBe(310);
  });

  it('goes there and back for every number it has', () => {
    for (let bits = 0; bits < 65536; bits++) {
      const value = halfToNumber(bits);
      if (!Number.isNaN(value)) expect(numberToHalf(value)).toBe(bits);
    }
    expect(halfToNumber(numberToHalf(Number.NaN))).toBeNaN();
  });
});

describe('byte order', () => {
  it('swap turns each element round', () => {
    const bytes = Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8);
    swap(bytes, 4);
    expect([...bytes]).toEqual([4, 3, 2, 1, 8, 7, 6, 5]);
  });
});

describe('.npz', () => {
  for (const name of ['stored', 'compressed']) {
    it(`reads numpy's ${name}`, () => {
      const found = decodeNpz(read(`${name}.npz`));
      expect(Object.keys(found)).toEqual(Object.keys(npz));
      for (const [key, expected] of Object.entries(npz)) expectArray(found[key]!, expected);
    });
  }

  it('writes what it reads, the same bytes every time, smaller when compressed', () => {
    const input = { a: { data: new Float32Array(1000) }, 'outer/b': { data: Int32Array.of(1, 2), shape: [2, 1] } };
    const file = encodeNpz(input);
    expect(decodeNpz(file)).toEqual({
      a: { dtype: 'float32', shape: [1000], data: input.a.data },
      'outer/b': { dtype: 'int32', shape: [2, 1], data: input['outer/b'].data },
    });
    expect(encodeNpz(input)).toEqual(file);
    const compressed = encodeNpz(input, { compress: true });
    expect(compressed.length).toBeLessThan(file.length / 4);
    expect(decodeNpz(compressed)).toEqual(decodeNpz(file));
  });

  it('writes activations by the paths of their layers', async () => {
    const activation = (path: string, shape: number[]) => ({
      layer: { path },
      shape,
      data: async () => Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, (_, i) => i),
    });
    const all = [activation('conv2d_1', [1, 2, 2, 3]), activation('outer/conv2d_2', [1, 4])];
    const found = decodeNpz(await activationsToNpz(all));
    expect(Object.entries(found).map(([name, { shape }]) => [name, shape])).toEqual(all.map(({ layer, shape }) => [layer.path, shape]));
    expect(decodeNpy(await activationToNpy(all[0]!))).toEqual(found.conv2d_1);
  });

  it('says what is wrong', () => {
    expect(() => decodeNpz(read('vector.npy'))).toThrow('The bytes are no .npz file: a zip begins with PK.');
    const file = read('stored.npz');
    expect(() => decodeNpz(file.subarray(0, 300))).toThrow('The .npz file is damaged or cut short');
    for (const compress of [false, true]) {
      const whole = encodeNpz({ a: { data: Float32Array.from({ length: 99 }, (_, i) => Math.sin(i)) } }, { compress });
      const values = decodeNpz(whole);
      for (let at = 0; at < whole.length; at++) {
        const flipped = Uint8Array.from(whole);
        flipped[at]! ^= 4;
        let found: Record<string, NpyArray> | undefined;
        try {
          found = decodeNpz(flipped);
        } catch (problem) {
          expect(problem).toBeInstanceOf(ActivationLensError);
          continue;
        }
        // What no checksum covers (dates, attributes, names) changes no number.
        for (const array of Object.values(found)) expect(array).toEqual(values.a);
      }
    }
  });
});

it('every .npy file of the folder is in a test', () => {
  const files = readdirSync(folder).filter((name) => name.endsWith('.npy'));
  const known = [...Object.keys(arrays), 'complex', 'text', 'records'].map((name) => `${name}.npy`);
  expect(files.sort()).toEqual(known.sort());
});
