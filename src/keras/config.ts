import { check, describe } from '../check';
import { ActivationLensError } from '../errors';
import type { KerasArgument, KerasCall, KerasLayer, KerasModel, KerasVersion, NamedRef } from './description';
import { dimOrderingOf, modernize } from './keras1';
import { withoutPolicyCasts } from './policy';
import { checkReferences, mapCall, mapValues, numbering } from './references';

/** A JSON object of which nothing is known yet. */
export type Json = Readonly<Record<string, unknown>>;

/** How deep models may nest; a file that goes deeper was made to exhaust the stack. */
const MAX_DEPTH = 32;

/** Layers of Keras 3 whose config has nothing but their own arguments. */
const barelyConfigured = /^(Discretization|HashedCrossing|Pipeline|SpatialDropout[123]D)$/;

/**
 * Reads a Keras model config (the `model_config` attribute of an HDF5 file, `config.json` of a `.keras` zip, `modelTopology` of a tfjs
 * `model.json`) of any Keras version.
 *
 * @param json The parsed config: `{ class_name, config, ... }`.
 * @param keras The version that wrote it.
 * @param file What to call the file in messages.
 * @throws `custom-object` for a subclassed model, `corrupt` for a graph that cannot be followed.
 */
export function readConfig(json: unknown, keras: KerasVersion, file: string): KerasModel {
  check(isObject(json) && typeof json.class_name === 'string', 'corrupt', () => `${file}: the model's config has no class_name.`);
  return new Reader(keras, file, keras.major === 1 ? dimOrderingOf(json) : undefined).model(json, [], 0);
}

class Reader {
  /** How many Sequentials without a name of their own were met. */
  private nameless = 0;

  constructor(
    private readonly keras: KerasVersion,
    private readonly file: string,
    /** Of Keras 1 layers that do not say it. */
    private readonly dimOrdering: 'tf' | 'th' | undefined,
  ) {}

  model(json: Json, outer: readonly string[], depth: number): KerasModel {
    check(depth < MAX_DEPTH, 'corrupt', () => `${this.file}: models are nested more than ${MAX_DEPTH} deep.`);
    const config = Array.isArray(json.config) ? { layers: json.config } : json.config;
    const where = outer.length === 0 ? 'the model' : `model '${outer.join('/')}'`;
    check(isObject(config), 'corrupt', () => `${this.file}: ${where} has no config.`);
    if (isSequential(json, config)) return this.sequential(config, outer, depth, outer.at(-1));
    if (isFunctional(config)) return this.functional(config, outer, depth);
    const name = String(json.registered_name ?? json.class_name);
    throw new ActivationLensError(
      'custom-object',
      `${this.file}: ${where} is of the class ${describe(name)}, a model written in Python by subclassing; its file holds no graph of layers, and its code is never run. ` +
        'Rebuild it in Keras as a Sequential or Functional model, copy the weights over, and save that.',
      { details: { className: name } },
    );
  }

  private sequential(config: Json, outer: readonly string[], depth: number, givenName?: string): KerasModel {
    const name = typeof config.name === 'string' ? config.name : (givenName ?? this.nameSequential());
    const layers: KerasLayer[] = [];
    const inputs: NamedRef[] = [];
    let previous: NamedRef | undefined;
    for (const entry of list(config.layers, () => `${this.file}: a Sequential's layers`)) {
      if (layers.length === 0 && isObject(entry) && mergedModels(entry)) {
        const branches = mergedModels(entry)!.map((branch) => this.model(branch, outer, depth + 1));
        layers.push(...branches.flatMap((branch) => branch.layers));
        inputs.push(...branches.flatMap((branch) => branch.inputs));
        const merge = this.layer(entry, outer, depth);
        const list = branches.map(({ outputs }) => ({ ref: outputs[0]! }));
        layers.push({ ...merge, calls: [{ args: [{ list }], kwargs: {} }] });
        previous = { layer: merge.name, call: 0, output: 0, name: merge.name };
        continue;
      }
      const layer = this.layer(entry, outer, depth);
      if (layer.className === 'InputLayer') {
        layers.push(layer);
        previous = { layer: layer.name, call: 0, output: 0, name: layer.name };
        inputs.push(previous);
        continue;
      }
      if (!previous) {
        const input = this.impliedInput(layer);
        layers.push(input);
        previous = { layer: input.name, call: 0, output: 0, name: input.name };
        inputs.push(previous);
      }
      layers.push({ ...layer, calls: [{ args: [{ ref: previous }], kwargs: {} }] });
      previous = { layer: layer.name, call: 0, output: 0, name: layer.name };
    }
    check(previous !== undefined, 'corrupt', () => `${this.file}: a Sequential model has no layers.`);
    this.checkUnique(layers, name);
    const buildInputShape = shapeOf(config.build_input_shape);
    return { name, kind: 'sequential', layers, inputs, outputs: [previous], ...(buildInputShape && { buildInputShape }) };
  }

