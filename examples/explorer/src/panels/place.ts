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

/** Layer, channel, position and value in words. `value`: another than the layer has there; null where it is still to come. */
export function describePlace(layer: LayerView, place: Place, value: number | null = valueAt(layer, place)): string {
  const { channel, x, y } = place;
  const number = value === null ? '…' : float32(value);
  if (layer.kind === 'units') {
    const unit = y * layer.width + x;
    return unit < (layer.shape[1] ?? 0) ? `${layer.path} · unit ${unit} · ${number}` : `${layer.path} · no unit here`;
  }
  if (layer.kind === 'sequence') return `${layer.path} · channel ${x} · step ${y} · ${number}`;
  return `${layer.path} · channel ${channel} · x ${x}, y ${y} · ${number}`;
}

const valueAt = ({ maps, width }: LayerView, { channel, x, y }: Place): number => maps[channel]?.[y * width + x] ?? Number.NaN;
