import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { brotliDecompressSync } from 'node:zlib';
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-wasm';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { loadModel } from '../../src/model/load';
import { expectKeras, goldenInput, readExpected } from '../golden';

const FIXTURES = new URL('../fixtures/models/', import.meta.url);
const fixture = (file: string) => new URL(file, FIXTURES);
const bytesOf = (file: string) => new Uint8Array(readFileSync(fixture(file)));
const PAIRS = readdirSync(FIXTURES).filter((file) => existsSync(fixture(`${file}.expected.json`)));

/** What generate.py feeds besides the plain input. */
const INPUTS: Readonly<Record<string, (index: number) => (value: number) => number>> = {
  nested: (index) => (value) => (index === 1 ? Math.fround(Math.fround(value * 0.5) + 0.1) : value),
  ops: () => (value) => Math.fround(value * 255),
  casts: () => (value) => Math.fround(value * 255),
  autokeras: () => (value) => Math.floor(Math.fround(value * 255)),
};

beforeAll(async () => {
  await tf.setBackend('wasm');
});

describe('model files with a result of Keras', () => {
  it.each(PAIRS)('%s', async (file) => {
    await expectKeras(fixture(file), readExpected(fixture(`${file}.expected.json`)), {}, INPUTS[file.split('-')[0]!]);
  });

  it.each([
    ['weights-keras2.h5', 'weights-keras2.architecture.json', 'sequential-keras2.h5'],
    ['weights-keras3.weights.h5', 'weights.architecture.json', 'sequential-keras3.keras'],
  ])('%s with its architecture', async (weights, json, same) => {
    const architecture = readFileSync(fixture(json), 'utf8');
    await expectKeras(fixture(weights), readExpected(fixture(`${same}.expected.json`)), { architecture });
    await expectKeras(fixture(weights), readExpected(fixture(`${same}.expected.json`)), { architecture: JSON.parse(architecture) });
  });

  describe('weights in parts', () => {
    const map = 'sharded-keras3.weights.json';
    const parts = [0, 1, 2].map((i) => `sharded-keras3_0000${i}.weights.h5`);
    const architecture = readFileSync(fixture('weights.architecture.json'), 'utf8');
    const expected = readExpected(fixture('sequential-keras3.keras.expected.json'));
    const fileOf = (name: string) => new File([bytesOf(name)], name);

    it('open beside each other, by path and by URL', async () => {
      await expectKeras(fixture(map), expected, { architecture });
      await expectKeras(fileURLToPath(fixture(map)), expected, { architecture });
    });

    it('open from a list of files, in any order, the architecture among them or not', async () => {
      const files = [map, ...parts].map(fileOf);
      await expectKeras(files, expected, { architecture });
      const withArchitecture = [...files, new File([architecture], 'architecture.json')];
      await expectKeras(withArchitecture, expected);
      await expectKeras(withArchitecture.reverse(), expected);
      await expectKeras([new File(['labels: '], 'labels.json'), ...withArchitecture], expected);
    });

    it('tell how much has been read, the architecture that is missing, and the part that is', async () => {
      const seen: number[] = [];
      const model = await loadModel(fixture(map), {
        architecture,
        onProgress: ({ phase, loaded }) => phase === 'weights' && seen.push(loaded),
      });
      expect(seen.at(-1)).toBe(724);
      model.dispose();
      await expect(loadModel(fixture(map))).rejects.toMatchObject({ code: 'weights-only' });
      for (const given of [[map, ...parts.slice(1)].map(fileOf), bytesOf(map)]) {
        await expect(loadModel(given, { architecture })).rejects.toMatchObject({
          code: 'format',
          message: expect.stringContaining(`keeps weights in '${parts[0]}', which was not given`),
        });
      }
    });

    it.each<[string, string]>([
      ['names none', '{"metadata": {}, "weight_map": {}}'],
      ['leads elsewhere', JSON.stringify({ weight_map: { '/vars': ['../weights-keras3.weights.h5'] } })],
      ['is cut short', readFileSync(fixture(map), 'utf8').slice(0, -40)],
    ])('are not opened by a list that %s', async (_, text) => {
      const list = new File([text], map);
      await expect(loadModel([list, ...parts.map(fileOf)], { architecture })).rejects.toMatchObject({ code: 'corrupt' });
      await expect(loadModel(list, { architecture })).rejects.toMatchObject({ code: 'corrupt' });
    });

    it('are not opened when a part is damaged', async () => {
      const before = tf.memory().numTensors;
      const damaged = new File([bytesOf(parts[1]!).slice(0, 4000)], parts[1]!);
      const files = [fileOf(map), fileOf(parts[0]!), damaged, fileOf(parts[2]!)];
      await expect(loadModel(files, { architecture })).rejects.toMatchObject({ code: 'corrupt' });
      expect(tf.memory().numTensors).toBe(before);
    });
  });

  describe('an architecture as people have it', () => {
    const text = readFileSync(fixture('weights-keras2.architecture.json'), 'utf8');
    const expected = readExpected(fixture('sequential-keras2.h5.expected.json'));
    const { keras_version, ...model_config } = JSON.parse(text);
    it.each<[string, unknown]>([
      ['encoded twice, as json.dump(model.to_json()) does', JSON.stringify(text)],
      ['its bytes', new TextEncoder().encode(text)],
      ['after a byte order mark', `\uFEFF${text}`],
      [
        'the model.json of tfjs',
        JSON.stringify({ format: 'layers-model', modelTopology: { keras_version, model_config }, weightsManifest: [] }),
      ],
    ])('%s', (_, architecture) => expectKeras(fixture('weights-keras2.h5'), expected, { architecture }));

    it.each([text, JSON.stringify(text)])('a File beside the weights, in any order', async (json) => {
      const files = [new File([json], 'model.json'), new File([bytesOf('weights-keras2.h5')], 'model.h5')];
      await expectKeras(files, expected);
      await expectKeras(files.reverse(), expected);
    });
  });

  describe('an architecture of another version than the weights', () => {
    it('of Keras 3 computes as Keras 3', async () => {
      const architecture = readFileSync(fixture('weights.architecture.json'), 'utf8').replace('"relu"', '"hard_sigmoid"');
      await expectKeras(fixture('weights-keras2.h5'), readExpected(fixture('mixed.expected.json')), { architecture });
    });

    it('of Keras 1 is read in its words', async () => {
      const common = { trainable: true, activity_regularizer: null };
      const config = [
        {
          class_name: 'Convolution2D',
          config: {
            ...{
              ...common,
              name: 'conv_a',
              nb_filter: 3,
              nb_row: 3,
              nb_col: 3,
              border_mode: 'valid',
              subsample: [1, 1],
              dim_ordering: 'tf',
            },
            ...{ activation: 'relu', bias: true, batch_input_shape: [null, 9, 9, 2], input_dtype: 'float32' },
          },
        },
        { class_name: 'BatchNormalization', config: { ...common, name: 'bn_a', mode: 0, axis: -1, epsilon: 0.001, momentum: 0.99 } },
        {
          class_name: 'MaxPooling2D',
          config: { ...common, name: 'pool_a', pool_size: [2, 2], strides: [2, 2], border_mode: 'valid', dim_ordering: 'tf' },
        },
        { class_name: 'Dropout', config: { ...common, name: 'drop', p: 0.5 } },
        { class_name: 'Flatten', config: { ...common, name: 'flat' } },
        { class_name: 'Dense', config: { ...common, name: 'out', output_dim: 4, activation: 'softmax', bias: true, input_dim: 27 } },
      ];
      const architecture = { class_name: 'Sequential', keras_version: '1.2.1', config };
      await expectKeras(fixture('weights-keras2.h5'), readExpected(fixture('sequential-keras2.h5.expected.json')), { architecture });
    });
  });

  const outputs = JSON.parse(readFileSync(fixture('outputs.json'), 'utf8')) as Record<string, number[][]>;
  it.each(Object.keys(outputs))('%s: each call of a nested model is the output it was', async (file) => {
    const model = await loadModel(fileURLToPath(fixture(file)));
    const inputs = [0, 1].map((index) =>
      tf.tensor(
        goldenInput([1, 6, 6, 1]).map((value) => value * (index ? 0.5 : 1)),
        [1, 6, 6, 1],
      ),
    );
    const results = model.predict(inputs) as tf.Tensor[];
    for (const [i, result] of results.entries()) {
      const data = await result.data();
      outputs[file]![i]!.forEach((value, j) => {
        expect(data[j]).toBeCloseTo(value, 5);
      });
    }
    tf.dispose([...inputs, ...results]);
    model.dispose();
  });

  it('from bytes, a Blob, a file: URL, all the same', async () => {
    const expected = readExpected(fixture('sequential-keras3.keras.expected.json'));
    const bytes = bytesOf('sequential-keras3.keras');
    for (const source of [bytes, bytes.buffer, new Blob([bytes]), new File([bytes], 'any.name'), fixture('sequential-keras3.keras').href]) {
      await expectKeras(source as Uint8Array, expected);
    }
  });
});

