import { check, checkInteger, describe } from '../check';
import { normalize } from '../colormap/norms/normalize';
import { viridis } from '../colormap/tables/viridis';
import type { Colormap, Norm, RGBA } from '../colormap/types';
import type { MapLayout } from '../extract/layout';
import type { ActivationLike } from './device';

/** What `gpuColorize` and `createGPURenderer` have in common. */
export interface PictureStyle {
  /** Default viridis. */
  readonly colormap?: Colormap | undefined;
  /**
   * How values become colours. Default `normalize()`. `normalize` and `centeredNorm` (around a float32) find their limits on the GPU;
   * any norm with limits of its own is exact there, too.
   */
  readonly norm?: Norm | undefined;
  /** Which picture of the batch, 0-based. Default 0. */
  readonly batch?: number | undefined;
  /** Maps a row. */
  readonly columns?: number | undefined;
  /** Pixels between maps, not scaled. Default 1. */
  readonly gap?: number | undefined;
  /** Colour of gaps and of free cells. Default opaque white. */
  readonly background?: RGBA | undefined;
}

/** The same with nothing left out but the columns. */
export interface FullStyle {
  readonly colormap: Colormap;
  readonly norm: Norm;
  readonly batch: number;
  readonly columns: number | undefined;
  readonly gap: number;
  readonly background: RGBA;
}

/** Fills in defaults. Throws `shape` for sizes that are no integers and a background that is no colour. */
export function fillStyle(style: PictureStyle): FullStyle {
  const { colormap = viridis, norm = normalize(), batch = 0, columns, gap = 1, background = [255, 255, 255, 255] } = style;
  if (columns !== undefined) checkInteger(columns, 'columns');
  checkInteger(gap, 'gap', 0);
  check(
    background.length === 4 && background.every((byte) => byte >= 0 && byte <= 255),
    'shape',
    () => `background is ${describe(background)}; it must be [red, green, blue, alpha], 0..255 each.`,
  );
  return { colormap, norm, batch, columns, gap, background };
}

/** The channels to draw, checked; all of them by default. Throws `channel-range`, or `shape` for none. */
export function chooseChannels(channels: readonly number[] | undefined, layout: MapLayout, activation: ActivationLike): readonly number[] {
  if (channels === undefined) return Array.from({ length: layout.channels }, (_, channel) => channel);
  check(
    Array.isArray(channels) && channels.length > 0,
    'shape',
    () => `channels is ${describe(channels)}; it must be a list of at least one channel.`,
  );
  for (const channel of channels) {
    check(
      Number.isInteger(channel) && channel >= 0 && channel < layout.channels,
      'channel-range',
      () =>
        `Channel ${describe(channel)}${activation.layer ? ` of layer '${activation.layer.path}'` : ''} was asked for; there are ${layout.channels}, 0 to ${layout.channels - 1}.`,
      { channel, channels: layout.channels },
    );
  }
  return channels;
}

/** A colour as a word with red in the lowest byte. */
export function wordOf([red, green, blue, alpha]: RGBA): number {
  return (red | (green << 8) | (blue << 16) | (alpha << 24)) >>> 0;
}
