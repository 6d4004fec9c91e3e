import '@tensorflow/tfjs-backend-cpu';
import '@tensorflow/tfjs-backend-wasm';
import type { Tensor } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { build } from './spec';

type Shape = readonly number[];

/** What a layer of Keras 3 gives for ones of some shapes: the shape of its output, or the code and the message of its error. */
function given(className: string, config: Record<string, unknown>, shapes: readonly Shape[], module?: string): Shape | string {
  const tensors = shapes.map((_, tensor) => ({ tensor }));
  const call = { args: shapes.length === 1 ? tensors : [{ list: tensors }], kwargs: {} };
  const layer = build(className, config, { call, ...(module !== undefined && { module }) });
  const before = tf.memory().numTensors;
  const inputs = shapes.map((shape) => tf.ones([...shape]));
  try {
    const output = layer.apply(inputs.length === 1 ? inputs[0]! : inputs) as Tensor;
    output.dispose();
    return output.shape;
  } catch (error) {
    const { code, message } = error as { code?: string; message: string };
    return `${code}: ${message}`;
  } finally {
    tf.dispose(inputs);
    layer.weights.forEach((weight) => void weight.dispose());
    expect(tf.memory().numTensors).toBeLessThanOrEqual(before);
  }
}

describe.each(['cpu', 'wasm'])('a picture that is too small, on %s', (backend) => {
  beforeAll(async () => {
    await tf.setBackend(backend);
  });

  it.each<[string, Record<string, unknown>, Shape]>([
    ['Conv2D', { filters: 2, kernel_size: [3, 3] }, [1, 1, 1, 3]],
    ['Conv2D', { filters: 2, kernel_size: [2, 2], dilation_rate: [3, 3] }, [1, 9, 2, 3]],
    ['Conv2D', { filters: 2, kernel_size: [3, 3] }, [1, 0, 0, 3]],
    ['DepthwiseConv2D', { kernel_size: [3, 3] }, [1, 1, 1, 3]],
    ['SeparableConv2D', { filters: 2, kernel_size: [3, 3] }, [1, 1, 1, 3]],
    ['Conv1D', { filters: 2, kernel_size: [3] }, [1, 1, 3]],
    ['Conv3D', { filters: 2, kernel_size: [3, 3, 3] }, [1, 4, 4, 1, 3]],
    ['MaxPooling2D', { pool_size: [4, 4], strides: [1, 1] }, [1, 1, 1, 3]],
  ])('%s(%o) of %o says so', (className, config, shape) => {
    expect(given(className, config, [shape])).toBe(
      `shape: Layer 'outer/it' (${className}) is given [${shape.join(', ')}], smaller than its window. The input of the model is too small: give it a larger one.`,
    );
  });

  it('a convolution of keras.ops says so', () => {
    expect(given('MaxPool', { pool_size: [5, 5], strides: 1 }, [[1, 2, 2, 3]], 'keras.src.ops.nn')).toMatch(
      /^shape: .*smaller than its window/,
    );
  });

  it('Cropping2D says so', () => {
    expect(given('Cropping2D', { cropping: [1, 1] }, [[1, 2, 5, 3]])).toBe(
      "shape: Layer 'outer/it' (Cropping2D) crops axis 1 of length 2 to nothing. The input of the model is too small: give it a larger one.",
    );
  });

  it.each<[string, Record<string, unknown>, Shape, Shape]>([
    ['MaxPooling2D', { pool_size: [2, 2] }, [1, 1, 5, 3], [1, 0, 2, 3]],
    ['AveragePooling2D', { pool_size: [2, 2] }, [2, 1, 1, 3], [2, 0, 0, 3]],
    ['MaxPooling1D', { pool_size: [2] }, [2, 1, 3], [2, 0, 3]],
    ['Conv2D', { filters: 2, kernel_size: [3, 3] }, [1, 2, 2, 3], [1, 0, 0, 2]],
    ['Flatten', {}, [1, 0, 4, 3], [1, 0]],
    ['ReLU', {}, [1, 0, 4, 3], [1, 0, 4, 3]],
    ['ZeroPadding2D', { padding: [1, 1] }, [1, 0, 0, 3], [1, 2, 2, 3]],
  ])('%s(%o) of %o gives what is left, %o', (className, config, shape, output) => {
    expect(given(className, config, [shape])).toEqual(output);
  });

  it('Concatenate joins nothing to something', () => {
    expect(
      given('Concatenate', { axis: 1 }, [
        [1, 0, 3],
        [1, 2, 3],
      ]),
    ).toEqual([1, 2, 3]);
  });

  it.each<[string, Record<string, unknown>, Shape]>([
    ['GlobalAveragePooling2D', {}, [1, 0, 4, 3]],
    ['GlobalMaxPooling2D', {}, [1, 0, 4, 3]],
    ['Resizing', { height: 4, width: 4 }, [1, 0, 4, 3]],
    ['Dense', { units: 2 }, [1, 0]],
  ])('%s(%o) of %o, which is nothing, is an error', (className, config, shape) => {
    expect(given(className, config, [shape])).toBe(
      `shape: Layer 'outer/it' (${className}) is given [${shape.join(', ')}], which holds no numbers. The input of the model is too small: give it a larger one.`,
    );
  });
});
