import { promisify } from 'node:util';
import * as zlib from 'node:zlib';
import { ActivationLensError } from '../errors';
import { readThroughCanvas } from './drawable';
import { openFile } from './file';
import { fetchSource, openInMemory, readWhole, schemeOf } from './source';
import type { CanvasLike, Platform } from './types';

export { ensureGPU, importBackend } from './backends';

export const reasonAgainstWebGL: Platform['reasonAgainstWebGL'] = () => 'It needs a browser.';
export type { BytesInput, CanvasLike, NativePixels, OpenOptions, Platform } from './types';

export const environment: Platform['environment'] = 'node';

export const openSource: Platform['openSource'] = async (source, options = {}) => {
  const inMemory = openInMemory(source, options);
  if (inMemory) return inMemory;
  const scheme = schemeOf(source);
  const fetched = scheme === 'http' || scheme === 'https' || scheme === 'data' || scheme === 'blob';
  return fetched ? fetchSource(source as string | URL, options) : openFile(source as string | URL, options);
};

export const readAll: Platform['readAll'] = async (source, options = {}) => readWhole(await openSource(source, options), options);

const pack = promisify<zlib.InputType, zlib.ZlibOptions, Buffer>(zlib.deflate);

export const deflate: Platform['deflate'] = (bytes, level = 6) => pack(bytes, { level });

export const inflate: Platform['inflate'] = (bytes, length) =>
  new Promise((resolve) => {
    const out = new Uint8Array(length);
    let filled = 0;
    // With a sync flush at the end, a stream that stops early gives what it holds instead of an error.
    const stream = zlib.createInflate({
      chunkSize: Math.min(Math.max(length, 1 << 14), 1 << 20),
      finishFlush: zlib.constants.Z_SYNC_FLUSH,
    });
    const finish = () => {
      stream.destroy();
      resolve(out.subarray(0, filled));
    };
    stream.on('data', (chunk: Buffer) => {
      out.set(chunk.subarray(0, length - filled), filled);
      filled = Math.min(length, filled + chunk.length);
      if (filled === length) finish();
    });
    stream.on('end', finish);
    stream.on('error', finish);
    stream.end(bytes);
  });

type NodeCanvasModule = typeof import('@napi-rs/canvas');

/** The native module is large (skia): it loads when the first picture is decoded or drawn, never on import. */
async function canvasModule(): Promise<NodeCanvasModule> {
  try {
    return await import('@napi-rs/canvas');
  } catch (cause) {
    throw new ActivationLensError(
      'backend',
      "Decoding JPEG and WebP files and drawing in Node need the package '@napi-rs/canvas', which could not be loaded. Install it for this platform: npm install @napi-rs/canvas",
      { cause },
    );
  }
}

export const decodeNative: Platform['decodeNative'] = async (bytes) => {
  const { createCanvas, Image } = await canvasModule();
  const image = new Image();
  image.src = bytes;
  await image.decode();
  const { width, height } = image;
  const context = createCanvas(width, height).getContext('2d');
  context.drawImage(image, 0, 0);
  return { width, height, data: context.getImageData(0, 0, width, height).data };
};

export const createCanvas: Platform['createCanvas'] = async (width, height) =>
  (await canvasModule()).createCanvas(width, height) as unknown as CanvasLike;

export const readDrawable: Platform['readDrawable'] = (source) => readThroughCanvas(source, createCanvas);

export const canvasFont: Platform['canvasFont'] = async (family, load) => {
  const { GlobalFonts } = await canvasModule();
  if (!GlobalFonts.has(family)) GlobalFonts.register(Buffer.from(await load()), family);
  return `'${family}'`;
};

export const canvasToPNG: Platform['canvasToPNG'] = async (canvas) => (canvas as unknown as import('@napi-rs/canvas').Canvas).encode('png');
