import * as tf from '@tensorflow/tfjs-core';
import { input, type SymbolicTensor } from '@tensorflow/tfjs-layers';
import { beforeAll, describe, expect, it } from 'vitest';
import '@tensorflow/tfjs-backend-cpu';
import { type ExactType, meet, narrowed, narrowedNumber, setNarrowType } from '../../../src/model/layers/narrow';
import { build } from './spec';

beforeAll(async () => {
  await tf.setBackend('cpu');
});

describe('meet', () => {
  // keras.backend.result_type of Keras 3.15.1, int64 held as int32.
  it.each([
    ['uint8', 'int8', 'int16'],
    ['uint8', 'uint16', 'uint16'],
    ['uint16', 'int8', 'int32'],
    ['uint32', 'int32', 'int32'],
    ['bool', 'uint8', 'uint8'],
    ['int32', 'float16', 'float16'],
    ['float16', 'bfloat16', 'float32'],
    ['float32', 'float16', 'float32'],
    ['int16', 'int8', 'int16'],
  ] as [ExactType, ExactType, ExactType][])('%s and %s: %s', (a, b, expected) => {
    expect(meet(a, b)).toBe(expected);
    expect(meet(b, a)).toBe(expected);
  });
});

describe('narrowed', () => {
  it.each(['float16', 'bfloat16'] as const)('rounds tensors and numbers alike to %s', (type) => {
    const halfway = [
      2049,
      2051,
      1 + 2 ** -11,
      1 + 3 * 2 ** -11,
      257,
      259,
      65504,
      65519,
      65520,
      2 ** -24,
      2 ** -25,
      3 * 2 ** -26,
      1e-5,
      0.1,
      3.39e38,
    ];
    const values = [...halfway, ...halfway.map((x) => -x), 0, Number.POSITIVE_INFINITY].map(Math.fround);
    const rounded = tf.tidy(() => Array.from(narrowed(tf.tensor1d(values), type).dataSync()));
    expect(rounded).toEqual(values.map((value) => narrowedNumber(value, type) + 0));
    expect(tf.tidy(() => narrowed(tf.tensor1d([Number.NaN]), type).dataSync()[0])).toBeNaN();
  });

  it('halves to even, and gives up above the largest', () => {
    expect([2049, 2051, 65519, 65520, 1e-8].map((x) => narrowedNumber(x, 'float16'))).toEqual([
      2048,
      2052,
      65504,
      Number.POSITIVE_INFINITY,
      0,
    ]);
    expect([257, 259, 3.4e38].map((x) => narrowedNumber(x, 'bfloat16'))).toEqual([256, 260, Number.POSITIVE_INFINITY]);
  });

  it('wraps whole numbers', () => {
    const wrap = (type: 'uint8' | 'int8' | 'int16') =>
      tf.tidy(() => Array.from(narrowed(tf.tensor1d([300, -1, 128, -129, 40000, 2 ** 31 - 1], 'int32'), type).dataSync()));
    expect(wrap('uint8')).toEqual([44, 255, 128, 127, 64, 255]);
    expect(wrap('int8')).toEqual([44, -1, -128, 127, 64, -1]);
    expect(wrap('int16')).toEqual([300, -1, 128, -129, -25536, -1]);
  });
});

describe('layers that take bytes', () => {
  const bytes = (name: string): SymbolicTensor => {
    const symbol = input({ batchShape: [null, 2], dtype: 'int32', name });
    setNarrowType(symbol, 'uint8');
    return symbol;
  };
  const two = { call: { args: [{ list: [{ tensor: 0 }, { tensor: 1 }] }], kwargs: {} } };

  it('wrap their sums', () => {
    const add = build('Add', {}, two);
    add.apply([bytes('a'), bytes('b')]);
    const sum = tf.tidy(() =>
      Array.from(
        (add.call([tf.tensor2d([[200, 7]], [1, 2], 'int32'), tf.tensor2d([[100, 8]], [1, 2], 'int32')], {}) as tf.Tensor).dataSync(),
      ),
    );
    expect(sum).toEqual([44, 15]);
  });

  it('refuse to average them, which wraps in between', () => {
    const average = build('Average', {}, two);
    expect(() => average.apply([bytes('c'), bytes('d')])).toThrow(/averages tensors of uint8; cast them to float32 before it in Keras/);
  });
});
