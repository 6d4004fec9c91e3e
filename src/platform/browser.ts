import { ActivationLensError } from '../errors';
import { readThroughCanvas } from './drawable';
import { fetchSource, openInMemory, readWhole, schemeOf, unreadable } from './source';
import type { CanvasLike, Platform } from './types';

export type { BytesInput, CanvasLike, NativePixels, OpenOptions, Platform } from './types';

export const environment: Platform['environment'] = 'browser';

export const openSource: Platform['openSource'] = async (source, options = {}) => {
  const inMemory = openInMemory(source, options);
  if (inMemory) return inMemory;
  if (schemeOf(source) === 'file' && globalThis.location?.protocol !== 'file:') {
    throw unreadable(String(source), options, 'is on a disk that a page may not read', 'Let the user choose it, and give the File.');
  }
  return fetchSource(source as string | URL, options);
};

export const readAll: Platform['readAll'] = async (source, options = {}) => readWhole(await openSource(source, options), options);

/** Blobs take no shared memory: that is copied. */
function blobOf(bytes: Uint8Array, type = ''): Blob {
  const owned = bytes.buffer instanceof ArrayBuffer ? bytes : bytes.slice();
  return new Blob([owned as Uint8Array<ArrayBuffer>], { type });
}

export const deflate: Platform['deflate'] = async (bytes, level = 6) => {
  if (typeof CompressionStream === 'undefined') {
    const { zlibSync } = await import('fflate');
    return zlibSync(bytes, { level: level as 6 });
  }
  const stream = blobOf(bytes).stream().pipeThrough(new CompressionStream('deflate'));
  return new Uint8Array(await new Response(stream).arrayBuffer());
};

export const inflate: Platform['inflate'] = async (bytes, length) => {
  const out = new Uint8Array(length);
  let filled = 0;
  const take = (chunk: Uint8Array) => {
    out.set(chunk.subarray(0, length - filled), filled);
    filled = Math.min(length, filled + chunk.length);
  };
  if (typeof DecompressionStream === 'undefined') {
    const { Unzlib } = await import('fflate');
    try {
      new Unzlib(take).push(bytes, true);
    } catch {
      // Damaged from here on: what came before counts.
    }
    return out.subarray(0, filled);
  }
  const reader = blobOf(bytes).stream().pipeThrough(new DecompressionStream('deflate')).getReader();
  try {
    while (filled < length) {
      const { done, value } = await reader.read();
      if (done) break;
      take(value);
    }
    await reader.cancel();
  } catch {
    // As above.
  }
  return out.subarray(0, filled);
};

export const decodeNative: Platform['decodeNative'] = async (bytes, type) => {
  // The caller has taken colour profile and orientation out of the file; the options are for browsers that assume one.
  const bitmap = await createImageBitmap(blobOf(bytes, type), {
    premultiplyAlpha: 'none',
    colorSpaceConversion: 'none',
  });
  try {
    const { width, height } = bitmap;
    const context = canvasOf(width, height).getContext('2d', { willReadFrequently: true });
    if (!context) throw new Error(`no 2D context for a canvas of ${width} x ${height}`);
    context.drawImage(bitmap, 0, 0);
    return { width, height, data: context.getImageData(0, 0, width, height).data };
  } finally {
    bitmap.close();
  }
};

function canvasOf(width: number, height: number): CanvasLike {
  if (typeof OffscreenCanvas === 'function') return new OffscreenCanvas(width, height) as CanvasLike;
  if (typeof document === 'undefined') {
    throw new ActivationLensError('backend', 'There is no canvas here: this place has neither OffscreenCanvas nor a document.');
  }
  return Object.assign(document.createElement('canvas'), { width, height }) as unknown as CanvasLike;
}

export const createCanvas: Platform['createCanvas'] = async (width, height) => canvasOf(width, height);

export const readDrawable: Platform['readDrawable'] = (source) => readThroughCanvas(source, createCanvas);

export const canvasFont: Platform['canvasFont'] = async () => "'DejaVu Sans', 'Bitstream Vera Sans', Verdana, sans-serif";

export const canvasToPNG: Platform['canvasToPNG'] = async (canvas) => {
  const blob =
    'convertToBlob' in canvas
      ? await (canvas as unknown as OffscreenCanvas).convertToBlob({ type: 'image/png' })
      : await new Promise<Blob | null>((resolve) => (canvas as unknown as HTMLCanvasElement).toBlob(resolve, 'image/png'));
  if (!blob)
    throw new ActivationLensError('backend', `The canvas of ${canvas.width} x ${canvas.height} pixels could not be written as PNG.`);
  return new Uint8Array(await blob.arrayBuffer());
};

export const ensureGPU: Platform['ensureGPU'] = async () =>
  globalThis.navigator?.gpu ? undefined : 'This browser has no WebGPU, or the page is not served over https.';

export const importBackend: Platform['importBackend'] = async (name) =>
  `The page has not imported it; this does: import '@tensorflow/tfjs-backend-${name}'.`;

export const reasonAgainstWebGL: Platform['reasonAgainstWebGL'] = () => {
  const canvas = typeof OffscreenCanvas === 'undefined' ? globalThis.document?.createElement('canvas') : new OffscreenCanvas(1, 1);
  const gl = canvas?.getContext('webgl2') as WebGL2RenderingContext | null | undefined;
  if (!gl) return 'There is no WebGL 2.';
  const info = gl.getExtension('WEBGL_debug_renderer_info');
  const renderer = String(gl.getParameter(info ? info.UNMASKED_RENDERER_WEBGL : gl.RENDERER));
  gl.getExtension('WEBGL_lose_context')?.loseContext();
  return /swiftshader|llvmpipe|software|basic render/i.test(renderer) ? `Its renderer (${renderer}) is software.` : undefined;
};
