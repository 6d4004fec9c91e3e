import { check, describe, nearest } from '../check';
import { ActivationLensError } from '../errors';
import type { LayerInfo, Model } from '../model/types';

/**
 * Which layers: by name, path ('outer/inner', 'shared:1'), index in `model.layers` (negative from the end), `LayerInfo`, regular
 * expression on the path, predicate, or a list of any of these.
 */
export type LayerSelector = string | number | LayerInfo | RegExp | ((layer: LayerInfo) => boolean) | readonly LayerSelector[];

/** What can be selected from. */
export interface Selectable {
  readonly model: Model;
  /** Everything that computes, at every nesting level, in execution order. */
  readonly flat: readonly LayerInfo[];
  /** Whether a path has an output that can be asked for. */
  has(path: string): boolean;
}

/**
 * The selected layers: those of a list in its order, those of an expression or predicate in execution order, none twice. Without a
 * selector: every layer whose output has rows, columns and channels.
 *
 * @throws `layer-not-found`, with near names.
 */
export function selectLayers(from: Selectable, selector: LayerSelector | undefined): LayerInfo[] {
  const selected = selector === undefined ? from.flat.filter(isSpatial) : resolve(from, selector);
  const unique = new Map(selected.map((layer) => [layer.path, layer]));
  check(unique.size > 0, 'layer-not-found', () =>
    selector === undefined
      ? `No layer of model '${from.model.name}' has an output with rows and columns. Name the layers you want: createExtractor(model, { layers: [...] }).`
      : `The selection (${describe(selector)}) holds no layer. This model has: ${listOf(from.flat)}.`,
  );
  return [...unique.values()];
}

/** Rank 4: batch, rows, columns, channels. */
export function isSpatial(layer: LayerInfo): boolean {
  return layer.outputShape.length === 4;
}

function resolve(from: Selectable, selector: LayerSelector): LayerInfo[] {
  if (Array.isArray(selector)) return (selector as readonly LayerSelector[]).flatMap((item) => resolve(from, item));
  if (typeof selector === 'string') return [byName(from, selector)];
  if (typeof selector === 'number') return [byIndex(from, selector)];
  if (selector instanceof RegExp) {
    // A copy without state: a global expression remembers where its last match ended.
    const stateless = new RegExp(selector.source, selector.flags.replace(/[gy]/g, ''));
    return matching(from, (layer) => stateless.test(layer.path), String(selector));
  }
  if (typeof selector === 'function') return matching(from, selector, 'the predicate');
  const path = (selector as LayerInfo | null)?.path;
  check(
    typeof path === 'string',
    'layer-not-found',
    () => `${describe(selector)} selects no layer. Give a name, path, index, LayerInfo, RegExp or predicate.`,
  );
  check(from.has(path), 'layer-not-found', () => `Layer '${path}' is of another model: '${from.model.name}' has ${listOf(from.flat)}.`, {
    layer: path,
  });
  return [selector as LayerInfo];
}

function matching(from: Selectable, test: (layer: LayerInfo) => boolean, what: string): LayerInfo[] {
  const found = from.flat.filter(test);
  check(found.length > 0, 'layer-not-found', () => `No layer matches ${what}. This model has: ${listOf(from.flat)}.`);
  return found;
}

/** A path, or a name that only one layer has. Nested models and inputs count too. */
function byName(from: Selectable, wanted: string): LayerInfo {
  const all = new Map([...everyLevel(from.model.layers), ...from.flat].map((layer) => [layer.path, layer]));
  const exact = all.get(wanted);
  if (exact && from.has(wanted)) return exact;
  const named = [...all.values()].filter(
    (layer) => layer.name === wanted && layer.path.split(':')[0] === layer.path && from.has(layer.path),
  );
  if (named.length === 1) return named[0]!;
  if (named.length > 1) {
    throw new ActivationLensError('layer-not-found', `Several layers are named '${wanted}': ${listOf(named)}. Use one of these paths.`, {
      details: { layer: wanted, candidates: named.map(({ path }) => path) },
    });
  }
  const near = nearest(
    wanted,
    [...all.values()].flatMap(({ path, name }) => [path, name]),
  );
  const hint = near.length > 0 ? ` Did you mean ${near.map((name) => `'${name}'`).join(' or ')}?` : '';
  throw new ActivationLensError(
    'layer-not-found',
    `No layer '${wanted}' in model '${from.model.name}'.${hint} It has: ${listOf([...all.values()])}.`,
    {
      details: { layer: wanted, near },
    },
  );
}

function byIndex(from: Selectable, index: number): LayerInfo {
  const { layers } = from.model;
  const layer = Number.isInteger(index) ? layers.at(index) : undefined;
  check(
    layer,
    'layer-not-found',
    () =>
      `There is no layer ${index}: model '${from.model.name}' has ${layers.length} layers, 0 to ${layers.length - 1} (or -1 for the last).`,
    { index },
  );
  return layer;
}

function everyLevel(layers: readonly LayerInfo[]): LayerInfo[] {
  return layers.flatMap((layer) => [layer, ...everyLevel(layer.layers ?? [])]);
}

/** Names for a message, a long list cut. */
function listOf(layers: readonly LayerInfo[]): string {
  const paths = layers.map(({ path }) => path);
  return paths.length > 24 ? `${paths.slice(0, 20).join(', ')}, ... (${paths.length} in all)` : paths.join(', ');
}
