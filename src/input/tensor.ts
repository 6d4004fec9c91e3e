import { type Tensor4D, tensor4d } from '@tensorflow/tfjs-core';
import { check, describe } from '../check';
import { channelsOf, checkImage } from '../image/check';
import { convert } from '../image/convert';
import type { PixelImage, RGBAImage } from '../image/types';

/** A number for all channels, or one for each. */
export type PerChannel = number | readonly number[];

/** Options of `imageToTensor`. */
export interface ImageToTensorOptions {
  /**
   * Samples are multiplied by this. Where it is the inverse of a float32 number (1 / 255, 1 / 127.5), they are divided by that number
   * instead, so that the result is what numpy's `img / 255` gives, to the last bit. Default 1.
   */
  readonly scale?: PerChannel | undefined;
  /** Added after scaling. Default 0. */
  readonly offset?: PerChannel | undefined;
  /**
   * `keras.applications`' preprocess_input instead of scale and offset: 'caffe' (BGR, ImageNet means taken off), 'tf' (-1..1) or 'torch'
   * (0..1, then ImageNet means and deviations). The picture must have 3 channels.
   */
  readonly mode?: 'caffe' | 'tf' | 'torch' | undefined;
  /** Channels of the tensor, converted as Pillow does. Default: the image's; 3 for an RGBAImage or ImageData, whose alpha is dropped. */
  readonly channels?: 1 | 3 | 4 | undefined;
}

/**
 * One image, or a list of images of one size, as a float32 tensor [batch, height, width, channels]: Keras' `img_to_array` with a batch
 * axis in front. Every step is rounded to float32 as numpy does it. The caller disposes of the tensor.
 *
 * Throws `shape` for an image whose data has the wrong length, images of different sizes, no images at all, an unknown mode, a mode
 * together with scale or offset or without 3 channels, and per-channel lists of the wrong length.
 */
export function imageToTensor(
  image: PixelImage | RGBAImage | readonly (PixelImage | RGBAImage)[],
  options: ImageToTensorOptions = {},
): Tensor4D {
  const images = Array.isArray(image) ? (image as readonly (PixelImage | RGBAImage)[]) : [image as PixelImage | RGBAImage];
  check(images.length > 0, 'shape', () => 'There are no images: the list is empty. Give at least one.');
  images.forEach((one, i) => {
    checkImage(one, images.length > 1 ? `Image ${i}` : 'The image');
  });
  const { width, height } = images[0]!;
  const channels = options.channels ?? defaultChannels(images[0]!);
  check(
    channels === 1 || channels === 3 || channels === 4,
    'shape',
    () => `channels is ${describe(channels)}; a tensor of an image has 1, 3 or 4.`,
    { channels },
  );
  const step = stepOf(options, channels);
  const samples = width * height * channels;
  const values = new Float32Array(samples * images.length);
  images.forEach((one, i) => {
    check(
      one.width === width && one.height === height && (options.channels ?? defaultChannels(one)) === channels,
      'shape',
      () =>
        `Image ${i} is ${one.width} x ${one.height} with ${channelsOf(one)} channels and image 0 is ${width} x ${height} with ${channelsOf(images[0]!)}; a batch needs images of one shape. Load them with the same size and colorMode.`,
      { image: i },
    );
    step(convert(one, channels).data, values.subarray(i * samples, (i + 1) * samples));
  });
  return tensor4d(values, [images.length, height, width, channels], 'float32');
}

function defaultChannels(image: PixelImage | RGBAImage): 1 | 3 | 4 {
  return 'channels' in image ? image.channels : 3;
}

/** Writes the float32 values of an image's samples into `out`. */
type Step = (samples: PixelImage['data'], out: Float32Array) => void;

function stepOf({ mode, scale, offset }: ImageToTensorOptions, channels: number): Step {
  if (mode === undefined) return scaleStep(perChannel('scale', scale ?? 1, channels), perChannel('offset', offset ?? 0, channels));
  check(
    scale === undefined && offset === undefined,
    'shape',
    () => `mode '${mode}' says how samples are scaled already; leave scale and offset out, or the mode.`,
  );
  check(Object.hasOwn(MODES, mode), 'shape', () => `Unknown mode ${describe(mode)}. There are: ${Object.keys(MODES).join(', ')}.`, {
    mode,
  });
  check(
    channels === 3,
    'shape',
    () => `mode '${mode}' is for images of 3 channels and this one has ${channels}. Load it with colorMode 'rgb', or pass channels: 3.`,
    { channels },
  );
  return MODES[mode];
}

function perChannel(name: string, value: PerChannel, channels: number): number[] {
  const list = typeof value === 'number' ? Array.from({ length: channels }, () => value) : [...value];
  check(
    list.length === channels && list.every((one) => Number.isFinite(one)),
    'shape',
    () => `${name} is ${describe(value)}; it must be a finite number, or a list of ${channels}, one for each channel.`,
    { [name]: value },
  );
  return list;
}

const { fround } = Math;

function scaleStep(scale: readonly number[], offset: readonly number[]): Step {
  const channels = scale.length;
  return (samples, out) => {
    for (let c = 0; c < channels; c++) {
      const factor = fround(scale[c]!);
      const divisor = fround(1 / scale[c]!);
      const divides = 1 / divisor === scale[c];
      const add = fround(offset[c]!);
      // The quotient of two float32 numbers, taken in double and rounded once more, is the float32 quotient.
      for (let i = c; i < samples.length; i += channels) {
        const scaled = fround(divides ? samples[i]! / divisor : samples[i]! * factor);
        out[i] = add === 0 ? scaled : scaled + add;
      }
    }
  };
}

const CAFFE_MEAN = [103.939, 116.779, 123.68].map(fround);
const TORCH_MEAN = [0.485, 0.456, 0.406].map(fround);
const TORCH_STD = [0.229, 0.224, 0.225].map(fround);

/** keras/src/applications/imagenet_utils.py, `_preprocess_numpy_input` (Keras 3.15), step by step in float32. */
const MODES: Readonly<Record<'caffe' | 'tf' | 'torch', Step>> = {
  caffe: (samples, out) => {
    for (let i = 0; i < samples.length; i += 3) for (let c = 0; c < 3; c++) out[i + c] = samples[i + 2 - c]! - CAFFE_MEAN[c]!;
  },
  tf: (samples, out) => {
    for (let i = 0; i < samples.length; i++) out[i] = fround(samples[i]! / 127.5) - 1;
  },
  torch: (samples, out) => {
    for (let i = 0; i < samples.length; i += 3) {
      for (let c = 0; c < 3; c++) out[i + c] = fround(fround(samples[i + c]! / 255) - TORCH_MEAN[c]!) / TORCH_STD[c]!;
    }
  },
};
