import { check, checkNotAborted, describe } from '../check';
import { ActivationLensError } from '../errors';
import type { ByteSource } from '../keras/source';
import type { BytesInput, OpenOptions } from './types';

/** A scheme of two letters or more, so that `C:\model.h5` is a path. */
const SCHEME = /^([a-z][a-z0-9+.-]+):/i;

/** The scheme of a URL string or object, lower case, without the colon; undefined for anything else, a Windows path too. */
export function schemeOf(source: unknown): string | undefined {
  if (isURL(source)) return source.protocol.slice(0, -1);
  return typeof source === 'string' ? SCHEME.exec(source)?.[1]?.toLowerCase() : undefined;
}

function isURL(source: unknown): source is URL {
  return typeof URL === 'function' && source instanceof URL;
}

/** Opens what both platforms open alike: bytes in memory and Blobs. Undefined for strings and URLs; throws for what is neither. */
export function openInMemory(source: BytesInput, options: OpenOptions): ByteSource | undefined {
  if (typeof source === 'string' || isURL(source)) return undefined;
  if (isBlob(source)) return blobSource(source, options);
  const bytes = viewOf(source);
  if (bytes) return bytesSource(bytes, options);
  throw new ActivationLensError(
    options.code ?? 'format',
    `There is no ${options.what ?? 'file'} to read in ${describe(source)}. Give a path, a URL, a File or Blob, an ArrayBuffer or a Uint8Array.`,
  );
}

/** The memory of `source` as bytes, without a copy; undefined when it is not memory. */
export function viewOf(source: unknown): Uint8Array | undefined {
  if (ArrayBuffer.isView(source)) return new Uint8Array(source.buffer, source.byteOffset, source.byteLength);
  if (source instanceof ArrayBuffer) return new Uint8Array(source);
  // Not a name in every browser: pages that are not cross-origin isolated lack it. Buffers of another realm (an iframe, a vm) fail
  // `instanceof`, so the tag decides.
  const tag = Object.prototype.toString.call(source);
  if (tag === '[object SharedArrayBuffer]' || tag === '[object ArrayBuffer]') return new Uint8Array(source as ArrayBuffer);
  return undefined;
}

function isBlob(source: unknown): source is Blob {
  if (typeof Blob === 'function' && source instanceof Blob) return true;
  const tag = Object.prototype.toString.call(source);
  return tag === '[object Blob]' || tag === '[object File]';
}

/** A source over bytes in memory; its reads are views. */
export function bytesSource(bytes: Uint8Array, options: OpenOptions, name = 'the given bytes'): ByteSource {
  return {
    name,
    size: bytes.byteLength,
    async read(offset, length) {
      checkRange(this, offset, length, options);
      return bytes.subarray(offset, offset + length);
    },
  };
}

function blobSource(blob: Blob, options: OpenOptions): ByteSource {
  const name = (blob as Partial<File>).name || 'the given Blob';
  return {
    name,
    size: blob.size,
    async read(offset, length) {
      checkRange(this, offset, length, options);
      checkNotAborted(options.signal, `reading '${name}'`);
      try {
        return new Uint8Array(await blob.slice(offset, offset + length).arrayBuffer());
      } catch (cause) {
        throw unreadable(name, options, 'has changed or was removed since it was chosen', 'Choose it again.', cause);
      }
    },
  };
}

/** Rejects a read that leaves the file: damaged files ask for bytes that they do not have. */
export function checkRange(source: ByteSource, offset: number, length: number, options: OpenOptions): void {
  check(
    Number.isInteger(offset) && Number.isInteger(length) && offset >= 0 && length >= 0 && offset + length <= source.size,
    options.code === 'image' ? 'image' : 'corrupt',
    () => `'${source.name}' ends at byte ${source.size}, but bytes ${offset} to ${offset + length} were wanted. The file is cut short.`,
    { offset, length, size: source.size },
  );
}