  /** Keras before 2.2 writes no name for a Sequential; Keras 2 counts them as it comes upon them. */
  private nameSequential(): string {
    const nth = this.nameless++;
    return nth === 0 ? 'sequential' : `sequential_${nth}`;
  }

  /** The InputLayer that a Sequential leaves out when its first layer carries the shape. */
  private impliedInput(first: KerasLayer): KerasLayer {
    const nested = first.model?.layers.find((layer) => layer.className === 'InputLayer');
    const shape = shapeOf(first.config.batch_input_shape) ?? shapeOf(first.config.batch_shape) ?? shapeOf(nested?.config.batch_shape);
    const config = { name: `${first.name}_input`, dtype: first.config.dtype ?? 'float32', ...(shape && { batch_shape: shape }) };
    return { name: config.name, className: 'InputLayer', config, trainable: false, operation: false, calls: [] };
  }

  private functional(config: Json, outer: readonly string[], depth: number): KerasModel {
    const entries = list(config.layers, () => `${this.file}: a Functional's layers`);
    const raw = entries.map((entry) => ({ layer: this.layer(entry, outer, depth), nodes: nodesOf(entry) }));
    const name = typeof config.name === 'string' ? config.name : 'model';
    this.checkUnique(
      raw.map(({ layer }) => layer),
      name,
    );
    const names = new Set(raw.map(({ layer }) => layer.name));
    const parsed = raw.map(({ layer, nodes }) => ({
      layer,
      calls: nodes.map((node) => this.call(node, names, layer.name, layer.className === 'TFOpLambda')),
    }));
    const inputs = namedRefs(config.input_layers, names);
    const outputs = namedRefs(config.output_layers, names);
    check(outputs.length > 0, 'corrupt', () => `${this.file}: model '${name}' names no outputs.`);
    const { renumber, renumberEnd } = numbering(parsed, [...inputs, ...outputs], this.keras);
    const layers = parsed.map(({ layer, calls }) => ({
      ...layer,
      calls: layer.className === 'InputLayer' ? [] : calls.map((call) => mapCall(call, renumber)),
    }));
    const model: KerasModel = {
      name,
      kind: 'functional',
      layers: withoutPolicyCasts(layers, outputs),
      inputs: inputs.map((ref) => ({ ...ref, ...renumberEnd(ref) })),
      outputs: outputs.map((ref) => ({ ...ref, ...renumberEnd(ref) })),
    };
    checkReferences(model, this.file);
    return model;
  }

  private layer(entry: unknown, outer: readonly string[], depth: number): KerasLayer {
    check(isObject(entry) && typeof entry.class_name === 'string', 'corrupt', () => `${this.file}: a layer has no class_name.`);
    const config = isObject(entry.config) ? entry.config : {};
    const sequential = isSequential(entry, config);
    // What tf.keras 2.0 to 2.3 made of operations, it named without this beginning in the config alone.
    const start = entry.class_name === 'TensorFlowOpLayer' ? 'tf_op_layer_' : '';
    const given = start !== '' && typeof config.name === 'string' ? start + config.name : firstString(config.name, entry.name);
    const name = given ?? (sequential ? this.nameSequential() : snakeCase(entry.class_name));
    const module = typeof entry.module === 'string' ? entry.module : this.isBareOperation(entry, config) ? 'keras.src.ops' : undefined;
    const base = {
      name,
      trainable: config.trainable !== false,
      operation: module !== undefined && /^keras\.(src\.)?(ops|activations)(\.|$)/.test(module),
      calls: [],
      ...(given === undefined && { nameless: true as const }),
      ...(module !== undefined && { module }),
      ...(typeof entry.registered_name === 'string' && { registeredName: entry.registered_name }),
    };
    if (sequential || isFunctional(config)) {
      return { ...base, className: entry.class_name, config, model: this.model(entry, [...outer, name], depth + 1) };
    }
    const modern = this.dimOrdering ? modernize(entry.class_name, config, this.dimOrdering) : { className: entry.class_name, config };
    return { ...base, className: modern.className, config: inputShapeAsBatchShape(modern.className, modern.config) };
  }

