import { nearest } from '../../check';
import { ActivationLensError } from '../../errors';
import { isOperation, operationBuilder } from '../operations';
import { isStandalone, since, unsupported } from './config';
import { KerasLayer } from './KerasLayer';
import { quantizationOf } from './quantization';
import { layerTable, type SupportedLayer } from './registry';
import { type BuildContext, describeLayer, type Layer, type LayerBuilder, type LayerSpec } from './spec';

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
 * The tfjs layer of a Keras layer or operation. Throws `custom-object` for a Lambda or a class of the model's author, `unsupported-layer`
 * for a class that is not known here or an argument that has no exact counterpart. Custom layers are the caller's business, before this.
 */
export function buildLayer(spec: LayerSpec, context: BuildContext): Layer {
  if (isOperation(spec)) return operationBuilder(spec);
  const className = ownName(spec);
  quantizationOf(spec);
  const build = className !== undefined && Object.hasOwn(layerBuilders, className) ? layerBuilders[className] : undefined;
  if (build !== undefined) checkVersion(spec, layerTable.get(className!)!);
  if (className !== undefined && build !== undefined) return build(className === spec.className ? spec : { ...spec, className }, context);
  return refuse(spec);
}

/**
 * Makes `layer` another call of `first`, with other arguments: no tfjs layer can tell its calls apart, so that each kind of call is a layer of
 * its own. False where they cannot have their weights in common.
 */
export function callsAgain(layer: Layer, first: Layer): boolean {
  if (first.weights.length === 0) return true;
  return layer instanceof KerasLayer && first instanceof KerasLayer && layer.shareVariables(first);
}

/** The class known here that a spec names; undefined for a class of somebody else that may bear the same name. */
function ownName({ className, registeredName, module, config }: LayerSpec): string | undefined {
  const registered = registeredName ?? className;
  const [name, owner] = registered.split('>').reverse() as [string, string?];
  if (owner === 'Addons' && Object.hasOwn(layerBuilders, registered)) return registered;
  if (Object.hasOwn(fromLibraries, name) && fromLibraries[name]!(owner, config)) return name;
  if (className.includes('>') || registeredName?.includes('>')) return undefined;
  if (module !== undefined && module !== null && !/^((tf_)?keras|tensorflow\.(python\.)?keras)(\.|$)/.test(module)) return undefined;
  return className;
}

/**
 * Layers of libraries that Keras itself treats as custom ones, and whether one of that name is the library's: of keras.applications, AutoKeras
 * and efficientnet. Other StochasticDepths add a residual branch.
 */
const fromLibraries: Readonly<Record<string, (owner: string | undefined, config: LayerSpec['config']) => boolean>> = {
  LayerScale: () => true,
  CustomScaleLayer: isUnowned,
  StochasticDepth: (owner, config) => isUnowned(owner) && 'drop_path_rate' in config,
  CastToFloat32: isUnowned,
  ExpandLastDim: isUnowned,
  FixedDropout: () => true,
};

/** Registered without the name of a package, or not at all. */
function isUnowned(owner: string | undefined): boolean {
  return owner === undefined || owner === 'Custom';
}

/** A class that this Keras did not have yet, by a name that a later one has, is the author's: keras_contrib's GroupNormalization, for one. */
function checkVersion(spec: LayerSpec, { keras, since2 }: SupportedLayer): void {
  if (spec.keras.major === 3) return;
  const had = since2 === undefined || (since(spec, 2, since2) && !isStandalone(spec));
  if (had && keras.some((major) => major < 3)) return;
  throw new ActivationLensError(
    'custom-object',
    `${describeLayer(spec)} is a class of the model's author, for Keras ${spec.keras.text} has none of that name, and its code is not in the file. ` +
      'Register an implementation through customLayers.',
    { details: { layer: spec.name, path: spec.path, className: spec.className } },
  );
}

/** Why classes that people do have are not opened. */
const refusals: Readonly<Record<string, string>> = {
  Hashing: 'hashes the digits of numbers, or strings, in 64 bits, which no tensor here has; hash before the model',
  TFSMLayer: 'holds a TensorFlow SavedModel, not a Keras architecture; convert that with tensorflowjs_converter and open the tfjs files',
};

function refuse(spec: LayerSpec): never {
  const details = { layer: spec.name, path: spec.path, className: spec.className };
  if (Object.hasOwn(refusals, spec.className)) unsupported(spec, refusals[spec.className]!);
  if (ownName(spec) === undefined) {
    throw new ActivationLensError(
      'custom-object',
      `${describeLayer(spec)} is a class of the model's author${spec.registeredName ? `, registered as '${spec.registeredName}'` : ''}` +
        `${spec.module ? `, from the Python module '${spec.module}'` : ''}: its code is not in the file. Register an implementation through customLayers.`,
      { details },
    );
  }
  // Classes have long names of few words: half of one is another's.
  const near = nearest(spec.className, layerTable.keys(), 1 / 5);
  throw new ActivationLensError(
    'unsupported-layer',
    `${describeLayer(spec)} is of a class that is not supported.${near.length > 0 ? ` Near names: ${near.join(', ')}.` : ''} ` +
      "If it is a class of the model's author, its code is not in the file. Register an implementation through customLayers.",
    { details },
  );
}

/** Every class of layer that opens, sorted by name: what the docs' table is made from. */
export function supportedLayers(): readonly Pick<SupportedLayer, 'className' | 'keras' | 'remarks'>[] {
  return [...layerTable.values()]
    .filter((entry, i, list) => list.indexOf(entry) === i)
    .map(({ className, keras, remarks }) => ({ className, keras, ...(remarks === undefined ? {} : { remarks }) }))
    .sort((a, b) => (a.className < b.className ? -1 : 1));
}
