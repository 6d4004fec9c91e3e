import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { supportedLayers } from '../../../src/model/layers';
import { layerTable } from '../../../src/model/layers/registry';
import { readGoldens } from './goldenCase';

const FIXTURES = fileURLToPath(new URL('../../fixtures/', import.meta.url));

/** Classes without a result of Keras in the fixtures, and why. */
const WITHOUT: Readonly<Record<string, string>> = {
  'CuDNNLSTM of Keras 2': 'computes on an NVIDIA GPU only',
  'CuDNNGRU of Keras 2': 'computes on an NVIDIA GPU only',
  'Equalization of Keras 3': 'Keras 3.15.1 cannot call it on a symbolic tensor',
  'MaxNumBoundingBoxes of Keras 3': 'takes no tensor, only a dict with bounding boxes',
};

describe.each([2, 3] as const)('every layer class of Keras %i', (major) => {
  it('has a result of Keras that a test compares', () => {
    const tested = new Set(
      [...goldenClasses(major), ...conformanceClasses(major), ...modelClasses(major)].map((name) => layerTable.get(name)?.className),
    );
    const without = supportedLayers()
      .filter(({ className, keras }) => keras.includes(major) && !tested.has(className))
      .map(({ className }) => `${className} of Keras ${major}`);
    expect(without.sort()).toEqual(
      Object.keys(WITHOUT)
        .filter((name) => name.endsWith(String(major)))
        .sort(),
    );
  });
});

/** Also the classes inside wrappers. */
function* goldenClasses(major: number): Generator<string> {
  const stems = ['layers', 'sound', 'tokens', 'pictures']
    .map((folder) => `${FIXTURES}${folder}/keras${major}`)
    .filter((stem) => existsSync(`${stem}.json.gz`));
  for (const { nodes } of stems.flatMap((stem) => readGoldens(stem).cases)) {
    for (const { className, config } of nodes) {
      yield className;
      yield* [...JSON.stringify(config).matchAll(/"class_name":"(\w+)"/g)].map(([, name]) => name!);
    }
  }
}

function* modelClasses(major: number): Generator<string> {
  for (const file of readdirSync(`${FIXTURES}models`).filter((name) => name.endsWith('.expected.json'))) {
    const { keras, layers } = JSON.parse(readFileSync(`${FIXTURES}models/${file}`, 'utf8')) as {
      keras: string;
      layers: { className: string }[];
    };
    const owner = file.startsWith('addons') ? 'Addons>' : '';
    if (keras.startsWith(`${major}.`)) yield* layers.flatMap(({ className }) => [className, owner + className]);
  }
}

function* conformanceClasses(major: number): Generator<string> {
  const steps = readdirSync(`${FIXTURES}conformance`).filter((name) => !name.includes('.'));
  for (const step of steps) {
    const entries = JSON.parse(readFileSync(`${FIXTURES}conformance/${step}/index.json`, 'utf8')) as {
      keras: string;
      layers: { className: string }[];
    }[];
    for (const { keras, layers } of entries) {
      if (keras.startsWith(`${major}.`)) yield* layers.map(({ className }) => className.split('>').at(-1)!);
    }
  }
}
