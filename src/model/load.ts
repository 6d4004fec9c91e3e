import type { io } from '@tensorflow/tfjs-core';
import { openSource } from '#platform';
import { check, checkNotAborted, describe } from '../check';
import { ActivationLensError } from '../errors';
import { type KerasFile, kerasFormat, readKerasFile, readKerasShards } from '../keras/file';
import type { ByteSource } from '../keras/source';
import type { BytesInput } from '../platform/types';
import { kerasPair, mayListShards, openFound, type ShardedWeights, shardsAmong, shardsBeside } from './companions';
import type { CustomLayers } from './graph';
import { createKerasModel } from './keras-model';
import { chooseRuntime } from './runtime';
import { isIOHandler, openTfjs, readArtifacts } from './tfjs-files';
import type { Model, Runtime } from './types';

/**
 * Where a model may come from: a path (Node), a URL, a `Blob` or `File`, bytes, the `File`s of a tfjs model (`model.json` and its
 * weights) or of a Keras model (the JSON of `model.to_json()` and its weights, in parts perhaps), or a tfjs `IOHandler`.
 */
export type ModelInputSource = BytesInput | io.IOHandler | readonly File[];

/** How far opening has come. `loaded` and `total` are bytes; `total` is 0 where it is not known. */
export interface LoadProgress {
  /** 'fetch' while the file comes over the network, 'weights' while weights are read and placed. */
  readonly phase: 'fetch' | 'weights';
  readonly loaded: number;
  readonly total: number;
}

/** Options of `loadModel`. */
export interface LoadOptions {
  /** Aborting it rejects with `aborted`; nothing stays in memory. */
  readonly signal?: AbortSignal;
  /** Called as opening goes on. */
  readonly onProgress?: (progress: LoadProgress) => void;
  /**
   * The architecture for a file that holds only weights: the JSON of Keras' `model.to_json()`, as text (not a path) or parsed. For a whole
   * model it replaces the file's own, which helps where that lacks something.
   */
  readonly architecture?: unknown;
  /**
   * The shape of the model's input, the batch first and `null` for a free axis (`[null, 224, 224, 3]`), for a file that does not say it: Keras
   * 2.2 and 2.3 lose it of a Sequential that begins with an InputLayer, and others save models that were never built. Of a file that does,
   * it must be the same, and may fix free axes.
   */
  readonly inputShape?: readonly (number | null)[];
  /** tfjs layer classes for layers the library does not have, by Keras' class name. */
  readonly customLayers?: CustomLayers;
  /**
   * What to do about layers without stored weights: 'strict' (default) rejects with `weight-mismatch`, 'skip-missing' leaves zeros there.
   * Weights of the wrong shape are rejected either way.
   */
  readonly weights?: 'strict' | 'skip-missing';
}

/**
 * Opens a trained model as it was saved, with no conversion: Keras HDF5 (`.h5`, Keras 1 to 3), Keras zip (`.keras`, Keras 2.12 and later),
 * tfjs LayersModels and GraphModels (`model.json`). The format is told from the bytes, never from the name. No Python of the file is run.
 *
 * When no tfjs backend has been set, the fastest that works is (see `Model.runtime`).
 *
 * @throws `format`, `corrupt`, `weights-only`, `unsupported-layer`, `weight-mismatch`, `custom-object`, `backend`, `aborted`. After an error
 * no tensor and no open file is left.
 */
export async function loadModel(source: ModelInputSource, options: LoadOptions = {}): Promise<Model> {
  const { signal, onProgress, weights: missing = 'strict' } = options;
  check(
    missing === 'strict' || missing === 'skip-missing',
    'format',
    () => `Option 'weights' is ${describe(missing)}; it must be 'strict' or 'skip-missing'.`,
  );
  checkInputShape(options.inputShape);
  checkNotAborted(signal, 'opening the model');
  if (isFileList(source)) {
    const sharded = await shardsAmong(source);
    if (sharded) return openShards(sharded, options, missing);
    const pair = options.architecture === undefined ? await kerasPair(source) : undefined;
    if (pair) return loadModel(pair.weights, { ...options, architecture: pair.architecture });
  }
  if (isIOHandler(source) || isFileList(source)) {
    const runtime = await chooseRuntime();
    return openTfjs(await readArtifacts(source, options), runtime, options);
  }
  const bytes = await openSource(source as BytesInput, {
    signal,
    code: 'format',
    what: 'model',
    onProgress: onProgress && ((loaded, total) => onProgress({ phase: 'fetch', loaded, total: total ?? 0 })),
  });
  try {
    return await openBytes(bytes, source as BytesInput, options, missing);
  } finally {
    await bytes.close?.();
  }
}

