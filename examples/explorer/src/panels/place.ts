import { float32 } from '../numbers';
import type { LayerView } from '../protocol';

/** One value of a layer: which map, and where in it. */
export interface Place {
  readonly channel: number;
  readonly x: number;
  readonly y: number;
}

/** The value under a point of the screen; undefined outside the map. */
export function placeAt(canvas: HTMLCanvasElement, channel: number, clientX: number, clientY: number): Place | undefined {
  const box = canvas.getBoundingClientRect();
  const x = Math.floor(((clientX - box.left) / box.width) * canvas.width);
  const y = Math.floor(((clientY - box.top) / box.height) * canvas.height);
  return x >= 0 && y >= 0 && x < canvas.width && y < canvas.height ? { channel, x, y } : undefined;
}

/** Layer, channel, position and value in words. */
export function describePlace(layer: LayerView, { channel, x, y }: Place): string {
  const value = layer.maps[channel]?.[y * layer.width + x] ?? Number.NaN;
  if (layer.kind === 'units') {
    const unit = y * layer.width + x;
    return unit < (layer.shape[1] ?? 0) ? `${layer.path} · unit ${unit} · ${float32(value)}` : `${layer.path} · no unit here`;
  }
  if (layer.kind === 'sequence') return `${layer.path} · channel ${x} · step ${y} · ${float32(value)}`;
  return `${layer.path} · channel ${channel} · x ${x}, y ${y} · ${float32(value)}`;
}
