/**
 * Nodes of TensorFlow's graph, which tf.keras 2.0 to 2.3 wrote into a model as layers (`TensorFlowOpLayer`) where later versions write the
 * function that was called (`TFOpLambda`): each as a call of a function that makes such a node. A node has its constants in the layer's
 * config, by their place among its inputs.
 */

import { unsupported } from '../layers/config';
import type { Argument, LayerSpec } from '../layers/spec';

interface Node {
  /** The function whose call the node is. */
  readonly calls: string;
  /** The function's names of the node's inputs; '' for one by position. A list takes all inputs before those that are named. */
  readonly inputs?: readonly string[] | { readonly list: readonly string[] };
  /** The function's names of the node's attributes, where they are not alike. */
  readonly attributes?: Readonly<Record<string, string>>;
}

const byPosition = (names: string): Record<string, Node> =>
  Object.fromEntries(
    names
      .trim()
      .split(/\s+/)
      .map((entry): [string, Node] => {
        const [op, calls] = entry.split(':') as [string, string];
        return [op, { calls }];
      }),
  );

const reduction = (calls: string): Node => ({ calls, inputs: ['', 'axis'], attributes: { keep_dims: 'keepdims' } });
const window = (calls: string): Node => ({ calls, inputs: [''], attributes: { ksize: 'ksize', ...layout } });
const convolution = (calls: string, inputs: readonly string[]): Node => ({
  calls,
  inputs,
  attributes: { ...layout, dilations: 'dilations' },
});
const layout = { strides: 'strides', padding: 'padding', data_format: 'data_format' };
const corners = { align_corners: 'align_corners', half_pixel_centers: 'half_pixel_centers' };