  /** Keras 3 writes no modules into an HDF5 file; an operation's config lacks what every layer's has, but for a few layers. */
  private isBareOperation(entry: Json, config: Json): boolean {
    if (this.keras.major < 3 || entry.class_name === 'InputLayer' || entry.inbound_nodes === undefined) return false;
    return !('trainable' in config) && !isFunctional(config) && !barelyConfigured.test(String(entry.class_name));
  }

  /** One entry of `inbound_nodes`, in any of its three spellings. */
  private call(node: unknown, names: ReadonlySet<string>, layer: string, kept: boolean): KerasCall {
    if (isObject(node) && Array.isArray(node.args)) {
      const kwargs = isObject(node.kwargs) ? node.kwargs : {};
      return { args: node.args.map((value) => argument3(value)), kwargs: mapValues(kwargs, (value) => argument3(value)) };
    }
    check(
      node !== null && typeof node === 'object',
      'corrupt',
      () => `${this.file}: layer '${layer}' has an inbound node that is ${describe(node)}.`,
    );
    // Keras 2: [name, node, tensor, kwargs], a list of these, or a dict of these; kwargs repeat on every tensor of the first argument.
    let kwargs: Json = {};
    const convert = (value: unknown): KerasArgument => {
      if (isConstant2(value)) {
        if (isObject(value[3])) kwargs = value[3];
        return { constant: value[2] };
      }
      if (isRef2(value, names)) {
        if (isObject(value[3])) kwargs = value[3];
        return { ref: { layer: value[0], call: value[1], output: value[2] } };
      }
      // Python lists of numbers are written number by number.
      if (Array.isArray(value)) return wrap(value.map(convert));
      if (isObject(value)) return { dict: mapValues(value, convert) };
      throw new ActivationLensError(
        'corrupt',
        `${this.file}: layer '${layer}' refers to ${describe(value)}, which is no layer of its model.`,
        { details: { layer } },
      );
    };
    const first = convert(node);
    // A list of one tensor is how Keras 2 writes a single tensor, except where it keeps the structure of an operation's arguments.
    const only = kept ? first : 'list' in first && first.list.length === 1 ? first.list[0]! : first;
    return { args: [only], kwargs: mapValues(kwargs, (value) => keywordArgument2(value, names)) };
  }

  private checkUnique(layers: readonly KerasLayer[], model: string): void {
    const seen = new Set<string>();
    for (const { name } of layers) {
      check(!seen.has(name), 'corrupt', () => `${this.file}: model '${model}' has two layers named '${name}'.`, { layer: name });
      seen.add(name);
    }
  }
}

/** Keras 3: tensors are marked, everything else is a value. */
function argument3(value: unknown): KerasArgument {
  if (Array.isArray(value)) return wrap(value.map(argument3));
  if (!isObject(value)) return { constant: value };
  if (value.class_name === '__keras_tensor__' && isObject(value.config) && Array.isArray(value.config.keras_history)) {
    const [layer, call, output] = value.config.keras_history as [unknown, unknown, unknown];
    return { ref: { layer: String(layer), call: Number(call), output: Number(output) } };
  }
  if (value.class_name === '__tuple__' && Array.isArray(value.items)) return wrap(value.items.map(argument3));
  if (typeof value.class_name === 'string') return { constant: value };
  const dict = mapValues(value, argument3);
  return Object.values(dict).every(isConstantArgument) ? { constant: value } : { dict };
}

/** A list without tensors is a constant. */
function wrap(items: readonly KerasArgument[]): KerasArgument {
  return items.every(isConstantArgument) ? { constant: items.map((item) => (item as { constant: unknown }).constant) } : { list: items };
}

function isConstantArgument(value: KerasArgument): value is { constant: unknown } {
  return 'constant' in value;
}

