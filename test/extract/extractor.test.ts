import { readFileSync } from 'node:fs';
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { createExtractor } from '../../src/extract/extractor';
import { flattenLayers } from '../../src/model/flatten';
import { loadModel } from '../../src/model/load';
import type { Model } from '../../src/model/types';

const open = (file: string) => loadModel(new Uint8Array(readFileSync(new URL(`../fixtures/models/${file}`, import.meta.url))));

let sequential: Model;
let nested: Model;
let tensors = 0;

beforeAll(async () => {
  await tf.setBackend('cpu');
  sequential = await open('sequential-keras3.keras');
  nested = await open('nested-keras3.keras');
});
afterAll(() => {
  sequential.dispose();
  nested.dispose();
});
beforeEach(() => {
  tensors = tf.memory().numTensors;
});
afterEach(() => {
  expect(tf.memory().numTensors).toBe(tensors);
});

const paths = (model: Model, layers?: Parameters<typeof createExtractor>[1]) =>
  createExtractor(model, layers).layers.map(({ path }) => path);

describe('selectors', () => {
  it('default: everything with rows, columns and channels, at every depth, in execution order', () => {
    expect(paths(sequential)).toEqual(['conv_a', 'bn_a', 'pool_a', 'drop']);
    expect(paths(nested)).toEqual(
      [
        'inner/deep/deep_conv',
        'inner/deep/deep_bn',
        'inner/inner_sep',
        'inner/inner_frozen',
        'inner/deep/deep_conv:1',
        'inner/deep/deep_bn:1',
        'inner/inner_sep:1',
        'inner/inner_frozen:1',
        'join',
        'twice',
        'twice:1',
      ].sort((a, b) => flatOrder(a) - flatOrder(b)),
    );
  });
  const flatOrder = (path: string) => flattenLayers(nested).findIndex((layer) => layer.path === path);

  it('name, path, index, LayerInfo, expression, predicate, and lists of them, none twice', () => {
    expect(paths(nested, { layers: 'deep_conv' })).toEqual(['inner/deep/deep_conv']);
    expect(paths(nested, { layers: 'inner/deep/deep_conv:1' })).toEqual(['inner/deep/deep_conv:1']);
    expect(paths(nested, { layers: 'inner' })).toEqual(['inner']);
    expect(paths(sequential, { layers: 0 })).toEqual(['conv_a']);
    expect(paths(sequential, { layers: -1 })).toEqual(['out']);
    expect(paths(sequential, { layers: sequential.layers.slice(1, 3) })).toEqual(['bn_a', 'pool_a']);
    expect(paths(nested, { layers: /deep_/g })).toHaveLength(4);
    expect(paths(nested, { layers: ({ className }) => className === 'Dense' })).toEqual(['head']);
    expect(paths(sequential, { layers: ['out', /conv/, 'conv_a', 0] })).toEqual(['out', 'conv_a']);
  });

  it('an input is a layer of a Functional, and gives what was put in', async () => {
    const [left] = nested.layers;
    expect(left!.className).toBe('InputLayer');
    const inputs = [tf.ones([1, 8, 8, 2]), tf.zeros([1, 8, 8, 2])];
    const activations = await createExtractor(nested, { layers: [left!, 'join'] }).run(inputs);
    expect((await activations.get('left').data()).every((value) => value === 1)).toBe(true);
    activations.dispose();
    expect(inputs[0]!.isDisposed).toBe(false);
    tf.dispose(inputs);
  });

  it('what is not there: near names, all names', () => {
    expect(() => createExtractor(sequential, { layers: 'conv_b' })).toThrow(
      expect.objectContaining({ code: 'layer-not-found', message: expect.stringMatching(/Did you mean 'conv_a'.*conv_a, bn_a/s) }),
    );
    expect(() => createExtractor(sequential, { layers: 7 })).toThrow(
      expect.objectContaining({ code: 'layer-not-found', message: expect.stringContaining('0 to 5') }),
    );
    expect(() => createExtractor(sequential, { layers: /nope/ })).toThrow(expect.objectContaining({ code: 'layer-not-found' }));
    expect(() => createExtractor(sequential, { layers: [] })).toThrow(expect.objectContaining({ code: 'layer-not-found' }));
    expect(() => createExtractor(sequential, { layers: nested.layers.at(-1)! })).toThrow(
      expect.objectContaining({ code: 'layer-not-found', message: expect.stringContaining('another model') }),
    );
  });
});

