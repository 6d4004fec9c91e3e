/**
 * From tensor to pixels without leaving the GPU. For models that run on tfjs' WebGPU backend; on any other the same calls colour on the
 * CPU.
 *
 * @example
 * import * as tf from '@tensorflow/tfjs-core';
 * import '@tensorflow/tfjs-backend-webgpu';
 * import { createExtractor, loadModel } from 'activation-lens';
 * import { createGPURenderer } from 'activation-lens/webgpu';
 *
 * await tf.setBackend('webgpu');
 * const model = await loadModel('model.h5');
 * const renderer = createGPURenderer(document.querySelector('canvas'));
 * const activations = await createExtractor(model).run(input);
 * await renderer.draw(activations);
 * activations.dispose();
 *
 * @packageDocumentation
 */
export type { ActivationLike } from './device';
export { type GPUColorizeOptions, gpuColorize } from './gpu-colorize';
export { createLiveView, type LiveInputOptions, type LiveStatistics, type LiveView, type LiveViewOptions } from './live';
export type { PictureStyle } from './options';
export type { Scaling } from './present';
export { createGPURenderer, type GPURenderer, type GPURendererOptions, type Picked, type RendererStatistics } from './renderer';
export type { CanvasWith2D, RenderTarget } from './target';
