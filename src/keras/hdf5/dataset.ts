import { ActivationLensError } from '../../errors';
import { readAttributes, readTexts } from './attributes';
import { convert, isNativeFloat32, isNumeric } from './convert';
import { Cursor, NOWHERE, unsupported } from './cursor';
import { readDataspace } from './dataspace';
import { readDatatype } from './datatype';
import type { HDF5File } from './file';
import { readFilters } from './filters';
import { findMessage, MessageType, type ObjectHeader, readObjectHeader } from './header';
import { GlobalHeaps } from './heaps';
import { readLayout } from './layout';
import { readStorage, type Sink, type Storage } from './storage';
import type { HDF5Dataset, HDF5Type, HDF5Value } from './types';

/** Most bytes asked of a source at once; Node's files give up to 2 GiB. */
const LARGEST_READ = 2 ** 30;

/** Reads a dataset's description. */
export async function openDataset(file: HDF5File, header: ObjectHeader, path: string): Promise<HDF5Dataset> {
  const spaceBody = await findMessage(file, header, MessageType.dataspace);
  const typeBody = await findMessage(file, header, MessageType.datatype);
  if (!spaceBody || !typeBody) throw file.corrupt(`'${path}' is neither a group nor a whole dataset`, header.address);
  const space = readDataspace(spaceBody);
  let type = readDatatype(typeBody);
  if (type.opaque && type.size === 2 && (await readAttributes(file, header)).get('dtype') === 'bfloat16') {
    // Keras 3 stores bfloat16, which HDF5 had no name for, as two opaque bytes and says so in an attribute.
    type = { dtype: 'bfloat16', size: 2, littleEndian: true, text: 'bfloat16' };
  }
  const layout = await readLayout(file, header);
  const filtersBody = await findMessage(file, header, MessageType.filters);
  const filters = filtersBody ? readFilters(filtersBody) : [];
  const fill = await readFillValue(file, header);
  return new Dataset({ file, path, space, type, layout, filters, fill }, header.address);
}

class Dataset implements HDF5Dataset {
  readonly kind = 'dataset';
  readonly path: string;
  readonly shape: readonly number[];
  readonly dtype: HDF5Type;
  readonly size: number;

  constructor(
    private readonly storage: Storage,
    private readonly address: number,
  ) {
    const { path, space, type } = storage;
    this.path = path;
    this.dtype = type.dtype;
    this.shape = type.array ? [...space.shape, ...type.array.shape] : space.shape;
    this.size = this.shape.reduce((product, length) => product * length, 1);
  }

  async attributes(): Promise<ReadonlyMap<string, HDF5Value>> {
    return readAttributes(this.storage.file, await readObjectHeader(this.storage.file, this.address));
  }

  async readFloat32(signal?: AbortSignal): Promise<Float32Array> {
    const { storage } = this;
    const { file, type } = storage;
    if (!isNumeric(type))
      throw unsupported(file.name, `${type.text} where numbers are needed ('${this.path}')`, 'Store the array as float32.');
    if (this.size === 0) return new Float32Array(0);
    const { layout } = storage;
    if (layout.kind === 'contiguous' && layout.address !== NOWHERE && isNativeFloat32(type)) {
      return readWhole(storage, layout.address, layout.length, signal);
    }
    const sink = new NumberSink(storage, this.size);
    await readStorage(storage, sink, signal);
    return sink.out;
  }

  async readStrings(signal?: AbortSignal): Promise<string[]> {
    const { storage } = this;
    const { file, type } = storage;
    if (type.dtype !== 'string') throw unsupported(file.name, `${type.text} where strings are needed ('${this.path}')`, 'Store strings.');
    if (this.size === 0) return [];
    const sink = new ByteSink(storage);
    await readStorage(storage, sink, signal);
    // The elements' place in the file is lost by now; the dataset's own will do.
    return readTexts(new Cursor(sink.out, file, file.base + this.address, `'${this.path}'`), type, new GlobalHeaps(file));
  }
}

/**
 * The common case, a plain run of float32: read in one go, and the very bytes that were read become the array when nobody else can hold them
 * (a fresh buffer of exactly that length), so that weights of n bytes take n bytes.
 */
