import { expect, it } from 'vitest';
import { convert } from '../../../src/keras/hdf5/convert';
import type { Datatype } from '../../../src/keras/hdf5/datatype';

const type = (dtype: Datatype['dtype'], size: number, littleEndian = true): Datatype => ({ dtype, size, littleEndian, text: dtype });

/** Seeded: mulberry32. */
function generator(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return (t ^ (t >>> 14)) >>> 0;
  };
}

/** The float32 nearest to a whole number, ties to even, by whole numbers alone. */
function nearestSingle(value: bigint): number {
  const magnitude = value < 0n ? -value : value;
  const surplus = BigInt(Math.max(0, magnitude.toString(2).length - 24));
  const unit = 1n << surplus;
  const rest = magnitude & (unit - 1n);
  let kept = magnitude >> surplus;
  if (rest * 2n > unit || (rest * 2n === unit && kept & 1n)) kept += 1n;
  return Number(kept << surplus) * (value < 0n ? -1 : 1);
}

it('rounds 64-bit integers once', () => {
  const random = generator(7);
  const values: bigint[] = [0n, 1n, -1n, 2n ** 53n, 2n ** 53n + 1n, -(2n ** 63n), 2n ** 63n - 1n];
  for (let i = 0; i < 20_000; i++) {
    const bits = BigInt(random()) | (BigInt(random()) << 32n);
    values.push(BigInt.asIntN(64, bits >> BigInt(random() % 64)));
    // On and beside the middle between two float32s.
    const exponent = BigInt(26 + (random() % 37));
    const middle = (BigInt(random() % 2 ** 23) + 2n ** 23n) * 2n + 1n;
    const tie = exponent >= 25n ? middle << (exponent - 25n) : middle;
    for (const near of [-1n, 0n, 1n]) values.push(BigInt.asIntN(64, tie + near), BigInt.asIntN(64, -tie + near));
  }
  const signed = new Float32Array(values.length);
  convert(new Uint8Array(BigInt64Array.from(values).buffer), type('int64', 8), signed, 0);
  const unsigned = new Float32Array(values.length);
  convert(new Uint8Array(BigInt64Array.from(values).buffer), type('uint64', 8), unsigned, 0);
  const wrong = values.filter((value, i) => signed[i] !== nearestSingle(value) || unsigned[i] !== nearestSingle(BigInt.asUintN(64, value)));
  expect(wrong).toEqual([]);
});

it('gives doubles of 64-bit integers where doubles are wanted', () => {
  const values = [2n ** 53n + 1n, 2n ** 62n + 3n, -(2n ** 60n) - 1n];
  const out = new Float64Array(3);
  convert(new Uint8Array(BigInt64Array.from(values).buffer), type('int64', 8), out, 0);
  expect(Array.from(out)).toEqual(values.map(Number));
});

it('reads from any alignment and in either byte order', () => {
  const random = generator(3);
  for (const [dtype, size, make] of [
    ['float32', 4, Float32Array],
    ['float64', 8, Float64Array],
    ['int8', 1, Int8Array],
    ['int16', 2, Int16Array],
    ['int32', 4, Int32Array],
    ['uint8', 1, Uint8Array],
    ['uint16', 2, Uint16Array],
    ['uint32', 4, Uint32Array],
  ] as const) {
    const numbers = new make(9);
    for (let i = 0; i < 9; i++) numbers[i] = random() - 2 ** 31;
    const little = new Uint8Array(numbers.buffer);
    const big = little.slice();
    for (let i = 0; i < big.length; i += size) big.subarray(i, i + size).reverse();
    for (const [bytes, littleEndian] of [
      [little, true],
      [big, false],
    ] as const) {
      for (const shift of [0, 1, 3]) {
        const moved = new Uint8Array(bytes.length + shift);
        moved.set(bytes, shift);
        const out = new Float32Array(11);
        convert(moved.subarray(shift), type(dtype, size, littleEndian), out, 2);
        expect(Array.from(out)).toEqual([0, 0, ...Array.from(numbers, Math.fround)]);
        expect(moved.subarray(shift)).toEqual(bytes); // what belongs to the source is left alone
      }
    }
  }
});

it('widens halves and bfloat16 into doubles too', () => {
  const out = new Float64Array(4);
  convert(new Uint8Array(Uint16Array.of(0x3c00, 0x8001).buffer), type('float16', 2), out, 0);
  convert(new Uint8Array(Uint16Array.of(0x3f80, 0xc2f7).buffer), type('bfloat16', 2), out, 2);
  expect(Array.from(out)).toEqual([1, -(2 ** -24), 1, -123.5]);
});

it('takes every byte but zero for true', () => {
  const out = new Float32Array(3);
  convert(Uint8Array.of(0, 1, 255), type('bool', 1), out, 0);
  expect(Array.from(out)).toEqual([0, 1, 1]);
});
