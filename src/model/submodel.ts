import { type Tensor, tidy } from '@tensorflow/tfjs-core';
import { layers, type SymbolicTensor } from '@tensorflow/tfjs-layers';
import { readConfig, snakeCase } from '../keras/config';
import type { KerasModel } from '../keras/description';
import { LAYER_CONTAINERS } from '../keras/weights';
import { type BuiltLayer, buildGraph, type GraphOptions } from './graph';
import { tfjsName } from './layers/KerasLayer';
import { type ExpectedWeight, type HoldsKerasWeights, holdsKerasWeights, type LayerSpec, type StoredWeight } from './layers/spec';
import { type Plan, plan, runSync } from './run';
import type { Shape } from './types';

/**
 * A whole model as one layer, for wrappers that hold a model (`TimeDistributed(model)`). Elsewhere nested models are laid open in the
 * graph around them, and need no such layer.
 */
export class SubmodelLayer extends layers.Layer implements HoldsKerasWeights {
  static readonly className = 'Submodel';
  private readonly model: KerasModel;
  private readonly options: GraphOptions;
  private parts: readonly BuiltLayer[] = [];
  private plan: Plan | undefined;
  private inputSymbols: readonly SymbolicTensor[] = [];
  private pending: readonly StoredWeight[] | undefined;

  constructor(spec: LayerSpec, options: GraphOptions) {
    super({ name: tfjsName(spec.path) });
    this.options = options;
    this.model = readConfig({ class_name: spec.className, config: spec.config }, options.keras, options.file);
  }

  override build(inputShape: (number | null)[] | (number | null)[][]): void {
    const shape = (Array.isArray(inputShape[0]) ? inputShape[0] : inputShape) as Shape;
    const { givenShape: _, ...options } = this.options;
    const steps = buildGraph(this.model, { ...options, inputShape: shape });
    const parts: BuiltLayer[] = [];
    let step = steps.next();
    for (; !step.done; step = steps.next()) parts.push(step.value);
    const graph = step.value;
    this.parts = parts;
    this.inputSymbols = graph.inputs.map(({ symbol }) => symbol);
    this.plan = plan(
      graph.outputs.map(({ symbol }) => symbol),
      new Set(this.inputSymbols),
    );
    this.built = true;
    if (this.pending) this.setKerasWeights(this.pending);
    this.pending = undefined;
  }

  override computeOutputShape(inputShape: (number | null)[] | (number | null)[][]): (number | null)[] | (number | null)[][] {
    if (!this.plan) this.build(inputShape);
    const shapes = this.plan!.wanted.map(({ shape }) => [...shape]);
    return shapes.length === 1 ? shapes[0]! : shapes;
  }

  override call(inputs: Tensor | Tensor[]): Tensor | Tensor[] {
    const list = Array.isArray(inputs) ? inputs : [inputs];
    return tidy(() => {
      const outputs = runSync(this.plan!, new Map(this.inputSymbols.map((symbol, i) => [symbol, list[i]!])));
      return outputs.length === 1 ? outputs[0]! : outputs;
    });
  }

  get expectedWeights(): readonly ExpectedWeight[] {
    const all = this.needs().map(({ expected }) => expected);
    return [...all.filter(({ trainable }) => trainable), ...all.filter(({ trainable }) => !trainable)];
  }

  setKerasWeights(weights: readonly StoredWeight[]): void {
    if (!this.built) {
      this.pending = weights;
      return;
    }
    const needs = this.needs();
    const order = [...needs.filter(({ expected }) => expected.trainable), ...needs.filter(({ expected }) => !expected.trainable)];
    for (const { layer } of this.parts) {
      if (!holdsKerasWeights(layer) || layer.expectedWeights.length === 0) continue;
      const own = needs.filter((need) => need.layer === layer);
      layer.setKerasWeights(own.map((need) => this.pick(weights, need.expected, order.indexOf(need))));
    }
  }

  /** By path where the weights have one, otherwise by Keras' order: trainable ones first. */
  private pick(weights: readonly StoredWeight[], expected: ExpectedWeight, position: number): StoredWeight {
    const byPath = weights.find(({ path }) => path !== undefined && expected.paths.includes(path));
    const { path: _, ...weight } = byPath ?? weights[position] ?? { shape: [], data: new Float32Array(0) };
    return weight;
  }

  private needs(): { layer: BuiltLayer['layer']; expected: ExpectedWeight }[] {
    const counters = new Map<string, number>();
    const groups = new Map<unknown, string>();
    for (const layer of this.model.layers) {
      if (layer.operation) continue;
      const name = snakeCase(layer.className);
      const nth = counters.get(name) ?? 0;
      counters.set(name, nth + 1);
      groups.set(layer, `${name}${nth === 0 ? '' : `_${nth}`}`);
    }
    return this.parts.flatMap(({ layer, description }) =>
      (holdsKerasWeights(layer) ? layer.expectedWeights : []).map((weight) => ({
        layer,
        expected: {
          ...weight,
          name: `${layer.name}/${weight.name}`,
          paths: LAYER_CONTAINERS.flatMap((container) =>
            weight.paths.map((path) => `${container}/${groups.get(description) ?? ''}/${path}`),
          ),
        },
      })),
    );
  }

  override get trainableWeights() {
    return (this.parts ?? []).flatMap(({ layer }) => layer.trainableWeights);
  }

  override get nonTrainableWeights() {
    return (this.parts ?? []).flatMap(({ layer }) => layer.nonTrainableWeights);
  }
}
