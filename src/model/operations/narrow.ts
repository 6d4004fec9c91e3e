/**
 * What operations make of dtypes that tfjs lacks (layers/narrow.ts): the dtype that the operands take, as Keras 3 promotes them, and that
 * of the results. An operation is here when its result is that of float32 or int32, rounded or wrapped once at the end (for float16 and
 * bfloat16: what TensorFlow's kernels were found to compute in float32), or when the steps that are rounded are known (halves.ts). `test/model/operations/dtypes.test.ts` holds each.
 */

import type { DataType, Tensor } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { asFloat } from '../layers/dtypes';
import { type ExactType, isHalf, meet, type NarrowType, narrowed, narrowType, toNarrowWhole } from '../layers/narrow';
import type { LayerSpec } from '../layers/spec';
import { inSteps } from './halves';
import { inShaders } from './shaders';

export const words = (text: string): readonly string[] => text.trim().split(/\s+/);

/** Numbers that only move, or are chosen: the dtype of the first operand. */
const moving = words(`
  Reshape BatchFlatten Ravel Transpose Swapaxes Moveaxis ExpandDims Squeeze BroadcastTo Tile Repeat Flip Fliplr Flipud Roll Rot90 Pad DepthToSpace
  SpaceToDepth MatrixTranspose GetItem SlicingOpLambda Slice StridedSlice Take TakeAlongAxis Split ArraySplit Unstack Copy Identity
  StopGradient Real Conjugate Relu Max Min Amax Amin Nanmax Nanmin Sort TopK Diagonal Tril Triu ZerosLike OnesLike EmptyLike FullLike
  PadImages CropImages CropToBoundingBox PadToBoundingBox CentralCrop FlipLeftRight FlipUpDown GrayscaleToRgb MaxPool ResizeNearest1
  Hsplit Dsplit ResizeWithCropOrPad TransposeImage RotateImage MatrixDiagPart SpaceToBatch BatchToSpace Unfold
  Diag Diagflat Vsplit Meshgrid ExtractSequences
`);
/** The same, of operands that meet. */
const joining = words('Maximum Minimum Fmax Fmin Where Concatenate Stack Hstack Vstack Dstack Append SliceUpdate Select');
/** One rounding of one number. */
const single = words('Absolute Negative Square Sign Relu6 Clip Crelu');
const singleOfHalves = words('Fabs Floor Ceil Round Trunc HardTanh Sqrt Reciprocal NanToNum HardShrink SoftShrink SparseSigmoid');
/** The same by functions that shaders compute with fewer digits than the rounding needs. Not sines, whose digits tfjs' wasm backend has not. */
const curvesOfHalves = words('Exp Exp2 Expm1 Log Tanh Tan Sinh Cosh Arcsinh Arccosh Arctanh Arcsin Arccos Arctan Celu');
const curvesInSteps = words('Sigmoid Silu Elu Selu Gelu GeluExact Softplus LogSigmoid Log2 TanhShrink');
const singleOfWhole = words(
  'Trunc Round NanToNum Cumsum Cumprod Sum Prod Nansum Nanprod Ptp Diff Trace MeanOfWhole BitwiseNot BitwiseInvert',
);
/** Computed in float32, and cast. */
const recast = words('Matmul Einsum Tensordot Dot RGBToGrayscale ExtractPatches');
/** Pictures computed in float32, whose numbers the operation itself brings back into the range. */
const pictures = words('Resize ResizeImages1 RgbToGrayscale AdjustBrightness AdjustContrast AdjustGamma AdjustSaturation AdjustHue');
/** Of Keras 3, which computes them in float32. */
const halfMeans = words('Mean Var Moments LayerNorm RMSNorm Resize');
/** Summed in float32, and rounded once. */
const sumsOfHalves = words('Conv Conv1 BiasAdd');
/** The same for bfloat16 alone: of float16, the order of the sums and the rounding of each is not known. */
const sumsOfBfloat16 = words('Sum MeanOfWhole');
/** One rounding of two numbers. */
const paired = words('Add Subtract Multiply Divide DivideNoNan ScalarMul AddN');
const pairedOfWhole = words(
  'FloorDivide Mod Fmod Power SquaredDifference TruncateDivide TruncateMod MultiplyNoNan BitwiseAnd BitwiseOr BitwiseXor Gcd',
);
const compared = words('Equal NotEqual Less LessEqual Greater GreaterEqual');
/** Places, counts and truths, whatever the operands. */
const telling = words(
  'Argmax Argmin Argsort CountNonzero Shape Rank Ndim Size Isfinite Isinf Isnan LogicalNot LogicalAnd LogicalOr LogicalXor All Any OneHot MultiHot',
);

