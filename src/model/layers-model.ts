import { io, type NamedTensorMap } from '@tensorflow/tfjs-core';
import { check } from '../check';
import { ActivationLensError } from '../errors';
import { isObject, readConfig } from '../keras/config';
import type { KerasVersion } from '../keras/description';
import { versionOf } from '../keras/file';
import type { WeightRef } from '../keras/weights';
import { createKerasModel } from './keras-model';
import type { LoadOptions } from './load';
import type { TfjsModelFile } from './tfjs-files';
import type { Model, Runtime } from './types';

/**
 * Opens a tfjs LayersModel, which is a Keras config with its weights listed by name: the same way as a Keras file, so that nested models,
 * shared layers and the layers that tfjs computes wrongly come out right here too.
 */
export async function openLayersModel({ name, artifacts }: TfjsModelFile, runtime: Runtime, options: LoadOptions): Promise<Model> {
  const topology = artifacts.modelTopology as Readonly<Record<string, unknown>>;
  const config = isObject(topology.model_config) ? topology.model_config : topology;
  const text = String(topology.keras_version ?? config.keras_version ?? '');
  // What tfjs itself saves names tfjs-layers in place of Keras.
  const keras: KerasVersion = text.startsWith('tfjs') ? { major: 2, text } : versionOf(/^\d/.test(text) ? text : undefined, config);
  const description = readConfig(config, keras, name);
  const { signal, onProgress, customLayers = {}, weights: missing = 'strict' } = options;
  return createKerasModel(
    {
      file: name,
      format: 'tfjs-layers',
      producer: String(artifacts.generatedBy ?? (text || 'TensorFlow.js')),
      keras,
      description,
      weights: weightRefs(name, artifacts),
      runtime,
    },
    {
      customLayers,
      missing,
      signal,
      onRead: onProgress && ((loaded, total) => onProgress({ phase: 'weights', loaded, total })),
    },
  );
}

/** Each weight is decoded (and dequantized) by tfjs when it is read, one at a time. */
function weightRefs(name: string, { weightSpecs = [], weightData }: io.ModelArtifacts): WeightRef[] {
  check(weightData !== undefined || weightSpecs.length === 0, 'corrupt', () => `${name} lists weights and has none.`);
  const data = weightData === undefined ? new ArrayBuffer(0) : io.CompositeArrayBuffer.join(weightData);
  let offset = 0;
  return weightSpecs.map((spec): WeightRef => {
    const bytes = byteLength(spec);
    const from = offset;
    offset += bytes;
    check(
      offset <= data.byteLength,
      'corrupt',
      () => `${name}: its weights end within '${spec.name}'. A weights file may be missing or cut short.`,
    );
    return {
      name: spec.name,
      shape: spec.shape,
      read: async () => {
        let decoded: NamedTensorMap;
        try {
          decoded = io.decodeWeights(data.slice(from, from + bytes), [spec]);
        } catch (cause) {
          throw new ActivationLensError('corrupt', `${name}: weight '${spec.name}' could not be decoded.`, { cause });
        }
        const tensor = decoded[spec.name]!;
        try {
          return Float32Array.from(await tensor.data());
        } finally {
          tensor.dispose();
        }
      },
    };
  });
}

function byteLength({ shape, dtype, quantization }: io.WeightsManifestEntry): number {
  const stored = quantization ? quantization.dtype : dtype;
  const size = { float32: 4, int32: 4, complex64: 8, uint16: 2, float16: 2, uint8: 1, bool: 1 }[stored as string] ?? 4;
  return size * shape.reduce((product, n) => product * n, 1);
}
