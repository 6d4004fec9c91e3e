/**
 * Keras 1 spelled its classes and arguments another way. The tables follow the converters that Keras 2.1.6 carries
 * (keras/legacy/interfaces.py). Its weights' layouts are the layers' own affair.
 */

type Config = Readonly<Record<string, unknown>>;

const CLASSES: Readonly<Record<string, string>> = {
  Convolution1D: 'Conv1D',
  Convolution2D: 'Conv2D',
  Convolution3D: 'Conv3D',
  AtrousConvolution1D: 'Conv1D',
  AtrousConvolution2D: 'Conv2D',
  Deconvolution2D: 'Conv2DTranspose',
  SeparableConvolution2D: 'SeparableConv2D',
};

const ARGUMENTS: Readonly<Record<string, string>> = {
  nb_filter: 'filters',
  filter_length: 'kernel_size',
  subsample_length: 'strides',
  subsample: 'strides',
  border_mode: 'padding',
  dim_ordering: 'data_format',
  bias: 'use_bias',
  output_dim: 'units',
  p: 'rate',
  sigma: 'stddev',
  pool_length: 'pool_size',
  stride: 'strides',
  inner_activation: 'recurrent_activation',
  dropout_W: 'dropout',
  dropout_U: 'recurrent_dropout',
  atrous_rate: 'dilation_rate',
  input_dtype: 'dtype',
};

const DIM_ORDERINGS: Readonly<Record<string, string>> = { tf: 'channels_last', th: 'channels_first' };

/** Layers whose arguments keep a Keras 1 name because Keras 2 has it too. */
const KEPT: Readonly<Record<string, readonly string[]>> = { Embedding: ['output_dim'], RepeatVector: ['n'] };

/** Only these take `p` for a rate; elsewhere the letter may be another layer's own. */
const DROPOUTS = /^(Spatial|Gaussian|Alpha)?Dropout/;

/** Merge modes and the Keras 2 layers they became. */
const MERGES: Readonly<Record<string, string>> = {
  sum: 'Add',
  mul: 'Multiply',
  ave: 'Average',
  max: 'Maximum',
  concat: 'Concatenate',
  dot: 'Dot',
  cos: 'Dot',
};

/** A Keras 1 layer's class and config in Keras 2's words. What has no counterpart keeps its name and is refused when it is built. */
export function modernize(className: string, config: Config): { className: string; config: Config } {
  if (className === 'Merge') return merge(config);
  const modern = CLASSES[className] ?? className;
  const result: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(config)) {
    const kept = KEPT[modern]?.includes(key) || (key === 'p' && !DROPOUTS.test(modern));
    const name = kept ? key : (ARGUMENTS[key] ?? key);
    result[name] = name === 'data_format' ? (DIM_ORDERINGS[String(value)] ?? value) : value;
  }
  if ('nb_row' in config) result.kernel_size = [config.nb_row, config.nb_col];
  if ('kernel_dim1' in config) result.kernel_size = [config.kernel_dim1, config.kernel_dim2, config.kernel_dim3];
  if (className === 'ZeroPadding2D' && Array.isArray(config.padding)) result.padding = zeroPadding(config.padding);
  if (className === 'UpSampling1D' && 'length' in config) result.size = config.length;
  if (className === 'BatchNormalization') {
    // Mode 1 normalises each sample, mode 2 uses the batch's own statistics even at inference: neither is Keras 2's layer.
    if (config.mode !== undefined && config.mode !== 0) return { className: `BatchNormalization(mode=${config.mode})`, config };
    result.center = true;
    result.scale = true;
  }
  return { className: modern, config: result };
}

/** Keras 1 wrote (rows, columns) or (top, bottom, left, right). */
function zeroPadding(padding: readonly unknown[]): unknown {
  if (padding.length !== 4) return padding;
  const [top, bottom, left, right] = padding;
  return [
    [top, bottom],
    [left, right],
  ];
}

function merge(config: Config): { className: string; config: Config } {
  const className = MERGES[String(config.mode)];
  if (!className) return { className: `Merge(mode=${String(config.mode)})`, config };
  if (className === 'Concatenate') return { className, config: { name: config.name, axis: config.concat_axis ?? -1 } };
  if (className !== 'Dot') return { className, config: { name: config.name } };
  return { className, config: { name: config.name, axes: config.dot_axes ?? -1, normalize: config.mode === 'cos' } };
}
