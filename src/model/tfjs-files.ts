import { io } from '@tensorflow/tfjs-core';
import { readAll } from '#platform';
import { check, checkNotAborted, describe } from '../check';
import { ActivationLensError } from '../errors';
import { isObject } from '../keras/config';
import { among, beside, type Find, isJSONFile, isKerasArchitecture, type JSONSource, openFound, parseJSON } from './companions';
import { openGraphModel } from './graph-model';
import { openLayersModel } from './layers-model';
import type { LoadOptions } from './load';
import type { Model, Runtime } from './types';

/** A tfjs model's parts and what to call it. */
export interface TfjsModelFile {
  readonly name: string;
  readonly artifacts: io.ModelArtifacts;
}

export function isIOHandler(source: unknown): source is io.IOHandler {
  return typeof source === 'object' && source !== null && typeof (source as Partial<io.IOHandler>).load === 'function';
}

/** Gets the topology and the weights together, from wherever each of them is. */
export async function readArtifacts(source: io.IOHandler | readonly File[] | JSONSource, options: LoadOptions): Promise<TfjsModelFile> {
  if (isIOHandler(source)) {
    try {
      return { name: 'the given IOHandler', artifacts: await source.load!() };
    } catch (cause) {
      throw new ActivationLensError(
        'format',
        `The given IOHandler could not load: ${cause instanceof Error ? cause.message : String(cause)}`,
        { cause },
      );
    }
  }
  if ('bytes' in source) {
    const json = parseJSON(await source.bytes.read(0, source.bytes.size), source.bytes.name) as io.ModelJSON;
    check(
      'modelTopology' in Object(json) || !isKerasArchitecture(json),
      'format',
      () =>
        `${source.bytes.name} is the architecture of a Keras model, which holds no weights. ` +
        "Open its weights file, and give it this: loadModel('weights.h5', { architecture }), or both in a list: loadModel([modelJson, weightsFile]).",
    );
    return { name: source.bytes.name, artifacts: await withWeights(json, source.bytes.name, beside(source), options) };
  }
  const jsonFile = source.find(isJSONFile);
  check(
    jsonFile,
    'format',
    () =>
      `Among the ${source.length} given files (${source.map(({ name }) => describe(name)).join(', ')}) there is no model.json. A single Keras file is given by itself, not in a list.`,
  );
  const json = parseJSON(await readAll(jsonFile), jsonFile.name) as io.ModelJSON;
  return { name: jsonFile.name, artifacts: await withWeights(json, jsonFile.name, among(source), options) };
}

/** Opens either kind of tfjs model. */
export async function openTfjs(file: TfjsModelFile, runtime: Runtime, options: LoadOptions): Promise<Model> {
  checkNotAborted(options.signal, `opening ${file.name}`);
  const { modelTopology, format, weightSpecs } = file.artifacts;
  check(
    modelTopology && typeof modelTopology === 'object',
    'format',
    () => `${file.name} is JSON but no tfjs model: it has no modelTopology. A model.json of tfjs has modelTopology and weightsManifest.`,
  );
  checkSpecs(weightSpecs ?? [], file.name);
  const isGraph = format === 'graph-model' || 'node' in modelTopology;
  return isGraph ? openGraphModel(file, runtime, options.signal) : openLayersModel(file, runtime, options);
}

async function withWeights(json: io.ModelJSON, name: string, find: Find, { signal, onProgress }: LoadOptions): Promise<io.ModelArtifacts> {
  const groups = readManifest(json, name);
  const buffers: ArrayBuffer[] = [];
  let loaded = 0;
  for (const path of groups.flatMap(({ paths }) => paths)) {
    const named = { path, by: name, what: 'model.json', list: '[modelJson, weightsBin]' };
    const source = await openFound(find, named, { signal });
    try {
      const bytes = await source.read(0, source.size);
      buffers.push(bytes.slice().buffer as ArrayBuffer);
      loaded += bytes.byteLength;
      onProgress?.({ phase: 'fetch', loaded, total: 0 });
    } finally {
      await source.close?.();
    }
  }
  const specs = groups.flatMap(({ weights }) => weights);
  const { weightsManifest: _, ...rest } = json;
  return { ...(rest as Omit<io.ModelArtifacts, 'weightSpecs'>), weightSpecs: specs, weightData: io.CompositeArrayBuffer.join(buffers) };
}

/** The groups of weights and the files they are in; none where the JSON has no list of them. */
function readManifest({ weightsManifest }: io.ModelJSON, name: string): io.WeightsManifestConfig {
  if (!Array.isArray(weightsManifest)) return [];
  const isGroup = (group: unknown) =>
    isObject(group) && Array.isArray(group.weights) && Array.isArray(group.paths) && group.paths.every((path) => typeof path === 'string');
  check(
    weightsManifest.every(isGroup),
    'corrupt',
    () => `${name} is damaged: an entry of its weightsManifest has not a list of weights and a list of paths.`,
  );
  return weightsManifest;
}

function checkSpecs(specs: unknown, name: string): asserts specs is io.WeightsManifestEntry[] {
  check(Array.isArray(specs), 'corrupt', () => `${name} is damaged: its list of weights is ${describe(specs)}.`);
  (specs as unknown[]).forEach((spec, i) => {
    const isSpec =
      isObject(spec) &&
      typeof spec.name === 'string' &&
      typeof spec.dtype === 'string' &&
      Array.isArray(spec.shape) &&
      spec.shape.every((n) => Number.isSafeInteger(n) && n >= 0) &&
      (spec.quantization === undefined || isObject(spec.quantization));
    check(isSpec, 'corrupt', () => `${name} is damaged: entry ${i} of its list of weights has not a name, a shape and a dtype.`);
  });
}
