import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import '@tensorflow/tfjs-backend-cpu';
import { flooredQuotient, flooredRemainder, truncatedQuotient, truncatedRemainder } from '../../../src/model/operations/remainder';
import { openDawn, openTensorFlow } from '../../webgpu/dawn';

const dawn = await openDawn();

/** Multiples of the divisor, and what float32 makes of them; quotients up to 2^30. */
const divisors = [0.1, 0.3, 3, -0.7, 1e-3].map(Math.fround);
const pairs = divisors.flatMap((b) =>
  [0, 1, 2, 3, 7, 10, 99, 1000, 12345, 2 ** 20 + 1].flatMap((k) =>
    [k * b, -k * b, k * b + b / 3, Math.fround(k * b) * (1 + 2 ** -23)].map((a) => [Math.fround(a), b]),
  ),
);
const a = pairs.map(([x]) => x!);
const b = pairs.map(([, y]) => y!);

describe.each(['cpu', 'webgpu'])('on %s', (backend) => {
  beforeAll(async () => {
    if (backend === 'cpu') await tf.setBackend('cpu');
    else if (dawn.gpu !== null) await openTensorFlow();
  });
  const run = async (apply: (x: tf.Tensor, y: tf.Tensor) => tf.Tensor) => {
    const out = tf.tidy(() => apply(tf.tensor1d(a), tf.tensor1d(b)));
    const values = Array.from(await out.data()).map((x) => x + 0); // no -0
    out.dispose();
    return values;
  };
  const here = it.skipIf(backend === 'webgpu' && dawn.gpu === null);

  here('the remainder is C’s fmod', async () => {
    expect(await run(truncatedRemainder)).toEqual(a.map((x, i) => (x % b[i]!) + 0));
  });

  here('the floored remainder has the sign of the divisor', async () => {
    const expected = a.map((x, i) => {
      const rest = x % b[i]!;
      return rest !== 0 && rest < 0 !== b[i]! < 0 ? Math.fround(rest + b[i]!) : rest + 0;
    });
    expect(await run(flooredRemainder)).toEqual(expected);
  });

  here('the quotient is rounded once, then down', async () => {
    expect(await run(flooredQuotient)).toEqual(a.map((x, i) => Math.floor(Math.fround(x / b[i]!)) + 0));
  });

  here('whole numbers divide towards zero or down', async () => {
    const [x, y] = [tf.tensor1d([7, -7, 7, -7, 6, 90], 'int32'), tf.tensor1d([2, 2, -2, -2, 3, 9], 'int32')];
    expect(Array.from(await truncatedQuotient(x, y).data())).toEqual([3, -3, -3, 3, 2, 10]);
    expect(Array.from(await flooredQuotient(x, y).data())).toEqual([3, -4, -4, 3, 2, 10]);
    expect(Array.from(await flooredRemainder(x, y).data())).toEqual([1, 1, -1, -1, 0, 0]);
  });
});
