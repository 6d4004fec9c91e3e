import { coloringSettings } from './coloring';
import type { Engine } from './engine';
import type { ExportRequest, LayerView } from './protocol';
import type { View } from './state';

/** Saves one channel, or a whole layer as it is shown. */
export async function download(
  engine: Engine,
  view: View,
  layer: LayerView,
  what: Pick<ExportRequest, 'channel' | 'order' | 'format'>,
): Promise<void> {
  const request: ExportRequest = { path: layer.path, ...coloringSettings(view, layer), ...what };
  const file = await engine.call('export', request);
  const address = URL.createObjectURL(file);
  const link = document.createElement('a');
  link.href = address;
  const name = layer.path.replaceAll(/[^\w.-]+/g, '_');
  link.download = `${name}${what.channel === null || layer.kind !== 'maps' ? '' : `-${what.channel}`}.${what.format}`;
  link.click();
  setTimeout(() => URL.revokeObjectURL(address), 10_000);
}
