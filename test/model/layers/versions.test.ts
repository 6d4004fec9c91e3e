import * as tf from '@tensorflow/tfjs-core';
import { input, model as makeModel, type SymbolicTensor } from '@tensorflow/tfjs-layers';
import { beforeAll, describe, expect, it } from 'vitest';
import type { CallSignature, LayerSpec } from '../../../src/model/layers';
import { holdsKerasWeights, type KerasVersion } from '../../../src/model/layers/spec';
import { build } from './spec';
import '@tensorflow/tfjs-backend-cpu';

// What releases of one major version compute differently; each was run to see what it gives.

const version = (text: string): { readonly keras: KerasVersion } => ({
  keras: { major: text === 'unknown' || text.startsWith('tfjs') ? 2 : (Number(text[0]) as 1 | 2 | 3), text },
});
const twoTensors: { readonly call: CallSignature } = { call: { args: [{ list: [{ tensor: 0 }, { tensor: 1 }] }], kwargs: {} } };

/** What comes out of layers that `make` applies to symbols for the given tensors. */
function compute(given: readonly tf.Tensor[], make: (...symbols: SymbolicTensor[]) => SymbolicTensor): number[] {
  const symbols = given.map(({ shape, dtype }) => input({ batchShape: shape, dtype }));
  const result = makeModel({ inputs: symbols, outputs: make(...symbols) }).apply([...given]) as tf.Tensor;
  return Array.from(result.dataSync());
}

function apply(className: string, config: Record<string, unknown>, more: Partial<LayerSpec>, x: SymbolicTensor | SymbolicTensor[]) {
  return build(className, config, { path: `${className}/${paths++}`, ...more }).apply(x) as SymbolicTensor;
}
let paths = 0;

beforeAll(() => tf.setBackend('cpu'));

describe('UpSampling2D, bilinear', () => {
  const upSample = (more: Partial<LayerSpec>) =>
    compute([tf.tensor4d([0, 4], [1, 1, 2, 1])], (x) => apply('UpSampling2D', { size: [1, 2], interpolation: 'bilinear' }, more, x));

  it.each(['2.2.4', '2.3.1', 'tfjs-layers 4.22.0'])('takes corners in %s', (text) => {
    expect(upSample(version(text))).toEqual([0, 2, 4, 4]);
  });

  it.each(['2.2.4-tf', '2.3.0-tf', '2.4.0', '2.13.1', '3.15.1', 'unknown'])('takes centres in %s', (text) => {
    expect(upSample(version(text))).toEqual([0, 1, 3, 4]);
  });

  it('is refused as Keras did it on Theano', () => {
    expect(() => upSample({ keras: { major: 2, text: '2.3.1', backend: 'theano' } })).toThrow(
      /\(UpSampling2D\) interpolates bilinearly as Keras 2\.3\.1 does on theano, which is not supported; open the model in Keras 2\.3 on TensorFlow/,
    );
  });
});

describe('the activation gelu', () => {
  it.each(['2.4.0', '2.15.0', '3.15.1', 'unknown'])('is known to %s', (text) => {
    expect(compute([tf.tensor2d([[0]])], (x) => apply('Activation', { activation: 'gelu' }, version(text), x))).toEqual([0]);
  });

  it.each(['2.2.4', '2.3.0-tf'])('is its author’s in %s', (text) => {
    const make = () => build('Activation', { activation: 'gelu' }, version(text));
    expect(make).toThrow(expect.objectContaining({ code: 'custom-object' }));
    expect(make).toThrow(`'gelu', which Keras ${text} does not have`);
  });
});

describe('what a mask leaves out', () => {
  it.each([
    ['1.2.2', [3, 3, 3, 5, 5, 5]],
    ['2.3.1', [3, 3, 3, 5, 5, 5]],
    ['2.2.4-tf', [3, 3, 0, 0, 5, 5]],
    ['2.4.0', [3, 3, 0, 0, 5, 5]],
    ['3.15.1', [3, 3, 0, 0, 5, 5]],
  ])('of a Bidirectional layer is the step before or zero: %s', (text, expected) => {
    const cell = { units: 1, activation: 'linear', use_bias: false, return_sequences: true };
    const config = { layer: { class_name: 'SimpleRNN', config: cell } };
    const steps = compute([tf.tensor3d([3, 0, 5], [1, 3, 1])], (x) => {
      const layer = build('Bidirectional', config, version(text));
      if (!holdsKerasWeights(layer)) throw new Error('no weights');
      // It gives its input back.
      const direction = [1, 0].map((value) => ({ shape: [1, 1], data: Float32Array.of(value) }));
      layer.setKerasWeights([...direction, ...direction]);
      return layer.apply(apply('Masking', { mask_value: 0 }, version(text), x)) as SymbolicTensor;
    });
    expect(steps).toEqual(expected);
  });

  it.each([
    ['2.13.1', [0.5, 0.5]],
    ['3.9.2', [0.5, 0.5]],
    ['3.10.0', [0, 0]],
  ])('of a Softmax is all of it: %s', (text, expected) => {
    const call: CallSignature = { args: [{ tensor: 0 }, { tensor: 1 }], kwargs: {} };
    const given = [tf.tensor2d([[1, 2]]), tf.tensor2d([[0, 0]], [1, 2], 'bool')];
    expect(compute(given, (...xs) => apply('Softmax', { axis: -1 }, { ...version(text), call }, xs))).toEqual(expected);
  });

  it.each([
    ['2.13.1', 6],
    ['3.3.3', 4],
    ['3.4.1', 6],
  ])('of two tensors that are merged: %s', (text, expected) => {
    const mean = compute([tf.tensor3d([0, 6, 6], [1, 3, 1])], (x) => {
      const masked = apply('Masking', { mask_value: 0 }, version(text), x);
      const merged = apply('Average', {}, { ...version(text), ...twoTensors }, [masked, masked]);
      return apply('GlobalAveragePooling1D', {}, version(text), merged);
    });
    expect(mean).toEqual([expected]);
  });

  it.each([
    ['3.3.3', [0, 14]],
    ['3.4.1', [5, 14]],
  ])('of one factor: %s', (text, expected) => {
    const given = [tf.tensor3d([0, 2], [1, 2, 1]), tf.tensor3d([5, 7], [1, 2, 1])];
    const product = compute(given, (a, b) =>
      apply('Multiply', {}, { ...version(text), ...twoTensors }, [apply('Masking', { mask_value: 0 }, version(text), a!), b!]),
    );
    expect(product).toEqual(expected);
  });
});

