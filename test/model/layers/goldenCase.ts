import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import type { DataType, Tensor } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { input, type LayersModel, model as makeModel, type SymbolicTensor } from '@tensorflow/tfjs-layers';
import { expect } from 'vitest';
import {
  buildLayer,
  type CallSignature,
  callsAgain,
  holdsKerasWeights,
  type Layer,
  type LayerSpec,
  type StoredWeight,
} from '../../../src/model/layers';
import { narrowType, setNarrowType } from '../../../src/model/layers/narrow';

/** Shape, and index of the first number. */
type Numbers = readonly [shape: readonly number[], at: number];

interface GoldenNode {
  readonly className: string;
  readonly name: string;
  readonly config: Record<string, unknown>;
  readonly calls: readonly CallSignature[];
  readonly inbound: readonly (readonly [string, number, number])[][];
  readonly module?: string;
  readonly registeredName?: string;
  readonly weights?: readonly Numbers[];
  readonly paths?: readonly (readonly [path: string, ...Numbers])[];
}

/** One model of test/fixtures/layers, and what Keras computes for it. */
export interface GoldenCase {
  readonly name: string;
  readonly inputNames: readonly string[];
  readonly inputs: readonly { readonly dtype: string; readonly declared: readonly (number | null)[]; readonly value: Numbers }[];
  readonly nodes: readonly GoldenNode[];
  readonly outputs: readonly {
    readonly from: readonly [string, number, number];
    readonly declared: readonly (number | null)[];
    readonly dtype: string;
    readonly value: Numbers;
  }[];
}

/** The cases that one Keras wrote, with their numbers. */
export interface GoldenFile {
  readonly keras: string;
  readonly cases: readonly GoldenCase[];
  readonly numbers: Float32Array;
}

/** Where goldens are. Elsewhere: a larger set written by the same script, `LAYER_GOLDENS=folder npx vitest run test/model/layers`. */
export const goldenFolders = process.env.LAYER_GOLDENS
  ? [process.env.LAYER_GOLDENS]
  : ['layers', 'operations', 'numeric', 'tensorflow', 'sound', 'tokens', 'pictures', 'ranks'].map((name) =>
      fileURLToPath(new URL(`../../fixtures/${name}`, import.meta.url)),
    );

export function readGoldens(stem: string): GoldenFile {
  const { keras, cases } = JSON.parse(gunzipSync(readFileSync(`${stem}.json.gz`)).toString()) as Omit<GoldenFile, 'numbers'>;
  const bytes = readFileSync(join(dirname(stem), 'numbers.bin'));
  return { keras, cases, numbers: new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length)) };
}

/** How far a case is from Keras: the largest difference over the largest expected value, and shapes that differ. */
export interface Comparison {
  readonly error: number;
  readonly problems: readonly string[];
}

/** Builds the case's model through `buildLayer`, runs it on the current backend and compares. Leaves no tensor behind. */
export async function compareCase(file: GoldenFile, golden: GoldenCase, by: 'order' | 'path'): Promise<Comparison> {
  const before = tf.memory().numTensors;
  const { model, layers } = buildCase(file, golden, by);
  const problems: string[] = [];
  let error = 0;
  const feeds = golden.inputs.map((given) => tf.tensor(slice(file, given.value), [...given.value[0]], typeOf(given.dtype)));
  try {
    golden.outputs.forEach((expected, i) => {
      const declared = JSON.stringify(model.outputs[i]!.shape);
      if (!fits(model.outputs[i]!.shape, expected.value[0]))
        problems.push(`output ${i} is declared ${declared}, is ${JSON.stringify(expected.value[0])}`);
      if (declared !== JSON.stringify(expected.declared) && fits(expected.declared, expected.value[0]))
        problems.push(`output ${i} is declared ${declared}, in Keras ${JSON.stringify(expected.declared)}`);
    });
    const result = model.apply(feeds.length === 1 ? feeds[0]! : feeds) as Tensor | Tensor[];
    const outputs = Array.isArray(result) ? result : [result];
    for (const [i, output] of outputs.entries()) {
      const expected = golden.outputs[i]!;
      const values = await output.data();
      if (JSON.stringify(output.shape) !== JSON.stringify(expected.value[0])) {
        problems.push(`output ${i} has shape ${JSON.stringify(output.shape)} instead of ${JSON.stringify(expected.value[0])}`);
      } else {
        const own = relativeError(values as ArrayLike<number>, slice(file, expected.value));
        if (own > 1e-3) problems.push(`output ${i} (${expected.from[0]}) is off by ${own}`);
        error = Math.max(error, own);
      }
      if (typeOf(expected.dtype) !== output.dtype) problems.push(`output ${i} is ${output.dtype}, in Keras ${expected.dtype}`);
    }
    tf.dispose(outputs);
  } finally {
    tf.dispose(feeds);
    model.dispose();
  }
  const left = tf.memory().numTensors - before;
  if (left !== 0) problems.push(`${left} tensors left (${layers.length} layers)`);
  return { error, problems };
}

