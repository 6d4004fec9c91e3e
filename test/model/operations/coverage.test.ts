import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { isOperation, supportedOperations } from '../../../src/model/operations';
import { readGoldens } from '../layers/goldenCase';
import { specOf } from '../layers/spec';

/** Names without a result of Keras in the fixtures, and why. */
const WITHOUT: Readonly<Record<string, string>> = {
  'math.logical_xor':
    'written by TensorFlow 2.4; today it is recorded as the and, or and not that it is made of. LogicalXor of Keras 3 computes it',
};

const fixtures = ['layers', 'operations', 'numeric', 'tensorflow', 'dtypes', 'versions/2.21.0', 'versions/3.15.1'].map((name) =>
  fileURLToPath(new URL(`../../fixtures/${name}/`, import.meta.url)),
);

/** Operations that a real Keras wrote into a model and computed, by the names that the library lists. */
function computed(stem: string): Set<string> {
  const nodes = fixtures
    .filter((folder) => existsSync(`${folder}${stem}.json.gz`))
    .flatMap((folder) => readGoldens(folder + stem).cases.flatMap((golden) => golden.nodes));
  return new Set(
    nodes
      .filter(({ className, config, module }) => isOperation(specOf(className, config, module === undefined ? {} : { module })))
      .map(({ className, config }) => String(config.function ?? className).replace(/^compat\.v1\./, '')),
  );
}

describe('every operation', () => {
  it.each([
    ['keras.ops', 'keras3', supportedOperations().keras3],
    ['TensorFlow', 'keras2', supportedOperations().tensorflow],
  ] as const)('of %s has a result of Keras that a test compares', (_, stem, names) => {
    const seen = computed(stem);
    expect(names.filter((name) => !seen.has(name))).toEqual(names.filter((name) => Object.hasOwn(WITHOUT, name)));
  });
});
