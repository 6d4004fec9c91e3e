import { writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { createExtractor, imageToTensor, layerGrid, loadImage, loadModel, sliceChannel } from 'activation-lens';
import { parseHTML } from 'linkedom';
import { createPlotRenderer } from './plot-renderer.mjs';

const lesson = (file) => fileURLToPath(new URL(`../lesson/${file}`, import.meta.url));
const out = process.argv[2] ?? 'plot.html';

const model = await loadModel(lesson('faces.h5'));
const input = imageToTensor(await loadImage(lesson('astronaut.jpg'), { size: [150, 150] }), { scale: 1 / 255 });
const activations = await createExtractor(model, { layers: model.layers.slice(0, 8) }).run(input);
const figure = layerGrid(await Promise.all([...activations].map((activation) => sliceChannel(activation, 3))), {
  title: 'Channel 3 of every layer, drawn by Observable Plot',
});

// Node has no document; linkedom's is all that Plot needs.
const { document } = parseHTML('<!doctype html><meta charset="utf-8"><title>Figure</title><link rel="icon" href="data:,"><body></body>');
document.body.append(await createPlotRenderer({ document }).render(figure));
await writeFile(out, document.toString());
console.log(`${activations.size} layers are in ${out}`);
