import type { MapLayout } from '../extract/layout';
import type { Arrangement } from './arrangement';
import { colorizePasses } from './colorize';
import { countTables, edgesPasses, fixedTable } from './edges';
import { tableStride } from './edges.wgsl';
import { limitsPasses } from './limits';
import { type ActivationPass, BufferBag, type FixedPass } from './pass';

/** One activation's part of a picture. */
export interface PictureLayer {
  readonly layout: MapLayout;
  /** Which picture of the batch. */
  readonly batch: number;
  /** The drawn channels, in the order in which they are arranged. */
  readonly channels: readonly number[];
  readonly arrangement: Arrangement;
}

/** Which maps have the same limits. */
export type Share = 'none' | 'layer' | 'all';

/** A norm with all its limits: edges made on the CPU (`BinEdges`), one table for everything. */
export interface FixedScale {
  readonly kind: 'fixed';
  readonly keys: Int32Array;
  readonly nan: number;
  readonly vmin: number;
  readonly vmax: number;
  /** Whether the rows are of equal width, so that arithmetic may guess one. */
  readonly linear: boolean;
}

/** `normalize` with limits found on the GPU; a limit that is given is not looked for. */
export interface AutoScale {
  readonly kind: 'auto';
  readonly vmin?: number | undefined;
  readonly vmax?: number | undefined;
  readonly share: Share;
}

/** All that the passes of a picture need to know. */
export interface PictureOptions {
  readonly layers: readonly PictureLayer[];
  readonly scale: FixedScale | AutoScale;
  /** RGBA words (red in the lowest byte) in `palette`'s order. */
  readonly palette: Uint32Array;
  /** RGBA word of the gaps and of cells without a map. */
  readonly background: number;
  /** Workgroups a row of a dispatch may have at most. Default: what the device allows. Tests lower it. */
  readonly maxGroups?: number;
  /** Whether the threads of a workgroup work together. Default: unless the adapter is a software one. Tests try both. */
  readonly cooperative?: boolean;
}

/** The buffers and passes that turn activations on the GPU into montages on the GPU. All is made here; a frame only runs it. */
export class Picture {
  /** RGBA words of each layer's montage, row-major, red in the lowest byte. */
  readonly montages: readonly GPUBuffer[];
  /** The edges, table by table, as edges.wgsl.ts lays them out. */
  readonly tables: GPUBuffer;
  /** Bytes of activations and montages that a frame reads and writes. */
  readonly bytesMoved: number;

  private readonly bag: BufferBag;
  private readonly limits: readonly ActivationPass[] = [];
  private readonly edges: readonly FixedPass[] = [];
  private readonly colors: readonly ActivationPass[];

  constructor(device: GPUDevice, options: PictureOptions) {
    const { layers, scale } = options;
    const bag = new BufferBag(device);
    this.bag = bag;
    const rows = options.palette.length - 4;
    const most = options.maxGroups ?? device.limits.maxComputeWorkgroupsPerDimension;
    const cooperative = options.cooperative ?? !isSoftware(device);
    const share = scale.kind === 'auto' ? scale.share : 'all';
    const { STORAGE, COPY_SRC, COPY_DST } = GPUBufferUsage;

    this.tables = bag.empty('tables', countTables(layers, share) * tableStride(rows) * 4, STORAGE | COPY_SRC | COPY_DST);
    if (scale.kind === 'fixed') {
      device.queue.writeBuffer(this.tables, 0, fixedTable(scale, rows) as Int32Array<ArrayBuffer>);
    } else {
      const how = { cooperative, subgroups: device.features.has('subgroups' as GPUFeatureName) };
      const { passes, partials, places } = limitsPasses(device, bag, layers, how, most);
      this.limits = passes;
      const { vmin, vmax } = scale;
      this.edges = edgesPasses(device, bag, { layers, partials, places, share, rows, vmin, vmax, tables: this.tables }, how, most);
    }

    // Frames write maps only: what lies between them stays.
    this.montages = layers.map(({ arrangement: { totalWidth, totalHeight } }) =>
      bag.filled('montage', STORAGE | COPY_SRC, new Uint32Array(totalWidth * totalHeight).fill(options.background)),
    );
    const firstTable = layers.map((_, i) => countTables(layers.slice(0, i), 'none'));
    const table = (layer: number, position: number) => (share === 'none' ? firstTable[layer]! + position : share === 'layer' ? layer : 0);
    const palette = bag.storage('palette', options.palette);
    const input = { layers, rows, tables: this.tables, table, one: share !== 'none', palette, montages: this.montages };
    this.colors = colorizePasses(device, bag, input, cooperative, most);

    this.bytesMoved = layers.reduce((sum, { layout: { height, width, channels: all }, channels }) => {
      return sum + height * width * (channels.length * 8 + (scale.kind === 'auto' ? all * 4 : 0));
    }, 0);
  }

  /** Records the passes for activations that lie in these buffers (one a layer). */
  record(encoder: GPUCommandEncoder, activations: readonly GPUBuffer[], timestampWrites?: GPUComputePassTimestampWrites): void {
    const pass = encoder.beginComputePass({ label: 'activation-lens colorize', ...(timestampWrites && { timestampWrites }) });
    this.limits.forEach((layer, i) => {
      layer.dispatch(pass, activations[i]!);
    });
    for (const each of this.edges) each.dispatch(pass);
    this.colors.forEach((layer, i) => {
      layer.dispatch(pass, activations[i]!);
    });
    pass.end();
  }

  dispose(): void {
    this.bag.destroy();
  }
}

/** Whether the "GPU" is this machine's processor. */
function isSoftware(device: GPUDevice): boolean {
  const info = device.adapterInfo as (GPUAdapterInfo & { isFallbackAdapter?: boolean }) | undefined;
  return info?.isFallbackAdapter === true || /swiftshader|llvmpipe|warp/i.test(`${info?.architecture} ${info?.description}`);
}
