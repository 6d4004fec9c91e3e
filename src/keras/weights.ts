import { check } from '../check';
import { ActivationLensError } from '../errors';
import { snakeCase } from './config';
import type { KerasLayer, KerasModel } from './description';
import type { HDF5Dataset, HDF5Group, HDF5Value } from './hdf5/index';

/** One stored weight, not read yet. */
export interface WeightRef {
  /** The variable's name in the file, 'conv2d_1/kernel:0'. */
  readonly name: string;
  /** In Keras 3's layout: its place below the layer's group, 'vars/0'. */
  readonly path?: string;
  readonly shape: readonly number[];
  /** Reads and converts it. */
  read(signal?: AbortSignal): Promise<Float32Array>;
}

/** Where each layer's weights are. A layer in neither map has none stored. */
export interface LocatedWeights {
  /** A layer's own weights. */
  readonly direct: ReadonlyMap<KerasLayer, readonly WeightRef[]>;
  /** HDF5 models keep all weights of a nested model as one list, which can only be dealt out once its layers' needs are known. */
  readonly pooled: ReadonlyMap<KerasLayer, readonly WeightRef[]>;
}

/** What a nested model's layer needs, for `dealOut`. */
export interface WeightNeed {
  readonly layer: KerasLayer;
  /** 'outer/inner', for messages. */
  readonly path: string;
  readonly expected: readonly { readonly name: string; readonly shape: readonly number[]; readonly trainable: boolean }[];
}

/** Where a weights group came from decides how it is laid out. */
export function isPathLayout(root: HDF5Group, keys: readonly string[]): boolean {
  return root.kind === 'group' && keys.some((key) => LAYER_CONTAINERS.includes(key));
}

/** The names under which `.keras` files of Keras 2.12 to 3.x keep a model's layers. */
export const LAYER_CONTAINERS = ['layers', '_layer_checkpoint_dependencies', '_self_tracked_trackables'];

// --- HDF5 models and Keras 1/2 weight files: a group a top-level layer, weights listed by name ---

/** Locates weights in a group that has `layer_names`. */
export async function locateByName(root: HDF5Group, model: KerasModel, file: string): Promise<LocatedWeights> {
  const names = await stringList(root, 'layer_names', file);
  const lists = new Map<string, readonly WeightRef[]>();
  for (const name of names) {
    const group = await root.get(name);
    check(group?.kind === 'group', 'corrupt', () => `${file}: the weights of layer '${name}' are announced but not there.`, {
      layer: name,
    });
    lists.set(name, await weightList(group, file));
  }
  const direct = new Map<KerasLayer, readonly WeightRef[]>();
  const pooled = new Map<KerasLayer, readonly WeightRef[]>();
  const put = (layer: KerasLayer, refs: readonly WeightRef[]) => (layer.model ? pooled : direct).set(layer, refs);

  // Where a layer has no name in the config, its place in the list of names tells which it is.
  const listed = model.layers.filter((layer) => layer.className !== 'InputLayer' || lists.has(layer.name));
  if (listed.some(({ nameless }) => nameless) && listed.length === names.length) {
    const agree = listed.every((layer, i) => layer.nameless || layer.name === names[i]);
    if (agree) {
      listed.forEach((layer, i) => {
        put(layer, lists.get(names[i]!)!);
      });
      return { direct, pooled };
    }
  }
  const byName = model.layers.filter((layer) => !layer.nameless && lists.has(layer.name));
  const stored = [...lists].filter(([, refs]) => refs.length > 0);
  const placed = new Set(byName.map((layer) => layer.name));
  if (stored.every(([name]) => placed.has(name))) {
    for (const layer of byName) put(layer, lists.get(layer.name)!);
    return { direct, pooled };
  }
  // A weights file for another instance of the architecture, whose automatic names differ: Keras goes by order, and so do we.
  const candidates = model.layers.filter((layer) => layer.model || mayHaveWeights(layer));
  check(
    candidates.length === stored.length,
    'weight-mismatch',
    () =>
      `${file}: weights are stored for layers the model does not have (${stored
        .filter(([name]) => !placed.has(name))
        .slice(0, 5)
        .map(([name]) => `'${name}'`)
        .join(
          ', ',
        )}), and going by order fails: ${stored.length} layers have stored weights, ${candidates.length} need some. Use the architecture these weights were saved from.`,
  );
  candidates.forEach((layer, i) => {
    put(layer, stored[i]![1]);
  });
  return { direct, pooled };
}

async function weightList(group: HDF5Group, file: string): Promise<readonly WeightRef[]> {
  const refs: WeightRef[] = [];
  for (const name of await stringList(group, 'weight_names', file)) {
    const dataset = await group.get(name);
    check(dataset?.kind === 'dataset', 'corrupt', () => `${file}: weight '${name}' is announced but not there.`, { weight: name });
    refs.push(refTo(dataset, name));
  }
  return refs;
}