async function readWhole(
  { file, path, space, type }: Storage,
  address: number,
  stored: number | undefined,
  signal?: AbortSignal,
): Promise<Float32Array> {
  const total = space.size * type.size;
  const count = total / 4;
  const what = `the data of '${path}'`;
  if (stored !== undefined && stored < total) throw file.corrupt(`${what} has ${stored} bytes; expected ${total}`, address);
  file.checkRange(address, total, what);
  if (total <= LARGEST_READ) {
    const bytes = await file.payload(address, total, what, signal);
    const isFresh = bytes.byteOffset === 0 && bytes.buffer.byteLength === total && bytes.buffer instanceof ArrayBuffer;
    return isFresh ? new Float32Array(bytes.buffer as ArrayBuffer) : new Float32Array(new Uint8Array(bytes).buffer);
  }
  const out = allocate(file.name, path, () => new Float32Array(count));
  const bytes = new Uint8Array(out.buffer);
  for (let at = 0; at < total; at += LARGEST_READ) {
    bytes.set(await file.payload(address + at, Math.min(LARGEST_READ, total - at), what, signal), at);
  }
  return out;
}

/** Collects elements as float32. */
class NumberSink implements Sink {
  out = new Float32Array(0);
  private readonly width: number;
  /** Numbers in one element of the dataspace: more than one for an array type. */
  private readonly perElement: number;
  private scratch = new Float32Array(0);

  constructor(
    private readonly storage: Storage,
    private readonly size: number,
  ) {
    const { array, size: width } = storage.type;
    this.width = width;
    this.perElement = array ? width / array.element.size : 1;
  }

  allocate(): void {
    this.out = allocate(this.storage.file.name, this.storage.path, () => new Float32Array(this.size));
  }

  fill(bytes: Uint8Array | undefined): void {
    if (!bytes?.some((byte) => byte !== 0)) return;
    convert(bytes, this.storage.type, this.out, 0);
    if (this.perElement === 1) this.out.fill(this.out[0]!);
    else for (let at = this.perElement; at < this.size; at += this.perElement) this.out.copyWithin(at, 0, this.perElement);
  }

  put(bytes: Uint8Array, at: number): void {
    convert(bytes, this.storage.type, this.out, at * this.perElement);
  }

  putChunk(bytes: Uint8Array, rows: Iterable<readonly [number, number, number]>): void {
    const { perElement: n, out } = this;
    const length = (bytes.length / this.width) * n;
    if (this.scratch.length !== length) this.scratch = new Float32Array(length);
    convert(bytes, this.storage.type, this.scratch, 0);
    for (const [from, to, count] of rows) out.set(this.scratch.subarray(from * n, (from + count) * n), to * n);
  }
}

/** Collects elements as they are stored. */
class ByteSink implements Sink {
  out = new Uint8Array(0);

  constructor(private readonly storage: Storage) {}

  allocate(): void {
    const { file, path, space, type } = this.storage;
    this.out = allocate(file.name, path, () => new Uint8Array(space.size * type.size));
  }

  fill(bytes: Uint8Array | undefined): void {
    if (bytes) for (let at = 0; at < this.out.length; at += bytes.length) this.out.set(bytes, at);
  }

  put(bytes: Uint8Array, at: number): void {
    this.out.set(bytes, at * this.storage.type.size);
  }

  putChunk(bytes: Uint8Array, rows: Iterable<readonly [number, number, number]>): void {
    const { size } = this.storage.type;
    for (const [from, to, count] of rows) this.out.set(bytes.subarray(from * size, (from + count) * size), to * size);
  }
}

function allocate<T>(name: string, path: string, make: () => T): T {
  try {
    return make();
  } catch (cause) {
    throw new ActivationLensError('corrupt', `${name}: '${path}' is larger than an array can be here.`, {
      cause,
      details: { file: name, path },
    });
  }
}

/** The fill value message, versions 1 to 3, or its predecessor (specification IV.A.2.e, f). */
async function readFillValue(file: HDF5File, header: ObjectHeader): Promise<Uint8Array | undefined> {
  const body = await findMessage(file, header, MessageType.fillValue);
  if (!body) {
    const old = await findMessage(file, header, MessageType.oldFillValue);
    return old && copyOf(old, old.u32());
  }
  const version = body.version(1, 2, 3);
  if (version === 3) return body.u8() & 32 ? copyOf(body, body.u32()) : undefined;
  body.skip(2); // when to allocate, when to write
  const isDefined = body.u8() !== 0;
  return isDefined || version === 1 ? copyOf(body, body.u32()) : undefined;
}

/** Copied: a view would keep a page of the cache alive. */
function copyOf(body: Cursor, size: number): Uint8Array | undefined {
  return size === 0 ? undefined : new Uint8Array(body.take(size));
}
