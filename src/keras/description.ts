/**
 * A Keras model as plain data: one spelling for what every version of Keras writes differently. Nothing here knows tfjs; `model/` turns it
 * into something that computes.
 */

/** Which Keras wrote the file; some classes compute differently by it (hard_sigmoid, LeakyReLU's default slope). */
export interface KerasVersion {
  readonly major: 1 | 2 | 3;
  /** As the file says it, '2.1.6'; 'unknown' where it says nothing. */
  readonly text: string;
  /** The backend it was saved with, where the file says: Theano stored convolution kernels flipped. */
  readonly backend?: string;
}

/** The n-th output of the n-th call of a layer within one graph, all 0-based. An input of the graph is an InputLayer's only call. */
export interface TensorRef {
  readonly layer: string;
  readonly call: number;
  readonly output: number;
}

/** What a call was given: tensors of the graph anywhere within a structure of lists, dicts and constants. */
export type KerasArgument =
  | { readonly ref: TensorRef }
  | { readonly list: readonly KerasArgument[] }
  | { readonly dict: Readonly<Record<string, KerasArgument>> }
  | { readonly constant: unknown };

/** One use of a layer. */
export interface KerasCall {
  readonly args: readonly KerasArgument[];
  readonly kwargs: Readonly<Record<string, KerasArgument>>;
}

/** A layer, an operation (`keras.ops`, `TFOpLambda`) or a nested model. */
export interface KerasLayer {
  readonly name: string;
  readonly className: string;
  /** Keras 3's module, 'keras.layers' or 'keras.src.ops.numpy'; undefined in older files. */
  readonly module?: string;
  /** The package-qualified name of a custom object, 'MyPackage>MyLayer'. */
  readonly registeredName?: string;
  /** Keras' own snake_case config, Keras 1 spellings already replaced. */
  readonly config: Readonly<Record<string, unknown>>;
  readonly trainable: boolean;
  /** True for a node of `keras.ops`, which Keras 3 does not count among `model.layers`. */
  readonly operation: boolean;
  /** True when the file gives it no name, and `name` was made up. */
  readonly nameless?: true;
  /** A nested model. */
  readonly model?: KerasModel;
  readonly calls: readonly KerasCall[];
}

/** A named input or output. */
export interface NamedRef extends TensorRef {
  readonly name: string;
}

/** One model, the outermost or a nested one. */
export interface KerasModel {
  readonly name: string;
  readonly kind: 'sequential' | 'functional';
  /** In Keras' order, the InputLayers of a Sequential included (Keras hides those). */
  readonly layers: readonly KerasLayer[];
  readonly inputs: readonly NamedRef[];
  readonly outputs: readonly NamedRef[];
  /** The input shape a Sequential without InputLayer was built for, if the file says. */
  readonly buildInputShape?: readonly (number | null)[];
}
