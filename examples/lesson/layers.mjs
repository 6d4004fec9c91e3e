import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { colorize, describeChannels, encodePNG, montage, sliceChannels, viridis } from 'activation-lens';

/** What one page may hold: three times the lesson. */
const MOST_PIXELS = 6e6;
const MOST_MAPS = 4096;

/** How many maps of a layer are drawn one by one, so that a page of a large network still opens. Infinity when all fit. */
export function mapsPerLayer(activations) {
  const sizes = [...activations].map(({ shape }) => ({ pixels: shape[1] * shape[2], channels: shape[3] }));
  const fits = (most) => {
    const counts = sizes.map(({ channels }) => Math.min(most, channels));
    const pixels = counts.reduce((sum, count, i) => sum + count * sizes[i].pixels, 0);
    return pixels <= MOST_PIXELS && counts.reduce((a, b) => a + b) <= MOST_MAPS;
  };
  if (fits(Number.POSITIVE_INFINITY)) return Number.POSITIVE_INFINITY;
  let most = Math.max(...sizes.map(({ channels }) => channels));
  while (most > 1 && !fits(most)) most--;
  return most;
}

/** Colours a layer's channels; writes all of them as one picture, and `most` of them as pictures of their own. */
export async function drawLayer(activation, index, out, most) {
  const { layer } = activation;
  const name = layer.path;
  const fileName = `${String(index + 1).padStart(2, '0')}-${name.replace(/[^\w.-]+/g, '_')}`;
  const folder = path.join(out, 'maps', fileName);
  const [maps, statistics] = await Promise.all([
    sliceChannels(activation),
    describeChannels(activation),
    mkdir(folder, { recursive: true }),
  ]);
  const images = maps.map((map) => colorize(map, { colormap: viridis }));
  const [sheet, ...files] = await Promise.all([
    encodePNG(montage(images), { filter: 'none' }),
    ...images.slice(0, most).map((image) => encodePNG(image, { filter: 'none' })),
  ]);
  await Promise.all([
    writeFile(path.join(out, 'layers', `${fileName}.png`), sheet),
    ...files.map((png, channel) => writeFile(path.join(folder, `${String(channel).padStart(3, '0')}.png`), png)),
  ]);
  return {
    name,
    className: layer.className,
    width: maps[0].width,
    height: maps[0].height,
    channels: maps.length,
    dead: statistics.filter(({ dead }) => dead).map(({ channel }) => channel),
    maps: files.map((png, channel) => ({ ...statistics[channel], src: `data:image/png;base64,${Buffer.from(png).toString('base64')}` })),
  };
}
