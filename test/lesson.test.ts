import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
import '@tensorflow/tfjs-backend-wasm';
import { afterEach, describe, expect, it } from 'vitest';
import { colorize, createExtractor, describeChannels, loadModel, sliceChannel, sliceChannels, viridis } from '../src/index';
import { readNpyFile } from './npy';
import { hasShared, SHARED } from './zoo';

const LESSON = new URL('lesson/', SHARED);
const FILES = ['chest_xray_all_data.h5', 'chest_xray_keras3.h5', 'chest_xray_keras3.keras'];

interface Meta {
  prediction: number;
  layers: { name: string; shape: number[]; dead_channels: number[] }[];
}

describe.skipIf(!hasShared)("the lesson's own model and X-ray", () => {
  const npy = (name: string) => readNpyFile(new URL(`expected/${name}.npy`, LESSON));
  const meta = (): Meta => JSON.parse(readFileSync(new URL('expected/meta.json', LESSON), 'utf8')) as Meta;
  let before = 0;

  afterEach(() => {
    expect(tf.memory().numTensors).toBe(before);
  });

  it.each([...FILES.map((file) => ['wasm', file]), ['cpu', FILES[0]!]])(
    'on %s, %s: eight activations within 1e-5 of Keras, dead channels, prediction',
    async (backend, file) => {
      await tf.setBackend(backend);
      before = tf.memory().numTensors;
      const model = await loadModel(fileURLToPath(new URL(file, LESSON)));
      const { shape, data } = npy('input');
      const input = tf.tensor(data, shape);
      const extractor = createExtractor(model, { layers: model.layers.slice(0, 8) });
      const activations = await extractor.run(input);
      const expected = meta();
      for (const [i, layer] of expected.layers.entries()) {
        const activation = activations.get(i);
        expect(activation.layer.name).toBe(layer.name);
        expect(activation.shape).toEqual(layer.shape);
        const reference = npy(`${i}_${layer.name}`).data as Float32Array;
        const ours = await activation.data();
        let worst = 0;
        let scale = 0;
        for (let j = 0; j < reference.length; j++) {
          worst = Math.max(worst, Math.abs(ours[j]! - reference[j]!));
          scale = Math.max(scale, Math.abs(reference[j]!));
        }
        expect(worst / scale, layer.name).toBeLessThan(1e-5);
        const statistics = await describeChannels(activation);
        expect(statistics.filter(({ dead }) => dead).map(({ channel }) => channel)).toEqual(layer.dead_channels);
      }
      for (const channel of [3, 30]) {
        const image = colorize(await sliceChannel(activations.get(0), channel), { colormap: viridis });
        const reference = npy(`0_conv2d_1_ch${channel}_viridis`).data;
        let off = 0;
        for (let j = 0; j < reference.length; j++) if (image.data[j] !== reference[j]) off++;
        expect(off / reference.length).toBeLessThan(1e-3);
      }
      expect((await sliceChannels(activations.get('conv2d_1'))).length).toBe(32);
      const output = model.predict(input) as tf.Tensor;
      expect((await output.data())[0]).toBeCloseTo(expected.prediction, 5);
      tf.dispose([input, output]);
      activations.dispose();
      model.dispose();
    },
  );
});
