import { activationLayer, prelu, softmaxLayer } from './ActivationLayers';
import { batchNormalization } from './BatchNormalization';
import { convolution } from './Convolution';
import { dense } from './Dense';
import { depthwiseConvolution, separableConvolution } from './DepthwiseConvolution';
import type { LayerDefinition } from './KerasLayer';
import { concatenate, dot, merge, merge1 } from './Merging';
import { cropping, zeroPadding } from './Padding';
import { adaptivePooling, globalPooling, pooling } from './Pooling';
import { identity, noise } from './Regularization';
import { flatten, permute, repeatVector, reshape } from './Reshaping';
import type { BuildContext, LayerSpec } from './spec';
import { upSampling } from './UpSampling';

/** One Keras class: which major versions of Keras have it, how it is computed, and what to say about it in the docs. */
export interface SupportedLayer {
  readonly className: string;
  readonly keras: readonly (1 | 2 | 3)[];
  readonly remarks?: string;
  readonly define: (spec: LayerSpec, context: BuildContext) => LayerDefinition;
}

const all = [1, 2, 3] as const;
const since2 = [2, 3] as const;

/** Every supported class but those of wrappers and operations. */
const entries: readonly SupportedLayer[] = [
  { className: 'Conv1D', keras: all, define: (spec) => convolution(spec, 1) },
  { className: 'Conv2D', keras: all, define: (spec) => convolution(spec, 2) },
  { className: 'Conv3D', keras: all, define: (spec) => convolution(spec, 3) },
  { className: 'DepthwiseConv1D', keras: since2, define: (spec) => depthwiseConvolution(spec, 1) },
  { className: 'DepthwiseConv2D', keras: since2, define: (spec) => depthwiseConvolution(spec, 2) },
  { className: 'SeparableConv1D', keras: since2, define: (spec) => separableConvolution(spec, 1) },
  { className: 'SeparableConv2D', keras: all, define: (spec) => separableConvolution(spec, 2) },
  { className: 'Dense', keras: all, define: dense },
  ...([1, 2, 3] as const).flatMap((rank): SupportedLayer[] => [
    { className: `MaxPooling${rank}D`, keras: all, define: (spec) => pooling(spec, rank, 'max') },
    { className: `AveragePooling${rank}D`, keras: all, define: (spec) => pooling(spec, rank, 'average') },
    { className: `GlobalMaxPooling${rank}D`, keras: all, define: (spec) => globalPooling(spec, rank, 'max') },
    { className: `GlobalAveragePooling${rank}D`, keras: all, define: (spec) => globalPooling(spec, rank, 'average') },
    { className: `AdaptiveMaxPooling${rank}D`, keras: [3], define: (spec) => adaptivePooling(spec, rank, 'max') },
    { className: `AdaptiveAveragePooling${rank}D`, keras: [3], define: (spec) => adaptivePooling(spec, rank, 'average') },
    { className: `ZeroPadding${rank}D`, keras: all, define: (spec) => zeroPadding(spec, rank) },
    { className: `Cropping${rank}D`, keras: all, define: (spec) => cropping(spec, rank) },
    { className: `UpSampling${rank}D`, keras: all, define: (spec) => upSampling(spec, rank) },
    { className: `SpatialDropout${rank}D`, keras: all, define: noise },
  ]),
  ...['Dropout', 'GaussianNoise', 'GaussianDropout'].map((className) => ({ className, keras: all, define: noise })),
  { className: 'AlphaDropout', keras: since2, define: noise },
  { className: 'ActivityRegularization', keras: all, define: identity },
  { className: 'Identity', keras: since2, define: identity },
  { className: 'Flatten', keras: all, define: flatten },
  { className: 'Reshape', keras: all, define: reshape },
  { className: 'Permute', keras: all, define: permute },
  { className: 'RepeatVector', keras: all, define: repeatVector },
  { className: 'Activation', keras: all, define: activationLayer },
  { className: 'ReLU', keras: since2, define: activationLayer },
  { className: 'LeakyReLU', keras: all, define: activationLayer },
  { className: 'ELU', keras: all, define: activationLayer },
  { className: 'ThresholdedReLU', keras: [1, 2], define: activationLayer },
  { className: 'Softmax', keras: since2, define: softmaxLayer },
  { className: 'PReLU', keras: all, define: prelu },
  { className: 'BatchNormalization', keras: all, define: batchNormalization, remarks: 'any axis or axes; Keras 1 modes' },
  { className: 'Add', keras: since2, define: (spec) => merge(spec, 'add') },
  { className: 'Subtract', keras: since2, define: (spec) => merge(spec, 'subtract') },
  { className: 'Multiply', keras: since2, define: (spec) => merge(spec, 'multiply') },
  { className: 'Average', keras: since2, define: (spec) => merge(spec, 'average') },
  { className: 'Maximum', keras: since2, define: (spec) => merge(spec, 'maximum') },
  { className: 'Minimum', keras: since2, define: (spec) => merge(spec, 'minimum') },
  { className: 'Concatenate', keras: since2, define: concatenate },
  { className: 'Dot', keras: since2, define: dot },
  { className: 'Merge', keras: [1], define: merge1, remarks: "no mode 'cos'" },
];

/** Keras' other names of the same classes. */
const aliases: Readonly<Record<string, string>> = {
  Convolution1D: 'Conv1D',
  Convolution2D: 'Conv2D',
  Convolution3D: 'Conv3D',
  SeparableConvolution1D: 'SeparableConv1D',
  SeparableConvolution2D: 'SeparableConv2D',
  AtrousConvolution1D: 'Conv1D',
  AtrousConvolution2D: 'Conv2D',
  BatchNormalizationV1: 'BatchNormalization',
  BatchNormalizationV2: 'BatchNormalization',
  SyncBatchNormalization: 'BatchNormalization',
};

export const layerTable: ReadonlyMap<string, SupportedLayer> = new Map([
  ...entries.map((entry): [string, SupportedLayer] => [entry.className, entry]),
  ...Object.entries(aliases).map(([alias, className]): [string, SupportedLayer] => [
    alias,
    entries.find((entry) => entry.className === className)!,
  ]),
]);
