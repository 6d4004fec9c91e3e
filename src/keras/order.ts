import type { KerasLayer, KerasModel } from './description';
import { refsOf } from './references';

/** One call of one layer, as something to execute. */
export interface OrderedCall {
  readonly layer: KerasLayer;
  /** 0-based call. */
  readonly call: number;
}

/**
 * The calls that a model's outputs depend on, in the order in which Keras executes them: by falling depth (the longest way to an output),
 * within one depth as a walk back through the graph meets them. Follows `map_graph` of Keras 3.15 (keras/src/ops/function.py).
 */
export function executionOrder(model: KerasModel): OrderedCall[] {
  const byName = new Map(model.layers.map((layer) => [layer.name, layer]));
  // Post-order walk back from the outputs, without recursion: a graph may be thousands of layers deep.
  const finished: OrderedCall[] = [];
  const seen = new Set<string>();
  for (const output of model.outputs) {
    const stack = [{ layer: output.layer, call: output.call, entered: false }];
    while (stack.length > 0) {
      const top = stack.at(-1)!;
      const key = `${top.call}:${top.layer}`;
      const layer = byName.get(top.layer)!;
      if (top.entered) {
        stack.pop();
        finished.push({ layer, call: top.call });
        continue;
      }
      if (seen.has(key)) {
        stack.pop();
        continue;
      }
      seen.add(key);
      top.entered = true;
      const sources = refsOf(layer.calls[top.call]);
      for (const ref of sources.reverse()) stack.push({ layer: ref.layer, call: ref.call, entered: false });
    }
  }

  const depths = new Map<string, number>();
  const layerDepths = new Map<KerasLayer, number>();
  const keyOf = ({ layer, call }: OrderedCall) => `${call}:${layer.name}`;
  const backwards = [...finished].reverse();
  for (const node of backwards) {
    const depth = Math.max(depths.get(keyOf(node)) ?? 0, layerDepths.get(node.layer) ?? 0);
    layerDepths.set(node.layer, depth);
    depths.set(keyOf(node), depth);
    for (const ref of refsOf(node.layer.calls[node.call])) {
      const key = `${ref.call}:${ref.layer}`;
      depths.set(key, Math.max(depth + 1, depths.get(key) ?? 0));
    }
  }
  // Within a depth Keras keeps the order in which this walk first touched a call, which is the order of the keys here.
  const nodes = new Map(finished.map((node) => [keyOf(node), node]));
  const ordered = [...depths].sort(([, a], [, b]) => b - a).map(([key]) => nodes.get(key)!);
  return [...ordered, ...beside(model, ordered)];
}

/**
 * Calls that no output depends on: `model.add_loss` of TensorFlow's Keras 2 leaves them in the graph (and inputs that nothing uses). Keras
 * computes them after all others, each one step after its inputs (`_insert_layers` of tf_keras 2.21).
 */
function beside(model: KerasModel, ordered: readonly OrderedCall[]): OrderedCall[] {
  const depths = new Map(ordered.map(({ layer, call }) => [`${call}:${layer.name}`, 0]));
  const found: { node: OrderedCall; depth: number }[] = [];
  for (const { layer: name } of model.inputs) {
    const layer = model.layers.find((candidate) => candidate.name === name);
    if (!layer || depths.has(`0:${name}`)) continue;
    depths.set(`0:${name}`, 0);
    found.push({ node: { layer, call: 0 }, depth: 0 });
  }
  let waiting = model.layers.flatMap((layer) =>
    layer.calls.map((_, call) => ({ layer, call })).filter(({ call }) => !depths.has(`${call}:${layer.name}`)),
  );
  for (let progress = true; progress && waiting.length > 0; ) {
    const later: OrderedCall[] = [];
    for (const node of waiting) {
      const sources = refsOf(node.layer.calls[node.call]).map((ref) => depths.get(`${ref.call}:${ref.layer}`));
      if (sources.some((depth) => depth === undefined)) {
        later.push(node);
        continue;
      }
      const depth = Math.min(0, ...(sources as number[])) - 1;
      depths.set(`${node.call}:${node.layer.name}`, depth);
      found.push({ node, depth });
    }
    progress = later.length < waiting.length;
    waiting = later;
  }
  return found.sort((a, b) => b.depth - a.depth).map(({ node }) => node);
}