describe('a File is read in pieces', () => {
  const LARGE = new URL('../fixtures/conformance/structures-keras3-keras/', import.meta.url);
  const MEGABYTE = 2 ** 20;
  it.each([
    ['one-large-layer.h5', 2, 1],
    // Up to 64 MiB of weights in a zip are held against their checksum first.
    ['one-large-layer.keras', 2, 2],
    ['one-huge-layer.keras', 64, 1],
  ])('%s, %i MiB of weights: %i times', async (name, size, times) => {
    const bytes = brotliDecompressSync(readFileSync(new URL(`${name}.br`, LARGE)));
    const read: number[] = [];
    class CountedFile extends File {
      override slice(start = 0, end = this.size): Blob {
        read.push(end - start);
        return super.slice(start, end);
      }
      override arrayBuffer(): Promise<ArrayBuffer> {
        read.push(this.size);
        return super.arrayBuffer();
      }
      override stream(): ReturnType<Blob['stream']> {
        read.push(this.size);
        return super.stream();
      }
    }
    const model = await loadModel(new CountedFile([bytes], name));
    model.dispose();
    const total = read.reduce((sum, length) => sum + length, 0);
    expect(total).toBeGreaterThanOrEqual(size * times * MEGABYTE);
    expect(total).toBeLessThan(bytes.length * times + MEGABYTE / 2);
    expect(Math.max(...read), 'no more at once than a layer has').toBe(size * MEGABYTE);
  });
});

