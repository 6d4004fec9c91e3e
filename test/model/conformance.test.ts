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
  readonly inputs: readonly { readonly shape: readonly number[]; readonly scale: number; readonly offset?: number }[];
}

describe.each(readdirSync(FIXTURES).filter((name) => !name.includes('.')))('%s', (step) => {
  const folder = new URL(`${step}/`, FIXTURES);
  const unpack = (name: string) => brotliDecompressSync(readFileSync(new URL(`${name}.br`, folder)));
  const entries = JSON.parse(readFileSync(new URL('index.json', folder), 'utf8')) as Entry[];

  beforeAll(async () => {
    await tf.setBackend('wasm');
  });

  it.each(entries.map((entry) => [entry.file, entry] as const))('%s', async (file, { architecture, inputShape, inputs, ...expected }) => {
    const options = {
      ...(architecture !== undefined && { architecture: unpack(architecture).toString() }),
      ...(inputShape && { inputShape }),
    };
    const shapes = inputs.map(({ shape }) => shape);
    await expectKeras(unpack(file), { ...expected, inputs: shapes }, options, (index) => {
      const { scale, offset = 0 } = inputs[index]!;
      return (value) => Math.fround(Math.fround(value * Math.fround(scale)) + Math.fround(offset));
    });
  });
});
