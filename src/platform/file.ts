import { type FileHandle, open } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { checkNotAborted } from '../check';
import { ActivationLensError } from '../errors';
import type { ByteSource } from '../keras/source';
import { bytesSource, checkRange, unreadable } from './source';
import type { OpenOptions } from './types';

const PROBLEMS: Record<string, readonly [problem: string, advice: string]> = {
  ENOENT: ['does not exist', 'Check the path; a relative one starts from the working directory of the process.'],
  ENOTDIR: ['does not exist', 'A part of its path is a file, not a folder.'],
  EISDIR: ['is a folder', 'Give the path of a file.'],
  EACCES: ['may not be read', "Check the file's permissions."],
  EPERM: ['may not be read', "Check the file's permissions."],
};

/** Opens a path or file: URL for reading pieces of it. The file stays open until `close()`; nothing stays open after an error. */
export async function openFile(source: string | URL, options: OpenOptions): Promise<ByteSource> {
  const name = String(source);
  const doing = `opening '${name}'`;
  checkNotAborted(options.signal, doing);
  let file: FileHandle | undefined;
  try {
    const path = typeof source === 'string' && !/^file:/i.test(source) ? source : fileURLToPath(source);
    file = await open(path, 'r');
    const stat = await file.stat();
    if (stat.isDirectory()) throw Object.assign(new Error('a folder'), { code: 'EISDIR' });
    if (stat.isFile()) {
      checkNotAborted(options.signal, doing);
      return fileSource(file, name, stat.size, options);
    }
    // A pipe or device has no size and no random access.
    const bytes = await file.readFile();
    await file.close();
    return bytesSource(bytes, options, name);
  } catch (cause) {
    await file?.close();
    if (cause instanceof ActivationLensError) throw cause;
    throw failure(name, options, cause);
  }
}

function failure(name: string, options: OpenOptions, cause: unknown): ActivationLensError {
  const [problem, advice] = PROBLEMS[(cause as NodeJS.ErrnoException).code ?? ''] ?? ['cannot be read', (cause as Error).message];
  return unreadable(name, options, problem, advice, cause);
}

function fileSource(file: FileHandle, name: string, size: number, options: OpenOptions): ByteSource {
  let closed = false;
  return {
    name,
    size,
    async read(offset, length) {
      checkRange(this, offset, length, options);
      if (closed) throw new ActivationLensError('disposed', `'${name}' was closed. Open it again to read from it.`);
      checkNotAborted(options.signal, `reading '${name}'`);
      const bytes = new Uint8Array(length);
      let filled = 0;
      try {
        while (filled < length) {
          const { bytesRead } = await file.read(bytes, filled, length - filled, offset + filled);
          if (bytesRead === 0) throw new Error(`no bytes at ${offset + filled}`);
          filled += bytesRead;
        }
      } catch (cause) {
        throw unreadable(name, options, 'became shorter while it was being read', 'Try again once nothing writes to it.', cause);
      }
      return bytes;
    },
    async close() {
      if (closed) return;
      closed = true;
      await file.close();
    },
  };
}
