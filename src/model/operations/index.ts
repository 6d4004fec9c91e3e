/** Nodes of `keras.ops` (Keras 3), TFOpLambda, SlicingOpLambda and TensorFlowOpLayer (Keras 2) as tfjs layers. */

import type { DataType, Tensor } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { nearest } from '../../check';
import { activationOf } from '../activations';
import { unsupported } from '../layers/config';
import { KerasLayer, type LayerDefinition } from '../layers/KerasLayer';
import { type ExactType, isHalf, type NarrowType, narrowed, narrowedNumber, narrowType } from '../layers/narrow';
import type { Argument, Layer, LayerSpec } from '../layers/spec';
import type { Shape } from '../types';
import { bins } from './bins';
import { bits } from './bits';
import { boxes } from './boxes';
import { choosing } from './choosing';
import { elementwise } from './elementwise';
import { unary } from './families';
import { filters } from './filters';
import { frames } from './frames';
import { gaps } from './gaps';
import { guarded } from './guarded';
import { computeInSteps, inSteps } from './halves';
import { images } from './images';
import { indexing } from './indexing';
import { joining } from './joining';
import { linear } from './linear';
import { losses } from './losses';
import { making } from './making';
import { masking } from './masking';
import { matrices } from './matrices';
import { metType, narrowedResult, narrowResults, words } from './narrow';
import { neural } from './neural';
import { functionCall } from './nodes';
import { Call, constantShape, constantType, hostValuesOf, type Operand, type Operation, sizeTensor } from './operation';
import { patches } from './patches';
import { quantizing } from './quantizing';
import { rearrange } from './rearrange';
import { reductions } from './reductions';
import { refusals } from './refusals';
import { resizing1 } from './resizing1';
import { sampling } from './sampling';
import { scattering } from './scattering';
import { sequences } from './sequences';
import { series } from './series';
import { shaping } from './shaping';
import { singular } from './singular';
import { solving } from './solving';
import { special } from './special';
import { spectra } from './spectra';
import { statistics } from './statistics';
import { functionNames, operationOfFunction } from './tensorflow';
import { warps } from './warps';
import { windows } from './windows';

/** Keras 3 gives some operations two classes. */
const sameOperation: Readonly<Record<string, string>> = {
  TrueDivide: 'Divide',
  Abs: 'Absolute',
  Conj: 'Conjugate',
};

const table: Readonly<Record<string, Operation>> = {
  ...elementwise,
  ...reductions,
  ...shaping,
  ...joining,
  ...making,
  ...indexing,
  ...choosing,
  ...linear,
  ...neural,
  ...images,
  ...filters,
  ...frames,
  ...warps,
  ...patches,
  ...matrices,
  ...bins,
  ...bits,
  ...gaps,
  ...losses,
  ...sampling,
  ...scattering,
  ...sequences,
  ...series,
  ...singular,
  ...solving,
  ...special,
  ...spectra,
  ...windows,
  ...boxes,
  ...guarded,
  ...masking,
  ...quantizing,
  ...resizing1,
  ...statistics,
  Rearrange: rearrange,
};

/** Entries of the table that are no class of Keras 3. */
const tensorflowOnly = new Set([
  ...[
    'SlicingOpLambda',
    'GeluExact',
    'Arctan2YX',
    'EuclideanNorm',
    'L2Normalize',
    'BiasAdd',
    'RgbToGrayscale',
    'ScalarMul',
    'DivideByType',
    'AddN',
    'Crelu',
  ],
  ...[
    'MultiplyNoNan',
    'SquaredDifference',
    'StridedSlice',
    'Shape',
    'Rank',
    'Zeros',
    'Ones',
    'MatrixTranspose',
    'GrayscaleToRgb',
    'CentralCrop',
  ],
  ...['CropToBoundingBox', 'PadToBoundingBox', 'FlipLeftRight', 'FlipUpDown'],
  ...['AdjustBrightness', 'AdjustContrast', 'PerImageStandardization', 'LocalResponseNormalization', 'Identity', 'MeanOfWhole'],
  ...['TruncateDivide', 'TruncateMod', 'ConvertImageDtype', 'BatchFlatten', 'FusedBatchNorm'],
  ...['BandPart', 'MatrixDiag', 'MatrixDiagPart', 'MatrixTrace', 'ResizeWithCropOrPad', 'ResizeWithPad', 'TransposeImage', 'RotateImage'],
  ...['AdjustSaturation', 'AdjustHue', 'Conv2DTranspose', 'SpaceToBatch', 'BatchToSpace'],
  ...[
    'Fill',
    'Arange',
    'BesselI0e',
    'SigmoidCrossentropy',
    'SoftmaxCrossentropy',
    'SparseSoftmaxCrossentropy',
    'ImagePSNR',
    'MatrixSetDiag',
  ],
  ...[
    'TensorScatterAdd',
    'TensorScatterMax',
    'TensorScatterMin',
    'SegmentMean',
    'GatherNd',
    'PredictionsInTopK',
    'Lu',
    'TriangularSolve',
    'CholeskySolve',
  ],
  ...[
    'Conv1',
    'DepthwiseConv1',
    'SeparableConv1',
    'Where1',
    'EmbeddingLookup',
    'BatchGather',
    'AdjustGamma',
    'RgbToYuv',
    'YuvToRgb',
    'RgbToYiq',
    'YiqToRgb',
  ],
  ...Object.keys(windows),
  ...Object.keys(statistics),
  ...Object.keys(resizing1),
  ...Object.keys(quantizing),
  ...Object.keys(masking),
  ...Object.keys(guarded),
  ...Object.keys(boxes),
]);

