import * as tf from '@tensorflow/tfjs-core';
import { keyFloat } from '../colormap/edges';
import { sharedLimits } from '../colormap/norms/shared';
import { palette } from '../colormap/palette';
import type { RGBAImage } from '../colormap/types';
import { defaultColumns, montage } from '../image/montage';
import { type Arrangement, arrange, originOf } from './arrangement';
import {
  type ActivationLike,
  activationLayout,
  activeBackend,
  checkDevice,
  recordAndSubmit,
  type TensorBackend,
  tensorBuffer,
} from './device';
import { readMaps } from './maps';
import { edgesFor, planNorm } from './norm';
import { chooseChannels, type FullStyle, fillStyle, type PictureStyle, wordOf } from './options';
import { Picture, type PictureLayer, type PictureOptions } from './picture';
import { SCALE_WORDS } from './scale.wgsl';

/** Options of `gpuColorize`. Names and defaults are those of `montage`. */
export interface GPUColorizeOptions extends PictureStyle {
  /** One channel, as a picture of its own. */
  readonly channel?: number | undefined;
  /** Several, in this order. Default: all. */
  readonly channels?: readonly number[] | undefined;
  /** Whether all maps have the limits of all their values, instead of each its own. Default false. */
  readonly shareLimits?: boolean | undefined;
}

/**
 * Colours an activation on the GPU and reads the picture back: one channel, or a montage of several. The bytes are those of `colorize`
 * (`montage`) on the same values, every one. Where tfjs computes on another backend, `colorize` itself does it. The activation may be
 * disposed of once this was called.
 *
 * @returns RGBA bytes: width x height of the map for `channel`, otherwise of the montage at one pixel a value.
 * @throws `shape`, `channel-range`, `disposed`, what the norm throws for these values, `backend` when the device is lost.
 */
export async function gpuColorize(activation: ActivationLike, options: GPUColorizeOptions = {}): Promise<RGBAImage> {
  const style = fillStyle(options);
  const layout = activationLayout(activation, style.batch);
  const channels = chooseChannels(options.channel === undefined ? options.channels : [options.channel], layout, activation);
  const columns = style.columns ?? defaultColumns(channels.length);
  const { colormap, norm, gap, background, batch } = style;
  const shareLimits = options.shareLimits ?? false;

  const { backend } = activeBackend();
  if (backend === undefined || activation.tensor.dtype !== 'float32') {
    const maps = await readMaps(activation, layout, channels, batch);
    return montage(maps, { columns, gap, background, colormap, norm, shareLimits });
  }
  checkDevice(backend.device);
  // A copy that stays although the caller's tensor may go: limits may have to be read back first.
  const tensor = tf.keep(activation.tensor.clone());
  try {
    const arrangement = arrange(layout.width, layout.height, channels.length, columns, gap);
    const origin = (position: number) => originOf(arrangement, position);
    const layer = { layout, batch, channels, stride: arrangement.totalWidth, origin };
    const scale = await scaleFor({ ...activation, tensor }, layer, style, shareLimits);
    return await run(backend, { ...activation, tensor }, { layer, arrangement, scale, style });
  } finally {
    tensor.dispose();
  }
}

/** Limits that only the values as a whole tell are taken from them here. */
async function scaleFor(
  activation: ActivationLike,
  layer: PictureLayer,
  style: FullStyle,
  shareLimits: boolean,
): Promise<PictureOptions['scale']> {
  const { rows } = style.colormap;
  const plan = planNorm(style.norm, rows);
  const share = shareLimits ? 'layer' : 'none';
  if (plan.kind === 'linear') return { ...plan, share };
  if (plan.kind === 'edges') return { ...plan, share: 'all' };
  const maps = await readMaps(activation, layer.layout, layer.channels, layer.batch);
  const limits = shareLimits ? [sharedLimits(maps, style.norm).limits(maps[0]!.data)] : maps.map(({ data }) => style.norm.limits(data));
  return edgesFor(style.norm, limits, rows, share);
}

async function run(
  backend: TensorBackend,
  activation: ActivationLike,
  { layer, arrangement, scale, style }: { layer: PictureLayer; arrangement: Arrangement; scale: PictureOptions['scale']; style: FullStyle },
): Promise<RGBAImage> {
  const { device } = backend;
  const buffer = tensorBuffer(backend, activation);
  const colors = new Uint32Array(palette(style.colormap).slice().buffer);
  const { totalWidth: width, totalHeight: height } = arrangement;
  const montages = [width * height];
  const picture = new Picture(device, { layers: [layer], montages, scale, palette: colors, background: wordOf(style.background) });
  const bytes = width * height * 4;
  const scaleBytes = picture.scales?.size ?? 0;
  const staging = device.createBuffer({
    label: 'activation-lens readback',
    size: bytes + scaleBytes,
    usage: GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST,
  });
  try {
    recordAndSubmit(backend, (encoder) => {
      picture.record(encoder, [buffer]);
      encoder.copyBufferToBuffer(picture.montages[0]!, 0, staging, 0, bytes);
      if (picture.scales) encoder.copyBufferToBuffer(picture.scales, 0, staging, bytes, scaleBytes);
    });
    await staging.mapAsync(GPUMapMode.READ);
    const read = staging.getMappedRange();
    const found = new Int32Array(read.slice(bytes));
    for (let i = 0; i + SCALE_WORDS <= found.length; i += SCALE_WORDS) {
      const [low, high] = [found[i + SCALE_WORDS - 2]!, found[i + SCALE_WORDS - 1]!];
      // Throws if a limit that was given lies on the wrong side of the values.
      style.norm.fromExtent?.({ vmin: keyFloat(low), vmax: keyFloat(high) });
    }
    return { width, height, data: new Uint8ClampedArray(read.slice(0, bytes)) };
  } finally {
    staging.destroy();
    picture.dispose();
  }
}
