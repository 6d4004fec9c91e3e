import { COLOR_THREADS, colorizeShader, MOST_TURNS, stepOf } from './colorize.wgsl';
import { ActivationPass, type BufferBag } from './pass';
import type { PictureLayer } from './picture';
import { computePipeline } from './pipelines';
import { searchShader } from './search.wgsl';
import { SETTLE_THREADS, settleShader } from './settle.wgsl';
import { rowThresholds } from './thresholds';

/** Turns that a thread should take at least, where there are enough pixels: each begins by finding out about its channel. */
const TURNS = 32;
/** Runs of pixels that a thread should colour where it works for itself: finding out about its channel costs as much as several pixels. */
const RUNS_ALONE = 16;
/** Workgroups that settle a layer's doubts, however many these are. */
const SETTLERS = { cooperative: 64, alone: 4 };

/** What the passes read and write besides the activations. */
export interface ColorizeInput {
  readonly layers: readonly PictureLayer[];
  /** Of the colormap. */
  readonly rows: number;
  readonly palette: GPUBuffer;
  readonly montages: readonly GPUBuffer[];
  /** The scales of `normalize`, or tables of any norm: edges, then NaN's place. `tableOf`: which one a drawn channel has. */
  readonly by: {
    tableOf(layer: number, position: number): number;
  } /** `open`: each map's limits are the smallest and largest of its values. */ & (
    | { readonly scales: GPUBuffer; readonly open: boolean }
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
    const { channels } = layer;
    let lanes = 8;
    while (lanes > 1 && lanes / 2 >= channels.length) lanes /= 2;
    const how = { lanes, cooperative };
    const name = `${rows} rows ${lanes} lanes${cooperative ? '' : ' alone'}`;
    const perGroup = COLOR_THREADS / lanes;
    const { panel, runs } = panelOf(layer, perGroup);
    const groups = Math.ceil(runs[cooperative ? 'cooperative' : 'alone'] / (perGroup * (cooperative ? 1 : RUNS_ALONE)));
    const grid = [Math.min(most, groups), Math.ceil(channels.length / lanes)] as const;
    const slots = bag.storage(
      'slots',
      slotsOf(layer, (position) => by.tableOf(i, position)),
    );
    const rest = [palette, bag.uniform('panel', panel), montages[layer.montage ?? i]!];
    if ('tables' in by) {
      const local = cooperative && by.single && (rows + 3) * 4 <= device.limits.maxComputeWorkgroupStorageSize;
      const search = computePipeline(device, `activation-lens search ${name}${local ? ' local' : ''}`, () =>
        searchShader({ ...how, rows, local }),
      );
      return [new ActivationPass(device, search, [slots, by.tables, ...rest], grid)];
    }
    const entries = runs[cooperative ? 'cooperative' : 'alone'] * channels.length;
    const doubts = bag.empty('doubts', 8 + entries * 8, GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_DST);
    counters.push(doubts);
    const { open } = by;
    const colorize = computePipeline(device, `activation-lens colorize ${name}${open ? ' open' : ''}`, () =>
      colorizeShader({ ...how, open }),
    );
    const settle = computePipeline(device, `activation-lens settle ${rows} rows step ${stepOf(how)}`, () => settleShader({ ...how, rows }));
    const settlers = Math.min(SETTLERS[cooperative ? 'cooperative' : 'alone'], most, Math.ceil(entries / SETTLE_THREADS));
    return [
      new ActivationPass(device, colorize, [slots, by.scales, ...rest, doubts], grid),
      new ActivationPass(device, settle, [slots, by.scales, ...rest, doubts, thresholds!], [settlers, 1]),
    ];
  });
  return { passes, counters };
}

/** The kernels' `Panel`, and how many runs of pixels there are a map. `threads`: of a workgroup for one channel. */
function panelOf({ layout, batch, channels, stride }: PictureLayer, threads: number) {
  const { height, width, strides } = layout;
  const pixels = height * width;
  const turns = Math.min(TURNS, Math.ceil(pixels / threads));
  const perRow = Math.ceil(width / MOST_TURNS);
  const chunk = turns * threads;
  const panel = Uint32Array.from([
    ...[pixels, batch * strides.batch, strides.column, strides.channel, width, stride, channels.length],
    ...[chunk, threads % width, Math.floor(threads / width) * stride + (threads % width)],
    ...[perRow * height, perRow, Math.ceil(width / perRow), 0, 0, 0],
  ]);
  return { panel, runs: { cooperative: Math.ceil(pixels / chunk) * threads, alone: perRow * height } };
}

/** The kernels' `Slot`s. */
function slotsOf({ channels, origin }: PictureLayer, tableOf: (position: number) => number): Uint32Array {
  const words = new Uint32Array(channels.length * 4);
  channels.forEach((channel, position) => {
    words.set([channel, tableOf(position), origin(position), 0], position * 4);
  });
  return words;
}