/** Reads a list attribute, which Keras splits into `name0`, `name1`, ... when it is over HDF5's 64 kB. */
async function stringList(group: HDF5Group, name: string, file: string): Promise<readonly string[]> {
  const attributes = await group.attributes();
  const asList = (value: HDF5Value | undefined): readonly string[] | undefined =>
    typeof value === 'string' ? [value] : Array.isArray(value) ? value.map(String) : undefined;
  const whole = asList(attributes.get(name));
  if (whole) return whole;
  const parts: string[] = [];
  for (let i = 0; attributes.has(`${name}${i}`); i++) parts.push(...(asList(attributes.get(`${name}${i}`)) ?? []));
  check(
    parts.length > 0 || attributes.has(name),
    'corrupt',
    () => `${file}: group '${group.path}' has no attribute '${name}', so its weights cannot be told apart.`,
  );
  return parts;
}

const WEIGHTLESS =
  /^(InputLayer|Activation|Add|Subtract|Multiply|Average|Maximum|Minimum|Concatenate|Dot|Merge|.*Pooling[123]D|.*Dropout([123]D)?|Flatten|Reshape|Permute|RepeatVector|.*Padding[123]D|Cropping[123]D|UpSampling[123]D|ReLU|LeakyReLU|ELU|Softmax|ThresholdedReLU|Masking|Gaussian.*|Rescaling|Resizing|CenterCrop|Random.*|Identity|ActivityRegularization|TFOpLambda|SlicingOpLambda|TensorFlowOpLayer|Lambda)$/;

function mayHaveWeights(layer: KerasLayer): boolean {
  return !layer.operation && !WEIGHTLESS.test(layer.className);
}

/**
 * Deals a nested model's list of weights out to its layers. Keras writes all trainable weights first and the others after them, and lets
 * frozen layers' weights count as others; older files and other writers go layer by layer. Names decide between orders that both fit.
 *
 * @throws `weight-mismatch` when no order fits the shapes.
 */
export function dealOut(
  refs: readonly WeightRef[],
  needs: readonly WeightNeed[],
  model: string,
  file: string,
): Map<KerasLayer, WeightRef[]> {
  type Slot = { need: WeightNeed; index: number };
  const slots: Slot[] = needs.flatMap((need) => need.expected.map((_, index) => ({ need, index })));
  const trainableFirst = (isTrainable: (slot: Slot) => boolean) => [
    ...slots.filter(isTrainable),
    ...slots.filter((slot) => !isTrainable(slot)),
  ];
  const ofVariable = ({ need, index }: Slot) => need.expected[index]!.trainable;
  const orders = [trainableFirst((slot) => ofVariable(slot) && slot.need.layer.trainable), trainableFirst(ofVariable), slots];

  check(
    refs.length === slots.length,
    'weight-mismatch',
    () => `${file}: ${refs.length} weights are stored for the nested model '${model}', whose layers need ${slots.length}.`,
    { layer: model },
  );
  const fits = ({ need, index }: Slot, i: number) => mayFit(need.expected[index]!.shape, refs[i]!.shape);
  const agreement = (order: readonly Slot[]) =>
    order.filter(({ need, index }, i) => sameShape(need.expected[index]!.shape, refs[i]!.shape)).length * refs.length +
    order.filter(({ need }, i) => refs[i]!.name.split(/[/:]/).includes(need.layer.name)).length;
  const fitting = orders.filter((order) => order.every(fits)).sort((a, b) => agreement(b) - agreement(a));
  const order = fitting[0] ?? orderByNames(slots, refs);
  if (!order) {
    const at = orders[0]!.findIndex((slot, i) => !fits(slot, i));
    const { need, index } = orders[0]![at]!;
    throw new ActivationLensError(
      'weight-mismatch',
      `${file}: the weights of the nested model '${model}' do not fit its layers: '${need.path}' needs ${need.expected[index]!.name} of shape ` +
        `[${need.expected[index]!.shape}], and '${refs[at]!.name}' has [${refs[at]!.shape}].`,
      { details: { layer: need.path, weight: refs[at]!.name } },
    );
  }
  const dealt = new Map<KerasLayer, WeightRef[]>();
  order.forEach(({ need, index }, i) => {
    const list = dealt.get(need.layer) ?? [];
    dealt.set(need.layer, list);
    list[index] = refs[i]!;
  });
  return dealt;
}

/** When no order fits: each weight to the layer its name mentions, in the layer's own order; undefined unless all fit. */
function orderByNames<S extends { need: WeightNeed; index: number }>(slots: readonly S[], refs: readonly WeightRef[]): S[] | undefined {
  const order: S[] = [];
  const taken = new Set<S>();
  for (const ref of refs) {
    const tokens = ref.name.split(/[/:]/);
    const slot = slots.find(
      (candidate) =>
        !taken.has(candidate) &&
        tokens.includes(candidate.need.layer.name) &&
        mayFit(candidate.need.expected[candidate.index]!.shape, ref.shape),
    );
    if (!slot) return undefined;
    taken.add(slot);
    order.push(slot);
  }
  return order;
}