/** Whether a spec is a node of operations, not a layer. `Add` is both: the module tells. */
export function isOperation(spec: LayerSpec): boolean {
  if (/^(TFOpLambda|SlicingOpLambda|TensorFlowOpLayer)$/.test(spec.className)) return true;
  return /(^|\.)(ops|activations)(\.|$)/.test(spec.module ?? '') && !/\blayers\b/.test(spec.module ?? '');
}

/** The tfjs layer of an operation. Throws `unsupported-layer` naming the operation where it has no counterpart. */
export function operationBuilder(spec: LayerSpec): Layer {
  const called = spec.className === 'TensorFlowOpLayer' ? functionCall(spec) : spec;
  const { key, operation } = operationOf(called);
  return new KerasLayer(spec, definitionOf(called, key, operation));
}

/** Names of all operations: classes of `keras.ops`, and functions of TensorFlow as Keras 2 names them. */
export function supportedOperations(): { readonly keras3: readonly string[]; readonly tensorflow: readonly string[] } {
  return {
    keras3: [...Object.keys(table).filter((name) => !tensorflowOnly.has(name)), ...Object.keys(sameOperation)].sort(),
    tensorflow: functionNames().sort(),
  };
}

function operationOf(spec: LayerSpec): { key: string; operation: Operation } {
  // A SlicingOpLambda is an index, or one of TensorFlow's other slices.
  const isFunction = spec.className === 'TFOpLambda' || /boolean_mask/.test(String(spec.config.function ?? ''));
  const name = String(isFunction ? spec.config.function : spec.className);
  const activation = /^keras\.activations\.(.+)$/.exec(name)?.[1];
  if (activation !== undefined) {
    const { apply } = activationOf(spec, activation, true);
    return { key: activation, operation: unary((x) => apply(x)) };
  }
  const key = isFunction ? operationOfFunction(name) : (sameOperation[name] ?? name);
  if (key !== undefined && Object.hasOwn(table, key)) return { key, operation: table[key]! };
  const reason = refusals.get(name.replace(/^compat\.v1\./, ''));
  if (reason !== undefined)
    unsupported(spec, `computes '${name}', which is not supported: ${reason}. Register a layer of that class through customLayers`);
  const near = nearest(name, isFunction ? functionNames() : Object.keys(table));
  return unsupported(
    spec,
    `computes '${name}', an operation that is not supported.${near.length > 0 ? ` Near names: ${near.join(', ')}.` : ''} Register a layer of that class through customLayers`,
  );
}

/** What changes no numbers: names, checks, hints, and which integers hold indices and sizes. */
const immaterial = new Set([
  ...['name', 'function', 'trainable', 'dtype_policy', 'message', 'dtype_hint', 'stable', 'use_cudnn_on_gpu'],
  ...['validate_shape', 'validate_indices', 'out_type', 'output_type', 'output_idx_type'],
]);

/** Throws about an argument that the operation does not read, unless it is None or False: nothing is left aside in silence. */
function checkArguments(spec: LayerSpec, { parameters, keywords = [] }: Operation): void {
  if (keywords.includes('*')) return;
  const known = new Set([...parameters.flatMap((names) => names.split('|')), ...keywords]);
  const empty = (value: unknown) => value === null || value === undefined || value === false;
  // Keras 3 makes an operation with some of its arguments; Keras 2 wraps a function, and the config is the wrapper's.
  const made = spec.keras.major === 3 ? Object.entries(spec.config).map(([key, constant]) => [key, { constant }] as const) : [];
  const given: (readonly [string, Argument])[] = [...Object.entries(spec.call.kwargs), ...made];
  const unread = given.find(
    ([key, argument]) => !known.has(key) && !immaterial.has(key) && !('constant' in argument && empty(argument.constant)),
  );
  if (unread !== undefined) unsupported(spec, `has the argument '${unread[0]}', which is not supported`);
  const extra = known.has('operands') ? [] : spec.call.args.slice(parameters.length);
  if (extra.some((argument) => !('constant' in argument && empty(argument.constant))))
    unsupported(spec, `has ${spec.call.args.length} arguments by position, of which ${parameters.length} are supported`);
}

