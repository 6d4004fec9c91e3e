/** Products and quotients that are 0 where one side is, and polynomials: `tf.math`. */

import type { Tensor } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { where } from '../layers/manyAxes';
import { log, log1p } from './elementwise';
import { binary, to, unary, X } from './families';
import type { Operation } from './operation';

/** `apply(x, y)`, and 0 where x is 0, whatever y is. */
function zeroAtZero(apply: (x: Tensor, y: Tensor) => Tensor): Operation {
  return binary((x, y) => {
    const out = apply(x, y);
    const zeros = tf.zerosLike(out);
    return where(tf.equal(tf.add(x, zeros), 0), zeros, out);
  }, 'float');
}

export const guarded: Readonly<Record<string, Operation>> = {
  Xlogy: zeroAtZero((x, y) => tf.mul(x, log(y))),
  Xlog1py: zeroAtZero((x, y) => tf.mul(x, log1p(y))),
  Xdivy: zeroAtZero((x, y) => tf.div(x, y)),
  ReciprocalNoNan: unary((x) => {
    const zero = tf.equal(x, 0);
    return where(zero, tf.zerosLike(x), tf.reciprocal(where(zero, tf.onesLike(x), x)));
  }),
  Polyval: {
    parameters: ['coeffs', X],
    infer(call) {
      const { shape, type } = call.tensor('x');
      if (type !== 'float32') call.fail(`takes a polynomial of ${type}; cast to float32 before`);
      return { shape, type };
    },
    compute(call) {
      const x = call.tensor('x');
      const coefficients = call.list('coeffs');
      if (coefficients.some(({ rank }) => rank > 0)) call.fail('has coefficients that are tensors; supported are numbers');
      const first: Tensor = tf.mul(tf.onesLike(x), to(coefficients[0] ?? tf.scalar(0), 'float32'));
      return coefficients.slice(1).reduce((sum, c) => tf.add(tf.mul(sum, x), to(c, 'float32')), first);
    },
  },
};
