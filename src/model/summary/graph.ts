import type { LayerInfo, TensorSource } from '../types';

/**
 * Whether Keras prints these layers as a plain list: each is called at most once, on at most one tensor, and feeds at most one other.
 * Keras finds it out from the depths of its nodes; one node at each depth and one tensor into each node is the same as one path.
 */
export function isChain(layers: readonly LayerInfo[]): boolean {
  const consumed = new Set<string>();
  let sources = 0;
  for (const { calls } of layers) {
    if (calls === undefined) continue;
    if (calls.length > 1) return false;
    for (const { inputs } of calls) {
      if (inputs.length > 1) return false;
      const [input] = inputs;
      if (input === undefined) {
        if (++sources > 1) return false;
      } else {
        if (consumed.has(input.layer)) return false;
        consumed.add(input.layer);
      }
    }
  }
  return true;
}

/** Every tensor that flows into a layer, call after call. */
export function sourcesOf(layer: LayerInfo): TensorSource[] {
  return (layer.calls ?? []).flatMap(({ inputs }) => inputs);
}

/** What training changes and what it leaves alone: numbers, and the bytes they take in Keras. */
export interface Totals {
  trainable: number;
  trainableBytes: number;
  nonTrainable: number;
  nonTrainableBytes: number;
}

/** Sums over the layers of one level; a nested model's counts are its own. */
export function totals(layers: readonly LayerInfo[]): Totals {
  const sum: Totals = { trainable: 0, trainableBytes: 0, nonTrainable: 0, nonTrainableBytes: 0 };
  for (const layer of layers) {
    const trainable = layer.trainableParameters ?? layer.parameters;
    const frozen = layer.parameters - trainable;
    const bytes = bytesEach(layer);
    sum.trainable += trainable;
    sum.trainableBytes += trainable * bytes;
    sum.nonTrainable += frozen;
    sum.nonTrainableBytes += frozen * bytes;
  }
  return sum;
}

/** Of a nested model the mean over its layers: exact unless it mixes precisions and is frozen in part. */
function bytesEach({ bytesPerParameter, layers = [] }: LayerInfo): number {
  const count = layers.reduce((total, { parameters }) => total + parameters, 0);
  if (bytesPerParameter !== undefined || count === 0) return bytesPerParameter ?? 4;
  return layers.reduce((total, layer) => total + layer.parameters * bytesEach(layer), 0) / count;
}

/** 3453121 -> '3,453,121', whatever the locale. */
export function withCommas(count: number): string {
  return String(count).replace(/\B(?=(\d{3})+$)/g, ',');
}
