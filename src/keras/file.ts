import { check, checkNotAborted, describe } from '../check';
import { ActivationLensError } from '../errors';
import { isObject, readConfig } from './config';
import type { KerasModel, KerasVersion } from './description';
import { markWholeFloats } from './floats';
import type { HDF5Group } from './hdf5/index';
import { isHDF5 } from './hdf5/superblock';
import { mergedGroup } from './shards';
import type { ByteSource } from './source';
import { isPathLayout, type LocatedWeights, locateByName, locateByPath } from './weights';
import { isZip, openZip } from './zip';

/** A Keras file, read as far as its architecture; its weights are located and not read. */
export interface KerasFile {
  readonly format: 'keras-hdf5' | 'keras-zip';
  readonly keras: KerasVersion;
  readonly model: KerasModel;
  readonly weights: LocatedWeights;
}

export interface ReadOptions {
  readonly signal?: AbortSignal | undefined;
  /** The architecture of a file that holds only weights, or one to use instead of the file's: `model.to_json()`, as a string or parsed. */
  readonly architecture?: unknown;
}

/** Up to this size a `.keras` file's weights are checked against their checksum first (2 ms a megabyte); larger ones are read once only. */
const VERIFIED_SIZE = 64 * 2 ** 20;

/** Whether the first bytes of a file are a Keras format's. A tfjs `model.json` is neither. */
export function kerasFormat(head: Uint8Array): 'keras-hdf5' | 'keras-zip' | undefined {
  if (isHDF5(head)) return 'keras-hdf5';
  return isZip(head) ? 'keras-zip' : undefined;
}

/**
 * Opens what Keras saved: an HDF5 model (Keras 1 to 3), a `.keras` zip (Keras 2.12 and later), or a weights file of either layout together
 * with its `architecture`.
 *
 * @throws `format`, `corrupt`, `weights-only`, `custom-object`, `weight-mismatch`, `aborted`.
 */
export async function readKerasFile(source: ByteSource, format: KerasFile['format'], options: ReadOptions = {}): Promise<KerasFile> {
  return format === 'keras-zip' ? readZip(source, options) : readHDF5(await openRoot(source, options.signal), source.name, options);
}

/** The same for weights that lie in several HDF5 files; `name` is what to call them together. */
export async function readKerasShards(sources: readonly ByteSource[], name: string, options: ReadOptions = {}): Promise<KerasFile> {
  const roots: HDF5Group[] = [];
  for (const source of sources) roots.push(await openRoot(source, options.signal));
  return readHDF5(mergedGroup(roots), name, options);
}

async function readZip(source: ByteSource, options: ReadOptions): Promise<KerasFile> {
  const { signal } = options;
  const zip = await openZip(source, signal ? { signal } : {});
  const text = async (name: string): Promise<string | undefined> => {
    const bytes = await zip.entry(name)?.bytes(signal);
    return bytes && new TextDecoder().decode(bytes);
  };
  const config = await text('config.json');
  const weightsEntry = zip.entry('model.weights.h5');
  if (config === undefined || !weightsEntry) {
    const there = zip.names.slice(0, 5).map(describe).join(', ');
    const missing = config === undefined ? 'config.json' : 'model.weights.h5';
    const hint = zip.names.some((name) => name.endsWith('.pb'))
      ? ' It looks like a TensorFlow SavedModel: load it in Python and save it with model.save("model.keras").'
      : ' A `.keras` file made by model.save() has both config.json and model.weights.h5.';
    throw new ActivationLensError('format', `${source.name} is a zip without ${missing} (it holds ${there || 'nothing'}).${hint}`);
  }
  const metadata = parse(await text('metadata.json'), source.name, 'metadata.json');
  const json = options.architecture === undefined ? parse(config, source.name, 'config.json') : readArchitecture(options.architecture);
  const keras = versionOf(isObject(metadata) ? metadata.keras_version : undefined, json);
  checkNotAborted(signal, `opening ${source.name}`);
  const model = readConfig(json, keras, source.name);
  if (weightsEntry.size <= VERIFIED_SIZE) await weightsEntry.verify(signal);
  const root = await openRoot(await weightsEntry.source(signal), signal);
  const weights = await locateByPath(root, model, source.name);
  return { format: 'keras-zip', keras, model, weights };
}

async function readHDF5(root: HDF5Group, name: string, options: ReadOptions): Promise<KerasFile> {
  const attributes = await root.attributes();
  const stored = attributes.get('model_config');
  const keys = await root.keys();
  const modelWeights = keys.includes('model_weights') ? await root.get('model_weights') : undefined;
  const holder = modelWeights?.kind === 'group' ? modelWeights : root;
  const holderAttributes = await holder.attributes();
  const byName = holderAttributes.has('layer_names') || holderAttributes.has('layer_names0');
  const byPath = !byName && isPathLayout(root, keys);

  if (stored === undefined && options.architecture === undefined) throw withoutConfig(name, byName || byPath, keys);
  const json = options.architecture === undefined ? parse(stored, name, 'model_config') : readArchitecture(options.architecture);
  const version = attributes.get('keras_version') ?? holderAttributes.get('keras_version');
  const { keras: known, spelling } = versionsOf(version, byName, json, options.architecture !== undefined);
  const backend = attributes.get('backend') ?? holderAttributes.get('backend');
  const keras = { ...known, ...(typeof backend === 'string' && { backend }) };
  const model = readConfig(json, spelling, name);
  checkNotAborted(options.signal, `opening ${name}`);
  check(byName || byPath, 'corrupt', () => `${name} holds an architecture and no weights. Save the model again with model.save().`);
  const weights = await (byPath ? locateByPath(root, model, name) : locateByName(holder, model, name));
  return { format: 'keras-hdf5', keras, model, weights };
}

