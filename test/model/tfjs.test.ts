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

/** A model saved by tfjs itself, as artifacts. */
async function saved(model: tfl.LayersModel): Promise<tf.io.ModelArtifacts> {
  let artifacts: tf.io.ModelArtifacts | undefined;
  await model.save({
    save: async (given) => {
      artifacts = given;
      return { modelArtifactsInfo: { dateSaved: new Date(), modelTopologyType: 'JSON' } };
    },
  });
  return artifacts!;
}

const random = { kernelInitializer: 'randomNormal', biasInitializer: 'randomNormal' } as const;

function nestedModel(): tfl.LayersModel {
  const inner = tfl.sequential({
    name: 'inner',
    layers: [
      tfl.layers.conv2d({ inputShape: [8, 8, 2], filters: 3, kernelSize: 3, activation: 'relu', name: 'conv', ...random }),
      tfl.layers.batchNormalization({ name: 'bn', movingMeanInitializer: 'randomNormal' }),
    ],
  });
  const input = tfl.input({ shape: [8, 8, 2], name: 'picture' });
  const pooled = tfl.layers.maxPooling2d({ poolSize: 2, name: 'pool' }).apply(inner.apply(input)) as tfl.SymbolicTensor;
  const flat = tfl.layers.flatten({ name: 'flat' }).apply(pooled) as tfl.SymbolicTensor;
  const output = tfl.layers.dense({ units: 4, activation: 'softmax', name: 'out', ...random }).apply(flat) as tfl.SymbolicTensor;
  return tfl.model({ inputs: input, outputs: output, name: 'outer' });
}

/** A hand-made graph: two convolutions, one fused with its bias and relu6, as the converter writes them. */
function graphArtifacts(): tf.io.ModelArtifacts {
  const attr = (type: string) => ({ dtype: { type } });
  const conv = {
    T: { type: 'DT_FLOAT' },
    strides: { list: { i: ['1', '1', '1', '1'] } },
    dilations: { list: { i: ['1', '1', '1', '1'] } },
    padding: { s: btoa('SAME') },
    data_format: { s: btoa('NHWC') },
  };
  const node = [
    {
      name: 'x',
      op: 'Placeholder',
      attr: { ...attr('DT_FLOAT'), shape: { shape: { dim: [{ size: '-1' }, { size: '-1' }, { size: '-1' }, { size: '2' }] } } },
    },
    { name: 'k1', op: 'Const', attr: attr('DT_FLOAT') },
    { name: 'b1', op: 'Const', attr: attr('DT_FLOAT') },
    { name: 'k2', op: 'Const', attr: attr('DT_FLOAT') },
    {
      name: 'first/fused',
      op: '_FusedConv2D',
      input: ['x', 'k1', 'b1'],
      attr: { ...conv, num_args: { i: '1' }, fused_ops: { list: { s: [btoa('BiasAdd'), btoa('Relu6')] } }, epsilon: { f: 0 } },
    },
    { name: 'second/conv', op: 'Conv2D', input: ['first/fused', 'k2'], attr: conv },
    { name: 'second/relu', op: 'Relu', input: ['second/conv'], attr: { T: { type: 'DT_FLOAT' } } },
    { name: 'Identity', op: 'Identity', input: ['second/relu'], attr: { T: { type: 'DT_FLOAT' } } },
  ];
  const weights = [
    ['k1', [3, 3, 2, 4]],
    ['b1', [4]],
    ['k2', [1, 1, 4, 3]],
  ] as const;
  const values = weights.map(([, shape]) =>
    Float32Array.from({ length: shape.reduce((a, b) => a * b, 1 as number) }, (_, i) => Math.sin(i * 1.7 + 0.3)),
  );
  const data = new Float32Array(values.flatMap((array) => [...array]));
  return {
    format: 'graph-model',
    generatedBy: '2.11.0',
    convertedBy: 'TensorFlow.js Converter v4.22.0',
    modelTopology: { node, versions: { producer: 987 } },
    weightSpecs: weights.map(([name, shape]) => ({ name, shape: [...shape], dtype: 'float32' })),
    weightData: data.buffer,
  };
}

/** A loop of TensorFlow 1 that doubles its input three times, between two activations; nothing says the input's shape. */
function loopArtifacts(): tf.io.ModelArtifacts {
  const T = { type: 'DT_FLOAT' };
  const float = { T, dtype: T };
  const enter = (constant: boolean) => ({ T, frame_name: { s: btoa('frame') }, is_constant: { b: constant } });
  const node = [
    { name: 'x', op: 'Placeholder', attr: float },
    ...['zero', 'one', 'three'].map((name) => ({ name, op: 'Const', attr: float })),
    { name: 'before', op: 'Relu', input: ['x'], attr: float },
    { name: 'round', op: 'Enter', input: ['zero'], attr: enter(false) },
    { name: 'value', op: 'Enter', input: ['before'], attr: enter(false) },
    { name: 'step', op: 'Enter', input: ['one'], attr: enter(true) },
    { name: 'limit', op: 'Enter', input: ['three'], attr: enter(true) },
    { name: 'round/added', op: 'AddV2', input: ['round/body', 'step'], attr: float },
    { name: 'value/added', op: 'AddV2', input: ['value/body', 'value/body'], attr: float },
    ...['round', 'value'].flatMap((name) => [
      { name: `${name}/next`, op: 'NextIteration', input: [`${name}/added`], attr: float },
      { name: `${name}/merge`, op: 'Merge', input: [name, `${name}/next`], attr: float },
      { name: `${name}/switch`, op: 'Switch', input: [`${name}/merge`, 'goes on'], attr: float },
      { name: `${name}/body`, op: 'Identity', input: [`${name}/switch:1`], attr: float },
    ]),
    { name: 'less', op: 'Less', input: ['round/merge', 'limit'], attr: float },
    { name: 'goes on', op: 'LoopCond', input: ['less'], attr: float },
    { name: 'value/exit', op: 'Exit', input: ['value/switch'], attr: float },
    { name: 'after', op: 'Neg', input: ['value/exit'], attr: float },
  ];
  const weightSpecs = ['zero', 'one', 'three'].map((name) => ({ name, shape: [], dtype: 'float32' as const }));
  const signature = { inputs: { x: { name: 'x:0', dtype: 'DT_FLOAT' } }, outputs: { result: { name: 'after:0', dtype: 'DT_FLOAT' } } };
  return {
    format: 'graph-model',
    modelTopology: { node, versions: { producer: 987 } },
    signature,
    weightSpecs,
    weightData: Float32Array.of(0, 1, 3).buffer,
  };
}

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
