import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { HDF5Dataset, HDF5Group, HDF5Value } from '../../../src/keras/hdf5/index';
import type { ByteSource } from '../../../src/keras/source';

const folder = fileURLToPath(new URL('../../fixtures/hdf5/', import.meta.url));

/** Names of all fixture files, without '.h5'. */
export const names = readdirSync(folder)
  .filter((file) => file.endsWith('.h5'))
  .map((file) => file.slice(0, -3));

/** A fixture's bytes. A Buffer on purpose: its `slice` is a view, unlike that of a Uint8Array. */
export function load(name: string): Buffer {
  return readFileSync(`${folder}${name}.h5`);
}

/** A source over bytes that notes every read and refuses those outside, as an array would not. */
export function countingSource(bytes: Uint8Array, name = 'a file'): ByteSource & { reads: { offset: number; length: number }[] } {
  return {
    name,
    size: bytes.length,
    reads: [],
    async read(offset, length) {
      this.reads.push({ offset, length });
      if (!(Number.isInteger(offset) && Number.isInteger(length) && offset >= 0 && length >= 0 && offset + length <= bytes.length)) {
        throw new Error(`${offset} + ${length} is outside of ${bytes.length} bytes`);
      }
      return bytes.subarray(offset, offset + length);
    },
  };
}

/** What h5py reads from a fixture: the form that `describeFile` gives. */
export type Description = Record<string, Record<string, unknown>>;

export const expected = JSON.parse(readFileSync(`${folder}expected.json`, 'utf8')) as Record<string, Description>;

/** Everything in a file, in the form in which the fixtures' script writes it. Throws whatever reading throws, other than of one node. */
export async function describeFile(root: HDF5Group): Promise<Description> {
  const nodes: Description = {};
  const walk = async (group: HDF5Group): Promise<void> => {
    const keys = await group.keys();
    nodes[group.path] = { kind: 'group', keys, attributes: describeAttributes(await group.attributes()) };
    for (const key of keys) {
      const path = `${group.path === '/' ? '' : group.path}/${key}`;
      let node: HDF5Group | HDF5Dataset | undefined;
      try {
        node = await group.get(key);
      } catch (error) {
        nodes[path] = { kind: 'error', code: (error as { code?: string }).code };
        continue;
      }
      if (!node) nodes[path] = { kind: 'none' };
      else if (node.kind === 'group') await walk(node);
      else nodes[path] = await describeDataset(node);
    }
  };
  await walk(root);
  return nodes;
}

async function describeDataset(dataset: HDF5Dataset): Promise<Record<string, unknown>> {
  const result = { kind: 'dataset', shape: dataset.shape, attributes: describeAttributes(await dataset.attributes()) };
  if (dataset.dtype === 'string') return { ...result, strings: await dataset.readStrings() };
  try {
    const values = await dataset.readFloat32();
    return values.length > 500 ? { ...result, sha256: hash(values) } : { ...result, values: Array.from(values, plain) };
  } catch (error) {
    if ((error as { code?: string }).code === 'format') return { ...result, refused: true };
    throw error;
  }
}

function describeAttributes(attributes: ReadonlyMap<string, HDF5Value>): unknown[] {
  return Array.from(attributes, ([name, value]) => {
    if (value instanceof Uint8Array) return [name, { bytes: Buffer.from(value).toString('hex') }];
    if (Array.isArray(value) && value.length > 500) return [name, { sha256: hash(Float64Array.from(value as number[])) }];
    return [name, Array.isArray(value) ? value.map(plain) : plain(value)];
  });
}

function hash(values: Float32Array | Float64Array): string {
  return createHash('sha256')
    .update(new Uint8Array(values.buffer, values.byteOffset, values.byteLength))
    .digest('hex');
}

/** JSON has neither NaN nor infinities nor a negative zero. */
function plain(value: string | number | boolean | null): string | number | boolean | null {
  if (typeof value !== 'number') return value;
  if (Object.is(value, -0)) return '-0';
  return Number.isFinite(value) ? value : String(value);
}