describe('MultiHeadAttention', () => {
  const roles = { query: { tensor: 0 }, value: { tensor: 1 } };
  const scores = { return_attention_scores: { constant: true } };

  it.each([
    ['3.7.0', [1, 0, 0.5, 0.5]],
    ['3.8.0', [1, 0, 1, 0]],
  ])('and a query_mask that is passed: %s', (text, expected) => {
    const kwargs = { ...roles, ...scores, query_mask: { tensor: 2 }, value_mask: { tensor: 3 } };
    const tensors = [tf.ones([1, 2, 1]), tf.ones([1, 2, 1]), ...[0, 1].map(() => tf.tensor2d([[1, 0]], [1, 2], 'bool'))];
    const shares = compute(tensors, (...xs) => {
      const layer = build('MultiHeadAttention', { num_heads: 1, key_dim: 1 }, { ...version(text), call: { args: [], kwargs } });
      return (layer.apply(xs) as SymbolicTensor[])[1]!;
    });
    expect(shares).toEqual(expected);
  });

  it.each([
    ['2.13.1', [null, 5, 4, 3, 3]],
    ['3.11.3', [null, 5, 4, 3, 3]],
    ['3.12.0', [null, 5, 3, 4, 4]],
  ])('counts axes from the end with or without its heads: %s', (text, expected) => {
    const config = { num_heads: 3, key_dim: 1, attention_axes: [-2] };
    const layer = build('MultiHeadAttention', config, { ...version(text), call: { args: [], kwargs: { ...roles, ...scores } } });
    const [, shares] = layer.apply([input({ shape: [5, 4, 2] }), input({ shape: [5, 4, 2] })]) as SymbolicTensor[];
    expect(shares!.shape).toEqual(expected);
  });
});

describe('a bias as Keras 3 adds it on TensorFlow', () => {
  const first = { data_format: 'channels_first' };
  const cases: [string, Record<string, unknown>, number[]][] = [
    ['Conv3D', { filters: 2, kernel_size: 1, ...first }, [1, 1, 1, 2]],
    ['DepthwiseConv1D', { kernel_size: 1, ...first }, [2, 2]],
    ['DepthwiseConv2D', { kernel_size: 1, ...first }, [2, 1, 2]],
    ['SeparableConv1D', { filters: 2, kernel_size: 1, ...first }, [1, 2]],
    ['SeparableConv2D', { filters: 2, kernel_size: 1, ...first }, [1, 1, 2]],
    ['Conv1DTranspose', { filters: 2, kernel_size: 1, ...first }, [1, 2]],
    ['Conv2DTranspose', { filters: 2, kernel_size: 1, ...first }, [1, 1, 2]],
  ];
  const outputs = (className: string, config: Record<string, unknown>, shape: number[], text: string) => {
    const size = shape.reduce((product, n) => product * n, 1);
    const x = tf.tensor(
      Array.from({ length: size }, (_, i) => i + 1),
      [1, ...shape],
    );
    return compute([x], (symbol) => {
      const layer = build(className, config, { path: `${className}/${paths++}`, ...version(text) });
      const out = layer.apply(symbol) as SymbolicTensor;
      layer.setWeights(layer.getWeights().map(({ shape }, i, all) => (i === all.length - 1 ? tf.tensor([10, 20], shape) : tf.ones(shape))));
      return out;
    });
  };

  it.each(cases)('of %s goes along the columns where there are as many as channels', (className, config, shape) => {
    const second = shape[0] === 2 ? [3, 4] : [1, 2];
    expect(outputs(className, config, shape, '3.7.0')).toEqual([11, 22, second[0]! + 10, second[1]! + 20]);
    expect(outputs(className, config, shape, '3.6.0')).toEqual([11, 12, second[0]! + 20, second[1]! + 20]);
  });

  it.each(['Conv1D', 'Conv2D'])('of %s goes along the channels: graphs fuse it there', (className) => {
    const shape = className === 'Conv1D' ? [1, 2] : [1, 1, 2];
    expect(outputs(className, { filters: 2, kernel_size: 1, ...first }, shape, '3.15.1')).toEqual([11, 12, 21, 22]);
  });

  it('of EinsumDense goes along the last axis or the first that is as long as its own', () => {
    const rows = { equation: 'abc,cd->abd', output_shape: [2, 2], bias_axes: 'b' };
    expect(outputs('EinsumDense', rows, [2, 1], '3.10.0')).toEqual([11, 21, 12, 22]);
    expect(outputs('EinsumDense', rows, [2, 1], '3.9.2')).toEqual([11, 11, 22, 22]);
    const columns = { equation: 'abcd,de->abce', output_shape: [2, 2, 1], bias_axes: 'c' };
    expect(outputs('EinsumDense', columns, [2, 2, 1], '3.10.0')).toEqual([11, 12, 23, 24]);
    expect(outputs('EinsumDense', columns, [2, 2, 1], '3.9.2')).toEqual([11, 22, 13, 24]);
  });
});
