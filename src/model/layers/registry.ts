import { activationLayer, prelu, softmaxLayer } from './ActivationLayers';
import { adaptiveEqualization } from './AdaptiveEqualization';
import { instanceNormalization, stochasticDepth } from './Addons';
import { additiveAttention, attention } from './Attention';
import { castToFloat32, expandLastDim } from './AutoKeras';
import { batchNormalization } from './BatchNormalization';
import { categoryEncoding, discretization, integerLookup } from './Categories';
import { convolution } from './Convolution';
import { customScale } from './CustomScale';
import { dense } from './Dense';
import { depthwiseConvolution, separableConvolution } from './DepthwiseConvolution';
import { einsumDense } from './EinsumDense';
import { embedding, masking } from './Embedding';
import { highway, maxoutDense, parametricSoftplus, srelu } from './Keras1Layers';
import type { LayerDefinition } from './KerasLayer';
import { lambda } from './Lambda';
import { locallyConnected } from './LocallyConnected';
import { concatenate, dot, merge, merge1 } from './Merging';
import { groupedQueryAttention, multiHeadAttention } from './MultiHeadAttention';
import { groupNormalization, layerNormalization, layerScale, normalization, rmsNormalization, unitNormalization } from './Normalizations';
import { cropping, zeroPadding } from './Padding';
import { adaptivePooling, globalPooling, pooling } from './Pooling';
import { autoContrast, centerCrop, randomCrop, rescaling, resizing } from './Preprocessing';
import { bidirectional, recurrent } from './Recurrent';
import { augmentation, identity, noise, randomSize } from './Regularization';
import { flatten, permute, repeatVector, reshape } from './Reshaping';
import { reversibleEmbedding } from './ReversibleEmbedding';
import { melSpectrogram, stftSpectrogram } from './Spectrograms';
import type { BuildContext, LayerSpec } from './spec';
import { transposedConvolution } from './TransposedConvolution';
import { upSampling } from './UpSampling';
import { pipeline, spectralNormalization, timeDistributed } from './Wrappers';

/** One Keras class: which major versions of Keras have it, how it is computed, and what to say about it in the docs. */
export interface SupportedLayer {
  readonly className: string;
  readonly keras: readonly (1 | 2 | 3)[];
  /**
   * The minor version of Keras 2 that brought it, to tf.keras, where older files have other people's classes of that name which compute
   * something else. Keras that was a package of its own, 2.0 to 2.3, has none of these.
   */
  readonly since2?: number;
  readonly remarks?: string;
  readonly define: (spec: LayerSpec, context: BuildContext) => LayerDefinition;
}

const all = [1, 2, 3] as const;
const since2 = [2, 3] as const;

const stateless = 'every prediction starts from zero states';

/** Augmentation of Keras 3 alone, and of both. */
const augmentations = [
  ...['AugMix', 'CutMix', 'MixUp', 'RandAugment', 'Equalization', 'Solarization', 'MaxNumBoundingBoxes'],
  ...['ColorDegeneration', 'ColorJitter', 'ElasticTransform', 'Erasing', 'GaussianBlur', 'Grayscale', 'Hue'].map((name) => `Random${name}`),
  ...['Invert', 'Perspective', 'Posterization', 'Saturation', 'Sharpness', 'Shear'].map((name) => `Random${name}`),
];
const augmentations2 = ['Brightness', 'Contrast', 'Flip', 'Rotation', 'Translation', 'Zoom'].map((name) => `Random${name}`);