/** What looks at a tensor through windows that may be larger than it is. */
const windowed = new Set(
  words(`
    Conv Conv1 DepthwiseConv DepthwiseConv1 SeparableConv SeparableConv1 MaxPool AveragePool Pool MaxPoolWithArgmax Dilation2D Dilation2D1
    Erosion2D Erosion2D1 Unfold VolumePatches ExtractPatches
  `),
);
/** What makes numbers of none: it joins, pads, or tells a shape. */
const ofShapes = new Set(words('Concatenate Append Hstack Vstack Dstack Pad PadImages PadToBoundingBox Shape Rank Ndim Size'));

function definitionOf(spec: LayerSpec, key: string, operation: Operation): LayerDefinition {
  checkArguments(spec, operation);
  let sizes: readonly (readonly (number | null)[] | undefined)[] = [];
  let narrow: readonly (NarrowType | undefined)[] = [];
  let met: ExactType | undefined;
  let results: readonly (NarrowType | undefined)[] = [];
  const infer = (shapes: readonly Shape[], types: readonly DataType[], constants: (string | undefined)[] = []): readonly Operand[] => {
    const operands = shapes.map((shape, i): Operand => {
      const known = sizes[i];
      return { shape, type: types[i] ?? 'float32', ...(known === undefined ? {} : { sizes: known }), narrow: narrow[i] };
    });
    const call = new Call(
      spec,
      operation.parameters,
      operands,
      (constant, like: Operand | undefined, stored) => {
        constants.push(stored);
        return liftOperand(constant, like, stored);
      },
      narrow,
    );
    const result = operation.infer(call);
    return Array.isArray(result) ? (result as readonly Operand[]) : [result as Operand];
  };
  return {
    shrinks: windowed.has(key),
    takesEmpty: ofShapes.has(key),
    outputShapes: (shapes) => infer(shapes, []).map(({ shape }) => shape),
    outputTypes: (types, shapes) => infer(shapes, types).map(({ type }) => type),
    passSizes(inputs, shapes) {
      sizes = inputs;
      return infer(shapes, [])[0]?.sizes;
    },
    passNarrow(given, types, shapes) {
      narrow = given;
      const constants: string[] = [];
      const outputs = infer(shapes, types, constants);
      met = undefined;
      const made = outputs.map((output) => output.narrow);
      if (given.every((type) => type === undefined)) return made;
      const exact = given.map((type, i) => type ?? (types[i] as ExactType));
      met = metType(key, exact, constants, exact[0]);
      results =
        narrowType(met) === undefined
          ? made
          : narrowResults(
              key,
              spec,
              met as NarrowType,
              outputs.map(({ type }) => type),
              (what) => unsupported(spec, what),
            );
      return results;
    },
    compute(inputs) {
      const type = narrowType(met);
      const operands =
        type !== undefined && isHalf(type)
          ? inputs.map((x, i) => (narrow[i] === type || x.dtype === 'bool' ? x : narrowed(x, type)))
          : inputs;
      const call = new Call<Tensor>(
        spec,
        operation.parameters,
        operands,
        (constant, like, stored) =>
          liftTensor(
            type === undefined || (stored !== undefined && stored !== 'float') ? constant : narrowedConstant(constant, type),
            like,
            stored,
            (what) => unsupported(spec, what),
          ),
        narrow,
      );
      const computed = type !== undefined && isHalf(type) && inSteps.has(key) ? computeInSteps(key, call, type) : operation.compute(call);
      if (type === undefined) return computed;
      const outputs = Array.isArray(computed) ? (computed as readonly Tensor[]) : [computed as Tensor];
      return outputs.map((x, i) => (results[i] === undefined ? x : narrowedResult(key, x, results[i], (what) => unsupported(spec, what))));
    },
  };
}

function narrowedConstant(constant: unknown, type: NarrowType): unknown {
  if (Array.isArray(constant)) return constant.map((item) => narrowedConstant(item, type));
  return typeof constant === 'number' ? narrowedNumber(constant, type) : constant;
}

function liftOperand(constant: unknown, like: Operand | undefined, stored: string | undefined): Operand {
  const flat = [constant].flat(Number.POSITIVE_INFINITY as 10);
  const sizes = flat.every((value) => Number.isInteger(value)) ? { sizes: flat as number[] } : {};
  return { shape: constantShape(constant), type: constantType(constant, like?.type, stored), constant, ...sizes };
}

function liftTensor(constant: unknown, like: Tensor | undefined, stored: string | undefined, fail: (what: string) => never): Tensor {
  const flat = [constant].flat(Number.POSITIVE_INFINITY as 10);
  const type = constantType(constant, like?.dtype, stored);
  if (type === 'int32' && tf.getBackend() === 'webgpu' && flat.some((value) => Math.fround(Number(value)) !== Number(value)))
    fail('has a whole number that float32 has not, in which the webgpu backend computes them; use wasm or cpu');
  if (like !== undefined && hostValuesOf(like) !== undefined && flat.every((value) => Number.isInteger(value))) {
    return sizeTensor(flat as number[], constantShape(constant));
  }
  return tf.tensor(constant as number[], undefined, type);
}
