import { check, describe } from '../check';
import type { RGBAImage } from '../colormap/types';

/** What a renderer draws on: a canvas of a page or a worker, a canvas of Node (CPU path only), or a texture that can be rendered to. */
export type RenderTarget = HTMLCanvasElement | OffscreenCanvas | GPUTexture | CanvasWith2D;

/** As much of a canvas as the CPU path needs. */
export interface CanvasWith2D {
  width: number;
  height: number;
  getContext(kind: '2d'): unknown;
}

interface Context2D {
  createImageData(width: number, height: number): { data: { set(bytes: Uint8ClampedArray): void } };
  putImageData(image: unknown, x: number, y: number): void;
}

/** Whether it is a texture rather than a canvas. */
export function isTexture(target: RenderTarget): target is GPUTexture {
  return typeof (target as GPUTexture).createView === 'function';
}

/** Throws `shape` unless `target` is something to draw on. */
export function checkTarget(target: RenderTarget): void {
  check(
    typeof target === 'object' && target !== null && (isTexture(target) || typeof (target as CanvasWith2D).getContext === 'function'),
    'shape',
    () => `The target is ${describe(target)}; give a canvas or a GPUTexture.`,
  );
  if (!isTexture(target)) return;
  check(
    (target.usage & GPUTextureUsage.RENDER_ATTACHMENT) !== 0 && target.dimension === '2d',
    'shape',
    () => 'The texture cannot be rendered to: make it two-dimensional, with usage GPUTextureUsage.RENDER_ATTACHMENT.',
  );
}

/** Gives a canvas another size, if it has not got it. */
export function resizeCanvas(canvas: { width: number; height: number }, width: number, height: number): void {
  if (canvas.width !== width) canvas.width = width;
  if (canvas.height !== height) canvas.height = height;
}

/** Puts a picture on a canvas of its size by its 2D context. Throws `backend` if it has none. */
export function putImage(canvas: CanvasWith2D, image: RGBAImage): void {
  const context = canvas.getContext('2d') as Context2D | null;
  check(
    context,
    'backend',
    () => "The canvas gives no 2D context: it has been used for another kind. Use a canvas that nobody has called getContext('webgpu') on.",
  );
  const pixels = context.createImageData(image.width, image.height);
  pixels.data.set(image.data);
  context.putImageData(pixels, 0, 0);
}

/**
 * Tells a canvas element's size on the screen in device pixels, now and whenever it changes. Returns a function that ends it, or undefined
 * where there is nothing to follow (no element, no ResizeObserver).
 */
export function followSize(canvas: object, resized: (width: number, height: number) => void): (() => void) | undefined {
  if (typeof ResizeObserver === 'undefined' || typeof Element === 'undefined' || !(canvas instanceof Element)) return undefined;
  const observer = new ResizeObserver(([entry]) => {
    if (!entry) return;
    // Whole device pixels where the browser tells them, so that a pixel of ours is one of the screen's. (Chromium's device emulation does
    // not multiply them by its ratio.)
    const box = entry.devicePixelContentBoxSize?.[0];
    const ratio = globalThis.devicePixelRatio ?? 1;
    const whole = (size: number, told: number | undefined) =>
      told !== undefined && Math.abs(told - size * ratio) < 2 ? told : Math.round(size * ratio);
    const width = whole(entry.contentRect.width, box?.inlineSize);
    const height = whole(entry.contentRect.height, box?.blockSize);
    if (width > 0 && height > 0) resized(width, height);
  });
  try {
    observer.observe(canvas, { box: 'device-pixel-content-box' });
  } catch {
    observer.observe(canvas);
  }
  return () => observer.disconnect();
}

/** A canvas' WebGPU context, ready to be drawn and copied to. Throws `backend` if it has none. */
export function configureCanvas(
  canvas: HTMLCanvasElement | OffscreenCanvas,
  device: GPUDevice,
  format: GPUTextureFormat,
): GPUCanvasContext {
  const context = canvas.getContext('webgpu') as GPUCanvasContext | null;
  check(
    context,
    'backend',
    () => "The canvas gives no 'webgpu' context: it has been used for another kind, or is none of a page. Use a fresh canvas element.",
  );
  context.configure({ device, format, alphaMode: 'premultiplied', usage: GPUTextureUsage.RENDER_ATTACHMENT | GPUTextureUsage.COPY_DST });
  return context;
}
