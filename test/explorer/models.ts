import * as tf from '@tensorflow/tfjs-core';
import * as layers from '@tensorflow/tfjs-layers';
import '@tensorflow/tfjs-backend-cpu';

/** A file as `setInputFiles` takes it. */
export interface GivenFile {
  readonly name: string;
  readonly mimeType: string;
  readonly buffer: Buffer;
}

/** The files of a tfjs LayersModel, its weights in as many files as asked for. */
export async function filesOf(model: layers.LayersModel, shards = 1): Promise<GivenFile[]> {
  const files: GivenFile[] = [];
  await model.save(
    tf.io.withSaveHandler(async (artifacts) => {
      const { weightData, weightSpecs, ...rest } = artifacts;
      const paths = Array.from({ length: shards }, (_, i) => `group1-shard${i + 1}of${shards}.bin`);
      const json = { ...rest, weightsManifest: [{ paths, weights: weightSpecs }] };
      const bytes = tf.io.CompositeArrayBuffer.join(weightData as ArrayBuffer);
      files.push({ name: 'model.json', mimeType: 'application/json', buffer: Buffer.from(JSON.stringify(json)) });
      const size = Math.ceil(bytes.byteLength / shards);
      for (const [i, name] of paths.entries()) {
        files.push({ name, mimeType: 'application/octet-stream', buffer: Buffer.from(bytes.slice(i * size, (i + 1) * size)) });
      }
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
      layers.layers.maxPooling2d({ name: 'half', poolSize: 2 }),
      layers.layers.globalAveragePooling2d({ name: 'pool' }),
      layers.layers.dense({ name: 'classes', units: 4, activation: 'softmax', kernelInitializer: seeded(2) }),
    ],
  });
}

/** A network for pictures of other shapes, as [height, width, channels] or however else they lie. */
export function shaped(
  inputShape: number[],
  dataFormat: 'channelsFirst' | 'channelsLast' = 'channelsLast',
  dtype?: 'int32',
): layers.LayersModel {
  const input = layers.input({ shape: inputShape, ...(dtype ? { dtype } : {}), name: 'picture' });
  const conv = layers.layers.conv2d({ name: 'only', filters: 3, kernelSize: 3, dataFormat, kernelInitializer: seeded(5) });
  return layers.model({ inputs: input, outputs: conv.apply(input) as layers.SymbolicTensor });
}

/** A network of a picture and of seven numbers. */
export function mixed(): layers.LayersModel {
  const picture = layers.input({ shape: [12, 12, 3], name: 'picture' });
  const numbers = layers.input({ shape: [7], name: 'numbers' });
  const flat = layers.layers.flatten({ name: 'flat' }).apply(picture) as layers.SymbolicTensor;
  const both = layers.layers.concatenate({ name: 'both' }).apply([flat, numbers]) as layers.SymbolicTensor;
  return layers.model({ inputs: [picture, numbers], outputs: both });
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
