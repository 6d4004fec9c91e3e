import type { ErrorCode } from '../errors';
import type { ByteSource } from '../keras/source';

/**
 * Where bytes may come from: a path (Node), a URL as a string or `URL` object (http, https, file in Node, data, blob), a `Blob` or
 * `File`, or bytes already in memory (any buffer or view; never copied, so leave them alone while the source is in use).
 */
export type BytesInput = string | URL | Blob | ArrayBuffer | SharedArrayBuffer | ArrayBufferView;

/** How to open a source, and how to speak of it when that fails. */
export interface OpenOptions {
  /** Aborting it rejects with `aborted`. */
  readonly signal?: AbortSignal | undefined;
  /** Called while bytes arrive: how many so far, and of how many where that is known. */
  readonly onProgress?: ((loaded: number, total: number | undefined) => void) | undefined;
  /** The code of the error when the source is missing or unreadable. Default 'format'. */
  readonly code?: ErrorCode | undefined;
  /** What the bytes are meant to be, for messages: 'model', 'image'. Default 'file'. */
  readonly what?: string | undefined;
}

/** Pixels as a native decoder hands them over: RGBA, 4 bytes a pixel, row-major from the top left, alpha not premultiplied. */
export interface NativePixels {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8ClampedArray;
}

/** What a browser's OffscreenCanvas, a canvas element and Node's canvas have in common. */
export interface CanvasLike {
  width: number;
  height: number;
  getContext(kind: '2d', settings?: CanvasRenderingContext2DSettings): OffscreenCanvasRenderingContext2D | null;
}

/**
 * The names that '#platform' exports, the same in Node (`node.ts`) and in a browser or worker (`browser.ts`). The rest of the library
 * does not know which of the two it got.
 */
export interface Platform {
  readonly environment: 'node' | 'browser';

  /**
   * Opens `source` for random access. A path is read piece by piece from an open file (give it back with `close()`), a Blob by slices;
   * what comes from a URL is fetched whole. Rejects with `options.code` when there is nothing to read, and with `aborted`.
   */
  openSource(source: BytesInput, options?: OpenOptions): Promise<ByteSource>;

  /** All bytes of `source`, opened and closed again. Bytes that were in memory already are returned as a view, not a copy. */
  readAll(source: BytesInput, options?: OpenOptions): Promise<Uint8Array>;

  /** `bytes` as a zlib stream (RFC 1950), computed off the main thread. `level` 0..9, default 6; browsers have one level only. */
  deflate(bytes: Uint8Array, level?: number): Promise<Uint8Array>;

  /**
   * The first `length` bytes that a zlib stream (RFC 1950) holds. Fewer come back when the stream ends early or is damaged from some
   * point on: the caller knows what it needs.
   */
  inflate(bytes: Uint8Array, length: number): Promise<Uint8Array>;

  /**
   * Decodes a JPEG or WebP file with what the platform has: the browser's decoder, or `@napi-rs/canvas` in Node, loaded on first use.
   * Give it opaque pictures without colour profile and orientation, for canvases premultiply. Rejects when it cannot.
   */
  decodeNative(bytes: Uint8Array, type: 'image/jpeg' | 'image/webp'): Promise<NativePixels>;

  /**
   * A canvas of `width` x `height` pixels: OffscreenCanvas or a canvas element in browsers, `@napi-rs/canvas` in Node (loaded on first
   * use). Rejects with `backend` when there is none.
   */
  createCanvas(width: number, height: number): Promise<CanvasLike>;

  /**
   * The pixels of an image element, canvas, video, VideoFrame or ImageBitmap as it is shown, at its own size. Undefined when `source` is
   * none of them. Rejects with `image` when it has no pixels yet, or the page may not read them.
   */
  readDrawable(source: object): Promise<NativePixels | undefined>;

  /**
   * The CSS font families to write with on a canvas of `createCanvas`. Node may have no font at all, so it is given one: `load` brings a
   * TrueType file, which is registered under `family` on the first call. Browsers have fonts; nothing is loaded there.
   */
  canvasFont(family: string, load: () => Promise<Uint8Array>): Promise<string>;

  /** What a canvas of `createCanvas` shows, as a PNG file. */
  canvasToPNG(canvas: CanvasLike): Promise<Uint8Array>;

  /**
   * Makes `navigator.gpu` available where it is not by itself: in Node from the package `webgpu` (Dawn), if the application installed it.
   * Returns why there is none, or nothing.
   */
  ensureGPU(): Promise<string | undefined>;

  /** Why WebGL should not compute here: there is none, or a program draws in its place. Nothing when a GPU does. */
  reasonAgainstWebGL(): string | undefined;

  /**
   * Registers a tfjs backend from its package, in Node. In browsers the application imports the ones it wants in its bundle. Returns why
   * it is not there, or nothing.
   */
  importBackend(name: string): Promise<string | undefined>;
}