describe('what cannot be opened says why and leaves nothing', () => {
  let tensors = 0;
  beforeEach(() => {
    tensors = tf.memory().numTensors;
  });
  afterEach(() => {
    expect(tf.memory().numTensors).toBe(tensors);
  });
  const open = (source: Parameters<typeof loadModel>[0], options?: Parameters<typeof loadModel>[1]) => loadModel(source, options);
  const openFixture = (file: string) => open(fileURLToPath(fixture(file)));

  it.each([
    ['lambda.keras', 'custom-object', /twice_by_code.*Lambda|Lambda.*twice_by_code/s],
    ['unknown-layer.h5', 'unsupported-layer', /'pool_a' \(FancyPooling2D\)/],
    ['wrong-shape.h5', 'weight-mismatch', /'out' \(Dense\)/],
    ['no-model.h5', 'format', /no model_config.*'data'/s],
    ['cycle.h5', 'corrupt', /depends on its own output/],
    ['weights-keras2.h5', 'weights-only', /architecture/],
    ['weights-keras3.weights.h5', 'weights-only', /architecture/],
    ['nothing-here.h5', 'format', /nothing-here\.h5/],
  ])('%s: %s', async (file, code, message) => {
    await expect(openFixture(file)).rejects.toMatchObject({ name: 'ActivationLensError', code, message: expect.stringMatching(message) });
  });

  it('an empty file, text, a web page, a pickle', async () => {
    await expect(open(new Uint8Array(0))).rejects.toMatchObject({ code: 'format', message: expect.stringContaining('empty') });
    await expect(open(new TextEncoder().encode('hello'))).rejects.toMatchObject({ code: 'format' });
    await expect(open(new TextEncoder().encode('<!DOCTYPE html><html>'))).rejects.toMatchObject({
      message: expect.stringContaining('web page'),
    });
    await expect(open(Uint8Array.of(0x80, 0x02, 0x7d))).rejects.toMatchObject({ message: expect.stringContaining('pickle') });
    await expect(open(new TextEncoder().encode('{"a": 1}'))).rejects.toMatchObject({
      code: 'format',
      message: expect.stringContaining('modelTopology'),
    });
    await expect(open(new TextEncoder().encode('{"a": '))).rejects.toMatchObject({ code: 'corrupt' });
  });

  it('an architecture alone, or a path to one', async () => {
    const text = readFileSync(fixture('weights-keras2.architecture.json'), 'utf8');
    for (const json of [text, JSON.stringify(text)]) {
      await expect(open(new TextEncoder().encode(json))).rejects.toMatchObject({
        code: 'format',
        message: expect.stringMatching(/is the architecture of a Keras model, which holds no weights.*\{ architecture \}/),
      });
    }
    await expect(open(bytesOf('weights-keras2.h5'), { architecture: 'models/model.json' })).rejects.toMatchObject({
      code: 'corrupt',
      message: expect.stringContaining("The given architecture is 'models/model.json', which is no JSON"),
    });
    const labels = new File(['{"cat": 0}'], 'labels.json');
    await expect(open([labels, new File([bytesOf('sequential-keras2.h5')], 'model.h5')])).rejects.toMatchObject({
      code: 'format',
      message: expect.stringContaining('labels.json is JSON but no tfjs model'),
    });
  });

  it.each(['sequential-keras3.h5', 'nested-keras3.keras'])('%s cut short anywhere', async (file) => {
    const bytes = bytesOf(file);
    for (let part = 1; part < 24; part++) {
      const cut = bytes.subarray(0, Math.floor((bytes.length * part) / 24));
      await expect(open(cut), `${cut.length} bytes`).rejects.toMatchObject({
        name: 'ActivationLensError',
        code: expect.stringMatching(/corrupt|format/),
      });
    }
  });

  it('an aborted signal, before or while opening', async () => {
    await expect(open(bytesOf('sequential-keras3.h5'), { signal: AbortSignal.abort() })).rejects.toMatchObject({ code: 'aborted' });
    const controller = new AbortController();
    const opening = open(bytesOf('nested-keras3.keras'), { signal: controller.signal, onProgress: () => controller.abort() });
    await expect(opening).rejects.toMatchObject({ code: 'aborted' });
  });

  it('opens a file with missing weights only when told to', async () => {
    const { architecture, missing } = withMissingLayer();
    await expect(open(bytesOf('weights-keras3.weights.h5'), { architecture })).rejects.toMatchObject({
      code: 'weight-mismatch',
      message: expect.stringContaining(`'${missing}'`),
    });
    const model = await open(bytesOf('weights-keras3.weights.h5'), { architecture, weights: 'skip-missing' });
    expect(model.layers.at(-1)?.name).toBe(missing);
    model.dispose();
  });

  it('a layer that is called with nothing', async () => {
    const json = JSON.parse(readFileSync(fixture('weights.architecture.json'), 'utf8'));
    const layer = { class_name: 'Dense', name: 'lonely', config: { name: 'lonely', units: 1 }, inbound_nodes: [{ args: [], kwargs: {} }] };
    const functional = {
      class_name: 'Functional',
      config: { name: 'm', layers: [json.config.layers[0], layer], input_layers: [], output_layers: [['lonely', 0, 0]] },
    };
    await expect(open(bytesOf('weights-keras3.weights.h5'), { architecture: functional, weights: 'skip-missing' })).rejects.toMatchObject({
      code: 'corrupt',
      message: expect.stringContaining("layer 'lonely' is called with nothing"),
    });
  });

  function withMissingLayer() {
    const json = JSON.parse(readFileSync(fixture('weights.architecture.json'), 'utf8'));
    json.config.layers.push({
      class_name: 'EinsumDense',
      module: 'keras.layers',
      config: { name: 'extra', equation: 'ab,bc->ac', output_shape: 2 },
    });
    return { architecture: json as unknown, missing: 'extra' };
  }
});

