/** Tensors made of others' shapes, and dtypes: `keras/src/ops/{numpy,core}.py`, TensorFlow's `cast`, `shape`, `zeros`. */

import type { DataType } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { to, X } from './families';
import { type Constants, type Operation, sizeTensor, typeOf } from './operation';

function filled(value: number): Operation {
  return {
    parameters: [X, 'dtype'],
    infer(call) {
      const { shape, type } = call.tensor('x');
      return { shape, type: call.value('dtype') ? typeOf(call.value('dtype')) : type };
    },
    compute(call) {
      const x = call.tensor('x');
      return to(tf.fill(x.shape, value), call.value('dtype') ? typeOf(call.value('dtype')) : x.dtype);
    },
  };
}

/** A tensor of a size that the graph computes. */
function made(value: number): Operation {
  const type = (call: Constants) => (call.value('dtype') ? typeOf(call.value('dtype')) : 'float32');
  return {
    parameters: ['shape', 'dtype'],
    infer: (call) => ({ shape: call.sizes('shape') ?? [], type: type(call) }),
    compute: (call) => to(tf.fill((call.sizes('shape') ?? []) as number[], value), type(call)),
  };
}

/** What fits a small integer type. The others hold all that comes. */
function limitsOf(dtype: string): [number, number] | undefined {
  if (dtype === 'bool') return [0, 1];
  const [, unsigned, bits] = /^(u?)int(8|16)$/.exec(dtype) ?? [];
  if (bits === undefined) return undefined;
  const count = 2 ** Number(bits);
  return unsigned === 'u' ? [0, count - 1] : [-count / 2, count / 2 - 1];
}

function casting(target: (call: Constants) => DataType | undefined): Operation {
  return {
    parameters: [X, 'dtype'],
    infer(call) {
      const { shape, type } = call.tensor('x');
      return { shape, type: target(call) ?? type };
    },
    compute(call) {
      const x = call.tensor('x');
      const type = target(call) ?? x.dtype;
      return x.dtype === type ? x.clone() : to(x, type);
    },
  };
}
export const making: Readonly<Record<string, Operation>> = {
  Zeros: made(0),
  Ones: made(1),
  ZerosLike: filled(0),
  OnesLike: filled(1),
  EmptyLike: filled(0),
  FullLike: {
    parameters: [X, 'fill_value', 'dtype'],
    infer(call) {
      const { shape, type } = call.tensor('x');
      return { shape, type: call.value('dtype') ? typeOf(call.value('dtype')) : type };
    },
    compute(call) {
      const x = call.tensor('x');
      const value = to(call.tensor('fill_value'), 'float32');
      return to(tf.broadcastTo(value, x.shape), call.value('dtype') ? typeOf(call.value('dtype')) : x.dtype);
    },
  },
  View: {
    parameters: [X, 'dtype'],
    infer(call) {
      const { shape, type } = call.tensor('x');
      if (String(call.value('dtype') ?? 'float32') !== 'float32') call.fail(`views the bits of its input as ${call.text('dtype', '')}`);
      return { shape, type };
    },
    compute(call) {
      if (call.value('dtype') && call.tensor('x').dtype !== 'float32') call.fail('views the bits of whole numbers as float32');
      return call.tensor('x').clone();
    },
  },
  Cast: casting((call) => typeOf(call.value('dtype'))),
  SaturateCast: {
    parameters: [X, 'dtype'],
    infer: (call) => ({ shape: call.tensor('x').shape, type: typeOf(call.value('dtype')) }),
    compute(call) {
      const type = typeOf(call.value('dtype'));
      const limits = limitsOf(String(call.value('dtype')));
      return to(limits === undefined ? call.tensor('x') : tf.clipByValue(to(call.tensor('x'), 'float32'), ...limits), type);
    },
  },
  ConvertToTensor: casting((call) => (call.value('dtype') ? typeOf(call.value('dtype')) : undefined)),
  Array: casting((call) => (call.value('dtype') ? typeOf(call.value('dtype')) : undefined)),
  Copy: { parameters: [X], infer: (call) => call.tensor('x'), compute: (call) => call.tensor('x').clone() },
  Shape: {
    parameters: [X],
    infer(call) {
      const { shape } = call.tensor('x');
      return { shape: [shape.length], type: 'int32', sizes: shape };
    },
    compute: (call) => sizeTensor(call.tensor('x').shape, [call.tensor('x').rank]),
  },
  Rank: { parameters: [X], infer: () => ({ shape: [], type: 'int32' }), compute: (call) => sizeTensor([call.tensor('x').rank], []) },
  Ndim: { parameters: [X], infer: () => ({ shape: [], type: 'int32' }), compute: (call) => sizeTensor([call.tensor('x').rank], []) },
  Size: { parameters: [X], infer: () => ({ shape: [], type: 'int32' }), compute: (call) => sizeTensor([call.tensor('x').size], []) },
};
