import type { layers, SymbolicTensor } from '@tensorflow/tfjs-layers';

/** A tfjs layer; nested `LayersModel`s are layers too. */
export type Layer = layers.Layer;

/** Which Keras wrote the file. Some formulas changed between major versions (`hard_sigmoid`, bilinear resizing). */
export interface KerasVersion {
  readonly major: 1 | 2 | 3;
  /** As the file says it: '2.1.6', '2.13.1-tf', '3.3.3'. */
  readonly text: string;
  /** The backend it was written with, 'tensorflow' when left out. 'theano' convolutions of Keras 1 and 2 are stored flipped. */
  readonly backend?: string;
}

/** One argument of a call as the file holds it. */
export type Argument =
  /** An index into the flat list of input tensors that is given to `apply`. */
  | { readonly tensor: number }
  | { readonly list: readonly Argument[] }
  | { readonly dict: Readonly<Record<string, Argument>> }
  /** Any plain value, still in Keras' own spelling (a slice, a dtype or a shape may be an object with `class_name`). */
  | { readonly constant: unknown };

/** How a call passes its tensors and constants: Python's positional and keyword arguments, tensors numbered in order of appearance. */
export interface CallSignature {
  readonly args: readonly Argument[];
  readonly kwargs: Readonly<Record<string, Argument>>;
}

/** Everything a builder needs to know about one layer, or one node of `keras.ops` / `TFOpLambda`. */
export interface LayerSpec {
  /** Keras' class, 'Conv2D'. */
  readonly className: string;
  /** Keras' own name of the layer. */
  readonly name: string;
  /** 'outer/inner' in nested models. Unique in the whole model: it becomes the tfjs layer's name. */
  readonly path: string;
  /** Keras' own snake_case config. Keras 1 spellings have already become Keras 2's (`nb_filter` -> `filters`). */
  readonly config: Readonly<Record<string, unknown>>;
  readonly keras: KerasVersion;
  /** The layer's first call. A layer that takes just its inputs has `args: [{ tensor: 0 }]`. */
  readonly call: CallSignature;
  /** Keras 3's `module`, which tells the operation `Add` ('keras.src.ops.numpy') from the layer `Add` ('keras.layers'). */
  readonly module?: string;
  /** Keras 3's `registered_name`, 'Custom>LayerScale'. Keras 2 puts it in the class name. */
  readonly registeredName?: string;
  /**
   * For a layer inside a wrapper: the wrapper's attribute that holds it ('layer', 'forward_layer', 'backward_layer'), which is also the
   * name of its group of weights in a `.keras` file.
   */
  readonly attribute?: string;
}

/** What a builder can ask of whoever builds the model. */
export interface BuildContext {
  /**
   * Builds an inner layer of a wrapper (TimeDistributed, Bidirectional, SpectralNormalization). For a nested model it returns a layer
   * that computes the whole model and, if it has weights, satisfies `HoldsKerasWeights`.
   */
  build(spec: LayerSpec): Layer;
}

/** Makes the tfjs layer of a spec. Throws `unsupported-layer` for an argument that has no exact counterpart here. */
export type LayerBuilder = (spec: LayerSpec, context: BuildContext) => Layer;

/** A weight as the file stores it. */
export interface StoredWeight {
  /** The variable's own name where the file has one: 'conv2d_1/kernel:0'. For messages only. */
  readonly name?: string;
  /**
   * Its place in a `.keras` zip or a Keras 3 `.weights.h5`, below the layer's group: 'vars/0', 'cell/vars/1', 'query_dense/vars/0'.
   * Left out where the file keeps a layer's weights as a plain list in Keras' order (HDF5 models).
   */
  readonly path?: string;
  readonly shape: readonly number[];
  /** Row-major. Integers and other floats have been turned into float32. */
  readonly data: Float32Array;
}

/** One weight that a layer expects, in the order of Keras' `layer.weights` in an HDF5 file: trainable ones first. */
export interface ExpectedWeight {
  /** Keras' name of the variable, 'kernel'. */
  readonly name: string;
  readonly shape: readonly number[];
  readonly trainable: boolean;
  /** Where a `.keras` file keeps it, below the layer's group. Several, when versions differ; the first that is there counts. */
  readonly paths: readonly string[];
}

/** Something whose weights are set as Keras stores them. Every layer made here is one. */
export interface HoldsKerasWeights {
  /** Known once the layer is built (after its first `apply`). */
  readonly expectedWeights: readonly ExpectedWeight[];
  /**
   * Gives the layer its weights, all of them: matched by `path` where they have one, otherwise by order. Shapes are checked. Before the
   * first `apply` they are kept and used when the variables are made (no zeros are allocated first); afterwards they replace the values.
   * Throws `weight-mismatch`, at once or from `apply`.
   */
  setKerasWeights(weights: readonly StoredWeight[]): void;
}

export function holdsKerasWeights(layer: unknown): layer is HoldsKerasWeights {
  return typeof (layer as Partial<HoldsKerasWeights> | undefined)?.setKerasWeights === 'function';
}

/** "Layer 'outer/conv' (Conv2D)", the way every message names a layer. */
export function describeLayer(spec: LayerSpec): string {
  return `Layer '${spec.path}' (${spec.className})`;
}

/** The mask that goes with a symbolic tensor, if an upstream Masking or Embedding layer made one. */
export type MaskOf = (tensor: SymbolicTensor) => SymbolicTensor | undefined;
