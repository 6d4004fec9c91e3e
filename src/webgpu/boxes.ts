import { palette } from '../colormap/palette';
import type { Colormap, Norm, RGBA } from '../colormap/types';
import {
  type ActivationLike,
  activationLayout,
  activeBackend,
  checkDevice,
  recordAndSubmit,
  type TensorBackend,
  tensorBuffer,
} from './device';
import { readMaps } from './maps';
import { edgesFor, planNorm } from './norm';
import { chooseChannels, wordOf } from './options';
import { recordOverlay } from './overlay';
import { Picture, type PictureOptions } from './picture';
import { Presenter, type Scaling } from './present';
import { configureCanvas } from './target';

/** One channel, and the rectangle of target pixels that its map fills. */
export interface BoxedMap {
  readonly activation: ActivationLike;
  readonly channel: number;
  readonly batch: number;
  readonly colormap: Colormap;
  readonly norm: Norm;
  readonly scaling: Scaling;
  /** Whole pixels. */
  readonly box: Rectangle;
  /** Where the map lies exactly; its edges are up to half a pixel away from the box's. */
  readonly frame: Rectangle;
}

interface Rectangle {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** Whether activations can be drawn without leaving the GPU. */
export function isOnGPU(): boolean {
  return activeBackend().backend !== undefined;
}

/** One channel as a map on the CPU. */
export async function readMap({ activation, channel, batch }: Pick<BoxedMap, 'activation' | 'channel' | 'batch'>) {
  const layout = activationLayout(activation, batch);
  const [map] = await readMaps(activation, layout, chooseChannels([channel], layout, activation), batch);
  return map!;
}

/**
 * Draws maps into rectangles of a canvas of a page, on paper of one colour, and over them what another canvas of the same size shows. tfjs
 * must compute on WebGPU.
 */
export async function drawBoxes(
  canvas: HTMLCanvasElement | OffscreenCanvas,
  maps: readonly BoxedMap[],
  paper: RGBA,
  over: OffscreenCanvas | HTMLCanvasElement,
): Promise<void> {
  const backend = activeBackend().backend!;
  const { device } = backend;
  checkDevice(device);
  const format = navigator.gpu.getPreferredCanvasFormat();
  const context = configureCanvas(canvas, device, format);
  const { width, height } = canvas;
  const scales = await Promise.all(maps.map(scaleFor));
  const made: { dispose(): void }[] = [];
  const records = maps.map((map, i) => prepare(backend, map, scales[i]!, format, { width, height }, paper, i === 0, made));
  recordAndSubmit(backend, (encoder) => {
    const target = context.getCurrentTexture();
    if (records.length === 0) {
      const [r, g, b, a] = paper.map((byte) => byte / 255) as [number, number, number, number];
      const clearValue = { r: r * a, g: g * a, b: b * a, a };
      encoder.beginRenderPass({ colorAttachments: [{ view: target.createView(), clearValue, loadOp: 'clear', storeOp: 'store' }] }).end();
    }
    for (const record of records) record(encoder, target.createView());
    const texture = recordOverlay(device, encoder, over, target);
    made.push({ dispose: () => texture.destroy() });
  });
  for (const one of made) one.dispose();
}

/** Limits that only the values as a whole tell are taken from them here. */
async function scaleFor(map: BoxedMap): Promise<PictureOptions['scale']> {
  const { rows } = map.colormap;
  const plan = planNorm(map.norm, rows);
  if (plan.kind === 'measure') return edgesFor(map.norm, [map.norm.limits((await readMap(map)).data)], rows, 'all');
  return plan.kind === 'linear' ? { ...plan, share: 'none' } : { ...plan, share: 'all' };
}

function prepare(
  backend: TensorBackend,
  { activation, channel, batch, colormap, scaling, box, frame }: BoxedMap,
  scale: PictureOptions['scale'],
  format: GPUTextureFormat,
  size: { width: number; height: number },
  paper: RGBA,
  first: boolean,
  made: { dispose(): void }[],
): (encoder: GPUCommandEncoder, view: GPUTextureView) => void {
  const { device } = backend;
  const layout = activationLayout(activation, batch);
  const channels = chooseChannels([channel], layout, activation);
  const { width, height } = layout;
  const picture = new Picture(device, {
    layers: [{ layout, batch, channels, stride: width, origin: () => 0 }],
    montages: [width * height],
    scale,
    palette: new Uint32Array(palette(colormap).slice().buffer),
    background: wordOf(paper),
  });
  const panel = { ...box, cellWidth: box.width, cellHeight: box.height, columns: 1, gap: 0 };
  const presenter = new Presenter(device, format, {
    layout: { ...size, panels: [panel] },
    sets: [{ width, height, count: 1 }],
    maps: picture.montages,
    scaling: scaling === 'nearest' ? 'framed' : scaling,
    frame: [frame.x - box.x, frame.y - box.y, frame.width, frame.height],
    background: paper,
    keep: !first,
    // A value that is no number has no colour: the paper shows, as on any canvas.
    blend: true,
  });
  made.push(picture, presenter);
  const buffer = tensorBuffer(backend, activation);
  return (encoder, view) => {
    picture.record(encoder, [buffer]);
    presenter.record(encoder, view);
  };
}
