import { check, describe } from '../check';
import { colorize } from '../colormap/colorize';
import { normalize } from '../colormap/norms/normalize';
import { viridis } from '../colormap/tables/viridis';
import type { Colormap, Norm, ScalarMap } from '../colormap/types';
import { checkImage } from './check';
import { toRGBA } from './convert';
import { resizeMap } from './resize-map';
import type { PixelImage, RGBAImage } from './types';

/** Options of `overlay`. */
export interface OverlayOptions {
  /** How much the map covers the picture, 0 (not at all) to 1. Default 0.5. */
  readonly alpha?: number | undefined;
  /** Default viridis. Transparent colours let the picture through. */
  readonly colormap?: Colormap | undefined;
  /** Default `normalize()`: limits are those of the map as it was given. */
  readonly norm?: Norm | undefined;
}

/**
 * A picture with a map laid over it in colours. The map is stretched to the picture's size first (bilinear, on its values), then
 * coloured, then mixed: colour * alpha + picture * (1 - alpha), rounded. Neither is changed.
 *
 * Throws `shape` for an alpha outside 0..1, and for a picture or map whose data does not fit its size.
 */
export function overlay(base: RGBAImage | PixelImage, heat: ScalarMap, options: OverlayOptions = {}): RGBAImage {
  const { alpha = 0.5, colormap = viridis, norm = normalize() } = options;
  check(alpha >= 0 && alpha <= 1, 'shape', () => `alpha is ${describe(alpha)}; it must be a number from 0 (only the picture) to 1.`, {
    alpha,
  });
  checkImage(base, 'The picture under the map');
  const { width, height, data: below } = toRGBA(base);
  const limits = norm.limits(heat.data);
  const fixed = norm.withLimits?.(limits) ?? (Object.create(norm, { limits: { value: () => limits } }) as Norm);
  const above = colorize(resizeMap(heat, [height, width]), { colormap, norm: fixed }).data;
  const out = new Uint8ClampedArray(above.length);
  for (let i = 0; i < out.length; i += 4) {
    // Porter and Duff's "over" on straight alpha.
    const over = (above[i + 3]! / 255) * alpha;
    const under = (below[i + 3]! / 255) * (1 - over);
    const both = over + under;
    if (both === 0) continue;
    for (let c = i; c < i + 3; c++) out[c] = Math.round((above[c]! * over + below[c]! * under) / both);
    out[i + 3] = Math.round(both * 255);
  }
  return { width, height, data: out };
}
