import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join, resolve, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = fileURLToPath(new URL('../..', import.meta.url));
const types: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.jpg': 'image/jpeg',
  '.jpeg': 'image/jpeg',
  '.wasm': 'application/wasm',
};

/** A file's bytes or text by its URL path ('/page.js'). */
export type ServedFiles = Readonly<Record<string, string | Uint8Array>>;

export interface Server {
  /** 'http://127.0.0.1:PORT', a secure context: WebGPU and the camera work there. */
  readonly url: string;
  close(): Promise<void>;
}

/**
 * Serves `files` from memory and, below each URL prefix of `folders` ({ '/dist': 'dist' }, paths relative to the repository), a folder of
 * the disk. '/' is an empty page unless `files` has one.
 */
export async function serve(files: ServedFiles, folders: Readonly<Record<string, string>> = {}): Promise<Server> {
  const find = async (path: string): Promise<string | Uint8Array | undefined> => {
    if (files[path] !== undefined) return files[path];
    if (path === '/') return '<!doctype html><meta charset="utf-8"><title>activation-lens</title><link rel="icon" href="data:,"><body>';
    for (const [prefix, folder] of Object.entries(folders)) {
      if (!path.startsWith(`${prefix}/`)) continue;
      const base = resolve(root, folder);
      const file = join(base, path.slice(prefix.length));
      if (file.startsWith(base + sep)) return readFile(file).catch(() => undefined);
    }
    return undefined;
  };
  const server = createServer(async (request, response) => {
    const path = decodeURIComponent(new URL(request.url ?? '/', 'http://localhost').pathname);
    const body = await find(path);
    if (body === undefined) {
      response.writeHead(404).end(`nothing at ${path}`);
      return;
    }
    response
      .writeHead(200, { 'content-type': types[extname(path === '/' ? '/index.html' : path)] ?? 'application/octet-stream' })
      .end(body);
  });
  await new Promise<void>((started) => server.listen(0, '127.0.0.1', started));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () =>
      new Promise((closed) => {
        server.close(() => closed());
        server.closeAllConnections();
      }),
  };
}

/**
 * Bundles a TypeScript or JavaScript file (path relative to the repository) with all it imports into one ES module for a browser, the
 * library's own sources included. Nothing is written to disk.
 */
export async function bundle(entry: string): Promise<string> {
  const result = await build({
    absWorkingDir: root,
    entryPoints: [entry],
    bundle: true,
    write: false,
    format: 'esm',
    target: 'es2022',
    platform: 'browser',
    // As package.json's "imports" tells them apart once built.
    alias: { '#platform': join(root, 'src/platform/browser.ts') },
    // tfjs-core names some of Node's modules behind a check of its own.
    external: ['node:*', 'fs', 'path', 'crypto', 'util', 'string_decoder', 'node-fetch'],
    logLevel: 'error',
  });
  return result.outputFiles[0]!.text;
}
