import * as tf from '@tensorflow/tfjs-core';
import { input, model, type SymbolicTensor } from '@tensorflow/tfjs-layers';
import { beforeAll, describe, expect, it } from 'vitest';
import { callsAgain, type Layer, layerBuilders, supportedLayers } from '../../../src/model/layers';
import type { KerasLayer } from '../../../src/model/layers/KerasLayer';
import { build, keras1, keras2 } from './spec';
import '@tensorflow/tfjs-backend-cpu';

describe('KerasLayer', () => {
  beforeAll(() => tf.setBackend('cpu'));

  it("bears the path as its name, whatever characters that has, and Keras' class", () => {
    const layer = build('Dense', { units: 1, trainable: false }, { path: 'netz/größe 1:2' });
    expect(layer.name).toBe('netz/gr-uf6--udf-e-u20-1-u3a-2');
    expect(layer.getClassName()).toBe('Dense');
    expect(layer.trainable).toBe(false);
    expect(layer.getConfig()).toMatchObject({ units: 1 });
    expect(build('Flatten', {}, { path: '_hidden' }).name).toBe('l_hidden');
  });

  it('keeps a tensor alive that one layer takes twice and another once', () => {
    const x = input({ shape: [2] });
    const call = { args: [{ list: [{ tensor: 0 }, { tensor: 1 }] }], kwargs: {} };
    const y = build('Activation', { activation: 'relu' }, { path: 'a' }).apply(x) as SymbolicTensor;
    const twice = build('Add', {}, { path: 'b', call }).apply([y, y]) as SymbolicTensor;
    const once = build('Multiply', {}, { path: 'c', call }).apply([twice, y]) as SymbolicTensor;
    const all = model({ inputs: x, outputs: once });
    expect(Array.from((all.apply(tf.tensor2d([[3, -1]])) as tf.Tensor).dataSync())).toEqual([18, 0]);
  });

  it('reads the variables of its first call when it is called with other arguments', () => {
    const first = build('Dense', { units: 2 }, { path: 'a' });
    const again = build('Dense', { units: 2 }, { path: 'a:1' });
    const x = input({ shape: [1] });
    const one = first.apply(x) as SymbolicTensor;
    expect(callsAgain(again, first)).toBe(true);
    const all = model({ inputs: x, outputs: [one, again.apply(x) as SymbolicTensor] });
    first.setWeights([tf.tensor2d([[2, 3]]), tf.tensor1d([1, 0])]);
    const outputs = all.apply(tf.tensor2d([[5]])) as tf.Tensor[];
    expect(outputs.map((output) => Array.from(output.dataSync()))).toEqual([
      [11, 15],
      [11, 15],
    ]);
    expect(all.weights).toHaveLength(2);
    expect((again as KerasLayer).weightsRead).toEqual(first.weights);
  });

  it('has no variables in common with calls that need others, or with a wrapper', () => {
    const [first, again] = ['a', 'a:1'].map((path) => build('Dense', { units: 2 }, { path })) as [Layer, Layer];
    first.apply(input({ shape: [1] }));
    callsAgain(again, first);
    expect(() => again.apply(input({ shape: [3] }))).toThrow(
      /'a:1' \(Dense\) is called with different arguments .*, which change its weights/,
    );
    const config = { layer: { class_name: 'Dense', config: { units: 1 } } };
    const [wrapper, other] = ['b', 'b:1'].map((path) => build('TimeDistributed', config, { path })) as [Layer, Layer];
    wrapper.apply(input({ shape: [2, 1] }));
    expect(callsAgain(other, wrapper)).toBe(false);
  });

  it('says which layer a backend gave up on', () => {
    const layer = build('Concatenate', { axis: 1 }, { call: { args: [{ list: [{ tensor: 0 }, { tensor: 1 }] }], kwargs: {} } });
    layer.apply([input({ shape: [2, null] }), input({ shape: [2, null] })]);
    const given = [tf.zeros([1, 2, 3]), tf.zeros([1, 2, 4])];
    expect(() => layer.apply(given)).toThrow(
      expect.objectContaining({
        code: 'backend',
        message: expect.stringMatching(
          /^Layer 'outer\/it' \(Concatenate\) could not be computed for \[1, 2, 3\], \[1, 2, 4\] on the cpu backend: .+/,
        ),
      }),
    );
  });

  it("frees a shared layer's weights at the first disposal", () => {
    const before = tf.memory().numTensors;
    const [x, y] = [input({ shape: [2] }), input({ shape: [2] })];
    const shared = build('Dense', { units: 2 });
    const outputs = [shared.apply(x), shared.apply(y)] as SymbolicTensor[];
    model({ inputs: [x, y], outputs }).dispose();
    expect(tf.memory().numTensors).toBe(before);
  });

  it('gives integers and truth values their own dtype', () => {
    const ops = { module: 'keras.src.ops.numpy' };
    const x = input({ shape: [4], dtype: 'int32' });
    expect((build('Flatten').apply(x) as SymbolicTensor).dtype).toBe('int32');
    expect(
      (build('Greater', {}, { ...ops, call: { args: [{ tensor: 0 }, { constant: 2 }], kwargs: {} } }).apply(x) as SymbolicTensor).dtype,
    ).toBe('bool');
    expect(
      (build('TrueDivide', {}, { ...ops, call: { args: [{ tensor: 0 }, { constant: 2 }], kwargs: {} } }).apply(x) as SymbolicTensor).dtype,
    ).toBe('float32');
  });

  it('tells the operation Add from the layer Add by the module', () => {
    const x = input({ shape: [2] });
    const add = build('Add', {}, { module: 'keras.src.ops.numpy', call: { args: [{ constant: 1.5 }, { tensor: 0 }], kwargs: {} } });
    const all = model({ inputs: x, outputs: add.apply(x) as SymbolicTensor });
    expect(Array.from((all.apply(tf.tensor2d([[1, 2]])) as tf.Tensor).dataSync())).toEqual([2.5, 3.5]);
    expect(() => build('Add', {}, { module: 'keras.layers' })).not.toThrow();
  });

  it('drops out at random only where Keras 2 does: called with training=True', () => {
    const call = { args: [{ tensor: 0 }], kwargs: { training: { constant: true } } };
    const zeros = (more: object) => {
      const x = input({ shape: [1000] });
      const all = model({ inputs: x, outputs: build('Dropout', { rate: 0.5 }, { call, ...more }).apply(x) as SymbolicTensor });
      return (all.apply(tf.ones([1, 1000])) as tf.Tensor).dataSync().filter((value) => value === 0).length;
    };
    expect(zeros({})).toBe(0);
    expect(zeros(keras2)).toBeGreaterThan(400);
    expect(zeros(keras2)).toBeLessThan(600);
  });

  it('has gradients through convolutions, pooling, normalization and activations', () => {
    const chain: [string, Record<string, unknown>][] = [
      ['Conv2D', { filters: 3, kernel_size: 3, strides: 2, padding: 'same', activation: 'relu' }],
      ['BatchNormalization', {}],
      ['DepthwiseConv2D', { kernel_size: 3, activation: 'relu6' }],
      ['UpSampling2D', { size: 2 }],
      ['MaxPooling2D', { pool_size: 2 }],
      ['LeakyReLU', { negative_slope: 0.1 }],
      ['Conv2DTranspose', { filters: 2, kernel_size: 2, strides: 2 }],
      ['GlobalAveragePooling2D', {}],
      ['Dense', { units: 2, activation: 'softmax' }],
    ];
    const x = input({ shape: [9, 9, 2] });
    const y = chain.reduce<SymbolicTensor>((symbol, [className, config], i) => {
      const layer = build(className, config, { path: `l${i}` });
      const out = layer.apply(symbol) as SymbolicTensor;
      layer.setWeights(
        layer.weights.map(({ shape, originalName }) =>
          originalName.endsWith('variance') ? tf.ones(shape as number[]) : tf.randomNormal(shape as number[], 0, 0.5, 'float32', 7 + i),
        ),
      );
      return out;
    }, x);
    const all = model({ inputs: x, outputs: y });
    const slope = tf.grad((given) => tf.sum(tf.slice(all.apply(given) as tf.Tensor, [0, 0], [1, 1])))(
      tf.randomNormal([1, 9, 9, 2], 0, 1, 'float32', 3),
    );
    expect(slope.shape).toEqual([1, 9, 9, 2]);
    expect(tf.max(tf.abs(slope)).dataSync()[0]).toBeGreaterThan(0);
  });
});

