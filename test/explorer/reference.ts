import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { setBackend } from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-wasm';
import { createExtractor, type FeatureMap, imageToTensor, loadImage, loadModel, sliceChannels } from '../../src';

const lesson = (name: string): Uint8Array => readFileSync(fileURLToPath(new URL(`../../examples/lesson/${name}`, import.meta.url)));

/** What the library gives in Node, on WebAssembly, for the explorer's first model and picture. */
export async function lessonMaps(...paths: string[]): Promise<Map<string, FeatureMap[]>> {
  await setBackend('wasm');
  const model = await loadModel(lesson('faces.h5'));
  const image = await loadImage(lesson('astronaut.jpg'), { size: [150, 150] });
  const input = imageToTensor(image, { scale: 1 / 255 });
  const activations = await createExtractor(model, { layers: paths }).run(input);
  const maps = new Map<string, FeatureMap[]>();
  for (const activation of activations) maps.set(activation.layer.path, await sliceChannels(activation));
  input.dispose();
  activations.dispose();
  model.dispose();
  return maps;
}
