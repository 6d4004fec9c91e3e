import { input, type SymbolicTensor } from '@tensorflow/tfjs-layers';
import { describe, expect, it } from 'vitest';
import { ActivationLensError, type ErrorCode } from '../../../src/errors';
import type { LayerSpec } from '../../../src/model/layers';
import { build, keras1, keras2 } from './spec';
import '@tensorflow/tfjs-backend-cpu';

/** Builds a layer and applies it to inputs of these shapes (without the batch). */
function errorOf(
  className: string,
  config: Record<string, unknown>,
  shapes: readonly (readonly (number | null)[])[],
  more: Partial<LayerSpec> = {},
): ActivationLensError {
  const call = shapes.length > 1 ? { args: [{ list: shapes.map((_, tensor) => ({ tensor })) }], kwargs: {} } : undefined;
  try {
    const layer = build(className, config, { ...(call === undefined ? {} : { call }), ...more });
    const symbols = shapes.map((shape) => input({ shape: [...shape] }));
    layer.apply(symbols.length === 1 ? symbols[0]! : symbols) as SymbolicTensor;
  } catch (error) {
    expect(error).toBeInstanceOf(ActivationLensError);
    return error as ActivationLensError;
  }
  throw new Error('nothing was thrown');
}

const picture = [[6, 6, 4]];
const operation = (className: string, kwargs = {}): Partial<LayerSpec> => ({
  module: 'keras.src.ops.numpy',
  call: { args: [{ tensor: 0 }], kwargs },
  className,
});

type Case = [what: string, code: ErrorCode, text: RegExp, className: string, config: object, shapes: number[][], more?: Partial<LayerSpec>];

