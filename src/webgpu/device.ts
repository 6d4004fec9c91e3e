import * as tf from '@tensorflow/tfjs-core';
import { check, describe } from '../check';
import { ActivationLensError } from '../errors';
import type { Activation } from '../extract/activations';
import { type MapLayout, mapLayout } from '../extract/layout';

/** What we use of tfjs' `WebGPUBackend` (4.22); `commandEncoder` is private there. */
export interface TensorBackend {
  readonly device: GPUDevice;
  readonly tensorMap: { get(dataId: object): { resource?: unknown; dtype: string } };
  readonly commandEncoder: GPUCommandEncoder | null;
  uploadToGPU(dataId: object): void;
  ensureCommandEncoderReady(): void;
  endComputePassEncoder(): void;
  submitQueue(): void;
}

/**
 * Anything with a tensor `[batch, height, width, channels]`: an Activation is one, `{ tensor }` too. A layer of data format
 * 'channels_first' has its channels second.
 */
export interface ActivationLike {
  readonly tensor: tf.Tensor;
  readonly layer?: { readonly path: string; readonly dataFormat?: string | undefined };
}

const names = (a: ActivationLike) => (a.layer === undefined ? 'The tensor' : `The activation of '${a.layer.path}'`);

/** tfjs' WebGPU backend if it is the active one, otherwise the reason why not, as a sentence. */
export function activeBackend(): { backend: TensorBackend; reason?: undefined } | { backend?: undefined; reason: string } {
  const name = tf.getBackend();
  if (name === 'webgpu') return { backend: tf.backend() as unknown as TensorBackend };
  const why =
    typeof navigator === 'undefined' || !('gpu' in navigator) || !navigator.gpu
      ? 'there is no navigator.gpu here'
      : "call tf.setBackend('webgpu') and await tf.ready() first, with @tensorflow/tfjs-backend-webgpu imported";
  return { reason: `tfjs computes on ${name ? `'${name}'` : 'no backend yet'}, not on 'webgpu': ${why}.` };
}

/**
 * How feature maps lie in the activation. Throws `disposed`, `shape` (no such axes, or an empty one) or `channel-range` (no such picture
 * in the batch).
 */
export function activationLayout(activation: ActivationLike, batch: number): MapLayout {
  const { tensor } = activation;
  check(
    tensor?.dataId !== undefined,
    'shape',
    () => `${describe(activation)} is no activation; give what an extractor's run gave, or { tensor } with a tf.Tensor.`,
  );
  check(!tensor.isDisposed, 'disposed', () => `${names(activation)} has been disposed of; draw it before.`);
  const layout = mapLayout({ shape: tensor.shape, layer: activation.layer ?? { path: 'a tensor' } } as unknown as Activation);
  check(tensor.size > 0, 'shape', () => `${names(activation)} has shape [${tensor.shape.join(', ')}]: there is nothing to draw.`, {
    shape: tensor.shape,
  });
  check(
    Number.isInteger(batch) && batch >= 0 && batch < layout.batch,
    'channel-range',
    () => `${names(activation)} holds ${layout.batch} picture${layout.batch === 1 ? '' : 's'}; there is no batch index ${describe(batch)}.`,
    { batch, pictures: layout.batch },
  );
  return layout;
}

/** The buffer in which tfjs keeps a float32 tensor; moved to the GPU first if it is not there yet. Throws `shape` for other numbers. */
export function tensorBuffer(backend: TensorBackend, activation: ActivationLike): GPUBuffer {
  const { tensor } = activation;
  check(
    tensor.dtype === 'float32',
    'shape',
    () => `${names(activation)} holds ${tensor.dtype}; colours need float32. Use tf.cast(tensor, 'float32').`,
    { dtype: tensor.dtype },
  );
  backend.uploadToGPU(tensor.dataId);
  return backend.tensorMap.get(tensor.dataId).resource as GPUBuffer;
}

/** Whether the "GPU" is this machine's processor. */
export function isSoftware(device: GPUDevice): boolean {
  const info = device.adapterInfo as (GPUAdapterInfo & { isFallbackAdapter?: boolean }) | undefined;
  return info?.isFallbackAdapter === true || /swiftshader|llvmpipe|warp/i.test(`${info?.architecture} ${info?.description}`);
}

/**
 * Records into the encoder that tfjs itself has open, behind everything it has recorded, and submits the lot: one submit, in order.
 */
export function recordAndSubmit(backend: TensorBackend, record: (encoder: GPUCommandEncoder) => void): void {
  backend.ensureCommandEncoderReady();
  backend.endComputePassEncoder();
  record(backend.commandEncoder!);
  backend.submitQueue();
}

const lost = new WeakMap<GPUDevice, string>();
const watched = new WeakSet<GPUDevice>();

/** Throws `backend` if the device is known to be lost. Call it with each device before use: it is how the loss gets known. */
export function checkDevice(device: GPUDevice): void {
  if (!watched.has(device)) {
    watched.add(device);
    device.lost.then(({ reason, message }) => lost.set(device, [reason, message].filter(Boolean).join(': ')));
  }
  const what = lost.get(device);
  if (what !== undefined) {
    throw new ActivationLensError(
      'backend',
      `The GPU device was lost (${what}). tfjs cannot go on with it: call tf.removeBackend('webgpu'), register and set the backend again, load the model again; the renderer then continues on the new device.`,
      { details: { lost: what } },
    );
  }
}
