import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { featureGrid, layerGrid, mapFigure, pngRenderer, sliceChannel, sliceChannels, svgRenderer } from 'activation-lens';

/** As many layers as one figure shows at a size to look at. */
const MOST_LAYERS = 24;
const MOST_CHANNELS = 128;

/** The lesson's four figures: channel 3 and channel 30 of the first layer, all of its channels, one channel of each layer. */
export async function drawFigures(activations, out) {
  const [first] = activations;
  const all = await sliceChannels(first);
  const { name } = first.layer;
  const single = (wanted) => {
    const map = all[Math.min(wanted, all.length - 1)];
    return {
      file: `channel-${map.channel}.png`,
      figure: mapFigure(map, { title: `${name}, channel ${map.channel}` }),
      caption: `${name}, channel ${map.channel}`,
    };
  };
  const channels = all.slice(0, MOST_CHANNELS);
  const step = Math.max(1, activations.size / MOST_LAYERS);
  const chosen = [...activations].filter((_, i) => Math.floor(i / step) !== Math.floor((i - 1) / step));
  const across = await Promise.all(chosen.map((activation) => sliceChannel(activation, Math.min(29, activation.shape[3] - 1))));
  const figures = [
    ...new Map([single(3), single(30)].map((one) => [one.file, one])).values(),
    {
      file: 'all-channels.png',
      figure: featureGrid(channels),
      caption: `${channels.length === all.length ? 'All' : 'The first'} ${channels.length} channels of ${name}`,
      wide: true,
    },
    {
      file: 'across-layers.png',
      figure: layerGrid(across),
      caption: `Channel 29 of ${chosen.length === activations.size ? 'every layer' : `${chosen.length} of ${activations.size} layers`}, or the last where there are fewer`,
      wide: true,
    },
  ];
  return Promise.all(
    figures.map(async ({ file, figure, caption, wide = false }) => {
      await writeFile(path.join(out, file), await pngRenderer.render(figure));
      return { file, caption, wide, svg: await svgRenderer.render({ ...figure, background: 'none', foreground: 'currentColor' }) };
    }),
  );
}
