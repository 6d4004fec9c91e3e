import '@tensorflow/tfjs-backend-webgpu';
import '@tensorflow/tfjs-backend-cpu';
import { createExtractor, imageToTensor, loadImage, loadModel, montage, sliceChannels } from 'activation-lens';

const [modelInput, imageInput, status, canvas] = ['model', 'image', 'status', 'canvas'].map((id) => document.getElementById(id));
for (const input of [modelInput, imageInput]) input.addEventListener('change', () => run().catch((error) => say(error.message)));
const say = (text) => {
  status.textContent = text;
};

async function run() {
  const [file, photo] = [modelInput.files[0], imageInput.files[0]];
  if (!file || !photo) return;
  const model = await loadModel(file, { onProgress: ({ loaded, total }) => say(`${loaded} of ${total} bytes`) });
  const [, height, width] = model.inputs[0].shape;
  const input = imageToTensor(await loadImage(photo, { size: [height, width] }), { scale: 1 / 255 });
  const activations = await createExtractor(model).run(input);
  const first = activations.get(0);
  const picture = montage(await sliceChannels(first), { columns: 8 });
  canvas.width = picture.width;
  canvas.height = picture.height;
  canvas.getContext('2d').putImageData(new ImageData(picture.data, picture.width, picture.height), 0, 0);
  say(`${first.layer.path}: ${first.shape.join(' x ')}, computed with ${model.runtime.backend}`);
  for (const used of [input, activations, model]) used.dispose();
}
