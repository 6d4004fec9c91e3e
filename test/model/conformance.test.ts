import { readdirSync, readFileSync } from 'node:fs';
import { brotliDecompressSync } from 'node:zlib';
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-wasm';
import { beforeAll, describe, it } from 'vitest';
import { type Expected, expectKeras } from '../golden';

const FIXTURES = new URL('../fixtures/conformance/', import.meta.url);

/** A file that scripts/conformance/fixtures.mjs kept. */
interface Entry extends Omit<Expected, 'inputs'> {
  readonly file: string;
  readonly keras: string;
  readonly architecture?: string;
  /** For a file that does not say it. */
  readonly inputShape?: readonly (number | null)[];
  readonly inputs: readonly {
    readonly shape: readonly number[];
    readonly scale?: number;
    readonly offset?: number;
    readonly high?: number;
  }[];
}

/** The models of two weights files of Keras 1 as Keras 2 writes them: convolutions of Keras 1 kept their kernels, and LSTMs their gates, another way. */
const IN_KERAS2: Readonly<Record<string, object>> = {
  'lstm-cpu.weights.h5': {
    class_name: 'Sequential',
    keras_version: '2.2.4',
    config: [
      {
        class_name: 'LSTM',
        config: { name: 'lstm_1', units: 4, batch_input_shape: [null, 5, 3], recurrent_activation: 'hard_sigmoid', implementation: 1 },
      },
    ],
  },
  'deconv2d-tf.weights.h5': {
    class_name: 'Sequential',
    keras_version: '2.2.4',
    config: [
      {
        class_name: 'Conv2D',
        config: {
          name: 'convolution2d_1',
          filters: 4,
          kernel_size: [1, 1],
          data_format: 'channels_first',
          batch_input_shape: [null, 4, 4, 3],
        },
      },
      {
        class_name: 'Conv2DTranspose',
        config: { name: 'deconvolution2d_1', filters: 2, kernel_size: [3, 3], strides: [2, 2], data_format: 'channels_last' },
      },
    ],
  },
};

const steps = readdirSync(FIXTURES, { withFileTypes: true }).flatMap((entry) => (entry.isDirectory() ? [entry.name] : []));

describe.each(steps)('%s', (step) => {
  const folder = new URL(`${step}/`, FIXTURES);
  const unpack = (name: string) => brotliDecompressSync(readFileSync(new URL(`${name}.br`, folder)));
  const entries = JSON.parse(readFileSync(new URL('index.json', folder), 'utf8')) as Entry[];

  beforeAll(async () => {
    await tf.setBackend('wasm');
  });

  const open = async (file: string, { inputShape, inputs, ...expected }: Entry, architecture: unknown) => {
    const options = {
      ...(architecture !== undefined && { architecture }),
      ...(inputShape && { inputShape }),
    };
    const shapes = inputs.map(({ shape }) => shape);
    await expectKeras(unpack(file), { ...expected, inputs: shapes }, options, (index) => {
      const { scale = 1, offset = 0, high } = inputs[index]!;
      if (high !== undefined) return (value) => Math.floor(Math.fround(value * high));
      return (value) => Math.fround(Math.fround(value * Math.fround(scale)) + Math.fround(offset));
    });
  };

  it.each(entries.map((entry) => [entry.file, entry] as const))('%s', (file, entry) =>
    open(file, entry, entry.architecture && unpack(entry.architecture).toString()),
  );

  const old = step === 'structures-keras122-keras' ? entries.filter(({ file }) => file in IN_KERAS2) : [];
  for (const entry of old) it(`${entry.file} with an architecture of Keras 2`, () => open(entry.file, entry, IN_KERAS2[entry.file]));
});