function buildCase(file: GoldenFile, golden: GoldenCase, by: 'order' | 'path'): { model: LayersModel; layers: Layer[] } {
  const text = file.keras;
  const keras = { major: Number(text.split('.')[0]) as 1 | 2 | 3, text };
  const tensors = new Map<string, SymbolicTensor>();
  const inputs = golden.inputs.map(({ declared, dtype }, i) => {
    const symbol = input({ batchShape: [...declared], dtype: typeOf(dtype), name: `in${i}` });
    setNarrowType(symbol, narrowType(dtype));
    tensors.set(`${golden.inputNames[i]}/0/0`, symbol);
    return symbol;
  });
  const context = { build: (spec: LayerSpec): Layer => buildLayer(spec, context) };
  const built = new Map<string, Map<string, Layer>>();
  const waiting = golden.nodes.flatMap((node) => node.calls.map((_, call) => ({ node, call })));
  while (waiting.length > 0) {
    const ready = waiting.findIndex(({ node, call }) => node.inbound[call]!.every((ref) => tensors.has(ref.join('/'))));
    if (ready < 0) throw new Error(`no order for ${waiting.map(({ node }) => node.name).join()}`);
    const [{ node, call }] = waiting.splice(ready, 1) as [(typeof waiting)[number]];
    const made = built.get(node.name) ?? new Map<string, Layer>();
    built.set(node.name, made);
    const signature = JSON.stringify(node.calls[call]);
    let layer = made.get(signature);
    if (layer === undefined) {
      const [first] = made.values();
      layer = buildLayer({ ...node, path: first ? `${node.name}:${call}` : node.name, keras, call: node.calls[call]! }, context);
      const stored = storedWeights(file, node, by);
      if (first !== undefined) expect(callsAgain(layer, first)).toBe(true);
      else if (stored.length > 0 && holdsKerasWeights(layer)) layer.setKerasWeights(stored);
      made.set(signature, layer);
    }
    const list = node.inbound[call]!.map((ref) => tensors.get(ref.join('/'))!);
    const output = layer.apply(list.length === 1 ? list[0]! : list) as SymbolicTensor | SymbolicTensor[];
    (Array.isArray(output) ? output : [output]).forEach((symbol, i) => {
      tensors.set(`${node.name}/${call}/${i}`, symbol);
    });
  }
  const outputs = golden.outputs.map(({ from }) => tensors.get(from.join('/'))!);
  return {
    model: makeModel({ inputs, outputs: outputs.length === 1 ? outputs[0]! : outputs }),
    layers: [...built.values()].flatMap((made) => [...made.values()]),
  };
}

function storedWeights(file: GoldenFile, node: GoldenNode, by: 'order' | 'path'): StoredWeight[] {
  if (by === 'path' && node.paths !== undefined) {
    return node.paths.map(([path, ...numbers]) => ({ path, shape: numbers[0], data: slice(file, numbers) }));
  }
  return (node.weights ?? []).map((numbers) => ({ shape: numbers[0], data: slice(file, numbers) }));
}

function slice({ numbers }: GoldenFile, [shape, at]: Numbers): Float32Array {
  return numbers.slice(at, at + shape.reduce((product, n) => product * n, 1));
}

function typeOf(dtype: string): DataType {
  if (dtype === 'bool') return 'bool';
  return dtype.includes('int') ? 'int32' : 'float32';
}

function fits(declared: readonly (number | null)[], actual: readonly number[]): boolean {
  return declared.length === actual.length && declared.every((n, i) => n === null || n === actual[i]);
}

/** NaN and infinities must be in the same places. */
function relativeError(actual: ArrayLike<number>, expected: Float32Array): number {
  let [difference, largest] = [0, 1e-6];
  for (let i = 0; i < expected.length; i++) {
    const [a, b] = [Number(actual[i]), expected[i]!];
    if (Object.is(a, b) || a === b || (Number.isNaN(a) && Number.isNaN(b))) continue;
    if (!Number.isFinite(a) || !Number.isFinite(b)) return Number.POSITIVE_INFINITY;
    difference = Math.max(difference, Math.abs(a - b));
  }
  for (const value of expected) if (Number.isFinite(value)) largest = Math.max(largest, Math.abs(value));
  return difference / largest;
}
