import { featureGrid, figure, imageAxes, layerGrid, mapFigure, montage, sliceChannel, sliceChannels } from 'activation-lens';

/**
 * The lesson's four figures of a network's first eight layers. `maps` says for each axes which channel of which layer it shows; `dpi` is
 * chosen for sheets on which nine renderers fit beside each other.
 */
export async function lessonFigures(activations) {
  const [first] = activations;
  const channels = await sliceChannels(first);
  const across = await Promise.all([...activations].map((activation) => sliceChannel(activation, 29)));
  const placeOf = ({ layer, channel }) => ({ layer: layer.name, channel });
  return {
    'channel-3': { figure: mapFigure(channels[3], { dpi: 60 }), maps: [placeOf(channels[3])] },
    'channel-30': { figure: mapFigure(channels[30], { dpi: 60 }), maps: [placeOf(channels[30])] },
    grid: { figure: featureGrid(channels, { dpi: 36 }), maps: channels.map(placeOf) },
    layers: { figure: layerGrid(across, { dpi: 50 }), maps: across.map(placeOf) },
  };
}

/** Every channel of every layer on one sheet, 32 a row, about 40 pixels each. */
export async function everyChannel(activations) {
  const [columns, cell, side, head] = [32, 40, 10, 34];
  const layers = await Promise.all([...activations].map(async (activation) => ({ activation, maps: await sliceChannels(activation) })));
  const heights = layers.map(({ maps }) => Math.ceil(maps.length / columns) * cell);
  const width = columns * cell + 2 * side;
  const height = heights.reduce((sum, one) => sum + one + head, side);
  let top = 0;
  const axes = layers.map(({ activation, maps }, i) => {
    const [one] = maps;
    // Larger than it will be drawn, so that gaps are of one width in all layers.
    const scale = Math.max(1, Math.round(148 / one.width));
    const image = montage(maps, { columns, scale, gap: Math.round((one.width * scale) / 20) });
    top += head;
    const position = [side / width, 1 - (top + heights[i]) / height, (columns * cell) / width, heights[i] / height];
    top += heights[i];
    const title = `${activation.layer.name}: ${maps.length} channels, ${one.height} x ${one.width}`;
    return imageAxes({ image, title, ticks: 'none', frame: false, position, aspect: 'auto', interpolation: 'smooth' });
  });
  const count = layers.reduce((sum, { maps }) => sum + maps.length, 0);
  const description = `All ${count} channels of ${layers.length} layers`;
  return figure({ figsize: [width / 100, height / 100], titleSize: 10, description, axes });
}
