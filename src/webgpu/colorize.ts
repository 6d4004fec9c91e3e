import { colorizeShader } from './colorize.wgsl';
import { ActivationPass, type BufferBag } from './pass';
import type { PictureLayer } from './picture';
import { computePipeline } from './pipelines';
import { searchShader } from './search.wgsl';
import { SETTLE_THREADS, settleShader } from './settle.wgsl';
import { rowThresholds } from './thresholds';
import { COLOR_THREADS, MOST_TURNS, stepOf, strideOf, type WalkOptions } from './walk.wgsl';

/** Workgroups that keep a large GPU busy. Where there are pixels for more, each takes more: it begins by finding out about its channels. */
const ENOUGH_GROUPS = 1024;
/** Colours that are worth bringing to workgroup memory. */
const MOST_LOCAL = 1024;
/** Runs of pixels that a thread should colour where it works for itself: finding out about its channel costs as much as several pixels. */
const RUNS_ALONE = 32;
/** Pixels of a strip at most. More would not fit into a processor's registers. */
const LONGEST_STRIP = 8;
/** Workgroups that settle a layer's doubts, however many these are. */
const SETTLERS = { cooperative: 512, alone: 4 };

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
    const how = { lanes: lanesOf(layer, cooperative), cooperative, strip: stripOf(layer.layout.width) };
    const { lanes } = how;
    const name = `${rows} rows ${lanes} lanes${cooperative ? '' : ` strip ${how.strip}`}`;
    const { panel, runs } = panelOf(layer, how);
    const perGroup = (COLOR_THREADS / lanes) * perThread(cooperative);
    const grid = [Math.min(most, Math.ceil(runs / perGroup)), Math.ceil(channels.length / lanes)] as const;
    const slots = bag.storage(
      'slots',
      slotsOf(layer, (position) => by.tableOf(i, position)),
    );
    const rest = [palette, bag.uniform('panel', panel), montages[layer.montage ?? i]!];
    if ('tables' in by) {
      const local = cooperative && by.single && rows <= MOST_LOCAL;
      const search = computePipeline(device, `activation-lens search ${name}${local ? ' local' : ''}`, () =>
        searchShader({ ...how, rows, local }),
      );
      return [new ActivationPass(device, search, [slots, by.tables, ...rest], grid)];
    }
    const entries = runs * channels.length;
    const doubts = bag.empty('doubts', 8 + entries * 8, GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_DST);
    counters.push(doubts);
    const { open } = by;
    const local = cooperative && rows <= MOST_LOCAL;
    const colorize = computePipeline(device, `activation-lens colorize ${name}${open ? ' open' : ''}`, () =>
      colorizeShader({ ...how, rows, open, local }),
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

/** Runs of pixels that a thread takes. */
export function perThread(cooperative: boolean): number {
  return cooperative ? 1 : RUNS_ALONE;
}

/** Channels that a workgroup takes side by side. */
export function lanesOf({ layout, channels }: PictureLayer, cooperative: boolean): number {
  // Pixels that lie side by side need no other channels beside them.
  if (cooperative && layout.strides.column === 1) return 1;
  let lanes = 32;
  while (lanes > 1 && lanes / 2 >= channels.length) lanes /= 2;
  return lanes;
}

/** Pixels of a strip: as even a share of a row as there is. */
export function stripOf(width: number): number {
  return Math.ceil(width / Math.ceil(width / LONGEST_STRIP));
}

/** The kernels' `Panel`, and how many runs of pixels there are a map. */
function panelOf({ layout, batch, channels, stride }: PictureLayer, how: WalkOptions): { panel: Uint32Array; runs: number } {
  const { height, width, strides } = layout;
  const pixels = height * width;
  const step = strideOf(how);
  const threads = COLOR_THREADS / how.lanes;
  const wanted = Math.ceil((pixels * channels.length) / (ENOUGH_GROUPS * how.lanes * step));
  const chunk = step * Math.max(1, Math.min(wanted, Math.floor((MOST_TURNS * threads) / step)));
  const perRow = Math.ceil(width / how.strip);
  const panel = Uint32Array.from([
    ...[pixels, batch * strides.batch, strides.column, strides.channel, width, stride, channels.length],
    ...[chunk, step % width, Math.floor(step / width) * stride + (step % width)],
    ...[perRow * height, perRow],
  ]);
  return { panel, runs: how.cooperative ? Math.ceil(pixels / chunk) * threads : perRow * height };
}

/** The kernels' `Slot`s. */
function slotsOf({ channels, origin }: PictureLayer, tableOf: (position: number) => number): Uint32Array {
  const words = new Uint32Array(channels.length * 4);
  channels.forEach((channel, position) => {
    words.set([channel, tableOf(position), origin(position), 0], position * 4);
  });
  return words;
}
