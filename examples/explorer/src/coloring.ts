import { type Colormap, colorize, type Norm, sharedLimits } from 'activation-lens';
import { colormapOf } from './colormaps';
import { createNorm, type NormSettings } from './norms';
import type { Coloring, LayerView, SheetView } from './protocol';
import type { View } from './state';

/** How the maps of a layer are coloured, as the view asks. */
export interface LayerColoring {
  readonly colormap: Colormap;
  readonly norm: Norm;
  /** The channels as the GPU has coloured them. */
  readonly sheet?: SheetView | null;
  /** Why nothing can be coloured this way. */
  readonly failure?: string;
}

function normSettings({ norm }: View, { statistics }: LayerView): NormSettings {
  const sizes = statistics.flatMap(({ min, max }) => [Math.abs(min), Math.abs(max)]).filter(Number.isFinite);
  return { name: norm, reach: sizes.reduce((most, size) => Math.max(most, size), 0) };
}

/** The view's colours as plain data. */
export function coloringSettings(view: View, layer: LayerView): Coloring {
  const { colormap, reversed, shared } = view;
  return { colormap, reversed, shared, norm: normSettings(view, layer) };
}

export function layerColoring(view: View, layer: LayerView): LayerColoring {
  const colormap = colormapOf(view.colormap, view.reversed);
  const norm = createNorm(normSettings(view, layer));
  if (!view.shared || layer.maps.length === 0) return { colormap, norm };
  try {
    return {
      colormap,
      norm: sharedLimits(
        layer.maps.map((data) => ({ data })),
        norm,
      ),
    };
  } catch (error) {
    return { colormap, norm, failure: sentence(error) };
  }
}

/** Draws one map into a canvas of its size. Returns why that is not possible, or nothing. */
export function paint(
  canvas: HTMLCanvasElement,
  layer: LayerView,
  channel: number,
  { colormap, norm, failure, sheet }: LayerColoring,
): string | undefined {
  const { width, height } = layer;
  if (canvas.width !== width || canvas.height !== height) {
    canvas.width = width;
    canvas.height = height;
  }
  // Without a GPU's copy of each canvas a thousand of them scroll well; bitmaps from the GPU are drawn there.
  const context = canvas.getContext('2d', { willReadFrequently: !sheet });
  const data = layer.maps[channel];
  if (!context || !data) return 'There is no such map.';
  if (failure !== undefined) return failure;
  if (sheet) {
    const [left, top] = [(channel % sheet.columns) * width, Math.floor(channel / sheet.columns) * height];
    context.clearRect(0, 0, width, height);
    context.drawImage(sheet.image, left, top, width, height, 0, 0, width, height);
    return undefined;
  }
  const pixels = new ImageData(width, height);
  try {
    colorize({ width, height, data }, { colormap, norm, out: pixels });
  } catch (error) {
    context.clearRect(0, 0, width, height);
    return sentence(error);
  }
  context.putImageData(pixels, 0, 0);
  return undefined;
}

const sentence = (error: unknown): string => (error instanceof Error ? error.message : String(error));