const nodes: Readonly<Record<string, Node>> = {
  ...byPosition(`
    Abs:math.abs Neg:math.negative Square:math.square Sign:math.sign Floor:math.floor Ceil:math.ceil Round:math.round Rint:math.rint
    Sqrt:math.sqrt Rsqrt:math.rsqrt Reciprocal:math.reciprocal Exp:math.exp Expm1:math.expm1 Log:math.log Log1p:math.log1p
    Sin:math.sin Cos:math.cos Tan:math.tan Sinh:math.sinh Cosh:math.cosh Tanh:math.tanh Asin:math.asin Acos:math.acos Atan:math.atan
    Asinh:math.asinh Acosh:math.acosh Atanh:math.atanh Atan2:math.atan2 Erf:math.erf Erfc:math.erfc IsFinite:math.is_finite LogicalNot:math.logical_not LogicalAnd:math.logical_and LogicalOr:math.logical_or Add:math.add AddV2:math.add
    Sub:math.subtract Mul:math.multiply RealDiv:math.truediv DivNoNan:math.divide_no_nan MulNoNan:math.multiply_no_nan
    FloorDiv:floor_div FloorMod:math.floormod Pow:math.pow Maximum:math.maximum Minimum:math.minimum
    SquaredDifference:math.squared_difference Equal:math.equal NotEqual:math.not_equal Less:math.less LessEqual:math.less_equal
    Greater:math.greater GreaterEqual:math.greater_equal Relu:nn.relu Relu6:nn.relu6 Elu:nn.elu Selu:nn.selu Sigmoid:math.sigmoid
    Softplus:math.softplus Softsign:nn.softsign Softmax:nn.softmax LogSoftmax:nn.log_softmax Identity:identity
    StopGradient:stop_gradient Shape:shape Size:size ZerosLike:zeros_like Select:compat.v1.where SelectV2:where
    Fill:fill`),
  Range: { calls: 'range', attributes: { Tidx: 'dtype' } },
  Reshape: { calls: 'reshape', inputs: ['', 'shape'] },
  Transpose: { calls: 'transpose', inputs: ['', 'perm'] },
  ExpandDims: { calls: 'expand_dims', inputs: ['', 'axis'] },
  Squeeze: { calls: 'squeeze', inputs: [''], attributes: { squeeze_dims: 'axis' } },
  BroadcastTo: { calls: 'broadcast_to', inputs: ['', 'shape'] },
  Tile: { calls: 'tile', inputs: ['', 'multiples'] },
  Roll: { calls: 'roll', inputs: ['', 'shift', 'axis'] },
  ReverseV2: { calls: 'reverse', inputs: ['', 'axis'] },
  Pad: { calls: 'pad', inputs: ['', 'paddings'] },
  PadV2: { calls: 'pad', inputs: ['', 'paddings', 'constant_values'] },
  MirrorPad: { calls: 'pad', inputs: ['', 'paddings'], attributes: { mode: 'mode' } },
  ConcatV2: { calls: 'concat', inputs: { list: ['axis'] } },
  Pack: { calls: 'stack', inputs: { list: [] }, attributes: { axis: 'axis' } },
  AddN: { calls: 'math.add_n', inputs: { list: [] } },
  Unpack: { calls: 'unstack', inputs: [''], attributes: { num: 'num', axis: 'axis' } },
  Split: { calls: 'split', inputs: ['axis', ''], attributes: { num_split: 'num_or_size_splits' } },
  SplitV: { calls: 'split', inputs: ['', 'num_or_size_splits', 'axis'] },
  Slice: { calls: 'slice', inputs: ['', 'begin', 'size'] },
  StridedSlice: {
    calls: 'strided_slice',
    inputs: ['', 'begin', 'end', 'strides'],
    attributes: {
      begin_mask: 'begin_mask',
      end_mask: 'end_mask',
      ellipsis_mask: 'ellipsis_mask',
      new_axis_mask: 'new_axis_mask',
      shrink_axis_mask: 'shrink_axis_mask',
    },
  },
  GatherV2: { calls: 'gather', inputs: ['', 'indices', 'axis'], attributes: { batch_dims: 'batch_dims' } },
  OneHot: { calls: 'one_hot', inputs: ['', 'depth', 'on_value', 'off_value'], attributes: { axis: 'axis' } },
  Cast: { calls: 'cast', inputs: [''], attributes: { DstT: 'dtype' } },
  Sum: reduction('math.reduce_sum'),
  Mean: reduction('math.reduce_mean'),
  Prod: reduction('math.reduce_prod'),
  Max: reduction('math.reduce_max'),
  Min: reduction('math.reduce_min'),
  All: reduction('math.reduce_all'),
  Any: reduction('math.reduce_any'),
  ArgMax: { calls: 'math.argmax', inputs: ['', 'axis'] },
  ArgMin: { calls: 'math.argmin', inputs: ['', 'axis'] },
  Cumsum: { calls: 'math.cumsum', inputs: ['', 'axis'], attributes: { exclusive: 'exclusive', reverse: 'reverse' } },
  Cumprod: { calls: 'math.cumprod', inputs: ['', 'axis'], attributes: { exclusive: 'exclusive', reverse: 'reverse' } },
  TopKV2: { calls: 'math.top_k', inputs: ['', 'k'], attributes: { sorted: 'sorted' } },
  MatMul: { calls: 'linalg.matmul', attributes: { transpose_a: 'transpose_a', transpose_b: 'transpose_b' } },
  BatchMatMulV2: { calls: 'linalg.matmul', attributes: { adj_x: 'adjoint_a', adj_y: 'adjoint_b' } },
  LeakyRelu: { calls: 'nn.leaky_relu', inputs: [''], attributes: { alpha: 'alpha' } },
  BiasAdd: { calls: 'nn.bias_add', attributes: { data_format: 'data_format' } },
  LRN: {
    calls: 'nn.local_response_normalization',
    inputs: [''],
    attributes: { depth_radius: 'depth_radius', bias: 'bias', alpha: 'alpha', beta: 'beta' },
  },
  Conv2D: convolution('nn.conv2d', ['', 'filters']),
  Conv3D: convolution('nn.conv3d', ['', 'filters']),
  DepthwiseConv2dNative: convolution('nn.depthwise_conv2d', ['', 'filter']),
  Conv2DBackpropInput: convolution('nn.conv2d_transpose', ['output_shape', 'filters', '']),
  MaxPool: window('nn.max_pool2d'),
  MaxPool3D: window('nn.max_pool3d'),
  AvgPool: window('nn.avg_pool2d'),
  AvgPool3D: window('nn.avg_pool3d'),
  DepthToSpace: { calls: 'nn.depth_to_space', inputs: [''], attributes: { block_size: 'block_size', data_format: 'data_format' } },
  SpaceToDepth: { calls: 'nn.space_to_depth', inputs: [''], attributes: { block_size: 'block_size', data_format: 'data_format' } },
  SpaceToBatchND: { calls: 'space_to_batch_nd', inputs: ['', 'block_shape', 'paddings'] },
  BatchToSpaceND: { calls: 'batch_to_space_nd', inputs: ['', 'block_shape', 'crops'] },
  ResizeBilinear: { calls: 'compat.v1.image.resize_bilinear', inputs: ['', 'size'], attributes: corners },
  ResizeNearestNeighbor: { calls: 'compat.v1.image.resize_nearest_neighbor', inputs: ['', 'size'], attributes: corners },
};