const ofFirst = new Set([...moving, ...single, ...pictures, ...singleOfHalves, ...curvesOfHalves, ...curvesInSteps, ...singleOfWhole]);
const ofHalves = new Set([
  ...moving,
  ...joining,
  ...single,
  ...singleOfHalves,
  ...curvesOfHalves,
  ...sumsOfHalves,
  ...inSteps,
  ...paired,
  ...compared,
  ...telling,
]);
const ofWhole = new Set([
  ...moving,
  ...joining,
  ...single,
  ...singleOfWhole,
  ...recast,
  ...pictures,
  ...paired,
  ...pairedOfWhole,
  ...compared,
  ...telling,
]);
const ofHalves3 = new Set([...ofHalves, ...halfMeans]);
const curves = new Set([...curvesOfHalves, ...curvesInSteps]);
const casting = new Set(['Cast', 'View', 'SaturateCast', 'ConvertToTensor', 'Array']);

/** The dtype of a constant that the file says with it: 'float32' of an array, 'float' of a Python number such as 2.0. */
export type StoredType = string | undefined;

/** What the operands become. `first` is the first tensor's; constants count where a file says their dtype. */
export function metType(
  key: string,
  inputs: readonly ExactType[],
  constants: readonly StoredType[],
  first: ExactType | undefined,
): ExactType | undefined {
  if (casting.has(key)) return undefined;
  const tensors = ofFirst.has(key) && first !== undefined ? [first] : inputs;
  if (tensors.length === 0) return undefined;
  const met = tensors.reduce(meet);
  return constants.reduce<ExactType>((type, stored) => {
    if (stored === undefined) return type;
    if (stored === 'float') return isHalf(type) ? type : 'float32';
    return meet(type, exactOf(stored));
  }, met);
}

function exactOf(dtype: string): ExactType {
  return narrowType(dtype) ?? (dtype === 'bool' ? 'bool' : /^u?int/.test(dtype) ? 'int32' : 'float32');
}

const multiplying = new Set(words('Multiply Square Power SquaredDifference ScalarMul MultiplyNoNan'));
const multiplyingMany = new Set(words('Prod Cumprod'));

/** A result as its dtype has it. */
export function narrowedResult(key: string, x: Tensor, type: NarrowType, fail: (what: string) => never): Tensor {
  if (isHalf(type) && curves.has(key) && inShaders())
    fail(
      `computes ${key} of ${type}, for whose rounding shaders have too few digits; use wasm or cpu, or cast to float32 before it in Keras`,
    );
  if (
    tf.getBackend() === 'webgpu' &&
    (multiplying.has(key) ? /^u?int16$/ : /int(8|16)$/).test(type) &&
    (multiplying.has(key) || multiplyingMany.has(key))
  )
    fail(`multiplies ${type}, whose products float32 does not hold, and the webgpu backend has nothing wider; use wasm or cpu`);
  return recast.includes(key) && !isHalf(type) ? toNarrowWhole(asFloat(x), type) : narrowed(x, type);
}

/** The narrow dtypes of the results, whose tfjs dtypes are given. Throws through `fail` where the rounding is not known. */
export function narrowResults(
  key: string,
  spec: LayerSpec,
  met: NarrowType,
  results: readonly DataType[],
  fail: (what: string) => never,
): readonly (NarrowType | undefined)[] {
  const known = !isHalf(met) ? ofWhole : spec.className === 'TFOpLambda' ? ofHalves : ofHalves3;
  const own: DataType = isHalf(met) ? 'float32' : 'int32';
  const summed = met === 'bfloat16' && sumsOfBfloat16.includes(key);
  if (!known.has(key) && !summed && results.some((type) => type === own))
    fail(
      `computes ${key} of ${met}, whose rounding is not known here; cast to ${isHalf(met) ? 'float32' : 'int32 or float32'} before it in Keras`,
    );
  if (telling.includes(key)) return results.map(() => undefined);
  const keras3 = spec.className !== 'TFOpLambda';
  if (!keras3 && !isHalf(met) && recast.includes(key))
    fail(`multiplies ${met}, which TensorFlow wraps in between; cast to float32 before it in Keras`);
  if (/16/.test(met) && !isHalf(met) && ['Matmul', 'Einsum', 'Tensordot', 'Dot'].includes(key))
    fail(`multiplies ${met}, whose sums float32 does not hold; cast to float32 before it in Keras`);
  if (keras3 && met === 'int8' && (key === 'Matmul' || key === 'Einsum')) return results.map(() => undefined);
  const wide = keras3 && ['Sum', 'Prod', 'Trace', 'Nansum', 'Nanprod'].includes(key);
  const sum: NarrowType | undefined = met.startsWith('u') ? 'uint32' : undefined;
  return results.map((type) => (type !== own ? undefined : wide && !isHalf(met) ? sum : met));
}
