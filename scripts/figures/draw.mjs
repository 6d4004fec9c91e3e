/**
 * The figures of docs/figures.md, our side: draws the lesson's four figures with every renderer, and writes the activations for
 * compare.py, which lets matplotlib draw the same and puts all beside each other.
 *
 *     npm run build && node scripts/figures/draw.mjs out/figures
 *     pip install matplotlib==3.11.2 pillow==13.0.0 && python scripts/figures/compare.py out/figures
 *
 * With a model and a picture of yours: draw.mjs FOLDER MODEL PICTURE, compare.py FOLDER FOLDER.
 */
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import {
  canvasRenderer,
  createExtractor,
  imageToTensor,
  loadImage,
  loadModel,
  pngRenderer,
  sliceChannels,
  svgRenderer,
  terminalRenderer,
} from 'activation-lens';
import { activationsToNpz } from 'activation-lens/npy';
import { drawInBrowser } from './browser.mjs';
import { everyColorbar } from './colorbars.mjs';
import { everyChannel, lessonFigures } from './lesson.mjs';

const demo = (name) => new URL(`../../examples/lesson/${name}`, import.meta.url);
const [out = 'out/figures', modelFile = demo('faces.h5'), picture = demo('astronaut.jpg')] = process.argv.slice(2);
await mkdir(out, { recursive: true });
const write = (name, content) => writeFile(path.join(out, name), content);

const model = await loadModel(modelFile);
const input = imageToTensor(await loadImage(picture, { size: [150, 150] }), { scale: 1 / 255 });
const activations = await createExtractor(model, { layers: model.layers.slice(0, 8) }).run(input);
const file = await activationsToNpz(activations, { compress: true });
await write('activations.npz', file);

/** A character of the terminals on the sheets is 6 x 12 pixels. */
const cell = 6;
const figures = await lessonFigures(activations);
for (const [name, { figure }] of Object.entries(figures)) {
  await write(`${name}.png.png`, await pngRenderer.render(figure));
  await write(`${name}.svg`, await svgRenderer.render(figure));
  await write(`${name}.canvas.png`, await (await canvasRenderer.render(figure)).encode('png'));
  const columns = Math.floor((figure.figsize[0] * figure.dpi) / cell);
  for (const graphics of ['blocks', 'kitty', 'sixel']) {
    await write(`${name}.${graphics}.txt`, await terminalRenderer({ columns, graphics, cellWidth: cell }).render(figure));
  }
}
await drawInBrowser(figures, file, write);
await write('every-channel.png', await pngRenderer.render(await everyChannel(activations)));
const [one, , , other] = await sliceChannels(activations.get(0));
await write('colorbars.png', await pngRenderer.render(everyColorbar(one, other)));
console.log(`${Object.keys(figures).length} figures by 8 renderers and activations.npz are in ${out}`);