/** Attributes that only name dtypes and counts of inputs, or choose among kernels with equal results. */
const immaterial = /^(_.*|T.*|N|num_split|Index|SrcT|index_type|out_type|output_type|use_cudnn_on_gpu|Truncate|incompatible_shape_error)$/;

/** The call that a node makes, as a `TFOpLambda` has it. */
export function functionCall(spec: LayerSpec): LayerSpec {
  const { node_def: node } = spec.config as { node_def?: { op?: unknown; attr?: Readonly<Record<string, unknown>> } };
  if (typeof node !== 'object' || node === null || typeof node.op !== 'string')
    unsupported(
      spec,
      'keeps its operation in a form that TensorFlow before 2.0 wrote; open the model with tf.keras 2.4 or later and save it again',
    );
  const { op, attr = {} } = node;
  const known = Object.hasOwn(nodes, op) ? nodes[op]! : undefined;
  if (known === undefined)
    unsupported(
      spec,
      `is a node '${op}' of TensorFlow's graph, which is not supported. Register a layer of that class through customLayers`,
    );
  const kwargs: Record<string, Argument> = {};
  for (const [name, value] of Object.entries(attr)) {
    const decoded = attributeValue(value);
    const parameter = known.attributes?.[name];
    const empty = decoded === false || decoded === 0 || (Array.isArray(decoded) && decoded.length === 0);
    if (parameter !== undefined) {
      if (!empty || !Array.isArray(decoded)) kwargs[parameter] = { constant: decoded };
    } else if (!immaterial.test(name) && !empty) {
      unsupported(spec, `is a node '${op}' whose attribute '${name}' is not supported`);
    }
  }
  const args: Argument[] = [];
  const inputs = inputsOf(spec, attributeValue(attr.T ?? attr.dtype) === 'float32');
  const names = known.inputs ?? inputs.map(() => '');
  const named = 'list' in names ? names.list : names;
  if ('list' in names) args.push({ list: inputs.splice(0, inputs.length - named.length) });
  if (inputs.length !== named.length) unsupported(spec, `is a node '${op}' of ${inputs.length} inputs instead of ${named.length}`);
  named.forEach((name, i) => {
    if (name === '') args.push(inputs[i]!);
    else kwargs[name] = inputs[i]!;
  });
  return { ...spec, className: 'TFOpLambda', config: { name: spec.name, function: known.calls }, call: { args, kwargs } };
}

/** A node's inputs, tensors and constants, in their order. */
function inputsOf(spec: LayerSpec, floats: boolean): Argument[] {
  const inputs = spec.call.args.flatMap((argument): readonly Argument[] => ('list' in argument ? argument.list : [argument]));
  const constants = (spec.config.constants ?? {}) as Readonly<Record<string, unknown>>;
  for (const index of Object.keys(constants)
    .map(Number)
    .sort((a, b) => a - b))
    inputs.splice(index, 0, constantOf(constants[index], floats));
  return inputs;
}

/** A constant; where the node computes in float32, whole numbers are floats too. */
function constantOf(value: unknown, floats: boolean): Argument {
  const numbers = [value].flat(Number.POSITIVE_INFINITY as 10).every((n) => typeof n === 'number');
  return { constant: floats && numbers ? { class_name: '__numpy__', config: { value, dtype: 'float32' } } : value };
}

const typeNames: Readonly<Record<string, string>> = { DT_FLOAT: 'float32', DT_HALF: 'float16', DT_DOUBLE: 'float64' };

/** The value in protobuf's JSON of an attribute: 64-bit integers and bytes are texts there. */
function attributeValue(attribute: unknown): unknown {
  const { b, i, f, s, type, list } = (attribute ?? {}) as Readonly<Record<string, unknown>>;
  if (b !== undefined || f !== undefined) return b ?? f;
  if (i !== undefined) return Number(i);
  if (s !== undefined) return atob(String(s));
  if (type !== undefined) return typeNames[String(type)] ?? String(type).slice('DT_'.length).toLowerCase();
  return ((list as { i?: readonly unknown[] } | undefined)?.i ?? []).map(Number);
}
