import { concat, reshape, slice, type Tensor, type Tensor4D, tensor4d, tidy, transpose } from '@tensorflow/tfjs-core';
import { ActivationLensError, type ImageToTensorOptions, imageToTensor, type Model, type PixelImage, type Port } from 'activation-lens';
import type { ValueRange } from '../protocol';

/** What picture an input of a model takes, and how it lies in the tensor. */
export interface InputPlan {
  /** null where the model leaves it free. */
  readonly height: number | null;
  readonly width: number | null;
  readonly channels: number;
  readonly channelsFirst: boolean;
  /** The tensor's own shape, where it is not [batch, height, width, channels]. */
  readonly reshape?: readonly number[];
}

/** One plan an input: the same picture goes into each. */
export function planInputs(model: Model): InputPlan[] {
  return model.inputs.map((port) => {
    const plan = planInput(port);
    if (plan) return plan;
    const inputs = model.inputs.map(({ name, shape }) => `${name} (${shape.map((size) => size ?? 'None').join(', ')})`).join(' and ');
    throw new ActivationLensError(
      'shape',
      `This network takes ${inputs}, and '${port.name}' is no picture. The explorer shows what networks make of pictures: open one whose input is (height, width, channels).`,
    );
  });
}

function planInput({ shape }: Port): InputPlan | undefined {
  const [, ...sizes] = shape;
  if (sizes.length === 3) {
    const [a, b, c] = sizes as [number | null, number | null, number | null];
    const few = (size: number | null) => size !== null && size <= 4;
    const channelsFirst = few(a) && !few(c);
    const [height, width, channels] = channelsFirst ? [b, c, a] : [a, b, c];
    return { height, width, channels: channels ?? 3, channelsFirst };
  }
  if (sizes.length === 2 && sizes.every((size) => size !== null && size > 4)) {
    const [height, width] = sizes as [number, number];
    return { height, width, channels: 1, channelsFirst: false, reshape: [1, height, width] };
  }
  const [units] = sizes;
  if (sizes.length !== 1 || !units) return undefined;
  // A flattened square, as in many a first network: 784 is 28 x 28, 3072 is 32 x 32 in colour.
  for (const channels of [1, 3]) {
    const side = Math.sqrt(units / channels);
    if (Number.isInteger(side) && side > 4) return { height: side, width: side, channels, channelsFirst: false, reshape: [1, units] };
  }
  return undefined;
}

/** What a person should know about how the picture gets in. */
export function noteOn(model: Model, plans: readonly InputPlan[]): string {
  const notes: string[] = [];
  if (plans.length > 1) notes.push(`The model has ${plans.length} inputs; each gets the same picture.`);
  const odd = plans.find(({ channels }) => ![1, 3, 4].includes(channels));
  if (odd) notes.push(`It takes ${odd.channels} channels: red, green, blue, red, … fill them.`);
  if (plans.some(({ reshape }) => reshape?.length === 2))
    notes.push(`It takes ${model.inputs[0]!.shape.at(-1)} numbers: the pixels row by row.`);
  return notes.join(' ');
}

const OPTIONS: Readonly<Record<ValueRange, ImageToTensorOptions>> = {
  unit: { scale: 1 / 255 },
  byte: {},
  tf: { mode: 'tf' },
  caffe: { mode: 'caffe' },
  torch: { mode: 'torch' },
};
/** The modes of keras.applications are for colour; these are what is meant for other pictures. */
const COLOURLESS: Readonly<Record<ValueRange, ImageToTensorOptions>> = {
  ...OPTIONS,
  tf: { scale: 1 / 127.5, offset: -1 },
  caffe: {},
  torch: { scale: 1 / 255 },
};

/** How bytes become numbers, in a picture of so many channels. */
export function tensorOptions(channels: number, range: ValueRange): ImageToTensorOptions {
  return (channels === 3 ? OPTIONS : COLOURLESS)[range];
}

/** The picture as the tensor of one input. */
export function toInput(image: PixelImage, plan: InputPlan, range: ValueRange): Tensor {
  return tidy(() => {
    const values = imageToTensor(image, tensorOptions(image.channels, range));
    const whole = repeatChannels(values, plan.channels);
    const placed = plan.channelsFirst ? transpose(whole, [0, 3, 1, 2]) : whole;
    return plan.reshape ? reshape(placed, [...plan.reshape]) : placed;
  });
}

function repeatChannels(values: Tensor4D, channels: number): Tensor4D {
  const [, height, width, given] = values.shape;
  if (given === channels) return values;
  if (channels === 0 || height * width === 0) return tensor4d([], [1, height, width, 0]);
  const copies = Array.from({ length: Math.ceil(channels / given) }, () => values);
  return slice(concat(copies, 3), [0, 0, 0, 0], [1, height, width, channels]);
}
