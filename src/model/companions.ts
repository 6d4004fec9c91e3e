/** Files that belong together: found beside each other, or among those of a list. */

import { openSource, readAll } from '#platform';
import { check, checkNotAborted } from '../check';
import { ActivationLensError } from '../errors';
import { isObject } from '../keras/config';
import { kerasFormat, readArchitecture } from '../keras/file';
import { shardNames } from '../keras/shards';
import type { ByteSource } from '../keras/source';
import type { BytesInput, OpenOptions } from '../platform/types';

/** A JSON file, already open, and the source it came from: what it names lies beside it. */
export interface JSONSource {
  readonly bytes: ByteSource;
  readonly source: BytesInput;
}

/** Where a file lies that another names; undefined where it was not given. */
export type Find = (path: string) => BytesInput | undefined;

/** Keras' weights in several files. */
export interface ShardedWeights {
  /** Of the JSON that lists them. */
  readonly name: string;
  readonly shards: readonly string[];
  readonly find: Find;
  /** The architecture that was given with them. */
  readonly architecture?: Uint8Array;
}

/** Finds files beside a JSON file, as paths or URLs. */
export function beside({ source, bytes }: JSONSource): Find {
  return (path) => {
    if (source instanceof URL) return new URL(path, source);
    if (typeof source !== 'string') return undefined;
    if (/^(https?|file):/i.test(source)) return new URL(path, source);
    return bytes.name === source || /[/\\]/.test(source) ? source.replace(/[^/\\]*$/, '') + path : path;
  };
}

/** Finds files of a list by their names. */
export function among(files: readonly File[]): Find {
  const byName = new Map(files.map((file) => [file.name, file]));
  return (path) => byName.get(path.split('/').at(-1)!);
}

/** A file of weights that another names, and what to say where it cannot be had. */
interface Named {
  readonly path: string;
  /** Of the file that names it. */
  readonly by: string;
  /** What that file is, and how all are given in a list. */
  readonly what: string;
  readonly list: string;
}

/** Opens a file that another names. Throws `format` when it was not given or cannot be opened, `aborted`. */
export async function openFound(
  find: Find,
  { path, by, what, list }: Named,
  { signal, onProgress }: Pick<OpenOptions, 'signal' | 'onProgress'>,
): Promise<ByteSource> {
  checkNotAborted(signal, `reading the weights of ${by}`);
  const where = find(path);
  check(
    where !== undefined,
    'format',
    () =>
      `${by} keeps weights in '${path}', which was not given. Give the path or URL of ${what}, or all files in a list: loadModel(${list}).`,
    { missing: path },
  );
  return openSource(where, { signal, code: 'format', what: `weights file of ${by}`, onProgress });
}

/** The JSON file of a list. */
export function isJSONFile({ name }: File): boolean {
  return name.toLowerCase().endsWith('.json');
}

/** Throws `corrupt`. */
export function parseJSON(bytes: Uint8Array, name: string): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(bytes));
  } catch (cause) {
    throw new ActivationLensError('corrupt', `${name} is not valid JSON: it may be cut short.`, { cause });
  }
}

/** Whether something is what `model.to_json()` gives, as bytes or parsed, encoded once or twice. A tfjs model has that inside. */
export function isKerasArchitecture(given: unknown): boolean {
  try {
    const json = readArchitecture(given);
    return isObject(json) && typeof json.class_name === 'string' && 'config' in json;
  } catch {
    return false;
  }
}

/** The architecture and the weights of a Keras model that were given together, `model.json` and `model.h5`; undefined for anything else. */
export async function kerasPair(files: readonly File[]): Promise<{ architecture: Uint8Array; weights: File } | undefined> {
  const json = files.find(isJSONFile);
  const weights = files.find((file) => !isJSONFile(file));
  if (files.length !== 2 || !json || !weights) return undefined;
  if (!kerasFormat(new Uint8Array(await weights.slice(0, 4096).arrayBuffer()))) return undefined;
  const architecture = await readAll(json);
  return isKerasArchitecture(architecture) ? { architecture, weights } : undefined;
}

/** Whether JSON that begins so may be the list of weights in parts, which are named early. */
export function mayListShards(head: Uint8Array): boolean {
  return new TextDecoder().decode(head).includes('"weight_map"');
}

/** The weights in parts whose list was opened; undefined where that is another JSON. Throws `corrupt` for a list that names no files. */
export async function shardsBeside(json: JSONSource): Promise<ShardedWeights | undefined> {
  const { bytes } = json;
  const shards = shardNames(parseJSON(await bytes.read(0, bytes.size), bytes.name));
  return shards && checked({ name: bytes.name, shards, find: beside(json) });
}

/** The weights in parts that are among these files, and the architecture if it is, too. Throws as `shardsBeside` does. */
export async function shardsAmong(files: readonly File[]): Promise<ShardedWeights | undefined> {
  const listed = files.filter(isJSONFile);
  const begins = await Promise.all(listed.map((file) => file.slice(0, 4096).arrayBuffer()));
  // Other JSON may be anything, and is not read for this.
  const list = listed.find(({ name }, i) => name.toLowerCase().endsWith('.weights.json') || mayListShards(new Uint8Array(begins[i]!)));
  const shards = list && shardNames(parseJSON(await readAll(list), list.name));
  if (!list || !shards) return undefined;
  const others = await Promise.all(listed.filter((file) => file !== list).map((file) => readAll(file)));
  const architecture = others.find(isKerasArchitecture);
  return checked({ name: list.name, shards, find: among(files), ...(architecture && { architecture }) });
}

/** Keras writes plain names: what lies elsewhere is none of its. */
function checked(weights: ShardedWeights): ShardedWeights {
  const { name, shards } = weights;
  check(
    shards.length > 0 && shards.every((shard) => /^[^/\\:]+$/.test(shard) && !/^\.+$/.test(shard)),
    'corrupt',
    () =>
      `${name} is damaged: its weight_map must name the files that lie beside it, and names ${JSON.stringify(shards).slice(0, 200)}. Save the weights again with save_weights().`,
  );
  return weights;
}
