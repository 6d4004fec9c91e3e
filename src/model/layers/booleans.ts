import { cast, notEqual, scalar, type Tensor } from '@tensorflow/tfjs-core';

/** True where a number is not zero. tfjs' wasm backend casts floats to bool by their low byte. */
export function asBool(x: Tensor): Tensor {
  if (x.dtype === 'bool') return x;
  return notEqual(x.dtype === 'int32' ? x : cast(x, 'float32'), scalar(0, x.dtype === 'int32' ? 'int32' : 'float32'));
}
