import * as tf from '@tensorflow/tfjs-core';
import * as layers from '@tensorflow/tfjs-layers';
import '@tensorflow/tfjs-backend-cpu';

/** A file as `setInputFiles` takes it. */
export interface GivenFile {
  readonly name: string;
  readonly mimeType: string;
  readonly buffer: Buffer;
}

/** The two files of a tfjs LayersModel. */
export async function filesOf(model: layers.LayersModel): Promise<GivenFile[]> {
  const files: GivenFile[] = [];
  await model.save(
    tf.io.withSaveHandler(async (artifacts) => {
      const { weightData, weightSpecs, ...rest } = artifacts;
      const json = { ...rest, weightsManifest: [{ paths: ['group1-shard1of1.bin'], weights: weightSpecs }] };
      const bytes = tf.io.CompositeArrayBuffer.join(weightData as ArrayBuffer);
      files.push({ name: 'model.json', mimeType: 'application/json', buffer: Buffer.from(JSON.stringify(json)) });
      files.push({ name: 'group1-shard1of1.bin', mimeType: 'application/octet-stream', buffer: Buffer.from(bytes) });
      return { modelArtifactsInfo: { dateSaved: new Date(0), modelTopologyType: 'JSON' } };
    }),
  );
  model.dispose();
  return files;
}

/** A small network for 12 x 12 pictures, made with a seed. */
export function small(): layers.LayersModel {
  return layers.sequential({
    layers: [
      layers.layers.conv2d({ name: 'first', inputShape: [12, 12, 3], filters: 5, kernelSize: 3, kernelInitializer: seeded(1) }),
      layers.layers.globalAveragePooling2d({ name: 'pool' }),
      layers.layers.dense({ name: 'classes', units: 4, activation: 'softmax', kernelInitializer: seeded(2) }),
    ],
  });
}

/** A network that takes seven numbers: no picture. */
export function vector(): layers.LayersModel {
  return layers.sequential({ layers: [layers.layers.dense({ name: 'dense', inputShape: [7], units: 2, kernelInitializer: seeded(1) })] });
}

/** A network of 400 layers; one in the middle is wide. */
export function deep(): layers.LayersModel {
  const model = layers.sequential();
  for (let i = 0; i < 400; i++) {
    const filters = i === 200 ? 1024 : 4;
    model.add(
      layers.layers.conv2d({
        name: `block${Math.floor(i / 10)}_conv${i % 10}`,
        filters,
        kernelSize: 1,
        kernelInitializer: seeded(i),
        ...(i === 0 ? { inputShape: [32, 32, 3] } : {}),
      }),
    );
  }
  return model;
}

const seeded = (seed: number) => layers.initializers.glorotUniform({ seed });
