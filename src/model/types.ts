import type { GraphModel } from '@tensorflow/tfjs-converter';
import type { NamedTensorMap, Tensor } from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';

/** What kind of file a model was opened from. */
export type ModelFormat = 'keras-hdf5' | 'keras-zip' | 'tfjs-layers' | 'tfjs-graph';

/** A shape with `null` for a free axis; the first is the batch. A layer with several outputs has a list of shapes. */
export type Shape = readonly (number | null)[];

/** One tensor that flows into a layer: output `tensor` of call number `call` (both 0-based) of the layer named `layer`. */
export interface TensorSource {
  /** A name of the same level of the model; of an input, the InputLayer's. */
  readonly layer: string;
  readonly call: number;
  readonly tensor: number;
}

/** One call of a layer: a node of Keras' graph. */
export interface LayerCall {
  /** In the order in which the layer takes them; empty for an InputLayer and for the first layer of a Sequential. */
  readonly inputs: readonly TensorSource[];
  readonly outputShapes: readonly Shape[];
}

/** One layer as Keras describes it. */
export interface LayerInfo {
  /** Keras' own name, 'conv2d_1'. */
  readonly name: string;
  /** 'outer/inner' in nested models, otherwise the name; a further call of a shared layer ends in ':1', ':2', ... */
  readonly path: string;
  /** Position in the `layers` it is listed in. */
  readonly index: number;
  /** Keras' class name, 'Conv2D'. */
  readonly className: string;
  /** Of the first output, when there are several (`outputShapes` has all). */
  readonly outputShape: Shape;
  readonly outputShapes: readonly Shape[];
  /** How many numbers its weights hold, those of nested layers included. */
  readonly parameters: number;
  /** How many of `parameters` training would change: no frozen layers, no batch statistics. All of them when left out. */
  readonly trainableParameters?: number;
  /** Bytes that one of its own weights takes in Keras: 4 when left out, 2 under dtype policy 'float16'. */
  readonly bytesPerParameter?: number;
  /** Where the channels of its output stand. 'channels_last' when left out. */
  readonly dataFormat?: 'channels_first' | 'channels_last';
  /** Every call of the layer in its model's graph, in Keras' node order. Left out where there is no graph: the layers are a chain then. */
  readonly calls?: readonly LayerCall[];
  /** A nested model's own layers. */
  readonly layers?: readonly LayerInfo[];
}

/** One free or fixed input of a model, or one of its outputs. */
export interface Port {
  readonly name: string;
  readonly shape: Shape;
  /** True where the graph says no shape, not even how many axes: any tensor will do. `shape` is empty then. */
  readonly anyShape?: true;
  readonly dtype: string;
}

/** One accelerator that was considered, and why it was not taken. */
export interface RuntimeAttempt {
  readonly backend: string;
  readonly outcome: 'taken' | 'rejected';
  readonly reason: string;
}

/** Which tfjs backend computes, and every one that was considered first. */
export interface Runtime {
  readonly backend: string;
  readonly attempts: readonly RuntimeAttempt[];
}

/** An opened model. Made by `loadModel`; give it back with `dispose()`, or `using model = await loadModel(...)`. */
export interface Model {
  readonly name: string;
  readonly format: ModelFormat;
  /** Who wrote the file: 'keras 2.1.6', 'TensorFlow.js tfjs-layers v4.22.0'. */
  readonly producer: string;
  /** Keras' own `model.layers`, in order: a Sequential has no InputLayer entry, a Functional has. */
  readonly layers: readonly LayerInfo[];
  /** `layers` and, between them where Keras 3's `summary()` prints them, the `keras.ops` nodes. Left out when there are none. */
  readonly operations?: readonly LayerInfo[];
  readonly inputs: readonly Port[];
  readonly outputs: readonly Port[];
  /** The live tfjs model underneath. */
  readonly tfModel: LayersModel | GraphModel;
  readonly runtime: Runtime;
  /** Runs the whole model in inference mode. One tensor for one output, a list for several. The caller disposes of them. */
  predict(input: Tensor | readonly Tensor[] | NamedTensorMap): Tensor | Tensor[];
  dispose(): void;
  [Symbol.dispose](): void;
}
