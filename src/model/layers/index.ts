import { nearest } from '../../check';
import { ActivationLensError } from '../../errors';
import { describeLayer, KerasLayer } from './KerasLayer';
import { layerTable, type SupportedLayer } from './registry';
import type { BuildContext, Layer, LayerBuilder, LayerSpec } from './spec';

export { KerasLayer } from './KerasLayer';
export * from './spec';

/** How each Keras class is built, by its name. A class that Keras has under two names is here under both. */
export const layerBuilders: Readonly<Record<string, LayerBuilder>> = Object.fromEntries(
  [...layerTable].map(([name, { define }]): [string, LayerBuilder] => [
    name,
    (spec, context) => new KerasLayer(spec, define(spec, context)),
  ]),
);

/**
 * The tfjs layer of a Keras layer or operation. Throws `custom-object` for a Lambda, `unsupported-layer` for a class that is not known
 * here or an argument that has no exact counterpart.
 */
export function buildLayer(spec: LayerSpec, context: BuildContext): Layer {
  const build = Object.hasOwn(layerBuilders, spec.className) ? layerBuilders[spec.className] : undefined;
  if (build !== undefined) return build(spec, context);
  const near = nearest(spec.className, layerTable.keys());
  throw new ActivationLensError(
    'unsupported-layer',
    `${describeLayer(spec)} is of a class that is not supported.${near.length > 0 ? ` Near names: ${near.join(', ')}.` : ''} ` +
      'Register an implementation through customLayers.',
    { details: { layer: spec.name, path: spec.path, className: spec.className } },
  );
}

/** Every class of layer that opens, sorted by name: what the docs' table is made from. */
export function supportedLayers(): readonly Pick<SupportedLayer, 'className' | 'keras' | 'remarks'>[] {
  return [...layerTable.values()]
    .filter((entry, i, list) => list.indexOf(entry) === i)
    .map(({ className, keras, remarks }) => ({ className, keras, ...(remarks === undefined ? {} : { remarks }) }))
    .sort((a, b) => (a.className < b.className ? -1 : 1));
}