/** In Keras 2's kwargs a tensor looks like any list of a string and two numbers, so the string has to be a layer's name. */
function keywordArgument2(value: unknown, names: ReadonlySet<string>): KerasArgument {
  if (isConstant2(value)) return { constant: value[2] };
  if (isRef2(value, names)) return { ref: { layer: value[0], call: value[1], output: value[2] } };
  if (Array.isArray(value)) return wrap(value.map((item) => keywordArgument2(item, names)));
  if (!isObject(value)) return { constant: value };
  const dict = mapValues(value, (item) => keywordArgument2(item, names));
  return Object.values(dict).every(isConstantArgument) ? { constant: value } : { dict };
}

function isConstant2(value: unknown): value is readonly ['_CONSTANT_VALUE', number, unknown, Json?] {
  return Array.isArray(value) && value[0] === '_CONSTANT_VALUE' && value.length >= 3;
}

function isRef2(value: unknown, names: ReadonlySet<string>): value is readonly [string, number, number, Json?] {
  return (
    Array.isArray(value) &&
    (value.length === 3 || value.length === 4) &&
    typeof value[0] === 'string' &&
    names.has(value[0]) &&
    Number.isInteger(value[1]) &&
    Number.isInteger(value[2])
  );
}

/** `input_layers` and `output_layers`: one reference, a list, a nest of lists, or a dict whose keys sort as Keras sorts them. */
function namedRefs(value: unknown, names: ReadonlySet<string>, key?: string): NamedRef[] {
  if (isRef2(value, names)) return [{ layer: value[0], call: value[1], output: value[2], name: key ?? value[0] }];
  if (Array.isArray(value)) return value.flatMap((item) => namedRefs(item, names, key));
  if (!isObject(value)) return [];
  return Object.keys(value)
    .sort()
    .flatMap((name) => namedRefs(value[name], names, name));
}

function nodesOf(entry: unknown): readonly unknown[] {
  const nodes = isObject(entry) ? entry.inbound_nodes : undefined;
  return Array.isArray(nodes) ? nodes : [];
}

function isSequential(json: Json, config: Json): boolean {
  return (json.class_name === 'Sequential' || Array.isArray(json.config)) && Array.isArray(config.layers ?? json.config);
}

/** The models that a Keras 1 Sequential begins with, when its first layer merges several. */
function mergedModels(entry: Json): readonly Json[] | undefined {
  if (entry.class_name !== 'Merge' || !isObject(entry.config) || !Array.isArray(entry.config.layers)) return undefined;
  return entry.config.layers.filter(isObject);
}

function isFunctional(config: Json): boolean {
  return Array.isArray(config.layers) && 'output_layers' in config;
}

/** Keras 3 writes `batch_shape`, Keras 2 `batch_input_shape`, some files an `input_shape` without batch: InputLayers get the first. */
function inputShapeAsBatchShape(className: string, config: Json): Json {
  if (className !== 'InputLayer') return config;
  const inner = shapeOf(config.input_shape);
  const shape = shapeOf(config.batch_shape) ?? shapeOf(config.batch_input_shape) ?? (inner && [null, ...inner]);
  return shape ? { ...config, batch_shape: shape } : config;
}

/** A shape, or undefined when the value is none (Keras 3 also writes `[null]`-wrapped and dict shapes, which are not single shapes). */
export function shapeOf(value: unknown): readonly (number | null)[] | undefined {
  const items = isObject(value) && (value.class_name === '__tuple__' || value.class_name === 'TensorShape') ? value.items : value;
  if (!Array.isArray(items)) return undefined;
  return items.every((item) => item === null || (Number.isInteger(item) && (item as number) >= 0))
    ? (items as (number | null)[])
    : undefined;
}

/** Keras' `to_snake_case`: 'SeparableConv2D' is 'separable_conv2d', 'ReLU' is 're_lu'. */
export function snakeCase(name: string): string {
  return name
    .replace(/\W+/g, '')
    .replace(/(.)([A-Z][a-z]+)/g, '$1_$2')
    .replace(/([a-z])([A-Z])/g, '$1_$2')
    .toLowerCase();
}

function list(value: unknown, what: () => string): readonly unknown[] {
  check(Array.isArray(value), 'corrupt', () => `${what()} are ${describe(value)} instead of a list.`);
  return value;
}

export function isObject(value: unknown): value is Json {
  return value !== null && typeof value === 'object' && !Array.isArray(value);
}

function firstString(...values: readonly unknown[]): string | undefined {
  return values.find((value): value is string => typeof value === 'string');
}
