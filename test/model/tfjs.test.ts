import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
import * as tfl from '@tensorflow/tfjs-layers';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createExtractor } from '../../src/extract/extractor';
import { flattenLayers } from '../../src/model/flatten';
import { loadModel } from '../../src/model/load';
import { useBackend } from './backend';
import { graphArtifacts, loopArtifacts, nestedModel, saved, whileArtifacts, windowArtifacts } from './tfjsModels';

let tensors = 0;

beforeAll(async () => {
  await tf.setBackend('cpu');
});
beforeEach(() => {
  tensors = tf.memory().numTensors;
});
afterEach(() => {
  expect(tf.memory().numTensors).toBe(tensors);
});

describe('LayersModel', () => {
  it('enlarges bilinearly as tfjs does, which is not as Keras does', async () => {
    const layers = [tfl.layers.upSampling2d({ inputShape: [3, 2, 1], size: [2, 3], interpolation: 'bilinear' })];
    const original = tfl.sequential({ layers });
    const model = await loadModel(tf.io.fromMemory(await saved(original)));
    const input = tf.randomNormal([1, 3, 2, 1], 0, 1, 'float32', 5);
    const [expected, output] = [original, model].map((either) => either.predict(input) as tf.Tensor) as [tf.Tensor, tf.Tensor];
    expect(Array.from(output.dataSync())).toEqual(Array.from(expected.dataSync()));
    tf.dispose([input, expected, output]);
    model.dispose();
    original.dispose();
  });

  it('gives what tfjs itself predicts, nested layers within reach', async () => {
    const original = nestedModel();
    const model = await loadModel(tf.io.fromMemory(await saved(original)));
    expect(model.format).toBe('tfjs-layers');
    expect(flattenLayers(model).map(({ path }) => path)).toEqual(['inner/conv', 'inner/bn', 'pool', 'flat', 'out']);
    const input = tf.randomNormal([2, 8, 8, 2], 0, 1, 'float32', 5);
    const expected = original.predict(input) as tf.Tensor;
    const output = model.predict(input) as tf.Tensor;
    expect(tf.util.arraysEqual(output.shape, expected.shape)).toBe(true);
    const [a, b] = [await output.data(), await expected.data()];
    expect(Math.max(...a.map((value, i) => Math.abs(value - b[i]!)))).toBeLessThan(1e-6);
    const activations = await createExtractor(model).run(input);
    expect([...activations].map(({ layer, shape }) => [layer.path, ...shape])).toEqual([
      ['inner/conv', 2, 6, 6, 3],
      ['inner/bn', 2, 6, 6, 3],
      ['pool', 2, 3, 3, 3],
    ]);
    activations.dispose();
    tf.dispose([input, expected, output]);
    model.dispose();
    original.dispose();
  });

  it('opens from model.json on disk, as a file: URL, and from files', async () => {
    const original = nestedModel();
    const { weightData, weightSpecs, modelTopology } = await saved(original);
    original.dispose();
    const json = JSON.stringify({
      format: 'layers-model',
      generatedBy: 'TensorFlow.js tfjs-layers v4.22.0',
      modelTopology,
      weightsManifest: [{ paths: ['group1.bin'], weights: weightSpecs }],
    });
    const bytes = new Uint8Array(tf.io.CompositeArrayBuffer.join(weightData));
    const folder = mkdtempSync(join(tmpdir(), 'tfjs-model-'));
    writeFileSync(join(folder, 'model.json'), json);
    await expect(loadModel(join(folder, 'model.json'))).rejects.toMatchObject({
      code: 'format',
      message: expect.stringContaining('group1.bin'),
    });
    writeFileSync(join(folder, 'group1.bin'), bytes.subarray(0, 100));
    await expect(loadModel(join(folder, 'model.json'))).rejects.toMatchObject({ code: 'corrupt' });
    writeFileSync(join(folder, 'group1.bin'), bytes);
    const files = [new File([json], 'model.json'), new File([bytes], 'group1.bin')];
    for (const source of [join(folder, 'model.json'), pathToFileURL(join(folder, 'model.json')), files]) {
      const model = await loadModel(source);
      expect(model.layers.map(({ name }) => name)).toEqual(['picture', 'inner', 'pool', 'flat', 'out']);
      model.dispose();
    }
    await expect(loadModel(new Blob([json]))).rejects.toMatchObject({ code: 'format', message: expect.stringContaining("'group1.bin'") });
    await expect(loadModel([files[1]!])).rejects.toMatchObject({ code: 'format', message: expect.stringContaining('no model.json') });
    rmSync(folder, { recursive: true });
  });

  it('says what is wrong with a damaged list of weights', async () => {
    const original = nestedModel();
    const { weightData, ...artifacts } = await saved(original);
    original.dispose();
    const specs = artifacts.weightSpecs!;
    const given = (weightSpecs: unknown) => tf.io.fromMemory({ ...artifacts, weightData, weightSpecs } as tf.io.ModelArtifacts);
    const without = [{ ...specs[0], shape: undefined }, { ...specs[0], name: 7 }, { ...specs[0], quantization: 1 }, null];
    for (const spec of without) {
      await expect(loadModel(given([specs[0], spec]))).rejects.toMatchObject({
        code: 'corrupt',
        message: 'the given IOHandler is damaged: entry 1 of its list of weights has not a name, a shape and a dtype.',
      });
    }
    await expect(loadModel(given('x'))).rejects.toMatchObject({
      code: 'corrupt',
      message: "the given IOHandler is damaged: its list of weights is 'x'.",
    });
    const json = new File([JSON.stringify({ ...artifacts, weightsManifest: [{ paths: [1], weights: specs }] })], 'model.json');
    await expect(loadModel([json])).rejects.toMatchObject({
      code: 'corrupt',
      message: 'model.json is damaged: an entry of its weightsManifest has not a list of weights and a list of paths.',
    });
  });

  it('wraps the failure of an IOHandler', async () => {
    await expect(loadModel({ load: async () => Promise.reject(new Error('no network')) })).rejects.toMatchObject({
      code: 'format',
      message: expect.stringContaining('no network'),
    });
  });
});

