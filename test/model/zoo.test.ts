import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-wasm';
import { beforeAll, describe, expect, it } from 'vitest';
import { createExtractor } from '../../src/extract/extractor';
import { loadModel } from '../../src/model/load';
import { expectKeras, readExpected } from '../golden';
import { hasShared, SHARED, zooFiles } from '../zoo';

describe.skipIf(!hasShared)('real files of strangers', () => {
  const zoo = (file: string) => new URL(`zoo/${file}`, SHARED);
  const path = (file: string) => fileURLToPath(zoo(file));

  beforeAll(async () => {
    await tf.setBackend('wasm');
  });

  it.each(zooFiles())('%s matches Keras layer by layer', async (file) => {
    await expectKeras(zoo(file), readExpected(zoo(`${file}.expected.json`)));
  });

  it('refuses a subclassed model, naming its class', async () => {
    await expect(loadModel(path('custom-class.keras'))).rejects.toMatchObject({
      code: 'custom-object',
      message: expect.stringContaining("'VAE'"),
    });
  });

  it('opens a weights file with the architecture it belongs to, and only then', async () => {
    await expect(loadModel(path('weights-only.h5'))).rejects.toMatchObject({ code: 'weights-only' });
    const architecture = architectureOf('hdf5-named-keras.keras');
    const model = await loadModel(path('weights-only.h5'), { architecture });
    expect(model.layers.map(({ name }) => name)).toEqual(['dense', 'dense_1', 'dense_2']);
    model.dispose();
  });

  it('opens a file that no Keras opens, each weight placed by the order of its class', async () => {
    const model = await loadModel(path('keras-2.13-functional.keras'));
    const input = tf.randomUniform([1, 24, 24, 96]);
    const activations = await createExtractor(model).run(input);
    const last = activations.get(-1);
    expect(last.shape).toEqual([1, 384, 384, 3]);
    expect((await last.data()).every(Number.isFinite)).toBe(true);
    tf.dispose(input);
    activations.dispose();
    model.dispose();
  });

  /** The JSON in an HDF5 attribute, found by its bytes. */
  function architectureOf(file: string): string {
    const text = readFileSync(zoo(file)).toString('latin1');
    const start = text.indexOf('{"class_name": "Sequential"');
    let depth = 0;
    for (let i = start; ; i++) {
      if (text[i] === '{') depth++;
      if (text[i] === '}' && --depth === 0) return text.slice(start, i + 1);
    }
  }
});
