import { ActivationLensError } from '../errors';
import type { CanvasLike, NativePixels } from './types';

/** What a picture on a page is, as far as its size and state go. Duck-typed: in Node these are objects of a canvas package. */
interface Drawable {
  readonly width?: unknown;
  readonly height?: unknown;
  readonly naturalWidth?: number;
  readonly naturalHeight?: number;
  readonly videoWidth?: number;
  readonly videoHeight?: number;
  readonly displayWidth?: number;
  readonly displayHeight?: number;
  readonly readyState?: number;
  readonly getContext?: unknown;
  readonly close?: unknown;
  decode?(): Promise<void>;
}

/** What `source` is called in messages; undefined when it is nothing that a canvas draws. */
function kindOf(source: Drawable): string | undefined {
  if (source.videoWidth !== undefined) return 'video';
  if (source.naturalWidth !== undefined) return 'image element';
  if (typeof source.getContext === 'function') return 'canvas';
  if (source.displayWidth !== undefined) return 'VideoFrame';
  if (typeof source.close === 'function' && typeof source.width === 'number' && typeof source.height === 'number') return 'ImageBitmap';
  return undefined;
}

/**
 * Reads the pixels of something that a canvas can draw, at its own size, through a canvas from `createCanvas`. Undefined when `source`
 * is no such thing. Nothing is closed: it stays the caller's.
 */
export async function readThroughCanvas(
  source: object,
  createCanvas: (width: number, height: number) => Promise<CanvasLike>,
): Promise<NativePixels | undefined> {
  const drawable = source as Drawable;
  const kind = kindOf(drawable);
  if (kind === undefined) return undefined;
  const fail = (problem: string, cause?: unknown) => new ActivationLensError('image', `The ${kind} ${problem}`, { cause });
  if (kind === 'image element') {
    await drawable.decode?.().catch((cause: unknown) => {
      throw fail('could not be loaded. Check its address.', cause);
    });
  }
  if (kind === 'video' && (drawable.readyState ?? 0) < 2) {
    throw fail("has no frame yet. Wait for its 'loadeddata' event.");
  }
  const width = drawable.videoWidth ?? drawable.naturalWidth ?? drawable.displayWidth ?? (drawable.width as number);
  const height = drawable.videoHeight ?? drawable.naturalHeight ?? drawable.displayHeight ?? (drawable.height as number);
  if (!(width > 0 && height > 0)) {
    throw fail(`is ${width} x ${height} pixels: there is nothing to read. (An ImageBitmap or VideoFrame that was closed has no pixels.)`);
  }
  const context = (await createCanvas(width, height)).getContext('2d', { willReadFrequently: true });
  if (!context) throw fail(`of ${width} x ${height} pixels does not fit a canvas here.`);
  try {
    context.drawImage(source as CanvasImageSource, 0, 0, width, height);
    return { width, height, data: context.getImageData(0, 0, width, height).data };
  } catch (cause) {
    const tainted = (cause as Error)?.name === 'SecurityError';
    throw fail(
      tainted
        ? 'comes from another origin, so this page may not read its pixels. Load it with crossorigin="anonymous" from a server that allows it.'
        : `cannot be read: ${(cause as Error)?.message ?? cause}`,
      cause,
    );
  }
}
