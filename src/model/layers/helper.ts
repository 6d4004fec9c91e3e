import type { DataType, Tensor } from '@tensorflow/tfjs-core';
import { layers, type SymbolicTensor } from '@tensorflow/tfjs-layers';
import type { Shape } from '../types';
import { asBool } from './dtypes';

/** A nameless layer that Keras does not have: one tensor computed from others. */
export class Helper extends layers.Layer {
  static readonly className = 'Helper';

  constructor(
    private readonly shape: Shape,
    private readonly type: DataType,
    private readonly compute: (inputs: readonly Tensor[]) => Tensor,
  ) {
    super({});
  }

  from(inputs: readonly SymbolicTensor[]): SymbolicTensor {
    const output = this.apply([...inputs]) as SymbolicTensor;
    (output as { dtype: DataType }).dtype = this.type;
    return output;
  }

  override computeOutputShape(): (number | null)[] {
    return [...this.shape];
  }

  override call(inputs: Tensor | Tensor[]): Tensor {
    const value = this.compute(Array.isArray(inputs) ? inputs : [inputs]);
    return this.type === 'bool' ? asBool(value) : value;
  }
}

/** A second symbolic tensor with the value of the first. */
export function copyOfTensor(tensor: SymbolicTensor): SymbolicTensor {
  return new Helper(tensor.shape, tensor.dtype, ([value]) => value!.clone()).from([tensor]);
}
