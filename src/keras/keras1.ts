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

/** Layers whose meaning depends on the axes' order; Keras 1 did not write it down for all of them. */
const ORDERED =
  /^(Conv2D|Conv3D|Conv2DTranspose|SeparableConv2D|LocallyConnected2D|.*(Pooling|Padding|Cropping|UpSampling|SpatialDropout)[23]D)$/;

/**
 * The order of axes that a Keras 1 model was made with: what its layers say, as far as they agree. Padding, cropping and up-sampling
 * layers do not say it in their configs, and Keras 1 took the user's settings for them.
 */
export function dimOrderingOf(json: unknown): 'tf' | 'th' {
  const text = JSON.stringify(json) ?? '';
  return text.includes('"dim_ordering":"th"') && !text.includes('"dim_ordering":"tf"') ? 'th' : 'tf';
}

/** A Keras 1 layer's class and config in Keras 2's words. What has no counterpart keeps its name and is refused when it is built. */
export function modernize(className: string, config: Config, dimOrdering: 'tf' | 'th'): { className: string; config: Config } {
  const modern = own(CLASSES, className) ?? className;
  const result: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(config)) {
    const kept = own(KEPT, modern)?.includes(key) || (key === 'p' && !DROPOUTS.test(modern));
    const name = kept ? key : (own(ARGUMENTS, key) ?? key);
    result[name] = name === 'data_format' ? (own(DIM_ORDERINGS, String(value)) ?? value) : value;
  }
  if (ORDERED.test(modern)) result.data_format ??= DIM_ORDERINGS[dimOrdering];
  if ('nb_row' in config) result.kernel_size = [config.nb_row, config.nb_col];
  if ('kernel_dim1' in config) result.kernel_size = [config.kernel_dim1, config.kernel_dim2, config.kernel_dim3];
  if (className === 'ZeroPadding2D') result.padding = zeroPadding(config.padding);
  if (className === 'UpSampling1D' && 'length' in config) result.size = config.length;
  if (className === 'BatchNormalization') {
    result.center = true;
    result.scale = true;
  }
  const inner = config.layer as { class_name?: unknown; config?: Config } | undefined;
  if (typeof inner?.class_name === 'string' && inner.config && !Array.isArray(inner.config) && !('layers' in inner.config)) {
    const { className: name, config: settings } = modernize(inner.class_name, inner.config, dimOrdering);
    result.layer = { ...inner, class_name: name, config: settings };
  }
  return { className: modern, config: result };
}

/** Keras 1 wrote (rows, columns), (top, bottom, left, right) or a dict of the sides that have any. */
function zeroPadding(padding: unknown): unknown {
  const sides = Array.isArray(padding) ? padding : isSides(padding) ? SIDES.map((side) => padding[side] ?? 0) : [];
  if (sides.length !== 4) return padding;
  const [top, bottom, left, right] = sides;
  return [
    [top, bottom],
    [left, right],
  ];
}

const SIDES = ['top_pad', 'bottom_pad', 'left_pad', 'right_pad'];

function isSides(padding: unknown): padding is Record<string, unknown> {
  return typeof padding === 'object' && padding !== null;
}

/** An entry of a table; not what every object has, such as 'constructor'. */
function own<T>(table: Readonly<Record<string, T>>, key: string): T | undefined {
  return Object.hasOwn(table, key) ? table[key] : undefined;
}
