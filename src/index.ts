/**
 * See what a trained CNN sees.
 *
 * ```ts
 * import { loadModel, loadImage, imageToTensor, createExtractor, sliceChannel, colorize, viridis } from 'activation-lens';
 *
 * const model = await loadModel('model.h5');
 * const input = imageToTensor(await loadImage('picture.jpg', { size: [150, 150] }), { scale: 1 / 255 });
 * const activations = await createExtractor(model).run(input);
 * const image = colorize(await sliceChannel(activations.get(0), 3), { colormap: viridis });
 * ```
 *
 * @packageDocumentation
 */

export * from './colormap/index';
export { ActivationLensError, type ErrorCode } from './errors';
export { Activation, Activations } from './extract/activations';
export { createExtractor, type Extractor, type ExtractorOptions, type RunOptions } from './extract/extractor';
export type { LayerSelector } from './extract/select';
export { type SliceOptions, sliceChannel, sliceChannels } from './extract/slice';
export { type ChannelStatistics, describeChannels } from './extract/statistics';
export type { FeatureMap } from './extract/types';
export * from './figure/index';
export { type MontageOptions, montage } from './image/montage';
export { type OverlayOptions, overlay } from './image/overlay';
export { type ResizeOptions, resize } from './image/resize';
export { resizeMap } from './image/resize-map';
export type { Box, Interpolation, PixelImage } from './image/types';
export * from './input/index';
export type { ModelInput } from './model/executable';
export { flattenLayers } from './model/flatten';
export type { CustomLayers } from './model/graph';
export { type LoadOptions, type LoadProgress, loadModel, type ModelInputSource } from './model/load';
export { type Summarizable, type SummaryOptions, type SummaryStyle, summarize } from './model/summary';
export type { LayerCall, LayerInfo, Model, ModelFormat, Port, Runtime, RuntimeAttempt, Shape, TensorSource } from './model/types';
export type { BytesInput, CanvasLike } from './platform/types';
export { type EncodePNGOptions, encodePNG } from './png/encode';
export * from './render/index';
