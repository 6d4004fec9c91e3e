import type { Tensor } from '@tensorflow/tfjs-core';
import { check, nearest } from '../check';
import { ActivationLensError } from '../errors';
import type { LayerInfo } from '../model/types';

/** What one layer gave for one input. Owns its tensor: give it back with `dispose()` or `using`. */
export class Activation {
  readonly layer: LayerInfo;
  /** Of the tensor, the batch first: `[batch, height, width, channels]` for a convolution. */
  readonly shape: readonly number[];
  /** Every output of the layer, in order; nearly always one. */
  readonly tensors: readonly Tensor[];
  private disposed = false;

  /** Made by `Extractor.run`. */
  constructor(layer: LayerInfo, tensors: readonly Tensor[]) {
    this.layer = layer;
    this.tensors = tensors;
    this.shape = tensors[0]!.shape;
  }

  /**
   * The layer's output on the tfjs backend, the first when there are several. It ends with the activation; `clone()` it to keep it.
   *
   * @throws `disposed`.
   */
  get tensor(): Tensor {
    this.checkAlive();
    return this.tensors[0]!;
  }

  /** Reads the numbers back: row-major, float32, the last axis fastest. Always asynchronous, as GPU backends need. */
  async data(): Promise<Float32Array> {
    const values = await this.tensor.data();
    return values instanceof Float32Array ? values : Float32Array.from(values);
  }

  dispose(): void {
    if (this.disposed) return;
    this.disposed = true;
    for (const tensor of this.tensors) if (!tensor.isDisposed) tensor.dispose();
  }

  [Symbol.dispose](): void {
    this.dispose();
  }

  private checkAlive(): void {
    check(!this.disposed && !this.tensors[0]!.isDisposed, 'disposed', () => `The activation of '${this.layer.path}' has been disposed of.`);
  }
}

/** The activations of one pass, in the order of the extractor's layers. Iterable. */
export class Activations implements Iterable<Activation> {
  private readonly list: readonly Activation[];

  /** Made by `Extractor.run`. */
  constructor(layers: readonly LayerInfo[], outputs: readonly (readonly Tensor[])[]) {
    this.list = layers.map((layer, i) => new Activation(layer, outputs[i]!));
  }

  get size(): number {
    return this.list.length;
  }

  /**
   * One of them, by its layer's path or name, or by its place among the extracted layers (negative from the end).
   *
   * @throws `layer-not-found` for a layer that was not extracted.
   */
  get(key: string | number): Activation {
    const found =
      typeof key === 'number'
        ? this.list.at(key)
        : (this.list.find(({ layer }) => layer.path === key) ?? this.list.find(({ layer }) => layer.name === key));
    if (found && (typeof key === 'string' || Number.isInteger(key))) return found;
    const paths = this.list.map(({ layer }) => layer.path);
    const near = typeof key === 'string' ? nearest(key, paths) : [];
    const hint = near.length > 0 ? ` Did you mean ${near.map((path) => `'${path}'`).join(' or ')}?` : '';
    const what =
      typeof key === 'number' ? `No activation ${key}: there are ${this.size}, 0 to ${this.size - 1}.` : `No activation of layer '${key}'.`;
    throw new ActivationLensError(
      'layer-not-found',
      `${what}${hint} Extracted: ${paths.slice(0, 24).join(', ')}${paths.length > 24 ? ', ...' : ''}.`,
      {
        details: { layer: key },
      },
    );
  }

  [Symbol.iterator](): Iterator<Activation> {
    return this.list[Symbol.iterator]();
  }

  /** Disposes of all of them. */
  dispose(): void {
    for (const activation of this.list) activation.dispose();
  }

  [Symbol.dispose](): void {
    this.dispose();
  }
}
