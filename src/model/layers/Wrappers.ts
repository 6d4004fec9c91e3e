/** TimeDistributed: `keras/src/layers/rnn/time_distributed.py`. SpectralNormalization: `keras/src/layers/normalization/spectral_normalization.py`. */

import type { Tensor } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import type { Shape } from '../types';
import { require } from './config';
import { KerasLayer, type LayerDefinition } from './KerasLayer';
import type { BuildContext, Layer, LayerSpec } from './spec';

/** The spec of the layer that a wrapper's config holds under `key`. */
function innerSpec(spec: LayerSpec, key: string): LayerSpec {
  const value = spec.config[key] as
    | { class_name?: string; config?: Record<string, unknown>; module?: string; registered_name?: string }
    | undefined;
  require(typeof value?.class_name === 'string', spec, () => `has no ${key} in its config`);
  const name = String(value.config?.name ?? key);
  return {
    className: value.class_name,
    name,
    path: `${spec.path}/${name}`,
    config: value.config ?? {},
    keras: spec.keras,
    call: { args: [{ tensor: 0 }], kwargs: spec.call.kwargs.training === undefined ? {} : { training: spec.call.kwargs.training } },
    attribute: key,
    ...(typeof value.module !== 'string' ? {} : { module: value.module }),
    ...(typeof value.registered_name === 'string' && value.registered_name !== '' ? { registeredName: value.registered_name } : {}),
  };
}

function shapesOf(layer: Layer, input: Shape): Shape[] {
  const shape = layer.computeOutputShape([...input]);
  return (Array.isArray(shape[0]) ? shape : [shape]) as Shape[];
}

export function timeDistributed(spec: LayerSpec, context: BuildContext): LayerDefinition {
  const layer = context.build(innerSpec(spec, 'layer'));
  const step = (shape: Shape): Shape => [shape[0] ?? null, ...shape.slice(2)];
  return {
    outputShapes([shape]) {
      require(shape!.length >= 3, spec, () => `takes inputs of at least 3 axes and is given ${shape!.length}`);
      return shapesOf(layer, step(shape!)).map((out) => [shape![0] ?? null, shape![1] ?? null, ...out.slice(1)]);
    },
    compute([x]) {
      const [batch, time, ...rest] = x!.shape as [number, number, ...number[]];
      const out = layer.apply(tf.reshape(x!, [batch * time, ...rest])) as Tensor | Tensor[];
      const split = (y: Tensor) => tf.reshape(y, [batch, time, ...y.shape.slice(1)]);
      return Array.isArray(out) ? out.map(split) : split(out);
    },
    inner: [{ layer, attributes: ['layer'], inputShapes: ([shape]) => [step(shape!)] }],
    masking: { gives: 'same' },
  };
}

/** Layers one after the other: `keras/src/layers/preprocessing/pipeline.py`. */
export function pipeline(spec: LayerSpec, context: BuildContext): LayerDefinition {
  const given = (spec.config.layers ?? []) as readonly unknown[];
  const layers = given.map((layer, i) => context.build(innerSpec({ ...spec, config: { [`layer ${i}`]: layer } }, `layer ${i}`)));
  const seen = new Map<string, number>();
  const names = layers.map((layer) => {
    const snake = layer
      .getClassName()
      .replace(/([a-z])([A-Z])|([A-Z])([A-Z][a-z])/g, '$1$3_$2$4')
      .toLowerCase();
    const count = seen.get(snake) ?? 0;
    seen.set(snake, count + 1);
    return count === 0 ? snake : `${snake}_${count}`;
  });
  const upTo = (count: number, shapes: readonly Shape[]) =>
    layers.slice(0, count).reduce<readonly Shape[]>((all, layer) => shapesOf(layer, all[0]!), shapes);
  return {
    outputShapes: (shapes) => upTo(layers.length, shapes),
    compute: ([x]) => layers.reduce((out, layer) => layer.apply(out) as Tensor, x!),
    inner: layers.map((layer, i) => ({
      layer,
      attributes: [`_pipeline_layers/${names[i]}`, `layers/${names[i]}`],
      inputShapes: (shapes) => upTo(i, shapes),
    })),
  };
}

/** At inference the wrapped layer as it is: its kernel was normalised when it was trained. The vector u is kept and not used. */
export function spectralNormalization(spec: LayerSpec, context: BuildContext): LayerDefinition {
  const inner = innerSpec(spec, 'layer');
  const layer = context.build(inner);
  const width = (shape: Shape): number => {
    if (!layer.built) {
      layer.build([...shape]);
      layer.built = true;
    }
    const kernel = layer.weights.find(({ originalName }) => /(kernel|embeddings)$/.test(originalName)) ?? layer.weights[0];
    require(kernel !== undefined, spec, () => `wraps '${inner.className}', which has no kernel`);
    return kernel.shape.at(-1)!;
  };
  return {
    outputShapes: ([shape]) => shapesOf(layer, shape!),
    weights: ([shape]) => [
      {
        name: 'vector_u',
        shape: [1, width(shape!)], // The wrapper's own first variable is the kernel once more, where it is tracked there.
        trainable: false,
        paths: ['vars/1', 'vars/0'],
      },
    ],
    outputTypes: ([type]) => [spec.keras.major === 3 ? type! : 'float32'],
    compute([x]) {
      const out = layer.apply(x!) as Tensor;
      // Keras 3 casts to the input's dtype, even to integers behind an Embedding.
      return spec.keras.major === 3 ? tf.cast(out, x!.dtype) : out;
    },
    inner: [{ layer, attributes: ['layer'], inputShapes: (shapes) => shapes }],
    masking: { gives: layer instanceof KerasLayer ? layer.givenMask : undefined },
  };
}
