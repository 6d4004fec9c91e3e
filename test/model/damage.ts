/** Ways to damage a model file, drawn from a seed. */

import type * as tf from '@tensorflow/tfjs-core';
import { CRC32 } from '../../src/crc32';
import { openZip } from '../../src/keras/zip';

/** Numbers in [0, 1) that depend on the seed alone (mulberry32, Tommy Ettinger, public domain). */
export function randomOf(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

type Random = () => number;
const below = (n: number, random: Random) => Math.floor(random() * n);
const pick = <T>(items: readonly T[], random: Random): T => items[below(items.length, random)]!;

/** Cut short, flipped bits, a stretch of zeros or of other bytes of the file, bytes taken out. */
export function damageBytes(given: Uint8Array, random: Random): Uint8Array {
  const bytes = given.slice();
  const at = below(bytes.length, random);
  const length = 1 + below(Math.min(64, bytes.length - at), random);
  switch (below(5, random)) {
    case 0:
      return bytes.subarray(0, at);
    case 1:
      // The first bytes and the last hold a file's structure.
      for (let i = 0; i < length; i++) {
        const near = pick([bytes.length, Math.min(bytes.length, 2048)], random);
        const where = pick([below(near, random), bytes.length - 1 - below(near, random)], random);
        bytes[where]! ^= 1 << below(8, random);
      }
      return bytes;
    case 2:
      return bytes.fill(pick([0, 255], random), at, at + length);
    case 3:
      bytes.copyWithin(at, below(bytes.length, random), below(bytes.length, random));
      return bytes;
    default:
      return joined([bytes.subarray(0, at), bytes.subarray(at + length)]);
  }
}

const STRANGE: readonly unknown[] = [
  ...[null, true, false, 0, -1, 1, 1.5, 7, 2 ** 31, 1e9, 1e300, '', 'x', 'relu', '__proto__', 'constructor', 'toString', '1', 'conv2d'],
  ...[[], {}, [[]], [null], [0], [1, 2], [-1], [null, 1e9, 1e9, 3], { class_name: 'Dense' }, { class_name: 'Dense', config: {} }],
  ...[{ config: { name: 'x' } }, { class_name: 'Functional', config: { layers: [] } }, { class_name: 'x', config: null }],
];

/** One to three values somewhere in it gone, strange, or another value of the same JSON, which makes cycles and mixed-up names. */
export function damageJSON(given: unknown, random: Random): unknown {
  const json = structuredClone(given);
  for (let count = 1 + below(3, random); count > 0; count--) {
    const places: [object: Record<string, unknown>, key: string][] = [];
    const collect = (value: unknown) => {
      if (typeof value !== 'object' || value === null) return;
      for (const key of Object.keys(value)) {
        places.push([value as Record<string, unknown>, key]);
        collect((value as Record<string, unknown>)[key]);
      }
    };
    collect(json);
    if (places.length === 0) return json;
    const [object, key] = pick(places, random);
    const [other, otherKey] = pick(places, random);
    const kind = below(5, random);
    if (kind === 0 && Array.isArray(object)) object.splice(Number(key), 1);
    else if (kind === 0) delete object[key];
    else if (kind <= 2) object[key] = structuredClone(pick(STRANGE, random));
    else if (kind === 3) object[key] = structuredClone(other[otherKey]);
    else [object[key], other[otherKey]] = [structuredClone(other[otherKey]), structuredClone(object[key])];
  }
  return json;
}

/** The architecture inside a `.keras` damaged and the zip whole; or an entry gone, or one in another's place. */
export async function damageKerasZip(given: Uint8Array, random: Random): Promise<Uint8Array> {
  const zip = await openZip({ name: 'x.keras', size: given.length, read: async (at, length) => given.subarray(at, at + length) });
  const entries = new Map<string, Uint8Array>();
  for (const name of zip.names) entries.set(name, await zip.entry(name)!.bytes());
  const name = pick([...entries.keys()], random);
  const kind = random();
  if (kind < 0.1) entries.delete(name);
  else if (kind < 0.2) entries.set(name, pick([...entries.values()], random));
  else if (name.endsWith('.json')) entries.set(name, encode(damageJSON(JSON.parse(decode(entries.get(name)!)), random)));
  else entries.set(name, damageBytes(entries.get(name)!, random));
  return storedZip(entries);
}

/** The architecture inside an HDF5 file damaged in its place and the file whole; the file as it was, where it does not fit. */
export function damageKerasHDF5(given: Uint8Array, random: Random): Uint8Array {
  const text = new TextDecoder('latin1').decode(given);
  const start = text.indexOf('{"class_name"');
  let end = start;
  let depth = 0;
  do depth += text[end] === '{' ? 1 : text[end] === '}' ? -1 : 0;
  while (++end < text.length && depth > 0);
  const damaged = encode(damageJSON(JSON.parse(text.slice(start, end)), random));
  const bytes = given.slice();
  if (damaged.length > end - start) return bytes;
  bytes.fill(32, start, end);
  bytes.set(damaged, start);
  return bytes;
}

/** The topology, the list of weights or their bytes. */
export function damageArtifacts(given: tf.io.ModelArtifacts, random: Random): tf.io.ModelArtifacts {
  const { weightData, ...json } = given;
  const bytes = new Uint8Array(weightData as ArrayBuffer);
  if (random() < 0.1) return { ...json, weightData: damageBytes(bytes, random).slice().buffer };
  const part = pick(['modelTopology', 'modelTopology', 'weightSpecs', 'all'] as const, random);
  if (part === 'all') return { ...(damageJSON(json, random) as tf.io.ModelArtifacts), weightData };
  return { ...json, [part]: damageJSON(json[part], random), weightData };
}

const encode = (json: unknown) => new TextEncoder().encode(JSON.stringify(json));
const decode = (bytes: Uint8Array) => new TextDecoder().decode(bytes);

/** A zip of entries that are not compressed (APPNOTE.TXT 4.3). */
function storedZip(entries: ReadonlyMap<string, Uint8Array>): Uint8Array {
  const parts: Uint8Array[] = [];
  const directory: Uint8Array[] = [];
  let at = 0;
  for (const [name, bytes] of entries) {
    const encoded = new TextEncoder().encode(name);
    // Version, flags, method, time and date; checksum, both lengths, and those of the name and of what more there is.
    const common = [20, 0, ...zeros(8), ...words(new CRC32().add(bytes).value, bytes.length, bytes.length, encoded.length)];
    const header = [0x50, 0x4b, 3, 4, ...common];
    parts.push(Uint8Array.from(header), encoded, bytes);
    directory.push(Uint8Array.from([0x50, 0x4b, 1, 2, 20, 0, ...common, ...zeros(10), ...words(at)]), encoded);
    at += header.length + encoded.length + bytes.length;
  }
  const size = directory.reduce((sum, { length }) => sum + length, 0);
  const count = [entries.size, 0];
  const end = Uint8Array.from([0x50, 0x4b, 5, 6, ...zeros(4), ...count, ...count, ...words(size, at), 0, 0]);
  return joined([...parts, ...directory, end]);
}

const zeros = (n: number) => Array<number>(n).fill(0);
const words = (...values: number[]) => new Uint8Array(Uint32Array.from(values).buffer);

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}