describe('GraphModel', () => {
  it('has its nodes as layers, with shapes; free axes are told', async () => {
    const model = await loadModel(tf.io.fromMemory(graphArtifacts()));
    expect(model.format).toBe('tfjs-graph');
    expect(model.layers.map(({ path, className, outputShape, parameters }) => [path, className, outputShape, parameters])).toEqual([
      ['first/fused', '_FusedConv2D', [null, null, null, 4], 76],
      ['second/conv', 'Conv2D', [null, null, null, 3], 12],
      ['second/relu', 'Relu', [null, null, null, 3], 0],
      ['Identity', 'Identity', [null, null, null, 3], 0],
    ]);
    model.dispose();
  });

  it('has no layers within loops, and gives all others', async () => {
    const model = await loadModel(tf.io.fromMemory(loopArtifacts()));
    expect(flattenLayers(model).map(({ path }) => path)).toEqual(['before', 'after']);
    expect(model.inputs).toEqual([{ name: 'x', shape: [], anyShape: true, dtype: 'float32' }]);
    expect(model.outputs.map(({ name }) => name)).toEqual(['after']);
    const input = tf.tensor2d([[1, -1]]);
    const activations = await createExtractor(model, { layers: flattenLayers(model) }).run(input);
    expect(Array.from(await activations.get('before').data())).toEqual([1, 0]);
    expect(Array.from(await activations.get('after').data())).toEqual([-8, -0]);
    activations.dispose();
    expect(() => createExtractor(model, { layers: 'value/body' })).toThrow(expect.objectContaining({ code: 'layer-not-found' }));
    expect(() => model.predict(input)).toThrow(
      expect.objectContaining({ code: 'backend', message: expect.stringContaining('control flow') }),
    );
    input.dispose();
    model.dispose();
  });

  it('ends a loop that never ends when it is told to, and lets others work meanwhile', async () => {
    const model = await loadModel(tf.io.fromMemory(loopArtifacts(true)));
    const input = tf.tensor2d([[1, -1]]);
    const extractor = createExtractor(model, { layers: 'after' });
    const [controller, other] = [new AbortController(), new AbortController()];
    const runs = [extractor.run(input, { signal: controller.signal }), extractor.run(input, { signal: other.signal })];
    setTimeout(() => controller.abort(), 60);
    await expect(runs[0]).rejects.toMatchObject({ code: 'aborted', message: expect.stringContaining('running') });
    other.abort();
    await expect(runs[1]).rejects.toMatchObject({ code: 'aborted' });
    input.dispose();
    model.dispose();
  });

  it('ends a loop of functions too, and computes one that ends', async () => {
    const input = tf.tensor2d([[1, -1]]);
    const model = await loadModel(tf.io.fromMemory(whileArtifacts()));
    const activations = await createExtractor(model, { layers: 'after' }).run(input, { signal: new AbortController().signal });
    expect(Array.from(await activations.get('after').data())).toEqual([-8, -0]);
    activations.dispose();
    model.dispose();
    const endless = await loadModel(tf.io.fromMemory(whileArtifacts(true)));
    await expect(createExtractor(endless, { layers: 'after' }).run(input, { signal: AbortSignal.timeout(60) })).rejects.toMatchObject({
      code: 'aborted',
    });
    endless.dispose();
    input.dispose();
  });

  it('stops opening when the graph does not come to an end on the way to its shapes', async () => {
    const artifacts = loopArtifacts();
    artifacts.weightData = Float32Array.of(0, 0, 3).buffer;
    await expect(loadModel(tf.io.fromMemory(artifacts), { signal: AbortSignal.timeout(60) })).rejects.toMatchObject({ code: 'aborted' });
  });

  it('says what tfjs failed at', async () => {
    const model = await loadModel(tf.io.fromMemory(graphArtifacts()));
    const input = tf.zeros([1, 4, 4, 2]);
    const kernels = tf
      .getKernelsForBackend('cpu')
      .filter(({ kernelName }) => kernelName === '_FusedConv2D' || kernelName === 'FusedConv2D');
    for (const { kernelName } of kernels) tf.unregisterKernel(kernelName, 'cpu');
    try {
      await expect(createExtractor(model, { layers: 'second/conv' }).run(input)).rejects.toMatchObject({
        code: 'backend',
        message: expect.stringMatching(/failed in tfjs on the cpu backend: .*FusedConv2D/),
      });
    } finally {
      for (const kernel of kernels) tf.registerKernel(kernel);
    }
    input.dispose();
    model.dispose();
  });

  it('says so when another backend has the kernel that is missing', async () => {
    await useBackend('wasm');
    const type = { type: 'DT_INT32' };
    const shape = { shape: { dim: [{ size: '2' }, { size: '2' }] } };
    const node = [
      { name: 'x', op: 'Placeholder', attr: { dtype: type, shape } },
      { name: 'product', op: 'MatMul', input: ['x', 'x'], attr: { T: type } },
    ];
    const artifacts = {
      ...graphArtifacts(),
      modelTopology: { node, versions: { producer: 987 } },
      weightSpecs: [],
      weightData: new ArrayBuffer(0),
    };
    const input = tf.tensor2d([1, 2, 3, 4], [2, 2], 'int32');
    const run = async () => {
      const model = await loadModel(tf.io.fromMemory(artifacts));
      try {
        const activations = await createExtractor(model, { layers: 'product' }).run(input);
        const data = await activations.get('product').data();
        activations.dispose();
        return Array.from(data);
      } finally {
        model.dispose();
      }
    };
    await expect(run()).rejects.toMatchObject({ code: 'backend', message: expect.stringContaining("await tf.setBackend('cpu')") });
    await tf.setBackend('cpu');
    expect(await run()).toEqual([7, 10, 15, 22]);
    input.dispose();
  });

  it('leaves no weights behind when its graph cannot be read', async () => {
    const artifacts = graphArtifacts();
    const { node } = artifacts.modelTopology as { node: object[] };
    const broken = { ...artifacts, modelTopology: { node: [...node, { name: 'x', op: 7 }] } };
    await expect(loadModel(tf.io.fromMemory(broken))).rejects.toMatchObject({
      code: 'corrupt',
      message: expect.stringContaining('could not be opened as a tfjs GraphModel'),
    });
  });

  it.each(['cpu', 'wasm'])('says that a picture is too small for a window, on %s', async (backend) => {
    await useBackend(backend);
    const before = ['Conv2D', 'MaxPool'].map((name) => tf.getKernel(name, backend)!.kernelFunc);
    const model = await loadModel(tf.io.fromMemory(windowArtifacts(7)));
    expect(Object.fromEntries(model.layers.map(({ name, outputShape }) => [name, outputShape]))).toMatchObject({
      'after/conv': [null, null, null, 3],
      'after/mean': [null, null, null, 2],
    });
    const [small, fits] = [tf.ones([1, 4, 9, 2]), tf.ones([1, 7, 9, 2])];
    for (const name of ['conv', 'depthwise', 'largest', 'mean']) {
      const extractor = createExtractor(model, { layers: `after/${name}` });
      await expect(extractor.run(small)).rejects.toMatchObject({
        code: 'shape',
        message: expect.stringMatching(/is given \[1, 4, 9, 2\], smaller than its window of 7 x 7\. .* give it a larger one/),
      });
      const activations = await extractor.run(fits);
      expect(activations.get(0).tensor.shape.slice(0, 3)).toEqual([1, 1, 2]);
      activations.dispose();
    }
    expect(() => model.predict(small)).toThrow(expect.objectContaining({ code: 'shape' }));
    // tfjs is left as it was.
    expect(['Conv2D', 'MaxPool'].map((name) => tf.getKernel(name, backend)!.kernelFunc)).toEqual(before);
    tf.dispose([small, fits]);
    model.dispose();
    await tf.setBackend('cpu');
  });

  it('finds shapes by a larger picture where a window is larger than the first', async () => {
    const model = await loadModel(tf.io.fromMemory(windowArtifacts(100, 16)));
    expect(model.layers.find(({ name }) => name === 'after/conv')!.outputShape).toEqual([null, null, null, 3]);
    model.dispose();
  });

  it('gives any intermediate node in one pass', async () => {
    const model = await loadModel(tf.io.fromMemory(graphArtifacts()));
    const input = tf.randomNormal([1, 5, 6, 2], 0, 1, 'float32', 5);
    const activations = await createExtractor(model, { layers: ['first/fused', /relu/] }).run(input);
    const [first, relu] = await Promise.all([activations.get(0).data(), activations.get('second/relu').data()]);
    expect(Math.max(...first)).toBeLessThanOrEqual(6);
    expect(first.some((value) => value > 0)).toBe(true);
    expect(Math.min(...relu)).toBe(0);
    const output = model.predict(input) as tf.Tensor;
    expect([...(await output.data())]).toEqual([...relu]);
    const unbatched = tf.reshape(input, [5, 6, 2]);
    await expect(createExtractor(model).run(unbatched)).rejects.toMatchObject({
      code: 'shape',
      message: expect.stringContaining('expandDims'),
    });
    unbatched.dispose();
    activations.dispose();
    tf.dispose([input, output]);
    model.dispose();
    expect(() => model.predict(input)).toThrow(expect.objectContaining({ code: 'disposed' }));
  });
});
