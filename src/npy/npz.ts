import { strFromU8, unzipSync, type Zippable, zipSync } from 'fflate';
import { check } from '../check';
import { CRC32 } from '../crc32';
import { ActivationLensError } from '../errors';
import { decodeNpy } from './decode';
import { activationToNpy, encodeNpy } from './encode';
import type { NpyActivation, NpyArray, NpyInput } from './types';

/** Options of what writes .npz files. */
export interface NpzOptions {
  /** Whether the arrays are deflated, as by `np.savez_compressed`. Activations hardly shrink, except where many are 0. Default false. */
  readonly compress?: boolean | undefined;
}

/** Where a zip without its 64-bit extension ends. */
const largestZip = 0xffffffff;

/**
 * Writes several arrays as an .npz file, as `np.savez`: `np.load(path)[name]` in Python.
 *
 * Throws what `encodeNpy` throws, and `shape` for more than 4 GB.
 */
export function encodeNpz(arrays: Readonly<Record<string, NpyInput>>, options: NpzOptions = {}): Uint8Array {
  return pack(
    Object.entries(arrays).map(([name, array]) => [name, encodeNpy(array)] as const),
    options,
  );
}

/**
 * All activations of a run as an .npz file: an array for each layer, named by its path, float32 [batch, height, width, channels].
 *
 * @example
 * await writeFile('activations.npz', await activationsToNpz(await extractor.run(input)));
 * // Python: np.load('activations.npz')['conv2d_1']
 */
export async function activationsToNpz(
  activations: Iterable<NpyActivation & { readonly layer: { readonly path: string } }>,
  options: NpzOptions = {},
): Promise<Uint8Array> {
  const files: (readonly [string, Uint8Array])[] = [];
  for (const activation of activations) files.push([activation.layer.path, await activationToNpy(activation)]);
  return pack(files, options);
}

/**
 * Reads all arrays of an .npz file, by name.
 *
 * Throws `format` for bytes that are no zip, `corrupt` for a damaged one, and what `decodeNpy` throws for one of its arrays.
 */
export function decodeNpz(bytes: Uint8Array | ArrayBuffer): Record<string, NpyArray> {
  const file = bytes instanceof Uint8Array ? bytes : new Uint8Array(bytes);
  const isZip = file[0] === 0x50 && file[1] === 0x4b;
  check(isZip, 'format', () => 'The bytes are no .npz file: a zip begins with PK. (A single array is a .npy file: use decodeNpy.)');
  let files: Record<string, Uint8Array>;
  try {
    files = unzipSync(file);
  } catch (cause) {
    throw damaged('its zip archive cannot be read', { cause });
  }
  for (const [name, sum] of checksums(file)) {
    const content = files[name];
    if (content && new CRC32().add(content).value !== sum) throw damaged(`the checksum of '${name}' does not fit`);
  }
  return Object.fromEntries(
    Object.entries(files)
      .filter(([name]) => name.endsWith('.npy'))
      .map(([name, content]) => [name.slice(0, -4), decodeNpy(content, name)]),
  );
}

function damaged(what: string, options: { cause?: unknown } = {}): ActivationLensError {
  return new ActivationLensError('corrupt', `The .npz file is damaged or cut short: ${what}. Copy it again.`, options);
}

/** Name and CRC-32 of each entry, from the zip's directory (APPNOTE 4.3.12), which `unzipSync` reads without looking at the sums. */
function* checksums(file: Uint8Array): Generator<[string, number]> {
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  let end = file.length - 22;
  while (end >= 0 && view.getUint32(end, true) !== 0x06054b50) end--;
  let at = end < 0 ? file.length : view.getUint32(end + 16, true);
  while (at + 46 <= file.length && view.getUint32(at, true) === 0x02014b50) {
    const [name, extra, comment] = [28, 30, 32].map((field) => view.getUint16(at + field, true)) as [number, number, number];
    // As fflate reads names: UTF-8 where the entry says so, else Latin-1.
    const utf8 = (view.getUint16(at + 8, true) & 2048) !== 0;
    yield [strFromU8(file.subarray(at + 46, at + 46 + name), !utf8), view.getUint32(at + 16, true)];
    at += 46 + name + extra + comment;
  }
}

function pack(files: readonly (readonly [string, Uint8Array])[], { compress = false }: NpzOptions): Uint8Array {
  const total = files.reduce((sum, [, content]) => sum + content.length, 0);
  check(total < largestZip, 'shape', () => `The arrays are ${total} bytes together; an .npz file takes up to 4 GB. Write several.`, {
    bytes: total,
  });
  const entries: Zippable = {};
  // numpy's own date: the same arrays make the same file on every day.
  const settings = { level: compress ? 6 : 0, mtime: new Date(1980, 0, 1) } as const;
  for (const [name, content] of files) entries[`${name}.npy`] = [content, settings];
  return zipSync(entries);
}
