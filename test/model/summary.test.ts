import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { ActivationLensError } from '../../src/errors';
import { loadModel } from '../../src/model/load';
import { type Summarizable, summarize } from '../../src/model/summary';

interface Golden {
  readonly about: string;
  readonly model: Summarizable;
  readonly summaries: readonly { readonly lineLength: number | null; readonly text: string }[];
}

const folder = new URL('../fixtures/summary/', import.meta.url);
const goldens = readdirSync(folder)
  .filter((file) => file.endsWith('.json'))
  .map((file) => ({ name: file.replace('.json', ''), golden: JSON.parse(readFileSync(new URL(file, folder), 'utf8')) as Golden }));

describe('summarize prints what Keras prints', () => {
  it('has goldens of both Keras', () => {
    expect(goldens.filter(({ name }) => name.startsWith('keras2')).length).toBeGreaterThanOrEqual(4);
    expect(goldens.filter(({ name }) => name.startsWith('keras3')).length).toBeGreaterThanOrEqual(6);
  });

  for (const { name, golden } of goldens) {
    for (const { lineLength, text } of golden.summaries) {
      it(`${name}, ${lineLength ?? 'its own'} wide`, () => {
        expect(summarize(golden.model, { lineLength: lineLength ?? undefined })).toBe(text);
        expect(summarize(golden.model, { style: name.slice(0, 6) as 'keras2' | 'keras3', lineLength: lineLength ?? undefined })).toBe(text);
      });
    }
  }
});

describe('an opened file has what Keras prints of it', () => {
  for (const file of readdirSync(folder).filter((name) => /\.(h5|keras)$/.test(name))) {
    it(file, async () => {
      const { golden } = goldens.find(({ name }) => name === file.replace(/\.\w+$/, ''))!;
      const model = await loadModel(fileURLToPath(new URL(file, folder)));
      expect(summarize(model)).toBe(golden.summaries[0]!.text);
      model.dispose();
    });
  }
});

describe('summarize', () => {
  const { model } = goldens.find(({ name }) => name === 'keras2-lesson')!.golden;

  it("prints the lesson's table to the digit", () => {
    const lines = summarize(model, { style: 'keras2' }).split('\n');
    expect(lines[0]).toBe('_'.repeat(65));
    expect(lines[1]!.trimEnd()).toBe('Layer (type)                 Output Shape              Param #');
    expect(lines).toContain('conv2d_1 (Conv2D)            (None, 148, 148, 32)      896       ');
    expect(lines).toContain('max_pooling2d_1 (MaxPooling2 (None, 74, 74, 32)        0         ');
    expect(lines).toContain('Total params: 3,453,121');
  });

  it('takes the style of the Keras that wrote the file', () => {
    for (const producer of ['keras 1.2.2', 'keras 2.1.6', 'TensorFlow.js tfjs-layers v4.22.0', '']) {
      expect(summarize({ ...model, producer })).toMatch(/^_{65}\n/);
    }
    for (const producer of ['keras 3.3.3', 'Keras 3.15.1', 'Keras v3.0.5']) expect(summarize({ ...model, producer })).toMatch(/^Model: "/);
  });

  it('prints a model of either Keras in the style of the other', () => {
    const { model: graph } = goldens.find(({ name }) => name === 'keras3-graph')!.golden;
    // Keras 2 numbers a nested model's calls from 1.
    expect(summarize(graph, { style: 'keras3' })).toContain(' twin[0][1] ');
    expect(summarize(graph, { style: 'keras2' })).toContain(' twin[1][1] ');
  });

  it('takes layers without a graph for a chain, and a layer without trainable count for a trainable one', () => {
    const layers = model.layers.map(({ calls: _calls, trainableParameters: _trainable, ...layer }) => layer);
    expect(summarize({ ...model, layers })).toBe(summarize(model));
  });

  it('prints a model without layers', () => {
    expect(summarize({ ...model, layers: [] }, { style: 'keras2' })).toContain('Total params: 0');
    expect(summarize({ ...model, layers: [] }, { style: 'keras3' })).toContain(' Total params: 0 (0.00 B)');
  });

  it('rounds sizes as Python does', () => {
    // 4,224 bytes are 4.125 KB: halfway, so the even hundredth.
    const layer = { ...model.layers[0]!, parameters: 1056, trainableParameters: 1056 };
    expect(summarize({ ...model, layers: [layer] }, { style: 'keras3' })).toContain('Total params: 1,056 (4.12 KB)');
  });

  it('refuses a style and a width that cannot be', () => {
    const refused = (call: () => string, text: string) => {
      expect(call).toThrow(ActivationLensError);
      expect(call).toThrow(expect.objectContaining({ code: 'shape', message: expect.stringContaining(text) }));
    };
    refused(() => summarize(model, { style: 'keras4' as 'keras3' }), "style is 'keras4'; it must be 'keras2' or 'keras3'.");
    refused(() => summarize(model, { lineLength: 0 }), 'lineLength is 0; it must be an integer of at least 1.');
    refused(() => summarize(model, { style: 'keras2', lineLength: 4 }), 'lineLength is 4: no column fits. Give at least 5');
    refused(() => summarize(model, { style: 'keras3', lineLength: 12 }), 'lineLength is 12: one of the 3 columns gets 3 characters');
  });
});