describe('a file that does not say the shape of its input', () => {
  const kept = new URL('../fixtures/conformance/structures-keras224-keras/', import.meta.url);
  const unpack = (file: string) => new Uint8Array(brotliDecompressSync(readFileSync(new URL(`${file}.br`, kept))));

  it('asks for inputShape where its weights do not tell', async () => {
    const before = tf.memory().numTensors;
    await expect(loadModel(unpack('sequential-only-activation.h5'))).rejects.toMatchObject({
      code: 'format',
      message: expect.stringMatching(/does not say the shape of input 're_lu_1_input'.*Pass \{ inputShape \}, the batch first/),
    });
    await expect(loadModel(unpack('nested-sequential-without-input.h5'))).rejects.toMatchObject({
      code: 'format',
      message: expect.stringMatching(/its weights tell \[any, any, any, 2\], and more is needed: .*Pass \{ inputShape \}/),
    });
    expect(tf.memory().numTensors).toBe(before);
  });

  it('opens with the sizes free where its kernels tell enough', async () => {
    using model = await loadModel(unpack('sequential-with-input.h5'));
    expect(model.inputs[0]!.shape).toEqual([null, null, null, 3]);
    const wrong = tf.zeros([1, 9, 9, 3]);
    expect(() => model.predict(wrong)).toThrow(/Layer 'dense_1' \(Dense\) could not be computed/);
    wrong.dispose();
  });

  it('is held to inputShape, which may fix free axes and contradict nothing', async () => {
    using fixed = await loadModel(unpack('sequential-with-input.h5'), { inputShape: [null, 8, 8, 3] });
    expect(fixed.layers.at(-1)!.outputShape.every((n, i) => i === 0 || n !== null)).toBe(true);
    await expect(loadModel(bytesOf('sequential-keras2.h5'), { inputShape: [null, 3] })).rejects.toMatchObject({
      code: 'shape',
      message: expect.stringMatching(/says that input '.*' is \[.*\]; option inputShape is \[any, 3\]/),
    });
    await expect(loadModel(bytesOf('sequential-keras2.h5'), { inputShape: [8.5] })).rejects.toMatchObject({
      code: 'format',
      message: expect.stringMatching(/Option 'inputShape' is \[8\.5\]; it must be a list of sizes, the batch first/),
    });
  });
});

describe('progress', () => {
  it('goes up to the whole', async () => {
    const seen: { phase: string; loaded: number; total: number }[] = [];
    const model = await loadModel(bytesOf('nested-keras3.h5'), { onProgress: (progress) => seen.push(progress) });
    model.dispose();
    const weights = seen.filter(({ phase }) => phase === 'weights');
    expect(weights.length).toBeGreaterThan(3);
    expect(weights.at(-1)!.loaded).toBe(weights.at(-1)!.total);
    expect(weights.every(({ loaded }, i) => i === 0 || loaded >= weights[i - 1]!.loaded)).toBe(true);
  });
});

it('weights whose bytes were changed are noticed by their checksum', async () => {
  const bytes = bytesOf('sequential-keras3.keras').slice();
  const name = new TextEncoder().encode('model.weights.h5');
  const start = bytes.findIndex((_, i) => name.every((byte, j) => bytes[i + j] === byte)) + name.length;
  bytes[start + 9000]! ^= 1;
  await expect(loadModel(bytes)).rejects.toMatchObject({ code: 'corrupt', message: expect.stringMatching(/checksum|CRC/i) });
});
