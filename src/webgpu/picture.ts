import { check } from '../check';
import type { BinEdges } from '../colormap/edges';
import type { MapLayout } from '../extract/layout';
import { type ColorizePasses, colorizePasses } from './colorize';
import { isSoftware } from './device';
import { foldPass } from './fold';
import { limitsPasses } from './limits';
import { type ActivationPass, BufferBag, type FixedPass } from './pass';
import { type Sampled, samplePass } from './sample';

/** One activation's part of a picture. */
export interface PictureLayer {
  readonly layout: MapLayout;
  /** Which picture of the batch. */
  readonly batch: number;
  /** The drawn channels. */
  readonly channels: readonly number[];
  /** The size of a map in the montage, each pixel the nearest value. Default: the map's own. Limits are those of all its values. */
  readonly shown?: { readonly width: number; readonly height: number } | undefined;
  /** Which montage it goes to. Default: its own, of the same index. */
  readonly montage?: number;
  /** Words of a row of that montage. */
  readonly stride: number;
  /** The word of that montage at which the map of the so-manieth drawn channel begins. */
  origin(position: number): number;
}

/** Which maps have the same limits: none, those of a layer, or all. */
export type Share = 'none' | 'layer' | 'all';

/** The arithmetic of `normalize`. Limits that are not given are found on the GPU. */
export interface LinearScale {
  readonly kind: 'linear';
  /** A finite double. */
  readonly vmin?: number | undefined;
  /** A finite double. */
  readonly vmax?: number | undefined;
  /** A float32 around which the limits are symmetrical, as far as the data reaches. Neither is given then. */
  readonly center?: number | undefined;
  readonly share: Share;
}

/** Any norm whose limits are known: exact edges, made on the CPU. */
export interface EdgesScale {
  readonly kind: 'edges';
  readonly tables: readonly Pick<BinEdges, 'keys' | 'nan'>[];
  /** A table a drawn channel, a layer, or one for all. */
  readonly share: Share;
}

/** All that the passes of a picture need to know. */
export interface PictureOptions {
  readonly layers: readonly PictureLayer[];
  /** Words of each montage. */
  readonly montages: readonly number[];
  readonly scale: LinearScale | EdgesScale;
  /** Words of colours, one a pixel, in `palette`'s order. */
  readonly palette: Uint32Array;
  /** The word of what no map covers. */
  readonly background: number;
  /** Workgroups a row of a dispatch may have at most. Default: what the device allows. Tests lower it. */
  readonly maxGroups?: number;
  /** Whether the threads of a workgroup work together. Default: unless the adapter is a software one. Tests try both. */
  readonly cooperative?: boolean;
}

/** The buffers and passes that turn activations on the GPU into montages on the GPU. All is made here; a frame only runs it. */
export class Picture {
  /** Words of colours, row by row. */
  readonly montages: readonly GPUBuffer[];
  /** Limits of each channel, layer, or of all, as fold.wgsl.ts lays them out. */
  readonly scales: GPUBuffer | undefined;
  /** Bytes of activations and montages that a frame reads and writes. */
  readonly bytesMoved: number;

  private readonly bag: BufferBag;
  private readonly limits: readonly ActivationPass[] = [];
  private readonly fold: FixedPass | undefined;
  private readonly samples: readonly (Sampled | undefined)[];
  private readonly colors: ColorizePasses;

  constructor(device: GPUDevice, options: PictureOptions) {
    const { layers, scale } = options;
    const bag = new BufferBag(device);
    this.bag = bag;
    const rows = options.palette.length - 4;
    const most = options.maxGroups ?? device.limits.maxComputeWorkgroupsPerDimension;
    const cooperative = options.cooperative ?? !isSoftware(device);
    const { STORAGE, COPY_SRC } = GPUBufferUsage;

    const largest = Math.min(device.limits.maxStorageBufferBindingSize, device.limits.maxBufferSize);
    for (const words of options.montages) {
      check(
        words * 4 <= largest,
        'backend',
        () => `The picture needs a buffer of ${words * 4} bytes, and this GPU device allows ${largest}. Draw fewer channels at a time.`,
        { bytes: words * 4, limit: largest },
      );
    }
    // Frames write maps only: what lies between them stays.
    this.montages = options.montages.map((words) =>
      bag.filled('montage', STORAGE | COPY_SRC, new Uint32Array(words).fill(options.background)),
    );
    this.samples = layers.map((layer) => layer.shown && samplePass(device, bag, layer, layer.shown, cooperative, most));
    const shown = layers.map((layer, i) => this.samples[i]?.layer ?? layer);
    const common = { layers: shown, rows, palette: bag.storage('palette', options.palette), montages: this.montages };
    const tableOf = tableIndex(layers, scale.share);
    let searched = false;
    if (scale.kind === 'edges') {
      const tables = bag.storage('edges', Int32Array.from(scale.tables.flatMap(({ keys, nan }) => [...keys, nan])));
      this.colors = colorizePasses(
        device,
        bag,
        { ...common, by: { tables, tableOf, single: scale.tables.length === 1 } },
        cooperative,
        most,
      );
    } else {
      const open = scale.vmin === undefined && scale.vmax === undefined && scale.center === undefined;
      // Limits that are both given leave nothing to look for.
      searched = scale.vmin === undefined || scale.vmax === undefined;
      const how = { cooperative, subgroups: device.features.has('subgroups' as GPUFeatureName) };
      const { passes, partials, places } = limitsPasses(device, bag, layers, how, most);
      if (searched) this.limits = passes;
      const fold = foldPass(device, bag, { layers, partials, places, scale, rows }, cooperative, most);
      this.fold = fold.pass;
      this.scales = fold.scales;
      this.colors = colorizePasses(device, bag, { ...common, by: { scales: fold.scales, tableOf, open } }, cooperative, most);
    }
    this.bytesMoved = layers.reduce((sum, { layout: { height, width, channels: all }, channels, shown }) => {
      const colored = (shown ?? { height, width }).height * (shown ?? { height, width }).width * channels.length;
      return sum + colored * (shown ? 16 : 8) + (searched ? height * width * all * 4 : 0);
    }, 0);
  }

  /** Records the passes for activations that lie in these buffers (one a layer). */
  record(encoder: GPUCommandEncoder, activations: readonly GPUBuffer[], timestampWrites?: GPUComputePassTimestampWrites): void {
    for (const counter of this.colors.counters) encoder.clearBuffer(counter, 0, 4);
    const pass = encoder.beginComputePass({ label: 'activation-lens colorize', ...(timestampWrites && { timestampWrites }) });
    this.limits.forEach((layer, i) => {
      layer.dispatch(pass, activations[i]!);
    });
    this.samples.forEach((sampled, i) => {
      sampled?.pass.dispatch(pass, activations[i]!);
    });
    this.fold?.dispatch(pass);
    // One kind after the other, so that neighbouring dispatches have nothing to wait for.
    for (let kind = 0; kind < 2; kind++) {
      this.colors.passes.forEach((passes, i) => {
        passes[kind]?.dispatch(pass, this.samples[i]?.values ?? activations[i]!);
      });
    }
    pass.end();
  }

  dispose(): void {
    this.bag.destroy();
  }
}

/** Which scale or table a drawn channel has. */
function tableIndex(layers: readonly PictureLayer[], share: Share): (layer: number, position: number) => number {
  if (share === 'all') return () => 0;
  if (share === 'layer') return (layer) => layer;
  let count = 0;
  const first = layers.map(({ channels }) => {
    count += channels.length;
    return count - channels.length;
  });
  return (layer, position) => first[layer]! + position;
}