// --- `.keras` zips and Keras 3 weight files: groups named by class and a counter ---

/** Locates weights in the layout of `model.weights.h5`. */
export async function locateByPath(root: HDF5Group, model: KerasModel, file: string): Promise<LocatedWeights> {
  const direct = new Map<KerasLayer, readonly WeightRef[]>();
  await locateContainer(root, model, direct, file);
  return { direct, pooled: new Map() };
}

async function locateContainer(
  group: HDF5Group,
  model: KerasModel,
  direct: Map<KerasLayer, readonly WeightRef[]>,
  file: string,
): Promise<void> {
  const container = await layersContainer(group);
  if (!container) return;
  const groups = await groupsByClass(container);
  const layers = new Map<string, KerasLayer[]>();
  for (const layer of model.layers) {
    if (layer.operation) continue;
    const key = snakeCase(pythonClass(layer.className));
    layers.set(key, [...(layers.get(key) ?? []), layer]);
  }
  for (const [key, members] of layers) {
    for (const [layer, child] of pair(members, groups.get(key) ?? [])) {
      if (layer.model) await locateContainer(child, layer.model, direct, file);
      else direct.set(layer, await collect(child, ''));
    }
  }
}

/** The name of a class in its source, which groups of weights go by: no package, and Keras exports one class under another name. */
export function pythonClass(className: string): string {
  const name = className.split('>').at(-1)!;
  return name === 'GroupQueryAttention' ? 'GroupedQueryAttention' : name;
}

interface NumberedGroup {
  readonly group: HDF5Group;
  readonly number: number;
  /** Keras 3's newer files say which layer a group belongs to. */
  readonly layerName?: string;
}

/**
 * Pairs the layers of one class with its groups. The layer's name decides where every group has one; otherwise both are in the same
 * order, and when their numbers agree that is all there is to know: some versions count layers with weights twice, leaving gaps. When they
 * differ (a shared layer is stored once, where it was met first), the counter in the group's name is the layer's place among its class.
 */
function pair(layers: readonly KerasLayer[], groups: readonly NumberedGroup[]): [KerasLayer, HDF5Group][] {
  const byName = new Map(groups.map((group) => [group.layerName, group.group]));
  if (byName.size === groups.length && !byName.has(undefined) && layers.every((layer) => byName.has(layer.name))) {
    return layers.map((layer) => [layer, byName.get(layer.name)!]);
  }
  if (layers.length === groups.length) return layers.map((layer, i) => [layer, groups[i]!.group]);
  const byNumber = new Map(groups.map(({ number, group }) => [number, group]));
  return layers.flatMap((layer, i): [KerasLayer, HDF5Group][] => {
    const group = byNumber.get(i);
    return group ? [[layer, group]] : [];
  });
}

async function layersContainer(group: HDF5Group): Promise<HDF5Group | undefined> {
  for (const name of LAYER_CONTAINERS) {
    const child = await group.get(name);
    if (child?.kind === 'group' && (await child.keys()).length > 0) return child;
  }
  return undefined;
}

async function groupsByClass(container: HDF5Group): Promise<Map<string, NumberedGroup[]>> {
  const groups = new Map<string, NumberedGroup[]>();
  for (const key of await container.keys()) {
    const group = await container.get(key);
    if (group?.kind !== 'group') continue;
    const [, base, number] = /^(.*?)(?:_(\d+))?$/s.exec(key)!;
    const vars = await group.get('vars');
    const layerName = vars ? (await vars.attributes()).get('name') : undefined;
    const entry = { group, number: Number(number ?? 0), ...(typeof layerName === 'string' && { layerName }) };
    groups.set(base!, [...(groups.get(base!) ?? []), entry]);
  }
  for (const list of groups.values()) list.sort((a, b) => a.number - b.number);
  return groups;
}

/** Every dataset below a layer's group: its own `vars` and those of what it is made of. */
async function collect(group: HDF5Group, prefix: string): Promise<WeightRef[]> {
  const refs: WeightRef[] = [];
  const keys = [...(await group.keys())].sort((a, b) => a.localeCompare(b, 'en', { numeric: true }));
  for (const key of keys) {
    const child = await group.get(key);
    if (child?.kind === 'dataset') refs.push({ ...refTo(child, child.path), path: prefix + key });
    else if (child) refs.push(...(await collect(child, `${prefix}${key}/`)));
  }
  return refs;
}

function refTo(dataset: HDF5Dataset, name: string): WeightRef {
  return { name, shape: dataset.shape, read: (signal) => dataset.readFloat32(signal) };
}

/** Keras 1 and Theano order a kernel's axes otherwise, which the layer itself sees to: the same axes in any order may fit. */
function mayFit(expected: readonly number[], stored: readonly number[]): boolean {
  const sorted = (shape: readonly number[]) => [...shape].sort((a, b) => a - b);
  return sameShape(sorted(expected), sorted(stored));
}

export function sameShape(a: readonly number[], b: readonly number[]): boolean {
  return a.length === b.length && a.every((n, i) => n === b[i]);
}
