import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { einsum, labelSizes, parseEinsum } from '../../../src/model/operations/einsum';
import '@tensorflow/tfjs-backend-cpu';

const a = () =>
  tf.tensor2d([
    [1, 2],
    [3, 4],
  ]);
const b = () =>
  tf.tensor2d([
    [10, 20, 30],
    [40, 50, 60],
  ]);

describe('einsum', () => {
  beforeAll(() => tf.setBackend('cpu'));

  const cases: [string, () => tf.Tensor[], unknown][] = [
    [
      'ij,jk->ik',
      () => [a(), b()],
      [
        [90, 120, 150],
        [190, 260, 330],
      ],
    ],
    [
      'ij,jk',
      () => [a(), b()],
      [
        [90, 120, 150],
        [190, 260, 330],
      ],
    ],
    [
      'ij->ji',
      () => [a()],
      [
        [1, 3],
        [2, 4],
      ],
    ],
    ['ij->', () => [a()], 10],
    ['ij,ij->i', () => [a(), a()], [5, 25]],
    [
      'i,j->ij',
      () => [tf.tensor1d([1, 2]), tf.tensor1d([3, 4])],
      [
        [3, 4],
        [6, 8],
      ],
    ],
    ['...j,j->...', () => [a(), tf.tensor1d([1, 10])], [21, 43]],
    ['ij,jk,k->i', () => [a(), b(), tf.tensor1d([1, 0, 1])], [240, 520]],
    [
      '...ij,...jk->...ik',
      () => [tf.stack([a(), a()]), tf.expandDims(a(), 0)],
      [
        [
          [7, 10],
          [15, 22],
        ],
        [
          [7, 10],
          [15, 22],
        ],
      ],
    ],
  ];
  it.each(cases)('%s', (equation, operands, expected) => {
    expect(einsum(equation, operands()).arraySync()).toEqual(expected);
  });

  it('says what is wrong with an equation', () => {
    expect(() => parseEinsum('ij->i', [2, 2])).toThrow("'ij->i' names 1 operands, not 2");
    expect(() => parseEinsum('ii->i', [2])).toThrow('takes a diagonal, which is not supported');
    expect(() => parseEinsum('ijk->i', [2])).toThrow('gives operand 0 3 axes; it has 2');
    expect(() =>
      labelSizes(parseEinsum('ij,jk->ik', [2, 2]), [
        [2, 3],
        [4, 5],
      ]),
    ).toThrow("label 'j' has lengths 3 and 4");
  });
});
