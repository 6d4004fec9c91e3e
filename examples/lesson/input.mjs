import { squeeze } from '@tensorflow/tfjs-core';
import { ActivationLensError, flattenLayers, imageToTensor, loadImage } from 'activation-lens';

const COLOR_MODES = { 1: 'grayscale', 3: 'rgb', 4: 'rgba' };

/** A model with a free size gets the picture's own shape, no larger than this, and multiples of this: networks often halve it a few times. */
const MOST_SIZE = 512;
const SIZE_STEP = 32;

/**
 * How this model wants its picture: the size and colours of its input, and numbers 0..1 unless it scales them itself. A model of grey
 * pictures may leave the channel's axis out.
 */
export function inputOptions(model, scaleText) {
  const [port, ...others] = model.inputs;
  const [, height, width, channels = 1] = port.shape;
  const colorMode = COLOR_MODES[channels ?? 3];
  const rank = port.shape.length;
  if (others.length > 0 || (rank !== 4 && rank !== 3) || !colorMode) {
    const shapes = model.inputs.map(({ name, shape }) => `${name} (${shape.map((size) => size ?? 'None').join(', ')})`);
    throw new ActivationLensError('shape', `The demo shows one picture to a model; this one takes ${shapes.join(' and ')}.`);
  }
  const scalesItself = flattenLayers(model)
    .slice(0, 3)
    .some(({ className }) => /Rescaling|Normalization|TrueDivide/.test(className));
  const scale = Number(scaleText ?? (scalesItself ? 1 : 1 / 255));
  return {
    size: [height, width],
    colorMode,
    rank,
    scale,
    range: scale === 1 ? '0 to 255' : `0 to ${Number((255 * scale).toPrecision(3))}`,
  };
}

/** The picture as this model wants it, and its numbers. */
export async function readPicture(file, { size: [height, width], colorMode, rank, scale }) {
  let size = [height, width];
  if (height === null || width === null) {
    const own = await loadImage(file, { colorMode });
    const shrink = Math.min(1, MOST_SIZE / Math.max(own.height, own.width));
    const whole = (length) => Math.max(1, Math.round((length * shrink) / SIZE_STEP)) * SIZE_STEP;
    size = [height ?? whole(own.height), width ?? whole(own.width)];
  }
  const image = await loadImage(file, { size, colorMode });
  const tensor = imageToTensor(image, { scale });
  if (rank === 4) return { image, input: tensor };
  const input = squeeze(tensor, [3]);
  tensor.dispose();
  return { image, input };
}

/** The picture as RGBA, for looking at. */
export function pixelsOf({ width, height, channels = 4, data }) {
  const rgba = new Uint8ClampedArray(width * height * 4);
  for (let i = 0; i < width * height; i++) {
    for (let c = 0; c < 3; c++) rgba[i * 4 + c] = data[i * channels + (channels === 1 ? 0 : c)];
    rgba[i * 4 + 3] = channels === 4 ? data[i * 4 + 3] : 255;
  }
  return { width, height, data: rgba };
}
