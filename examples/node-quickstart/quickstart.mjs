import { writeFile } from 'node:fs/promises';
import {
  colorize,
  createExtractor,
  encodePNG,
  imageToTensor,
  loadImage,
  loadModel,
  sliceChannel,
  summarize,
  viridis,
} from 'activation-lens';

const [file = 'channel-3.png'] = process.argv.slice(2);
const lesson = (name) => new URL(`../lesson/${name}`, import.meta.url);

const model = await loadModel(lesson('faces.h5'));
console.log(summarize(model));
const image = await loadImage(lesson('astronaut.jpg'), { size: [150, 150] });
const input = imageToTensor(image, { scale: 1 / 255 });
const extractor = createExtractor(model, { layers: model.layers.slice(0, 8) });
const activations = await extractor.run(input);
const map = await sliceChannel(activations.get(0), 3);
await writeFile(file, await encodePNG(colorize(map, { colormap: viridis })));
console.log(`${activations.size} activations; ${map.layer.name}, channel ${map.channel}, ${map.width} x ${map.height}, is in ${file}`);
