import type { KerasLayer, TensorRef } from './description';
import { refsOf } from './references';

/** A dtype's name as configs spell it: 'uint8', or a policy such as 'mixed_float16', which Keras 3 also writes as an object. */
export function dtypeName(dtype: unknown): string {
  if (typeof dtype === 'string') return dtype;
  return String((dtype as { config?: { name?: unknown } } | null | undefined)?.config?.name ?? 'float32');
}

/**
 * Layers of a mixed-precision policy cast their inputs. Keras 3.5 to 3.9 write these casts down (`Layer.__call__` in
 * keras/src/layers/layer.py casts symbolic tensors with `ops.cast`), as `Cast` nodes that look like the author's own. A policy is computed
 * in float32, and so are they: a cast to a half float that only layers see which compute in it becomes one to float32.
 */
export function withoutPolicyCasts(layers: readonly KerasLayer[], outputs: readonly TensorRef[]): readonly KerasLayer[] {
  const seenBy = new Map<string, KerasLayer[]>();
  for (const { name, className, operation, config } of layers) {
    if (operation && className === 'Cast' && /^b?float16$/.test(dtypeName(config.dtype))) seenBy.set(name, []);
  }
  if (seenBy.size === 0) return layers;
  for (const layer of layers) {
    for (const { layer: source } of layer.calls.flatMap(refsOf)) seenBy.get(source)?.push(layer);
  }
  // What the model gives is the author's wish.
  for (const { layer } of outputs) seenBy.delete(layer);
  return layers.map((layer) => {
    const type = dtypeName(layer.config.dtype);
    const ofPolicy = seenBy.get(layer.name)?.every(({ operation, config }) => !operation && computeType(config.dtype) === type);
    return ofPolicy ? { ...layer, config: { ...layer.config, dtype: 'float32' } } : layer;
  });
}

/** What a layer of a policy computes in. */
function computeType(policy: unknown): string {
  return dtypeName(policy).replace(/^mixed_/, '');
}
