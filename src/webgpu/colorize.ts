import { colorizeShader, colorizeStripsShader } from './colorize.wgsl';
import { ActivationPass, type BufferBag, type Grid } from './pass';
import type { PictureLayer } from './picture';
import { computePipeline } from './pipelines';
import { searchShader, searchStripsShader } from './search.wgsl';
import { SETTLE_THREADS, settleShader, settleStripsShader } from './settle.wgsl';
import { runsOf, STRIP_THREADS, stripOf, stripsPerRow } from './strips.wgsl';
import { rowThresholds } from './thresholds';
import { COLOR_THREADS, MOST_TURNS, sideBySide, stepOf, strideOf } from './walk.wgsl';

/** Workgroups that keep a large GPU busy. Where there are pixels for more, each takes more: it begins by finding out about its channels. */
const ENOUGH_GROUPS = 1024;
/** Colours that are worth bringing to workgroup memory. */
const MOST_LOCAL = 1024;
/** Workgroups that settle a layer's doubts at most. */
const MOST_SETTLERS = 512;
/** For threads that are alone, runs of pixels to a workgroup that settles: on a processor those that find nothing to do cost, too. */
const RUNS_A_SETTLER = 1024;

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

/** How one layer is coloured by threads of one kind. */
interface Plan {
  /** The kernels' `Panel`. */
  readonly panel: Uint32Array;
  readonly grid: Grid;
  /** Runs of pixels of a map, each of which may be in doubt. */
  readonly runs: number;
  /** How many of all maps' there are to a workgroup that settles. */
  readonly perSettler: number;
  /** By a search among edges; `single`: there is one table. */
  search(rows: number, single: boolean): GPUComputePipeline;
  /** By a guess. */
  guess(rows: number, open: boolean): GPUComputePipeline;
  settle(rows: number): GPUComputePipeline;
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
    const plan = cooperative ? together(device, layer, most) : alone(device, layer, most);
    const slots = bag.storage(
      'slots',
      slotsOf(layer, (position) => by.tableOf(i, position)),
    );
    const rest = [palette, bag.uniform('panel', plan.panel), montages[layer.montage ?? i]!];
    if ('tables' in by) return [new ActivationPass(device, plan.search(rows, by.single), [slots, by.tables, ...rest], plan.grid)];
    const entries = plan.runs * layer.channels.length;
    const doubts = bag.empty('doubts', 8 + entries * 8, GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_DST);
    counters.push(doubts);
    const settlers = Math.min(MOST_SETTLERS, most, Math.ceil(entries / plan.perSettler));
    return [
      new ActivationPass(device, plan.guess(rows, by.open), [slots, by.scales, ...rest, doubts], plan.grid),
      new ActivationPass(device, plan.settle(rows), [slots, by.scales, ...rest, doubts, thresholds!], [settlers, 1]),
    ];
  });
  return { passes, counters };
}

/** By the threads of a workgroup together. */
function together(device: GPUDevice, { layout, batch, channels, stride }: PictureLayer, most: number): Plan {
  const { height, width, strides } = layout;
  // Pixels that lie side by side need no other channels beside them.
  const how = { lanes: strides.column === 1 ? 1 : sideBySide(channels.length) };
  const { lanes } = how;
  const pixels = height * width;
  const step = strideOf(how);
  const threads = COLOR_THREADS / lanes;
  const wanted = Math.ceil((pixels * channels.length) / (ENOUGH_GROUPS * lanes * step));
  const chunk = step * Math.max(1, Math.min(wanted, Math.floor((MOST_TURNS * threads) / step)));
  const runs = Math.ceil(pixels / chunk) * threads;
  const name = (rows: number) => `${rows} rows ${lanes} lanes`;
  return {
    panel: Uint32Array.from([
      ...[pixels, batch * strides.batch, strides.column, strides.channel, width, stride, channels.length],
      ...[chunk, step % width, Math.floor(step / width) * stride + (step % width), 0, 0],
    ]),
    grid: [Math.min(most, runs / threads), Math.ceil(channels.length / lanes)],
    runs,
    perSettler: SETTLE_THREADS,
    search(rows, single) {
      const local = single && rows <= MOST_LOCAL;
      const label = `activation-lens search ${name(rows)}${local ? ' local' : ''}`;
      return computePipeline(device, label, () => searchShader({ ...how, rows, local }));
    },
    guess(rows, open) {
      const label = `activation-lens colorize ${name(rows)}${open ? ' open' : ''}`;
      return computePipeline(device, label, () => colorizeShader({ ...how, rows, open, local: rows <= MOST_LOCAL }));
    },
    settle(rows) {
      const label = `activation-lens settle ${rows} rows step ${stepOf(how)}`;
      return computePipeline(device, label, () => settleShader({ ...how, rows }));
    },
  };
}

/** By threads that do not wait for each other. */
function alone(device: GPUDevice, { layout, batch, channels, stride }: PictureLayer, most: number): Plan {
  const { height, width, strides } = layout;
  const how = { lanes: sideBySide(channels.length), strip: stripOf(width) };
  const runs = runsOf(width, height);
  const name = (rows: number) => `${rows} rows ${how.lanes} lanes strip ${how.strip}`;
  return {
    panel: Uint32Array.from([
      ...[width, height, batch * strides.batch, strides.column, strides.channel, stride, channels.length],
      ...[runs, how.strip, stripsPerRow(width), 0, 0],
    ]),
    grid: [Math.min(most, Math.ceil((runs * how.lanes) / STRIP_THREADS)), Math.ceil(channels.length / how.lanes)],
    runs,
    perSettler: RUNS_A_SETTLER,
    search: (rows) => computePipeline(device, `activation-lens search ${name(rows)}`, () => searchStripsShader({ ...how, rows })),
    guess: (rows, open) =>
      computePipeline(device, `activation-lens colorize ${name(rows)}${open ? ' open' : ''}`, () =>
        colorizeStripsShader({ ...how, rows, open }),
      ),
    settle: (rows) => computePipeline(device, `activation-lens settle ${rows} rows strips`, () => settleStripsShader(rows)),
  };
}

/** The kernels' `Slot`s. */
function slotsOf({ channels, origin }: PictureLayer, tableOf: (position: number) => number): Uint32Array {
  const words = new Uint32Array(channels.length * 4);
  channels.forEach((channel, position) => {
    words.set([channel, tableOf(position), origin(position), 0], position * 4);
  });
  return words;
}
