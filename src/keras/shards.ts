import { isObject } from './config';
import type { HDF5Dataset, HDF5Group, HDF5Value } from './hdf5/index';

/**
 * The files of weights that were saved in parts (`save_weights('cnn.weights.json', max_shard_size=...)`, Keras 3.10 and later): those that the
 * JSON names, each once. Undefined for any other JSON.
 */
export function shardNames(json: unknown): readonly string[] | undefined {
  if (!isObject(json) || !isObject(json.weight_map)) return undefined;
  const names = Object.values(json.weight_map).flat();
  return names.every((name) => typeof name === 'string') ? [...new Set(names)] : undefined;
}

/** Groups of several files as one: their members and attributes together. A layer's weights may be spread over files. */
export function mergedGroup(groups: readonly HDF5Group[]): HDF5Group {
  const first = groups[0]!;
  if (groups.length === 1) return first;
  return {
    kind: 'group',
    path: first.path,
    async attributes() {
      const merged = new Map<string, HDF5Value>();
      for (const group of groups) for (const [name, value] of await group.attributes()) if (!merged.has(name)) merged.set(name, value);
      return merged;
    },
    async keys() {
      const keys = await Promise.all(groups.map((group) => group.keys()));
      return [...new Set(keys.flat())];
    },
    async get(path) {
      const members = await Promise.all(groups.map((group) => group.get(path)));
      const dataset = members.find((member): member is HDF5Dataset => member?.kind === 'dataset');
      const inner = members.filter((member): member is HDF5Group => member?.kind === 'group');
      return dataset ?? (inner.length > 0 ? mergedGroup(inner) : undefined);
    },
  };
}
