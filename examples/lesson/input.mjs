import { ActivationLensError, flattenLayers } from 'activation-lens';

const COLOR_MODES = { 1: 'grayscale', 3: 'rgb', 4: 'rgba' };

/** A model with a free size gets the picture's own, but no more than this on either side. */
const FREE_SIZE = 512;

/** How this model wants its picture: the size and colours of its input, and numbers 0..1 unless it scales them itself. */
export function inputOptions(model, scaleText) {
  const [port, ...others] = model.inputs;
  const [, height, width, channels] = port.shape;
  const colorMode = COLOR_MODES[channels ?? 3];
  if (others.length > 0 || port.shape.length !== 4 || !colorMode) {
    const shapes = model.inputs.map(({ name, shape }) => `${name} (${shape.map((size) => size ?? 'None').join(', ')})`);
    throw new ActivationLensError('shape', `The demo shows one picture to a model; this one takes ${shapes.join(' and ')}.`);
  }
  const scalesItself = flattenLayers(model)
    .slice(0, 3)
    .some(({ className }) => /Rescaling|Normalization|TrueDivide/.test(className));
  const scale = Number(scaleText ?? (scalesItself ? 1 : 1 / 255));
  return {
    image: { size: [height ?? FREE_SIZE, width ?? FREE_SIZE], colorMode, keepAspectRatio: height === null || width === null },
    scale,
    range: scale === 1 ? '0 to 255' : `0 to ${Number((255 * scale).toPrecision(3))}`,
  };
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
