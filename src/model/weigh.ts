import { tensor, tidy } from '@tensorflow/tfjs-core';
import { check, checkNotAborted } from '../check';
import { ActivationLensError } from '../errors';
import type { KerasLayer } from '../keras/description';
import { dealOut, sameShape, type WeightNeed, type WeightRef } from '../keras/weights';
import type { BuiltLayer } from './graph';
import { holdsKerasWeights, type StoredWeight } from './layers/spec';

/** How weights come from the file to the layers of one model. */
export interface WeighOptions {
  readonly file: string;
  readonly missing: 'strict' | 'skip-missing';
  readonly signal?: AbortSignal | undefined;
  /** Called after each weight with the bytes it has in the file as float32. */
  readonly onRead?: ((bytes: number) => void) | undefined;
}

/** What a built layer needs. Known once it has been applied. */
export function needOf({ description, path, layer }: BuiltLayer): WeightNeed {
  const expected = holdsKerasWeights(layer)
    ? layer.expectedWeights
    : layer.weights.map((weight) => ({ name: weight.originalName, shape: weight.shape as number[], trainable: weight.trainable }));
  return { layer: description, path, expected };
}

/** Reads a layer's stored weights, in today's layout. */
export async function readWeights(layer: KerasLayer, refs: readonly WeightRef[], options: WeighOptions): Promise<StoredWeight[]> {
  const stored: StoredWeight[] = [];
  for (const { name, path, shape, read } of refs) {
    checkNotAborted(options.signal, `reading the weights of '${layer.name}'`);
    const data = await read(options.signal);
    stored.push({ name, shape, data, ...(path !== undefined && { path }) });
    options.onRead?.(data.byteLength);
  }
  return stored;
}

/** Hands weights to a layer that has no variables yet, which are then made with these values instead of zeros first. */
export function presetWeights({ layer }: BuiltLayer, stored: readonly StoredWeight[] | undefined): void {
  if (stored && stored.length > 0 && holdsKerasWeights(layer)) layer.setKerasWeights(stored);
}

/**
 * Gives an applied layer its weights, unless they were preset, and checks that it needs none when there are none.
 *
 * @throws `weight-mismatch` naming the layer.
 */
export function setWeights(
  built: BuiltLayer,
  stored: readonly StoredWeight[] | undefined,
  when: 'preset' | 'built',
  options: WeighOptions,
): void {
  const { layer } = built;
  const need = needOf(built);
  if (need.expected.length === 0) return;
  if (!stored || stored.length === 0) {
    if (options.missing === 'skip-missing') return;
    throw new ActivationLensError(
      'weight-mismatch',
      `${options.file} has no weights for layer '${built.path}' (${built.description.className}), which needs ${listOf(need.expected)}. ` +
        "The file may be cut out of a larger model; { weights: 'skip-missing' } opens it with zeros there.",
      { details: { layer: built.path } },
    );
  }
  if (holdsKerasWeights(layer)) {
    if (when === 'built') layer.setKerasWeights(stored);
    return;
  }
  const ordered = inOrder(stored, need.expected);
  check(
    ordered,
    'weight-mismatch',
    () =>
      `${options.file}: layer '${built.path}' (${built.description.className}) needs ${listOf(need.expected)}, and ` +
      `${listOf(stored.map(({ name, path, shape }) => ({ name: path ?? name ?? 'a weight', shape })))} are stored. Of a class given through customLayers, ` +
      "addWeight has to be called for each weight in Keras' order; where Keras keeps weights of inner layers by path, with that path as the name.",
    { layer: built.path },
  );
  tidy(() => layer.setWeights(ordered.map(({ data, shape }) => tensor(data, [...shape], 'float32'))));
}

/**
 * The weights of a class of the application's as it wants them: in Keras' order. A `.keras` file has no order among inner layers: there they go
 * by path, or by shape where no two are alike.
 */
function inOrder(stored: readonly StoredWeight[], expected: WeightNeed['expected']): readonly StoredWeight[] | undefined {
  const fits = (weight: StoredWeight | undefined, i: number) => weight !== undefined && sameShape(weight.shape, expected[i]!.shape);
  const checked = (found: readonly (StoredWeight | undefined)[]) =>
    stored.length === expected.length && found.every(fits) ? (found as readonly StoredWeight[]) : undefined;
  if (!stored.some(({ path }) => path !== undefined && !/^vars\/\d+$/.test(path))) return checked(stored);
  const byPath = expected.map(({ name }) => stored.find(({ path }) => path !== undefined && (name === path || name.endsWith(`/${path}`))));
  const distinct = new Set(stored.map(({ shape }) => shape.join())).size === stored.length;
  return (
    checked(byPath) ??
    (distinct ? checked(expected.map(({ shape }) => stored.find((weight) => sameShape(weight.shape, shape)))) : undefined)
  );
}

/** Deals the weights of a nested model (or of a whole tfjs model) out to its layers and sets them one layer at a time. */
export async function setPooled(
  refs: readonly WeightRef[],
  parts: readonly BuiltLayer[],
  model: string,
  options: WeighOptions,
): Promise<void> {
  const needs = parts.map(needOf);
  const dealt = dealOut(refs, needs, model, options.file);
  for (const part of parts) {
    const own = dealt.get(part.description);
    setWeights(part, own && (await readWeights(part.description, own, options)), 'built', options);
  }
}

function listOf(expected: readonly { readonly name: string; readonly shape: readonly number[] }[]): string {
  return expected.map(({ name, shape }) => `${name} [${shape}]`).join(', ');
}