/** Every supported class but those of wrappers and operations. */
const entries: readonly SupportedLayer[] = [
  { className: 'Conv1D', keras: all, define: (spec) => convolution(spec, 1) },
  { className: 'Conv2D', keras: all, define: (spec) => convolution(spec, 2) },
  { className: 'Conv3D', keras: all, define: (spec) => convolution(spec, 3) },
  { className: 'DepthwiseConv1D', keras: since2, define: (spec) => depthwiseConvolution(spec, 1) },
  { className: 'DepthwiseConv2D', keras: since2, define: (spec) => depthwiseConvolution(spec, 2) },
  { className: 'SeparableConv1D', keras: since2, define: (spec) => separableConvolution(spec, 1) },
  { className: 'SeparableConv2D', keras: all, define: (spec) => separableConvolution(spec, 2) },
  { className: 'Conv1DTranspose', keras: since2, define: (spec) => transposedConvolution(spec, 1) },
  { className: 'Conv2DTranspose', keras: all, define: (spec) => transposedConvolution(spec, 2) },
  { className: 'Conv3DTranspose', keras: since2, define: (spec) => transposedConvolution(spec, 3) },
  { className: 'LocallyConnected1D', keras: [1, 2], define: (spec) => locallyConnected(spec, 1), remarks: 'implementation 1' },
  { className: 'LocallyConnected2D', keras: [1, 2], define: (spec) => locallyConnected(spec, 2), remarks: 'implementation 1' },
  { className: 'Dense', keras: all, define: dense },
  { className: 'EinsumDense', keras: since2, define: einsumDense },
  { className: 'Embedding', keras: all, define: embedding },
  { className: 'ReversibleEmbedding', keras: [3], define: reversibleEmbedding, remarks: 'both ways in one model' },
  { className: 'Masking', keras: all, define: masking },
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
  { className: 'AddLoss', keras: [2], define: identity, remarks: 'what model.add_loss leaves' },
  { className: 'AddMetric', keras: [2], define: identity, remarks: 'what model.add_metric leaves' },
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
  { className: 'CustomScaleLayer', keras: since2, define: customScale, remarks: 'of keras.applications: InceptionResNetV2' },
  { className: 'Addons>GroupNormalization', keras: [2], define: groupNormalization, remarks: 'of TensorFlow Addons' },
  { className: 'Addons>InstanceNormalization', keras: [2], define: instanceNormalization, remarks: 'of TensorFlow Addons' },
  { className: 'Addons>StochasticDepth', keras: [2], define: stochasticDepth, remarks: 'of TensorFlow Addons' },
  { className: 'FixedDropout', keras: [2], define: (spec) => noise({ ...spec, className: 'Dropout' }), remarks: 'of efficientnet' },
  { className: 'CastToFloat32', keras: since2, define: castToFloat32, remarks: 'of AutoKeras' },
  { className: 'ExpandLastDim', keras: since2, define: expandLastDim, remarks: 'of AutoKeras' },
  { className: 'Dot', keras: since2, define: dot },
  { className: 'LayerNormalization', keras: since2, since2: 2, define: layerNormalization },
  { className: 'GroupNormalization', keras: since2, since2: 11, define: groupNormalization },
  { className: 'RMSNormalization', keras: [3], define: rmsNormalization },
  { className: 'UnitNormalization', keras: since2, since2: 9, define: unitNormalization },
  {
    className: 'SpectralNormalization',
    keras: since2,
    since2: 13,
    define: spectralNormalization,
    remarks: 'the wrapped layer, as Keras computes it at inference',
  },
  { className: 'Normalization', keras: since2, since2: 2, define: normalization },
  { className: 'LayerScale', keras: since2, define: layerScale, remarks: 'of keras.applications.convnext' },
  { className: 'StochasticDepth', keras: since2, define: identity, remarks: 'of keras.applications.convnext; the identity at inference' },
  {
    className: 'Lambda',
    keras: since2,
    define: lambda,
    remarks: 'of activations and preprocess_input; of Python code through `customLayers`',
  },
  { className: 'Rescaling', keras: since2, define: rescaling },
  {
    className: 'Resizing',
    keras: since2,
    define: (spec) => resizing(spec),
    remarks: 'every interpolation, aspect ratio and antialiasing option',
  },
  { className: 'CenterCrop', keras: since2, define: centerCrop },
  { className: 'RandomCrop', keras: since2, define: randomCrop, remarks: 'at inference as each version of Keras has it' },
  { className: 'AutoContrast', keras: [3], define: autoContrast },
  { className: 'ContrastLimitedAdaptiveHistogramEqualization', keras: [3], define: adaptiveEqualization },
  { className: 'CategoryEncoding', keras: since2, define: categoryEncoding },
  { className: 'Discretization', keras: since2, define: discretization },
  { className: 'IntegerLookup', keras: since2, define: integerLookup, remarks: 'with its vocabulary as an argument' },
  { className: 'STFTSpectrogram', keras: [3], define: stftSpectrogram },
  { className: 'MelSpectrogram', keras: [3], define: melSpectrogram },
  ...augmentations.map(
    (className): SupportedLayer => ({ className, keras: [3], define: augmentation, remarks: 'the identity at inference' }),
  ),
  ...augmentations2.map(
    (className): SupportedLayer => ({ className, keras: since2, define: augmentation, remarks: 'the identity at inference' }),
  ),
  { className: 'RandomHeight', keras: [2], define: (spec) => randomSize(spec, 1), remarks: 'the identity at inference' },
  { className: 'RandomWidth', keras: [2], define: (spec) => randomSize(spec, 2), remarks: 'the identity at inference' },
  { className: 'Attention', keras: since2, since2: 2, define: attention },
  { className: 'AdditiveAttention', keras: since2, since2: 2, define: additiveAttention },
  { className: 'MultiHeadAttention', keras: since2, since2: 4, define: multiHeadAttention },
  { className: 'GroupedQueryAttention', keras: [3], define: groupedQueryAttention },
  ...['SimpleRNN', 'LSTM', 'GRU', 'ConvLSTM2D'].map(
    (className): SupportedLayer => ({ className, keras: all, define: recurrent, remarks: stateless }),
  ),
  ...['ConvLSTM1D', 'ConvLSTM3D', 'RNN'].map(
    (className): SupportedLayer => ({ className, keras: since2, define: recurrent, remarks: stateless }),
  ),
  ...['CuDNNLSTM', 'CuDNNGRU'].map((className): SupportedLayer => ({ className, keras: [2], define: recurrent, remarks: stateless })),
  { className: 'Bidirectional', keras: all, define: bidirectional, remarks: 'around the recurrent layers above' },
  { className: 'Pipeline', keras: [3], define: pipeline, remarks: 'of any layers of one input' },
  { className: 'TimeDistributed', keras: all, define: timeDistributed, remarks: 'around any layer or model' },
  { className: 'Merge', keras: [1], define: merge1 },
  { className: 'Highway', keras: [1], define: highway },
  { className: 'MaxoutDense', keras: [1], define: maxoutDense },
  { className: 'SReLU', keras: [1], define: srelu },
  { className: 'ParametricSoftplus', keras: [1], define: parametricSoftplus },
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
  Deconvolution2D: 'Conv2DTranspose',
  Convolution2DTranspose: 'Conv2DTranspose',
  Convolution3DTranspose: 'Conv3DTranspose',
  GroupQueryAttention: 'GroupedQueryAttention',
  LSTMV1: 'LSTM',
  LSTMV2: 'LSTM',
  GRUV1: 'GRU',
  GRUV2: 'GRU',
};

export const layerTable: ReadonlyMap<string, SupportedLayer> = new Map([
  ...entries.map((entry): [string, SupportedLayer] => [entry.className, entry]),
  ...Object.entries(aliases).map(([alias, className]): [string, SupportedLayer] => [
    alias,
    entries.find((entry) => entry.className === className)!,
  ]),
]);
