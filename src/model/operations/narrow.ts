/**
 * What operations make of dtypes that tfjs lacks (layers/narrow.ts): the dtype that the operands take, as Keras 3 promotes them, and that
 * of the results. An operation is here when its result is that of float32 or int32, rounded or wrapped once at the end: for float16 and
 * bfloat16 that is arithmetic with one rounding, and nothing that sums or composes. `test/model/operations/dtypes.test.ts` holds each.
 */

import type { DataType, Tensor } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { asFloat } from '../layers/dtypes';
import { type ExactType, isHalf, meet, type NarrowType, narrowed, narrowType, toNarrowWhole } from '../layers/narrow';
import type { LayerSpec } from '../layers/spec';

const words = (text: string): readonly string[] => text.trim().split(/\s+/);

/** Numbers that only move, or are chosen: the dtype of the first operand. */
const moving = words(`
  Reshape BatchFlatten Ravel Transpose Swapaxes Moveaxis ExpandDims Squeeze BroadcastTo Tile Repeat Flip Fliplr Flipud Roll Rot90 Pad DepthToSpace
  SpaceToDepth MatrixTranspose GetItem SlicingOpLambda Slice StridedSlice Take TakeAlongAxis Split ArraySplit Unstack Copy Identity
  StopGradient Real Conjugate Relu Max Min Amax Amin Nanmax Nanmin Sort TopK Diagonal Tril Triu ZerosLike OnesLike EmptyLike FullLike
  PadImages CropImages CropToBoundingBox PadToBoundingBox CentralCrop FlipLeftRight FlipUpDown GrayscaleToRgb MaxPool ResizeNearest1
  Hsplit Dsplit ResizeWithCropOrPad TransposeImage RotateImage MatrixDiagPart SpaceToBatch BatchToSpace Unfold
`);
/** The same, of operands that meet. */
const joining = words('Maximum Minimum Fmax Fmin Where Concatenate Stack Hstack Vstack Dstack Append SliceUpdate');
/** One rounding of one number. */
const single = words('Absolute Negative Square Sign Relu6 Clip Crelu');
const singleOfHalves = words('Fabs Floor Ceil Round Trunc HardTanh Sqrt Reciprocal NanToNum');
const singleOfWhole = words('Trunc Round NanToNum Cumsum Cumprod Sum Prod Nansum Nanprod Ptp Diff Trace MeanOfWhole');
/** Computed in float32, and cast. */
const recast = words('Matmul Einsum Tensordot Dot RGBToGrayscale ExtractPatches');
/** Pictures computed in float32, whose numbers the operation itself brings back into the range. */
const pictures = words('Resize ResizeImages1 RgbToGrayscale AdjustBrightness AdjustContrast AdjustGamma AdjustSaturation AdjustHue');
/** Of Keras 3, which computes it in float32. */
const halfMeans = words('Mean');
/** One rounding of two numbers. */
const paired = words('Add Subtract Multiply Divide DivideNoNan ScalarMul AddN');
const pairedOfWhole = words('FloorDivide Mod Fmod Power SquaredDifference TruncateDivide TruncateMod MultiplyNoNan');
const compared = words('Equal NotEqual Less LessEqual Greater GreaterEqual');
/** Places, counts and truths, whatever the operands. */
const telling = words(
  'Argmax Argmin Argsort CountNonzero Shape Rank Ndim Size Isfinite Isinf Isnan LogicalNot LogicalAnd LogicalOr LogicalXor All Any OneHot MultiHot',
);

const ofFirst = new Set([...moving, ...single, ...pictures, ...singleOfHalves, ...singleOfWhole]);
const ofHalves = new Set([...moving, ...joining, ...single, ...singleOfHalves, ...paired, ...compared, ...telling]);
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
  if (!known.has(key) && results.some((type) => type === own))
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
