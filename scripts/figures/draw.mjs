/**
 * The figures of docs/figures.md, our side: draws the lesson's four figures of the demo's network with every renderer, and writes the
 * activations for compare.py, which lets matplotlib draw the same.
 *
 *     npm run build && node scripts/figures/draw.mjs out/figures
 *     pip install matplotlib==3.11.2 pillow==13.0.0 && python scripts/figures/compare.py out/figures
 */
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import {
  canvasRenderer,
  centeredNorm,
  coolwarm,
  createExtractor,
  featureGrid,
  figure,
  imageAxes,
  imageToTensor,
  layerGrid,
  loadImage,
  loadModel,
  logNorm,
  mapFigure,
  pngRenderer,
  sliceChannel,
  sliceChannels,
  svgRenderer,
  terminalRenderer,
} from 'activation-lens';
import { activationsToNpz } from 'activation-lens/npy';

const out = process.argv[2] ?? 'out/figures';
await mkdir(out, { recursive: true });
const write = (name, content) => writeFile(path.join(out, name), content);
const lesson = (name) => new URL(`../../examples/lesson/${name}`, import.meta.url);

const model = await loadModel(lesson('faces.h5'));
const input = imageToTensor(await loadImage(lesson('astronaut.jpg'), { size: [150, 150] }), { scale: 1 / 255 });
const activations = await createExtractor(model, { layers: model.layers.slice(0, 8) }).run(input);
await write('activations.npz', await activationsToNpz(activations, { compress: true }));

const channels = await sliceChannels(activations.get(0));
const across = await Promise.all([...activations].map((activation) => sliceChannel(activation, 29)));
const figures = {
  'channel-3': mapFigure(channels[3]),
  'channel-30': mapFigure(channels[30]),
  grid: featureGrid(channels),
  layers: layerGrid(across),
};
for (const [name, one] of Object.entries(figures)) {
  await write(`${name}.png`, await pngRenderer({ dpi: 60 }).render(one));
  await write(`${name}.svg`, await svgRenderer({ dpi: 60 }).render(one));
  const canvas = await canvasRenderer({ dpi: 60 }).render(one);
  await write(`${name}-canvas.png`, await canvas.encode('png'));
}
await write('layers.txt', await terminalRenderer({ columns: 110 }).render(figures.layers));

// Colorbars: a linear scale, powers of ten, a map with values on both sides of 0.
const [map] = channels;
const difference = { ...map, data: map.data.map((value, i) => value - channels[3].data[i]) };
const positive = { ...map, data: map.data.map((value) => value + 1e-3) };
const bars = figure({
  columns: 3,
  figsize: [12, 4],
  layout: 'tight',
  axes: [
    imageAxes({ map, title: 'normalize()', ticks: 'bottom', colorbar: { extent: 'image', label: 'activation' } }),
    imageAxes({ map: positive, title: 'logNorm()', norm: logNorm(), ticks: 'bottom', colorbar: { extent: 'image' } }),
    imageAxes({
      map: difference,
      title: 'centeredNorm()',
      norm: centeredNorm(),
      colormap: coolwarm,
      ticks: 'bottom',
      colorbar: { extent: 'image' },
    }),
  ],
});
await write('colorbars.png', await pngRenderer({ dpi: 75 }).render(bars));
console.log(`${Object.keys(figures).length} figures and activations.npz are in ${out}`);
