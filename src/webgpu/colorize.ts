import { cell } from './arrangement';
import { COLOR_THREADS, colorizeShader, MOST_TURNS } from './colorize.wgsl';
import { ActivationPass, type BufferBag } from './pass';
import type { PictureLayer } from './picture';
import { computePipeline } from './pipelines';
import { searchShader } from './search.wgsl';
import { SETTLE_THREADS, settleShader } from './settle.wgsl';
import { rowThresholds } from './thresholds';

/** Turns that a thread should take at least, where there are enough pixels: each begins by finding out about its channel. */
const TURNS = 32;
/** Workgroups that settle a layer's doubts, however many these are. */
const SETTLERS = { cooperative: 64, alone: 4 };

/** What the passes read and write besides the activations. */
export interface ColorizeInput {
  readonly layers: readonly PictureLayer[];
  /** Of the colormap. */
  readonly rows: number;
  readonly palette: GPUBuffer;
  /** By layer. */
  readonly montages: readonly GPUBuffer[];
  /** The scales of `normalize`, or tables of any norm: edges, then NaN's place. `tableOf`: which one a drawn channel has. */
  readonly by: { tableOf(layer: number, position: number): number } & (
    | { readonly scales: GPUBuffer }
    | { readonly tables: GPUBuffer; readonly single: boolean }
  );
}

/** The passes of each layer, and the buffers whose first word must be 0 before them. */
export interface ColorizePasses {
  readonly passes: readonly (readonly ActivationPass[])[];
  readonly counters: readonly GPUBuffer[];
}

/** Prepares the colouring of these activations. `most`: workgroups that a row of a dispatch may have. */
export function colorizePasses(
  device: GPUDevice,
  bag: BufferBag,
  input: ColorizeInput,
  cooperative: boolean,
  most: number,
): ColorizePasses {
  const { layers, rows, palette, montages, by } = input;
  const counters: GPUBuffer[] = [];
  const thresholds = 'scales' in by ? bag.storage('thresholds', rowThresholds(rows)) : undefined;
  const passes = layers.map((layer, i) => {
    const { layout, channels } = layer;
    const pixels = layout.height * layout.width;
    let lanes = 8;
    while (lanes > 1 && lanes / 2 >= channels.length) lanes /= 2;
    const panel = panelOf(layer, COLOR_THREADS / lanes);
    const slots = bag.storage(
      'slots',
      slotsOf(layer, (position) => by.tableOf(i, position)),
    );
    const grid = [Math.min(most, Math.ceil(pixels / panel[5]!)), Math.ceil(channels.length / lanes)] as const;
    const rest = [palette, bag.uniform('panel', panel), montages[i]!];
    if ('tables' in by) {
      const local = cooperative && by.single && (rows + 3) * 4 <= device.limits.maxComputeWorkgroupStorageSize;
      const search = computePipeline(device, `activation-lens search ${rows} rows ${lanes} lanes${local ? '' : ' alone'}`, () =>
        searchShader({ rows, lanes, local }),
      );
      return [new ActivationPass(device, search, [slots, by.tables, ...rest], grid)];
    }
    const threads = Math.ceil(pixels / panel[5]!) * (COLOR_THREADS / lanes) * channels.length;
    const doubts = bag.empty('doubts', 8 + threads * 8, GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_DST);
    counters.push(doubts);
    const colorize = computePipeline(device, `activation-lens colorize ${rows} rows ${lanes} lanes`, () => colorizeShader({ rows, lanes }));
    const settle = computePipeline(device, `activation-lens settle ${rows} rows ${lanes} lanes`, () => settleShader({ rows, lanes }));
    const settlers = Math.min(SETTLERS[cooperative ? 'cooperative' : 'alone'], most, Math.ceil(threads / SETTLE_THREADS));
    return [
      new ActivationPass(device, colorize, [slots, by.scales, ...rest, doubts], grid),
      new ActivationPass(device, settle, [slots, by.scales, ...rest, doubts, thresholds!], [settlers, 1]),
    ];
  });
  return { passes, counters };
}

/** The kernels' `Panel`. `step`: pixels from one of a thread's to its next. */
function panelOf({ layout, batch, channels, arrangement }: PictureLayer, step: number): Uint32Array {
  const { height, width, strides } = layout;
  const turns = Math.min(MOST_TURNS, TURNS, Math.ceil((height * width) / step));
  const stride = arrangement.totalWidth;
  const lies = [height * width, batch * strides.batch, strides.column, strides.channel, width, turns * step];
  return Uint32Array.from([...lies, step % width, Math.floor(step / width) * stride + (step % width), stride, channels.length, 0, 0]);
}

/** The kernels' `Slot`s. */
function slotsOf({ channels, arrangement }: PictureLayer, tableOf: (position: number) => number): Uint32Array {
  const words = new Uint32Array(channels.length * 4);
  channels.forEach((channel, position) => {
    const { x, y } = cell(arrangement, position);
    words.set([channel, tableOf(position), y * arrangement.totalWidth + x, 0], position * 4);
  });
  return words;
}