describe('supportedLayers', () => {
  it('lists every class once, sorted, with the versions of Keras that have it', () => {
    const listed = supportedLayers();
    const names = listed.map(({ className }) => className);
    expect(names).toEqual([...new Set(names)].sort());
    expect(names.length).toBeGreaterThan(120);
    for (const { keras } of listed) expect(keras.length).toBeGreaterThan(0);
    for (const name of names) expect(layerBuilders[name]).toBeTypeOf('function');
    expect(listed.find(({ className }) => className === 'Merge')).toEqual({ className: 'Merge', keras: [1] });
    expect(listed.find(({ className }) => className === 'AddLoss')).toEqual({
      className: 'AddLoss',
      keras: [2],
      remarks: 'what model.add_loss leaves',
    });
    expect(layerBuilders.Convolution2D).toBeTypeOf('function');
  });
});

describe('formulas that changed between versions', () => {
  const value = (className: string, config: Record<string, unknown>, x: number, more = {}) => {
    const symbol = input({ shape: [1] });
    const all = model({ inputs: symbol, outputs: build(className, config, more).apply(symbol) as SymbolicTensor });
    return (all.apply(tf.tensor2d([[x]])) as tf.Tensor).dataSync()[0]!;
  };
  it('hard_sigmoid', () => {
    expect(value('Activation', { activation: 'hard_sigmoid' }, 1)).toBeCloseTo(1 / 6 + 0.5, 6);
    expect(value('Activation', { activation: 'hard_sigmoid' }, 1, keras2)).toBeCloseTo(0.7, 6);
    expect(value('Activation', { activation: 'hard_sigmoid' }, 1, keras1)).toBeCloseTo(0.7, 6);
  });
  it('LeakyReLU, whose slope has two names', () => {
    expect(value('LeakyReLU', { alpha: 0.1 }, -1, keras2)).toBeCloseTo(-0.1, 6);
    expect(value('LeakyReLU', { negative_slope: 0.2 }, -1)).toBeCloseTo(-0.2, 6);
    expect(value('LeakyReLU', {}, -1)).toBeCloseTo(-0.3, 6);
    expect(value('LeakyReLU', { alpha: { type: 'ndarray', value: 0.4 } }, -1, keras2)).toBeCloseTo(-0.4, 6);
  });
  it('BatchNormalization by the sample in Keras 1', () => {
    const symbol = input({ shape: [2] });
    const layer = build('BatchNormalization', { mode: 1, epsilon: 0 }, keras1);
    const all = model({ inputs: symbol, outputs: layer.apply(symbol) as SymbolicTensor });
    layer.setWeights([tf.tensor1d([1, 1]), tf.tensor1d([0, 5]), tf.zeros([2]), tf.ones([2])]);
    expect(Array.from((all.apply(tf.tensor2d([[1, 3]])) as tf.Tensor).dataSync())).toEqual([-1, 6]);
  });
});