describe('a run', () => {
  const picture = () => tf.randomNormal([1, 9, 9, 2], 0, 1, 'float32', 3);

  it('computes each kernel once, and nothing behind the last wanted layer', async () => {
    const input = picture();
    const kernels: string[] = [];
    const profile = await tf.profile(async () => {
      const activations = await createExtractor(sequential, { layers: ['conv_a', 'pool_a'] }).run(input);
      activations.dispose();
      return [];
    });
    kernels.push(...profile.kernelNames);
    expect(profile.kernels.filter(({ name }) => /Conv2D/.test(name))).toHaveLength(1);
    expect(profile.kernels.filter(({ name }) => /MaxPool/.test(name))).toHaveLength(1);
    expect(profile.kernels.some(({ name }) => /MatMul|Softmax/.test(name))).toBe(false);
    expect(kernels.length).toBeGreaterThan(0);
    input.dispose();
  });

  it('leaves the model as it was: no further node on its layers, dropout off, statistics untouched', async () => {
    const layer = sequential.tfModel as import('@tensorflow/tfjs-layers').LayersModel;
    const nodes = () => layer.layers.map(({ inboundNodes }) => inboundNodes.length);
    const before = nodes();
    const weights = await Promise.all(layer.weights.map((weight) => weight.read().data()));
    const input = picture();
    const first = await createExtractor(sequential).run(input);
    const second = await createExtractor(sequential).run(input);
    expect(nodes()).toEqual(before);
    expect(await second.get('drop').data()).toEqual(await first.get('drop').data());
    expect(await first.get('drop').data()).toEqual(await first.get('pool_a').data());
    expect(await Promise.all(layer.weights.map((weight) => weight.read().data()))).toEqual(weights);
    first.dispose();
    second.dispose();
    input.dispose();
  });

  it('runs may overlap, and an activation outlives its extractor', async () => {
    const [a, b] = [picture(), tf.zeros([2, 9, 9, 2])];
    const extractor = createExtractor(sequential);
    const [one, two] = await Promise.all([extractor.run(a), extractor.run(b)]);
    extractor.dispose();
    expect(one.get(0).shape).toEqual([1, 7, 7, 3]);
    expect(two.get(0).shape).toEqual([2, 7, 7, 3]);
    await expect(extractor.run(a)).rejects.toMatchObject({ code: 'disposed' });
    expect([...one].map(({ layer }) => layer.name)).toEqual(['conv_a', 'bn_a', 'pool_a', 'drop']);
    expect(one.get('bn_a')).toBe(one.get(1));
    one.dispose();
    one.dispose();
    expect(() => one.get(0).tensor).toThrow(expect.objectContaining({ code: 'disposed' }));
    {
      using scoped = two;
      expect(scoped.size).toBe(4);
    }
    expect(() => two.get(0).tensor).toThrow(expect.objectContaining({ code: 'disposed' }));
    tf.dispose([a, b]);
  });

  it('several inputs by order or by name; the wrong ones are named', async () => {
    const [left, right] = [tf.ones([1, 8, 8, 2]), tf.zeros([1, 8, 8, 2])];
    const extractor = createExtractor(nested, { layers: 'head' });
    const one = await extractor.run([left, right]);
    const two = await extractor.run({ right, left });
    expect(await two.get(0).data()).toEqual(await one.get(0).data());
    await expect(extractor.run(left)).rejects.toMatchObject({ code: 'shape', message: expect.stringContaining("'left', 'right'") });
    await expect(extractor.run({ left })).rejects.toMatchObject({ code: 'shape', message: expect.stringContaining("'right'") });
    const wide = tf.zeros([1, 8, 8, 3]);
    await expect(extractor.run([left, wide])).rejects.toMatchObject({ code: 'shape', message: expect.stringContaining("'right'") });
    wide.dispose();
    one.dispose();
    two.dispose();
    tf.dispose([left, right]);
  });

  it('can be aborted before it starts and between layers', async () => {
    const input = picture();
    const extractor = createExtractor(sequential);
    await expect(extractor.run(input, { signal: AbortSignal.abort() })).rejects.toMatchObject({ code: 'aborted' });
    const controller = new AbortController();
    const clock = vi.spyOn(performance, 'now');
    let now = 0;
    clock.mockImplementation(() => (now += 50));
    const running = extractor.run(input, { signal: controller.signal });
    controller.abort();
    await expect(running).rejects.toMatchObject({ code: 'aborted' });
    clock.mockRestore();
    input.dispose();
  });

  it('casts integer pictures, and says what shape is wanted', async () => {
    const pixels = tf.ones([1, 9, 9, 2], 'int32');
    const activations = await createExtractor(sequential).run(pixels);
    expect(activations.get(0).shape).toEqual([1, 7, 7, 3]);
    activations.dispose();
    const small = tf.zeros([1, 8, 9, 2]);
    await expect(createExtractor(sequential).run(small)).rejects.toMatchObject({
      code: 'shape',
      message: expect.stringContaining('[any, 9, 9, 2]'),
    });
    tf.dispose([pixels, small]);
  });
});

it('a disposed model says so', async () => {
  const model = await open('sequential-keras3.h5');
  const extractor = createExtractor(model);
  const input = tf.zeros([1, 9, 9, 2]);
  model.dispose();
  model.dispose();
  await expect(extractor.run(input)).rejects.toMatchObject({ code: 'disposed' });
  expect(() => model.predict(input)).toThrow(expect.objectContaining({ code: 'disposed' }));
  input.dispose();
});