function checkInputShape(shape: unknown): void {
  const isSize = (n: unknown) => n === null || (Number.isInteger(n) && (n as number) > 0);
  check(
    shape === undefined || (Array.isArray(shape) && shape.length > 0 && shape.every(isSize)),
    'format',
    () =>
      `Option 'inputShape' is ${describe(shape)}; it must be a list of sizes, the batch first, with null for a free axis: [null, 224, 224, 3].`,
  );
}

async function openBytes(bytes: ByteSource, source: BytesInput, options: LoadOptions, missing: 'strict' | 'skip-missing'): Promise<Model> {
  check(bytes.size > 0, 'format', () => `${bytes.name} is empty.`);
  const head = await bytes.read(0, Math.min(bytes.size, 4096));
  const format = kerasFormat(head);
  if (!format) {
    if (!looksLikeJSON(head)) throw unknownFormat(bytes, head);
    const sharded = mayListShards(head) ? await shardsBeside({ bytes, source }) : undefined;
    if (sharded) return openShards(sharded, options, missing);
    const runtime: Runtime = await chooseRuntime();
    return openTfjs(await readArtifacts({ bytes, source }, options), runtime, options);
  }
  const { signal, architecture } = options;
  return openKeras(await readKerasFile(bytes, format, { signal, architecture }), bytes.name, options, missing);
}

/** Opens weights that lie in several files, all of which stay open until the weights have been read. */
async function openShards(
  { name, shards, find, architecture: given }: ShardedWeights,
  options: LoadOptions,
  missing: 'strict' | 'skip-missing',
): Promise<Model> {
  const { signal, onProgress, architecture = given } = options;
  const sources: ByteSource[] = [];
  let before = 0;
  try {
    for (const shard of shards) {
      const fetched = onProgress && ((loaded: number) => onProgress({ phase: 'fetch', loaded: before + loaded, total: 0 }));
      const named = { path: shard, by: name, what: 'the .weights.json', list: '[architectureJson, weightsJson, ...shards]' };
      sources.push(await openFound(find, named, { signal, onProgress: fetched }));
      before += sources.at(-1)!.size;
    }
    return await openKeras(await readKerasShards(sources, name, { signal, architecture }), name, options, missing);
  } finally {
    for (const source of sources) await source.close?.();
  }
}

async function openKeras(file: KerasFile, name: string, options: LoadOptions, missing: 'strict' | 'skip-missing'): Promise<Model> {
  const { signal, onProgress, customLayers = {} } = options;
  const runtime = await chooseRuntime();
  return createKerasModel(
    {
      file: name,
      format: file.format,
      producer: file.keras.text === 'unknown' ? 'keras' : `keras ${file.keras.text}`,
      keras: file.keras,
      description: file.model,
      weights: file.weights,
      runtime,
    },
    {
      customLayers,
      missing,
      signal,
      inputShape: options.inputShape,
      onRead: onProgress && ((loaded, total) => onProgress({ phase: 'weights', loaded, total })),
    },
  );
}

function looksLikeJSON(head: Uint8Array): boolean {
  const text = new TextDecoder().decode(head.subarray(0, 64)).replace(/^\uFEFF/, '');
  return /^\s*"?\{/.test(text);
}

function unknownFormat(bytes: ByteSource, head: Uint8Array): ActivationLensError {
  const text = new TextDecoder('latin1').decode(head.subarray(0, 512));
  const starts = (...values: number[]) => values.every((value, i) => head[i] === value);
  const guess = /^\s*<(!doctype|html)/i.test(text)
    ? 'It is a web page: the address is probably wrong, or leads to a page about the file.'
    : /^version https:\/\/git-lfs/.test(text)
      ? 'It is a Git LFS pointer: fetch the file itself with `git lfs pull`.'
      : starts(0x1f, 0x8b)
        ? 'It is compressed with gzip: unpack it first.'
        : starts(0x80, 0x02) || starts(0x80, 0x04)
          ? 'It is a Python pickle (a PyTorch checkpoint, perhaps), which is not opened: it would run code.'
          : starts(0x08) || text.includes('saved_model')
            ? 'It looks like a TensorFlow protobuf: load it in Python and save it with model.save("model.keras").'
            : text.slice(4, 8) === 'TFL3'
              ? 'It is a TensorFlow Lite model, whose layers are fused beyond recognition: use the Keras model it was made from.'
              : 'It may be damaged.';
  return new ActivationLensError(
    'format',
    `${bytes.name} (${bytes.size} bytes) is no model file that can be opened: a Keras .h5 or .keras file, or a tfjs model.json. ${guess}`,
    { details: { file: bytes.name, size: bytes.size } },
  );
}

function isFileList(source: ModelInputSource): source is readonly File[] {
  return Array.isArray(source);
}
