/** Tensors made of others' shapes, and dtypes: `keras/src/ops/{numpy,core}.py`, TensorFlow's `cast`, `shape`, `zeros`. */

import type { DataType, Tensor } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { dtypeName } from '../../keras/policy';
import { type ExactType, limitsOf, narrowed, narrowType, toNarrowWhole, toWhole } from '../layers/narrow';
import { to, X } from './families';
import { type Call, type Constants, type Operation, sizeTensor, typeOf } from './operation';

function filled(value: number): Operation {
  return {
    parameters: [X, 'dtype'],
    infer(call) {
      const { shape, type } = call.tensor('x');
      const dtype = call.value('dtype');
      return dtype ? { shape, type: typeOf(dtype), narrow: narrowType(dtype) } : { shape, type };
    },
    compute(call) {
      const x = call.tensor('x');
      return to(tf.fill(x.shape, value), call.type('dtype', x.dtype));
    },
  };
}

/** A tensor of a size that the graph computes, of one number that is known. */
function made(value: number): Operation {
  const type = (call: Constants) => call.type('dtype', 'float32');
  return {
    parameters: ['shape', 'dtype'],
    infer: (call) => ({ shape: call.sizes('shape') ?? [], type: type(call), narrow: narrowType(call.value('dtype')) }),
    compute: (call) => to(tf.fill((call.sizes('shape') ?? []) as number[], value), type(call)),
  };
}

/** A cast as TensorFlow's kernels on a processor do it. `target` is the dtype's name; undefined leaves the tensor as it is. */
function casting(target: (call: Constants) => unknown): Operation {
  return {
    parameters: [X, 'dtype'],
    infer(call) {
      const { shape, type, narrow } = call.tensor('x');
      const dtype = target(call);
      return dtype === undefined ? { shape, type, narrow } : { shape, type: typeOf(dtype), narrow: narrowType(dtype) };
    },
    compute(call) {
      const dtype = target(call);
      return dtype === undefined ? call.tensor('x').clone() : castTo(call.tensor('x'), dtype, call);
    },
  };
}

/** Clipped to what a dtype holds; of the bounds that float32 has not, the nearest below. */
function clipTo(x: Tensor, dtype: string, call: Constants): Tensor {
  // Keras 3 clips to 2^31, which is no int32.
  const wide = dtype === 'int32' && call.spec.className !== 'TFOpLambda' ? ([-(2 ** 31), 2 ** 31] as const) : wideLimits[dtype];
  if (dtype === 'bfloat16' && x.dtype === 'int32' && call.spec.className !== 'TFOpLambda')
    call.fail('casts int32 to bfloat16 within its limits, which overflow in Keras; use cast');
  const limits = limitsOf(dtype as ExactType) ?? wide;
  if (limits === undefined || (x.dtype !== 'float32' && limits[1] >= 2 ** 31 - 128)) return x;
  const numbers = to(x, 'float32');
  return tf.clipByValue(numbers, ...(limits as [number, number]));
}

const wideLimits: Readonly<Record<string, readonly [number, number]>> = {
  int32: [-(2 ** 31), 2 ** 31 - 128],
  float16: [-65504, 65504],
  bfloat16: [-3.3895313892515355e38, 3.3895313892515355e38],
};

/** Numbers of 64 bits and of unsigned 32 are held in 32 with a sign: what does not fit those is refused, where it can be seen in time. */
function castTo(x: Tensor, dtype: unknown, call: Constants): Tensor {
  const type = typeOf(dtype);
  const narrow = narrowType(dtype);
  if (type === 'int32' && /^(int64|uint32|uint64)$/.test(dtypeName(dtype)) && x.dtype !== 'bool') checkHeld(x, dtypeName(dtype), call);
  if (type !== 'int32' || x.dtype !== 'float32') {
    const wide = x.dtype === type ? x.clone() : to(x, type);
    return narrow === undefined ? wide : narrowed(wide, narrow);
  }
  return narrow === undefined ? toWhole(x) : toNarrowWhole(x, narrow);
}

/** WebGPU gives no numbers back within a pass; there they are the nearest of 32 bits. */
function checkHeld(x: Tensor, dtype: string, call: Constants): void {
  if (tf.getBackend() === 'webgpu' || x.size === 0) return;
  const [least] = tf.min(x).dataSync();
  const [most] = tf.max(x).dataSync();
  if (!(least! >= (dtype.startsWith('u') ? 0 : -(2 ** 31)) && most! < 2 ** 31))
    call.fail(`casts ${least} to ${most} to ${dtype}, which is held in int32 here; numbers that int32 has not are not supported`);
}

/** A number, or numbers that broadcast, in a shape and as a dtype; `type` where that is None. */
function filledWith(call: Call<Tensor>, shape: readonly number[], dtype: unknown, type: DataType): Tensor {
  return tf.broadcastTo(castTo(call.tensor('fill_value'), dtype || type, call), [...shape]);
}

const full: Operation = {
  parameters: ['fill_value', 'shape', 'dtype'],
  infer: (call) => ({
    shape: call.sizes('shape') ?? [],
    type: call.type('dtype', 'float32'),
    narrow: narrowType(call.value('dtype')),
  }),
  compute: (call) => filledWith(call, (call.sizes('shape') ?? []) as number[], call.value('dtype'), 'float32'),
};

export const making: Readonly<Record<string, Operation>> = {
  Zeros: made(0),
  Ones: made(1),
  ZerosLike: filled(0),
  OnesLike: filled(1),
  EmptyLike: filled(0),
  Full: full,
  // TensorFlow's, which keeps the dtype.
  Fill: {
    parameters: ['shape|dims', 'fill_value|value'],
    infer: (call) => ({ shape: call.sizes('shape') ?? [], type: call.tensor('fill_value').type }),
    compute(call) {
      const value = call.tensor('fill_value');
      return tf.broadcastTo(value, (call.sizes('shape') ?? []) as number[]);
    },
  },
  FullLike: {
    parameters: [X, 'fill_value', 'dtype'],
    infer(call) {
      const { shape, type } = call.tensor('x');
      const dtype = call.value('dtype');
      return dtype ? { shape, type: typeOf(dtype), narrow: narrowType(dtype) } : { shape, type };
    },
    compute(call) {
      const { shape, dtype } = call.tensor('x');
      return filledWith(call, shape, call.value('dtype'), dtype);
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
  Cast: casting((call) => call.value('dtype') ?? 'float32'),
  SaturateCast: {
    ...casting((call) => call.value('dtype')),
    compute(call) {
      const dtype = call.value('dtype');
      return castTo(clipTo(call.tensor('x'), dtypeName(dtype), call), dtype, call);
    },
  },
  ConvertToTensor: casting((call) => call.value('dtype') ?? undefined),
  Array: casting((call) => call.value('dtype') ?? undefined),
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
