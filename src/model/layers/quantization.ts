/** Keras 3's `model.quantize('int8')`: `keras/src/layers/core/{dense,einsum_dense,embedding}.py: _int8_call`, `keras/src/quantizers`. */

import type { Tensor } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { plain, require, unsupported } from './config';
import { asFloat } from './dtypes';
import { broadcast } from './manyAxes';
import type { LayerSpec } from './spec';

export interface Quantization {
  /** Whether inputs are made integers too, which is Keras' default. */
  readonly inputs: boolean;
}

/** Layers that compute with integers here. */
const supported = new Set(['Dense', 'EinsumDense', 'Embedding', 'ReversibleEmbedding']);

/** What a layer's policy says of its weights. Throws `unsupported-layer` for what is not computed here: int4, float8, GPTQ, AWQ. */
export function quantizationOf(spec: LayerSpec): Quantization | undefined {
  const mode = modeOf(spec.config.dtype);
  if (mode === undefined) return undefined;
  require(mode === 'int8' && supported.has(spec.className), spec, () =>
    `is quantized (${mode}); supported is int8 of ${[...supported].join(', ')}; save the model before quantize()`);
  require(!spec.config.lora_rank, spec, () => 'is quantized and has a low-rank update; save the model before quantize()');
  const config = (spec.config.quantization_config as { config?: Record<string, unknown> } | null | undefined)?.config;
  if (config === undefined) return { inputs: true };
  const quantizer = config.activation_quantizer as { class_name?: string; config?: Record<string, unknown> } | null | undefined;
  if (quantizer === null || quantizer === undefined) return { inputs: false };
  const { value_range: range, epsilon } = quantizer.config ?? {};
  const ordinary = quantizer.class_name === 'AbsMaxQuantizer' && String(plain(range)) === '-127,127' && Number(epsilon) === 1e-7;
  return ordinary
    ? { inputs: true }
    : unsupported(
        spec,
        `makes its inputs integers by ${quantizer.class_name ?? 'a quantizer'} of its own; save the model before quantize()`,
      );
}

/** 'int8' of a policy, spelled as an object or as 'int8_from_float32'. */
function modeOf(policy: unknown): string | undefined {
  if (typeof policy === 'string') return /^(.+?)_from_/.exec(policy)?.[1];
  const { class_name: name, config } = (policy ?? {}) as { class_name?: unknown; config?: { mode?: unknown } };
  return /^Quantized/.test(String(name)) ? String(config?.mode ?? name) : undefined;
}

/** Integers from -127 to 127, and by what they were multiplied, along axes that share it (kept, of length 1). */
export function quantized(x: Tensor, axes: number[]): [Tensor, Tensor] {
  const scale = tf.div(127, tf.add(tf.max(tf.abs(asFloat(x)), axes, true), 1e-7));
  return [tf.clipByValue(tf.round(broadcast(tf.mul, asFloat(x), scale)), -127, 127), scale];
}
