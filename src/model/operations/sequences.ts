/** Rows of numbers between two, and grids of them: `linspace`, `logspace`, `geomspace`, `meshgrid`, `vander` of `keras/src/ops/numpy.py`, `tf.range`. */

import type { Tensor } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { broadcast } from '../layers/manyAxes';
import { narrowType, toWhole } from '../layers/narrow';
import { broadcastShapes, range } from '../layers/spatial';
import type { Shape } from '../types';
import { to, X } from './families';
import { type Call, type Constants, type Operand, type Operation, sizeTensor } from './operation';
import { sizeOf } from './shaping';
import { sign } from './sign';

/** `num` numbers from `start` to `stop` along a new axis, with the first and the last as they are. */
function spaced(start: Tensor, stop: Tensor, axis: number, num: number, endpoint: boolean): Tensor {
  const shape = broadcastShapes(start.shape, stop.shape) as number[];
  const wide = (x: Tensor) => tf.expandDims(x.shape.join() === shape.join() ? x : tf.broadcastTo(x, shape), axis);
  const [first, given] = [wide(start), wide(stop)];
  const last = endpoint || num <= 1 ? given : tf.sub(given, tf.div(tf.sub(given, first), num));
  const step = tf.div(tf.sub(last, first), Math.max(num - 1, 1));
  const between = range(1, num - 1).map((i) => tf.add(first, tf.mul(step, i)));
  if (num === 0) return tf.zeros([...shape.slice(0, axis), 0, ...shape.slice(axis)]);
  return num === 1 ? first.clone() : tf.concat([first, ...between, last], axis);
}

const spacing = ['endpoint', 'dtype', 'retstep', 'axis'];

function spacedShape(call: Call<Operand>): Shape {
  const [start, stop] = call.pair('start', 'stop');
  const shape = broadcastShapes(start.shape, stop.shape) ?? call.fail('goes between shapes that do not go together');
  const axis = call.axis('axis', shape.length + 1, 0);
  return [...shape.slice(0, axis), call.number('num', 50), ...shape.slice(axis)];
}

/** Keras rounds whole numbers down, which in float32 may be a number short. */
function floatsOnly(call: Constants): void {
  if (call.type('dtype', 'float32') !== 'float32')
    call.fail('spaces whole numbers, which Keras rounds down; cast float32 after it in Keras');
}

function spread(finish: (numbers: Tensor, call: Call<Tensor>) => Tensor, keywords: readonly string[] = []): Operation {
  return {
    parameters: ['start', 'stop', 'num'],
    keywords: [...spacing, ...keywords],
    infer(call) {
      floatsOnly(call);
      if (call.flag('retstep')) call.fail('gives its step too (retstep), of which Keras 3 makes no output');
      return { shape: spacedShape(call), type: 'float32', narrow: narrowType(call.value('dtype')) };
    },
    compute(call) {
      const [start, stop] = call.pair('start', 'stop').map((x) => to(x, 'float32')) as [Tensor, Tensor];
      const rank = Math.max(start.rank, stop.rank) + 1;
      const numbers = spaced(start, stop, call.axis('axis', rank, 0), call.number('num', 50), call.flag('endpoint', true));
      return finish(numbers, call);
    },
  };
}

/** By their logarithms to 10, as Keras does. */
const geomspace: Operation = {
  parameters: ['start', 'stop', 'num'],
  keywords: spacing,
  infer(call) {
    const { shape } = call.pair('start', 'stop')[0];
    if (call.axis('axis', spacedShape(call).length, 0) !== 0 && shape.length > 0)
      call.fail('spaces along another axis than the first, where Keras multiplies by signs along the wrong one');
    floatsOnly(call);
    return { shape: spacedShape(call), type: 'float32', narrow: narrowType(call.value('dtype')) };
  },
  compute(call) {
    const [start, stop] = call.pair('start', 'stop').map((x) => to(x, 'float32')) as [Tensor, Tensor];
    const logarithm = (x: Tensor) => tf.div(tf.log(tf.abs(x)), Math.LN10);
    const axis = call.axis('axis', Math.max(start.rank, stop.rank) + 1, 0);
    const numbers = spaced(logarithm(start), logarithm(stop), axis, call.number('num', 50), call.flag('endpoint', true));
    return broadcast(tf.mul, tf.pow(10, numbers), sign(start));
  },
};

/** Whole numbers that the graph takes from shapes. */
function ranged(call: Constants): { known: number[] | undefined; type: 'int32' | 'float32' } {
  const sizes = (name: string) => call.sizes(name)?.[0];
  const [first, second, step] = [sizes('start'), sizes('limit'), call.sizes('delta') === undefined ? 1 : sizes('delta')];
  const [start, limit] = second === undefined ? [0, first] : [first, second];
  const type = call.type('dtype', 'int32') === 'float32' ? 'float32' : 'int32';
  if (typeof start !== 'number' || typeof limit !== 'number' || typeof step !== 'number') return { known: undefined, type };
  return { known: Array.from({ length: Math.max(0, Math.ceil((limit - start) / step)) }, (_, i) => start + i * step), type };
}

const arange: Operation = {
  parameters: ['start', 'limit', 'delta', 'dtype'],
  infer(call) {
    const { known, type } = ranged(call);
    return { shape: [known?.length ?? null], type, ...(known === undefined || type !== 'int32' ? {} : { sizes: known }) };
  },
  compute(call) {
    const { known, type } = ranged(call);
    if (known === undefined) return call.fail('counts to a number that is not known');
    return type === 'int32' ? sizeTensor(known, [known.length]) : tf.tensor1d(known);
  },
};

/** Each input along its own axis, and the same along the others. 'xy' has the first input along the columns. */
const meshgrid: Operation = {
  parameters: ['operands'],
  keywords: ['indexing'],
  infer(call) {
    const inputs = call.positional();
    const shape = meshOrder(call, inputs.length).map((i) => sizeOf(inputs[i]!.shape));
    return inputs.map(({ type }) => ({ shape, type }));
  },
  compute(call) {
    const inputs = call.positional();
    const order = meshOrder(call, inputs.length);
    const shape = order.map((i) => inputs[i]!.size);
    return inputs.map((x, i) =>
      tf.broadcastTo(
        tf.reshape(
          x,
          order.map((other) => (other === i ? x.size : 1)),
        ),
        shape,
      ),
    );
  },
};

/** Which input lies along each axis. */
function meshOrder(call: Constants, count: number): number[] {
  const order = range(0, count);
  return count > 1 && call.text('indexing', 'xy') === 'xy' ? [1, 0, ...order.slice(2)] : order;
}

const vander: Operation = {
  parameters: [X, 'N', 'increasing'],
  infer(call) {
    const { shape, type } = call.tensor('x');
    return { shape: [...shape, (call.value('N') as number | null) ?? shape[0] ?? null], type };
  },
  compute(call) {
    const x = call.tensor('x');
    const powers = range(0, call.number('N', x.shape[0]!));
    const exponents = tf.tensor1d(call.flag('increasing') ? powers : powers.reverse());
    const numbers = tf.pow(tf.expandDims(to(x, 'float32'), -1), exponents);
    return x.dtype === 'float32' ? numbers : toWhole(numbers);
  },
};

export const sequences: Readonly<Record<string, Operation>> = {
  Linspace: spread((numbers) => numbers),
  Logspace: spread((numbers, call) => tf.pow(call.number('base', 10), numbers), ['base']),
  Geomspace: geomspace,
  Arange: arange,
  Meshgrid: meshgrid,
  Vander: vander,
};