/** Fetches a URL whole, with progress, and gives it as a source. */
export async function fetchSource(url: string | URL, options: OpenOptions): Promise<ByteSource> {
  const name = String(url).startsWith('data:') ? 'the given data: URL' : String(url);
  const doing = `fetching '${name}'`;
  const { signal } = options;
  checkNotAborted(signal, doing);
  let response: Response;
  try {
    response = await fetch(url, signal ? { signal } : {});
  } catch (cause) {
    checkNotAborted(signal, doing);
    throw unreadable(name, options, 'could not be fetched', advice(), cause);
  }
  if (!response.ok) {
    await response.body?.cancel();
    throw unreadable(
      name,
      options,
      `could not be fetched: the server answered ${response.status} ${response.statusText}`.trimEnd(),
      'Check the address.',
    );
  }
  try {
    return bytesSource(await readBody(response, options), options, name);
  } catch (cause) {
    checkNotAborted(signal, doing);
    throw unreadable(name, options, 'broke off while it was being fetched', 'Try again.', cause);
  }
}

function advice(): string {
  return typeof document === 'undefined'
    ? 'Check the address and the network.'
    : "Check the address, and that the server allows this page's origin (CORS).";
}

async function readBody(response: Response, { onProgress }: OpenOptions): Promise<Uint8Array> {
  // With a content encoding the header counts packed bytes.
  const header = response.headers.get('content-encoding') ? null : response.headers.get('content-length');
  const total = header === null ? undefined : Number(header);
  if (!response.body) return new Uint8Array(await response.arrayBuffer());
  let bytes = new Uint8Array(total ?? 1 << 16);
  let loaded = 0;
  const reader = response.body.getReader();
  try {
    onProgress?.(0, total);
    for (;;) {
      const { done, value } = await reader.read();
      if (done) break;
      if (loaded + value.length > bytes.length) {
        const larger = new Uint8Array(Math.max(loaded + value.length, bytes.length * 2));
        larger.set(bytes.subarray(0, loaded));
        bytes = larger;
      }
      bytes.set(value, loaded);
      loaded += value.length;
      onProgress?.(loaded, total);
    }
  } catch (error) {
    await reader.cancel(error).catch(() => {});
    throw error;
  }
  if (total !== undefined && loaded < total) throw new Error(`${loaded} of ${total} bytes arrived`);
  return bytes.subarray(0, loaded);
}

/** The error for a source that cannot be read, in one phrasing for all platforms. */
export function unreadable(name: string, options: OpenOptions, problem: string, advice: string, cause?: unknown): ActivationLensError {
  const what = options.what ?? 'file';
  return new ActivationLensError(options.code ?? 'format', `The ${what} '${name}' ${problem}. ${advice}`, {
    cause,
    details: { source: name },
  });
}

/** Reads a source from end to end in pieces, so that it can be aborted and report progress, and closes it. */
export async function readWhole(source: ByteSource, options: OpenOptions): Promise<Uint8Array> {
  const piece = 1 << 24;
  try {
    checkNotAborted(options.signal, `reading '${source.name}'`);
    if (source.size <= piece) {
      const bytes = await source.read(0, source.size);
      options.onProgress?.(source.size, source.size);
      return bytes;
    }
    const first = await source.read(0, piece);
    // A source over memory hands out views of it: take the whole view in one go, without a copy.
    if (first.buffer.byteLength >= source.size) return await source.read(0, source.size);
    const bytes = new Uint8Array(source.size);
    bytes.set(first);
    for (let offset = piece; offset < source.size; offset += piece) {
      options.onProgress?.(offset, source.size);
      checkNotAborted(options.signal, `reading '${source.name}'`);
      bytes.set(await source.read(offset, Math.min(piece, source.size - offset)), offset);
    }
    options.onProgress?.(source.size, source.size);
    return bytes;
  } finally {
    await source.close?.();
  }
}
