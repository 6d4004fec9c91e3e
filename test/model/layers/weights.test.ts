import * as tf from '@tensorflow/tfjs-core';
import { input, model } from '@tensorflow/tfjs-layers';
import { beforeAll, describe, expect, it } from 'vitest';
import { holdsKerasWeights, type KerasLayer, type StoredWeight } from '../../../src/model/layers';
import { build, keras1, keras2 } from './spec';
import '@tensorflow/tfjs-backend-cpu';

const weight = (shape: number[], from = 1, path?: string): StoredWeight => ({
  shape,
  data: Float32Array.from({ length: shape.reduce((product, n) => product * n, 1) }, (_, i) => from + i),
  ...(path === undefined ? {} : { path }),
});
const read = (layer: KerasLayer) => layer.weights.map((variable) => Array.from(variable.read().dataSync()));

describe('weights', () => {
  beforeAll(() => tf.setBackend('cpu'));

  it('are taken before the first call, or replaced after it, and freed with the model', () => {
    const before = tf.memory().numTensors;
    const layer = build('Dense', { units: 2 }) as KerasLayer;
    expect(holdsKerasWeights(layer)).toBe(true);
    layer.setKerasWeights([weight([3, 2]), weight([2], 10)]);
    expect(tf.memory().numTensors).toBe(before);
    const x = input({ shape: [3] });
    const all = model({ inputs: x, outputs: layer.apply(x) as typeof x });
    expect(read(layer)).toEqual([
      [1, 2, 3, 4, 5, 6],
      [10, 11],
    ]);
    expect(layer.expectedWeights.map(({ name, shape, trainable, paths }) => [name, shape, trainable, paths])).toEqual([
      ['kernel', [3, 2], true, ['vars/0']],
      ['bias', [2], true, ['vars/1']],
    ]);
    layer.setKerasWeights([weight([3, 2], 7), weight([2], 20)]);
    expect(read(layer)[1]).toEqual([20, 21]);
    all.dispose();
    expect(tf.memory().numTensors).toBe(before);
  });

  it('are found by path in any order, whatever else the group holds', () => {
    const layer = build(
      'MultiHeadAttention',
      { num_heads: 1, key_dim: 2, use_bias: false },
      { call: { args: [{ tensor: 0 }, { tensor: 1 }], kwargs: {} } },
    );
    (layer as KerasLayer).setKerasWeights([
      weight([1, 2, 3], 40, 'output_dense/vars/0'),
      weight([3, 1, 2], 1, 'query_dense/vars/0'),
      weight([2], 0, 'seed_generator/vars/0'),
      weight([3, 1, 2], 20, '_value_dense/vars/0'),
      weight([3, 1, 2], 10, 'key_dense/vars/0'),
    ]);
    layer.apply([input({ shape: [4, 3] }), input({ shape: [4, 3] })]);
    expect(read(layer as KerasLayer).map((values) => values[0])).toEqual([1, 10, 20, 40]);
  });

  it("by path must all be used where they are the layer's own, as Keras wants it", () => {
    const layer = build('LayerNormalization', { scale: false, center: false }) as KerasLayer;
    layer.setKerasWeights([weight([3], 1, 'vars/0')]);
    expect(() => layer.apply(input({ shape: [3] }))).toThrow(
      /The file has 'vars\/0' for it\. Its config needs: none\. Stored: vars\/0\[3\]/,
    );
  });

  it('and so must those of a layer inside, such as the scales of a quantized one', () => {
    const layer = build('TimeDistributed', { layer: { class_name: 'Dense', config: { units: 1 } } }) as KerasLayer;
    layer.setKerasWeights([weight([3, 1], 1, 'layer/vars/0'), weight([1], 1, 'layer/vars/1'), weight([1], 1, 'layer/vars/2')]);
    expect(() => layer.apply(input({ shape: [2, 3] }))).toThrow(/The file has 'layer\/vars\/2' for it/);
  });

  it('of a low-rank update are added to the kernel, by their names', () => {
    const named = (name: string, weight: StoredWeight) => ({ ...weight, name });
    const layer = build('Dense', { units: 2, lora_rank: 1, lora_alpha: 3 }) as KerasLayer;
    layer.setKerasWeights([
      named('dense/bias', weight([2], 7)),
      named('dense/lora_kernel_a', weight([3, 1], 1)),
      named('dense/lora_kernel_b', weight([1, 2], 10)),
      named('dense/kernel', weight([3, 2], 0)),
    ]);
    layer.apply(input({ shape: [3] }));
    // kernel + 3 / 1 * [1, 2, 3] x [10, 11]
    expect(read(layer)).toEqual([
      [30, 34, 62, 69, 94, 104],
      [7, 8],
    ]);
  });

  it('of wrappers go to the layers inside: trainable ones first', () => {
    const inner = { class_name: 'BatchNormalization', config: { name: 'bn', epsilon: 0 } };
    const layer = build('TimeDistributed', { layer: inner }) as KerasLayer;
    layer.setKerasWeights([weight([1], 2), weight([1], 3), weight([1], 4), weight([1], 25)]);
    const x = input({ shape: [2, 1] });
    const all = model({ inputs: x, outputs: layer.apply(x) as typeof x });
    expect(layer.expectedWeights.map(({ paths }) => paths[0])).toEqual(['layer/vars/0', 'layer/vars/1', 'layer/vars/2', 'layer/vars/3']);
    const y = all.apply(tf.tensor3d([9, 14], [1, 2, 1])) as tf.Tensor;
    // gamma 2, beta 3, mean 4, variance 25
    expect(Array.from(y.dataSync())).toEqual([5, 7]);
  });

  const wrong: [string, () => KerasLayer, StoredWeight[], RegExp][] = [
    [
      'too few',
      () => build('Dense', { units: 2 }) as KerasLayer,
      [weight([3, 2])],
      /The file has 1 weights for it\. Its config needs: kernel\[3, 2\], bias\[2\]\. Stored: \[3, 2\]/,
    ],
    [
      'another shape',
      () => build('Dense', { units: 2 }) as KerasLayer,
      [weight([2, 3]), weight([2])],
      /The file's 'kernel' has shape \[2, 3\]/,
    ],
    ['a missing path', () => build('Dense', { units: 2 }) as KerasLayer, [weight([3, 2], 0, 'vars/0')], /The file has no 'vars\/1' for it/],
    [
      'too few numbers',
      () => build('Dense', { units: 2 }) as KerasLayer,
      [{ shape: [3, 2], data: new Float32Array(5) }, weight([2])],
      /'kernel' comes with 5 numbers instead of 6/,
    ],
  ];
  it.each(wrong)('that do not fit are refused: %s', (_, make, stored, text) => {
    const layer = make();
    layer.setKerasWeights(stored);
    expect(() => layer.apply(input({ shape: [3] }))).toThrow(
      expect.objectContaining({ code: 'weight-mismatch', message: expect.stringMatching(text) }),
    );
  });

  it('are flipped when a theano backend wrote them', () => {
    const theano = { keras: { ...keras2.keras, backend: 'theano' } };
    const layer = build('Conv2D', { filters: 1, kernel_size: [2, 2], use_bias: false }, theano) as KerasLayer;
    layer.setKerasWeights([weight([2, 2, 1, 1])]);
    layer.apply(input({ shape: [4, 4, 1] }));
    expect(read(layer)).toEqual([[4, 3, 2, 1]]);
  });

  it("of Keras 1 take today's order", () => {
    const th = build('Conv2D', { filters: 2, kernel_size: [1, 2], use_bias: false, data_format: 'channels_first' }, keras1) as KerasLayer;
    th.setKerasWeights([weight([2, 3, 1, 2])]);
    th.apply(input({ shape: [3, 4, 4] }));
    // [filters, channels, rows, columns] -> [rows, columns, channels, filters]
    expect(read(th)).toEqual([[1, 7, 3, 9, 5, 11, 2, 8, 4, 10, 6, 12]]);
    const conv1 = build('Conv1D', { filters: 2, kernel_size: 3, use_bias: false }, keras1) as KerasLayer;
    conv1.setKerasWeights([weight([3, 1, 1, 2])]);
    conv1.apply(input({ shape: [5, 1] }));
    expect(read(conv1)).toEqual([[1, 2, 3, 4, 5, 6]]);
    const deconvolution = build('Conv2DTranspose', { filters: 2, kernel_size: [1, 1], use_bias: false }, keras1) as KerasLayer;
    deconvolution.setKerasWeights([weight([1, 1, 3, 2])]);
    deconvolution.apply(input({ shape: [4, 4, 3] }));
    expect(read(deconvolution)).toEqual([[1, 3, 5, 2, 4, 6]]);
    const lstm = build('LSTM', { units: 1, recurrent_activation: 'hard_sigmoid' }, keras1) as KerasLayer;
    // W, U, b of the gates input, cell, forget, output
    lstm.setKerasWeights([1, 2, 3, 4].flatMap((gate) => [weight([2, 1], gate * 10), weight([1, 1], gate * 100), weight([1], gate)]));
    lstm.apply(input({ shape: [5, 2] }));
    expect(read(lstm)).toEqual([
      [10, 30, 20, 40, 11, 31, 21, 41],
      [100, 300, 200, 400],
      [1, 3, 2, 4],
    ]);
  });
});
