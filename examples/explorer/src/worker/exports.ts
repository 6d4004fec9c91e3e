import {
  type Activation,
  type ChannelMap,
  colorize,
  encodePNG,
  featureGrid,
  mapFigure,
  montage,
  sharedLimits,
  sliceChannels,
  svgRenderer,
} from 'activation-lens';
import { activationToNpy, encodeNpy } from 'activation-lens/npy';
import { colormapOf } from '../colormaps';
import { createNorm } from '../norms';
import type { ExportRequest } from '../protocol';
import { measure } from './measure';

/** A file of one channel or of a whole layer, coloured as on the page. */
export async function exportLayer(activation: Activation, request: ExportRequest): Promise<Blob> {
  const { format } = request;
  if (format === 'npy') {
    const bytes = request.channel === null ? await activationToNpy(activation) : await channelToNpy(activation, request.channel);
    return blob(bytes, 'application/octet-stream');
  }
  const colormap = colormapOf(request.colormap, request.reversed);
  const maps = await mapsOf(activation);
  const own = createNorm(request.norm);
  const norm = request.shared ? sharedLimits(maps, own) : own;
  if (request.channel !== null) {
    const map = maps[request.channel]!;
    if (format === 'png') return blob(await encodePNG(colorize(map, { colormap, norm })), 'image/png');
    const title = `${activation.layer.path}, channel ${request.channel}`;
    return blob(await svgRenderer.render(mapFigure(map, { colormap, norm, title, colorbar: true, ticks: 'bottom' })), 'image/svg+xml');
  }
  const ordered = request.order.map((channel) => maps[channel]!);
  const columns = Math.max(1, Math.ceil(Math.sqrt(ordered.length)));
  if (format === 'png') return blob(await encodePNG(montage(ordered, { columns, gap: 1, colormap, norm })), 'image/png');
  const grid = featureGrid(ordered, { columns, colormap, norm, titles: true, title: activation.layer.path, ticks: 'none' });
  return blob(await svgRenderer.render(grid), 'image/svg+xml');
}

async function mapsOf(activation: Activation): Promise<ChannelMap[]> {
  if (activation.shape.length === 4) return sliceChannels(activation);
  const { maps, width, height } = await measure(activation);
  return maps.map((data, channel) => ({ width, height, data, channel, layer: activation.layer }));
}

async function channelToNpy(activation: Activation, channel: number): Promise<Uint8Array> {
  if (activation.shape.length !== 4) return activationToNpy(activation);
  const [map] = await sliceChannels(activation, [channel]);
  return encodeNpy({ data: map!.data, shape: [map!.height, map!.width] });
}

const blob = (content: Uint8Array | string, type: string): Blob => new Blob([content as BlobPart], { type });