const cases: readonly Case[] = [
  [
    'a Lambda',
    'custom-object',
    /'outer\/it' \(Lambda\) runs Python code of the model's author, which is never run here.*customLayers/,
    'Lambda',
    { function: 'code' },
    picture,
  ],
  [
    'a Lambda of an activation with arguments',
    'unsupported-layer',
    /passes arguments to the activation 'relu'/,
    'Lambda',
    { function: { class_name: 'function', config: 'relu', module: 'builtins' }, arguments: { negative_slope: 0.1 } },
    picture,
  ],
  [
    'a Lambda of a function that Keras 3 does not have',
    'custom-object',
    /runs Python code of the model's author/,
    'Lambda',
    { function: { class_name: 'function', config: 'sum', module: 'builtins' } },
    picture,
  ],
  [
    'a Lambda of preprocess_input with another layout',
    'unsupported-layer',
    /passes the argument 'data_format' to preprocess_input/,
    'Lambda',
    {
      function: [btoa('preprocess_input'), null, null],
      function_type: 'lambda',
      module: 'keras.src.applications.vgg16',
      arguments: { data_format: 'channels_first' },
    },
    picture,
    keras2,
  ],
  [
    'a class that nobody knows',
    'unsupported-layer',
    /'outer\/it' \(Conv2DX\) is of a class that is not supported\. Near names: Conv2D/,
    'Conv2DX',
    {},
    picture,
  ],
  [
    'a class that is like none',
    'unsupported-layer',
    /'outer\/it' \(ClusteringLayer\) is of a class that is not supported\. If it is a class of the model's author, .* customLayers/,
    'ClusteringLayer',
    {},
    picture,
  ],
  [
    'a registered class of the author',
    'custom-object',
    /registered as 'mine>Attention'.*customLayers/,
    'Attention',
    {},
    picture,
    { registeredName: 'mine>Attention' },
  ],
  [
    'a class of another module',
    'custom-object',
    /from the Python module 'my_layers'/,
    'Dense',
    { units: 1 },
    picture,
    { module: 'my_layers' },
  ],
  ['a class name with a package', 'custom-object', /is a class of the model's author/, 'Custom>Dense', { units: 1 }, picture, keras2],
  ['a TFSMLayer', 'unsupported-layer', /TensorFlow SavedModel.*tensorflowjs_converter/, 'TFSMLayer', {}, picture],
  ['a node as TensorFlow 1 wrote it', 'unsupported-layer', /TensorFlow before 2\.0/, 'TensorFlowOpLayer', {}, picture, keras2],
  ...(
    [
      ['a node that is not known', /is a node 'Betainc' of TensorFlow's graph.*customLayers/, { op: 'Betainc' }],
      ['an attribute of a node', /is a node 'Relu' whose attribute 'beta' is not supported/, { op: 'Relu', attr: { beta: { f: 2 } } }],
      ['a node of too few inputs', /is a node 'Tile' of 1 inputs instead of 2/, { op: 'Tile' }],
    ] as const
  ).map(([what, text, node_def]): Case => [what, 'unsupported-layer', text, 'TensorFlowOpLayer', { node_def }, picture, keras2]),
  ...(
    [
      ['int4', { class_name: 'QuantizedDTypePolicy', config: { mode: 'int4' } }],
      ['float8', { class_name: 'QuantizedFloat8DTypePolicy', config: { mode: 'float8' } }],
      ['gptq', 'gptq/4/128_from_float32'],
      ['int4', 'int4_from_mixed_bfloat16'],
    ] as const
  ).map(
    ([mode, dtype]): Case => [
      `a layer quantized to ${mode}`,
      'unsupported-layer',
      new RegExp(
        `is quantized \\(${mode}.*\\); supported is int8 of Dense, EinsumDense, Embedding, ReversibleEmbedding; save the model before quantize`,
      ),
      'Dense',
      { units: 1, dtype },
      picture,
    ],
  ),
  [
    'a quantizer of the model’s own',
    'unsupported-layer',
    /makes its inputs integers by AbsMaxQuantizer of its own/,
    'Dense',
    {
      units: 1,
      dtype: 'int8_from_float32',
      quantization_config: {
        class_name: 'Int8QuantizationConfig',
        config: { activation_quantizer: { class_name: 'AbsMaxQuantizer', config: { value_range: [-63, 63], epsilon: 1e-7 } } },
      },
    },
    picture,
  ],
  ['an unknown operation', 'unsupported-layer', /computes 'Svd', an operation that is not supported/, 'Svd', {}, picture, operation('Svd')],
  [
    'a quantile that there is none of',
    'unsupported-layer',
    /'outer\/it' \(Quantile\) has q 2; it must be from 0 to 1/,
    'Quantile',
    {},
    picture,
    { ...operation('Quantile'), call: { args: [{ tensor: 0 }, { constant: 2 }], kwargs: {} } },
  ],
  [
    'an argument that is not read',
    'unsupported-layer',
    /'outer\/it' \(Sigmoid\) has the argument 'sharpness', which is not supported/,
    'Sigmoid',
    { sharpness: 2 },
    picture,
    operation('Sigmoid'),
  ],
  [
    'too many arguments',
    'unsupported-layer',
    /\(Sigmoid\) has 2 arguments by position, of which 1 are supported/,
    'Sigmoid',
    {},
    picture,
    { ...operation('Sigmoid'), call: { args: [{ tensor: 0 }, { constant: 2 }], kwargs: {} } },
  ],
  ['an unknown function', 'unsupported-layer', /computes 'math.betainc'/, 'TFOpLambda', { function: 'math.betainc' }, picture, keras2],
  ['random dropout as a function', 'unsupported-layer', /computes 'nn.dropout'/, 'TFOpLambda', { function: 'nn.dropout' }, picture, keras2],
  [
    'shapes that do not broadcast',
    'unsupported-layer',
    /meets shapes \[, 6, 6, 4\] and \[3\]/,
    'Add',
    {},
    picture,
    { ...operation('Add'), call: { args: [{ tensor: 0 }, { constant: [1, 2, 3] }], kwargs: {} } },
  ],
  [
    'a reshape of another size',
    'unsupported-layer',
    /cannot give its input of 144 numbers the shape \[5, 5\]/,
    'Reshape',
    { target_shape: [5, 5] },
    picture,
  ],
  ['two free axes', 'unsupported-layer', /more than one -1/, 'Reshape', { target_shape: [-1, -1] }, picture],
  ['a permutation of other axes', 'unsupported-layer', /has dims \[1, 3\]/, 'Permute', { dims: [1, 3] }, picture],
  [
    'a missing argument',
    'unsupported-layer',
    /has filters undefined in its config; it must be a number/,
    'Conv2D',
    { kernel_size: 3 },
    picture,
  ],
  [
    'an argument of a wrong kind',
    'unsupported-layer',
    /has kernel_size 'big'; it must be an integer or 2 of them/,
    'Conv2D',
    { filters: 2, kernel_size: 'big' },
    picture,
  ],
  [
    'an unknown word',
    'unsupported-layer',
    /has padding 'reflect'; supported are 'valid', 'same'/,
    'Conv2D',
    { filters: 2, kernel_size: 3, padding: 'reflect' },
    picture,
  ],
  [
    'an input of another rank',
    'unsupported-layer',
    /takes inputs of at least 4 axes and is given 3/,
    'Conv2D',
    { filters: 2, kernel_size: 3 },
    [[6, 4]],
  ],
  [
    'groups that do not divide',
    'unsupported-layer',
    /has 3 groups for 4 channels/,
    'Conv2D',
    { filters: 3, kernel_size: 3, groups: 3 },
    picture,
  ],
  ['an axis that is not there', 'unsupported-layer', /has axis 4 for an input of 4 axes/, 'BatchNormalization', { axis: 4 }, picture],
  [
    'a free axis where a fixed one is needed',
    'unsupported-layer',
    /needs a fixed length of axis -1/,
    'Dense',
    { units: 2 },
    [[null as unknown as number]],
  ],
  [
    'an unknown activation',
    'custom-object',
    /has the activation 'my_activation', which Keras 3 does not have.*Known here: linear, relu/,
    'Dense',
    { units: 2, activation: 'my_activation' },
    picture,
  ],
  [
    'an activation by the name of what every JavaScript object has',
    'custom-object',
    /has the activation 'toString', which Keras 3 does not have.*Known here: linear, relu/,
    'Dense',
    { units: 2, activation: 'toString' },
    picture,
  ],
  [
    'an activation of a later Keras',
    'custom-object',
    /has the activation 'hard_swish', which Keras 2 does not have/,
    'Activation',
    { activation: 'hard_swish' },
    picture,
    keras2,
  ],
  [
    'a serialized function',
    'custom-object',
    /has the activation 'f'/,
    'Activation',
    { activation: { class_name: 'function', config: 'f', registered_name: 'function' } },
    picture,
  ],
  [
    'glu inside a layer',
    'unsupported-layer',
    /has the activation 'glu' inside; make it a layer/,
    'Dense',
    { units: 2, activation: 'glu' },
    picture,
  ],
  [
    'a PReLU inside a layer',
    'unsupported-layer',
    /PReLU with weights of its own/,
    'Dense',
    { units: 2, activation: { class_name: 'PReLU', config: {} } },
    picture,
  ],
  ['a merge of other shapes', 'unsupported-layer', /merges shapes that do not go together: \[, 3\], \[, 4\]/, 'Add', {}, [[3], [4]]],
  ['a difference of three', 'unsupported-layer', /merges 3 tensors/, 'Subtract', {}, [[3], [3], [3]]],
  [
    'a concatenation of other shapes',
    'unsupported-layer',
    /differ in axis 1: 2 and 3/,
    'Concatenate',
    { axis: -1 },
    [
      [2, 3],
      [3, 3],
    ],
  ],
  [
    'a crop to nothing',
    'unsupported-layer',
    /crops axis 1 of length 6 to nothing/,
    'Cropping2D',
    {
      cropping: [
        [3, 3],
        [0, 0],
      ],
    },
    picture,
  ],
  [
    'bits as another dtype',
    'unsupported-layer',
    /views the bits of its input as int32/,
    'View',
    { dtype: 'int32' },
    [[3]],
    operation('View'),
  ],
  [
    'a quantile by a method',
    'unsupported-layer',
    /takes quantiles by 'lower', which Keras computes only outside of models; use percentile/,
    'Quantile',
    { q: 0.5, axis: [1], method: 'lower' },
    [[3]],
    operation('Quantile'),
  ],
  [
    'the largest in any order',
    'unsupported-layer',
    /takes the largest in any order \(sorted=False\)/,
    'TopK',
    { k: 2, sorted: false },
    [[3]],
    operation('TopK'),
  ],
  [
    'an equation whose result Keras orders in two ways',
    'unsupported-layer',
    /computes 'ba', whose axes Keras orders otherwise on TensorFlow than on JAX/,
    'Einsum',
    { subscripts: 'ba' },
    [[3]],
    operation('Einsum'),
  ],
  ['Keras 1 merging by a function', 'unsupported-layer', /mode/, 'Merge', { mode: '4wEAAAAB', mode_type: 'lambda' }, [[3], [3]], keras1],
  [
    'another implementation',
    'unsupported-layer',
    /has implementation 4; Keras has 1 to 3/,
    'LocallyConnected2D',
    { filters: 1, kernel_size: 2, implementation: 4 },
    picture,
    keras2,
  ],
  [
    'a cell of the author',
    'unsupported-layer',
    /runs over MyCell; supported are SimpleRNNCell, LSTMCell, GRUCell/,
    'RNN',
    { cell: { class_name: 'MyCell', config: {} } },
    [[3, 4]],
  ],
  ['a wrapper around nothing', 'unsupported-layer', /has no layer in its config/, 'TimeDistributed', {}, [[3, 4]]],
  [
    'augmentation at inference',
    'unsupported-layer',
    /augments at inference too/,
    'RandomFlip',
    {},
    picture,
    { ...keras2, call: { args: [{ tensor: 0 }], kwargs: { training: { constant: true } } } },
  ],
  [
    'a crop of smaller pictures before Keras 2.7',
    'unsupported-layer',
    /'outer\/it' \(CenterCrop\) crops pictures of 6 x 6 to 8 x 4, which Keras 2\.4\.0 does not do/,
    'CenterCrop',
    { height: 8, width: 4 },
    picture,
    { keras: { major: 2, text: '2.4.0' } },
  ],
  ...[keras2, {}].map(
    (more): Case => [
      'scaling within bytes',
      'unsupported-layer',
      /\(Rescaling\) computes in uint8, which is not supported; give it the dtype float32 in Keras/,
      'Rescaling',
      { scale: 2, dtype: more === keras2 ? 'uint8' : { class_name: 'DTypePolicy', config: { name: 'uint8' } } },
      picture,
      more,
    ],
  ),
  [
    'logits in halves',
    'unsupported-layer',
    /\(ReversibleEmbedding\) projects back in float16, whose rounding is not known here; give it the reverse_dtype float32/,
    'ReversibleEmbedding',
    { input_dim: 5, output_dim: 3, reverse_dtype: 'float16' },
    [[3]],
    { call: { args: [{ tensor: 0 }], kwargs: { reverse: { constant: true } } } },
  ],
  ['a vocabulary that is elsewhere', 'unsupported-layer', /\(IntegerLookup\) has no vocabulary in its config/, 'IntegerLookup', {}, [[3]]],
  ['a vocabulary of long numbers', 'unsupported-layer', /whole numbers of 32 bits/, 'IntegerLookup', { vocabulary: [2 ** 40] }, [[3]]],
  [
    'a vocabulary with hashes',
    'unsupported-layer',
    /\(IntegerLookup\) puts numbers that it does not know into places by farmhash; supported is floormod/,
    'IntegerLookup',
    { vocabulary: [1], num_oov_indices: 2, oov_method: 'farmhash' },
    [[3]],
  ],
  [
    'frequencies that are elsewhere',
    'unsupported-layer',
    /\(IntegerLookup\) has no idf_weights in its config/,
    'IntegerLookup',
    { vocabulary: [1], output_mode: 'tf_idf' },
    [[3]],
  ],
  [
    'hashes',
    'unsupported-layer',
    /\(Hashing\) hashes the digits of numbers, or strings, in 64 bits.*hash before the model/,
    'Hashing',
    { num_bins: 3 },
    [[3]],
  ],
  [
    'a window that Keras does not have',
    'unsupported-layer',
    /\(MelSpectrogram\) has the window "kaiser"; supported are 'hann', 'hamming', and as many numbers as its sequence_length/,
    'MelSpectrogram',
    { window: 'kaiser' },
    [[4000]],
  ],
  [
    'a spectrogram of too short a signal',
    'unsupported-layer',
    /\(MelSpectrogram\) needs signals of more than 32 samples \(half its fft_length\) and is given 32/,
    'MelSpectrogram',
    { fft_length: 64 },
    [[32]],
  ],
  [
    'a spectrogram of several signals at once',
    'unsupported-layer',
    /\(MelSpectrogram\) takes signals \[batch, samples\]/,
    'MelSpectrogram',
    {},
    [[3000, 2]],
  ],
  [
    'a spectrogram of a signal without channels',
    'unsupported-layer',
    /\(STFTSpectrogram\) takes signals of 3 axes and is given 2/,
    'STFTSpectrogram',
    {},
    [[900]],
  ],
  [
    'frames that do not move on',
    'unsupported-layer',
    /\(STFTSpectrogram\) has frames of 1 samples that lie 0 apart/,
    'STFTSpectrogram',
    { frame_length: 1 },
    [[9, 1]],
  ],
  [
    'a power density of one frequency',
    'unsupported-layer',
    /\(STFTSpectrogram\) has one frequency/,
    'STFTSpectrogram',
    { frame_length: 1, frame_step: 1, mode: 'psd' },
    [[9, 1]],
  ],
  [
    'a crop at random',
    'unsupported-layer',
    /crops at inference too/,
    'RandomCrop',
    { height: 3, width: 3 },
    picture,
    { ...keras2, call: { args: [{ tensor: 0 }], kwargs: { training: { constant: true } } } },
  ],
  ['attention to one tensor', 'unsupported-layer', /is called with 1 tensors instead of \[query, value\]/, 'Attention', {}, [[3, 4]]],
  [
    'heads without a value',
    'unsupported-layer',
    /is not called with a query and a value/,
    'MultiHeadAttention',
    { num_heads: 1, key_dim: 2 },
    [[3, 4]],
  ],
  ['Discretization without bins', 'unsupported-layer', /has no bin_boundaries/, 'Discretization', {}, [[3]]],
];

describe('what cannot be opened', () => {
  it.each(cases)('%s', (_, code, text, className, config, shapes, more) => {
    const error = errorOf(className, config as Record<string, unknown>, shapes, more);
    expect(error.message).toMatch(text);
    expect(error.code).toBe(code);
    expect(error.details).toMatchObject({ layer: 'it', path: 'outer/it' });
  });
});