/** The HDF5 reader is loaded with the first file that needs it. */
async function openRoot(source: ByteSource, signal: AbortSignal | undefined): Promise<HDF5Group> {
  const { openHDF5 } = await import('./hdf5/index');
  return openHDF5(source, signal ? { signal } : {});
}

/**
 * An architecture as people have it: the text of `model.to_json()` or what it says, that text encoded once more (`json.dump` of it), or the
 * `model.json` of a tfjs model.
 */
export function readArchitecture(given: unknown): unknown {
  const what = 'the JSON of model.to_json()';
  check(
    typeof given !== 'string' || /^[\s\uFEFF]*["{]/.test(given),
    'corrupt',
    () =>
      `The given architecture is ${describe(given)}, which is no JSON: give the text of model.to_json(), or what it says, and no path to it.`,
  );
  let json = parse(given, 'the given architecture', what);
  if (typeof json === 'string') json = parse(json, 'the given architecture', what);
  const topology = isObject(json) && isObject(json.modelTopology) ? json.modelTopology : json;
  if (!isObject(topology) || !isObject(topology.model_config)) return topology;
  return { keras_version: topology.keras_version, ...topology.model_config };
}

/**
 * Whose weights and computations a file has (`keras`), and whose words its config is in (`spelling`). A given architecture may come from
 * another version than the weights beside it: Keras 2 reads the words of Keras 1, and either reads the other's weights, which say nothing of
 * their version when Keras 1 wrote them. An architecture of Keras 3 computes as Keras 3 does, whoever wrote the weights.
 */
function versionsOf(written: unknown, byName: boolean, json: unknown, isGiven: boolean): Record<'keras' | 'spelling', KerasVersion> {
  const said = isObject(json) ? json.keras_version : undefined;
  // Keras 1.0 wrote no version; a weights file of Keras 3 has none either, but its architecture shows.
  const file = versionOf(written ?? said ?? (byName ? '1' : undefined), json);
  const spelling = isGiven && (said !== undefined || looksLikeKeras3(json)) ? versionOf(said, json) : file;
  if (spelling.major === 3 && file.major < 3) return { keras: spelling, spelling };
  const ofKeras1 = isGiven && written === undefined && byName && spelling.major === 2;
  return { keras: ofKeras1 ? { ...file, major: 1 } : file, spelling };
}

function withoutConfig(name: string, weights: boolean, keys: readonly string[]): ActivationLensError {
  if (weights) {
    return new ActivationLensError(
      'weights-only',
      `${name} holds weights and no architecture (it was made by save_weights). Pass the architecture too: ` +
        `loadModel(source, { architecture }) with the JSON that model.to_json() gives, or save the whole model with model.save().`,
    );
  }
  return new ActivationLensError(
    'format',
    `${name} is an HDF5 file but no Keras model: it has no model_config (it holds ${keys.slice(0, 5).map(describe).join(', ') || 'nothing'}).`,
  );
}

function parse(value: unknown, file: string, what: string): unknown {
  if (value === undefined || (typeof value === 'object' && !(value instanceof Uint8Array))) return value;
  const text = markWholeFloats(value instanceof Uint8Array ? new TextDecoder().decode(value) : String(value).replace(/^\uFEFF/, ''));
  try {
    return JSON.parse(text);
  } catch (cause) {
    try {
      // Python's json writes Infinity and NaN, which JSON does not know.
      return JSON.parse(
        text
          .replace(/(?<=[[:,]\s*)(-?)Infinity(?=\s*[,\]}])/g, (_, sign) => `${sign}1e999`)
          .replace(/(?<=[[:,]\s*)NaN(?=\s*[,\]}])/g, 'null'),
      );
    } catch {
      throw new ActivationLensError('corrupt', `${file}: ${what} is not valid JSON.`, { cause });
    }
  }
}

/** The version a file names, or what its config looks like: only Keras 3 writes `module` beside `batch_shape` or `dtype` policies. */
export function versionOf(text: unknown, config: unknown): KerasVersion {
  const found = /^(\d+)/.exec(String(text ?? ''));
  if (found) {
    const major = Math.min(3, Math.max(1, Number(found[1]))) as 1 | 2 | 3;
    return { major, text: String(text) };
  }
  return { major: looksLikeKeras3(config) ? 3 : 2, text: 'unknown' };
}

function looksLikeKeras3(config: unknown): boolean {
  const text = JSON.stringify(config) ?? '';
  return text.includes('"batch_shape"') || text.includes('__keras_tensor__');
}
