import type { ChannelStatistics, Interpolation, ModelFormat, RuntimeAttempt, Shape } from 'activation-lens';
import type { ColormapName } from 'activation-lens/colormaps';
import type { NormSettings } from './norms';
import type { Place } from './panels/place';

/** What the page asks of the worker that holds the model, and what comes back. Everything here crosses `postMessage`. */
export interface Requests {
  /** `backend`: the tfjs backend to use, instead of the fastest. */
  open: { args: { source: string | File | readonly File[]; backend?: string | undefined }; result: ModelView };
  /** Sets the picture and turns it into the model's input. Without a source: the same picture, prepared in another way. */
  picture: { args: { source?: string | Blob | ImageBitmap | undefined; preparation: Preparation }; result: PictureView };
  layer: { args: { path: string }; result: LayerView };
  /** The layer's channels, coloured on the GPU; null where that is not possible. */
  sheet: { args: { path: string; coloring: Coloring }; result: { readonly sheet: SheetView | null } };
  /** Frames from now on are drawn on the page's canvas, on the GPU; false where that cannot be. */
  live: { args: LiveRequest; result: { readonly live: boolean } };
  /** The next frame of a moving picture. `place`: read the value there, and no other. */
  frame: { args: { frame: ImageBitmap; place?: Place | undefined }; result: { readonly value: number | null } };
  predict: { args: Record<never, never>; result: readonly OutputView[] };
  export: { args: ExportRequest; result: Blob };
}

export type RequestKind = keyof Requests;

/** How a picture becomes numbers. */
export type ValueRange = 'unit' | 'byte' | 'tf' | 'caffe' | 'torch';

export interface Preparation {
  readonly range: ValueRange;
  readonly resize: Interpolation;
  /** Rows and columns where the model leaves them free. */
  readonly size: number;
}

export interface LayerRow {
  readonly path: string;
  readonly name: string;
  readonly className: string;
  readonly shape: Shape;
  readonly parameters: number;
  /** Its output has rows, columns and channels. */
  readonly spatial: boolean;
}

export interface ModelView {
  readonly name: string;
  readonly file: string;
  readonly format: ModelFormat;
  readonly producer: string;
  readonly parameters: number;
  readonly layers: readonly LayerRow[];
  readonly backend: string;
  readonly attempts: readonly RuntimeAttempt[];
  /** What the model's own layers suggest for `Preparation.range`. */
  readonly range: ValueRange;
  /** The model leaves the picture's size to its user. */
  readonly freeSize: boolean;
  readonly channels: number;
  /** Something about the input that a person should know. */
  readonly note: string;
}

/** The picture as the model gets it, before its values are scaled. */
export interface PictureView {
  readonly name: string;
  readonly image: ImageBitmap;
  readonly original: readonly [width: number, height: number];
}

/** One layer's output, ready to be coloured. */
export interface LayerView {
  readonly path: string;
  readonly shape: readonly number[];
  /**
   * 'maps': one map a channel. 'units': one map, its cells are the units in reading order. 'sequence': one map, a row is a step and a
   * column a channel. 'none': nothing that is a picture.
   */
  readonly kind: 'maps' | 'units' | 'sequence' | 'none';
  readonly width: number;
  readonly height: number;
  readonly maps: readonly Float32Array[];
  readonly statistics: readonly ChannelStatistics[];
  readonly milliseconds: number;
}

/** Every channel of a layer in one picture without gaps, row by row in the order of their numbers. */
export interface SheetView {
  readonly image: ImageBitmap;
  readonly columns: number;
}

export interface OutputView {
  readonly name: string;
  readonly shape: readonly number[];
  /** The largest, at most ten, largest first. Empty for an output that is a picture. */
  readonly top: readonly { readonly index: number; readonly value: number }[];
  readonly units: number;
  /** The values are not negative and add up to one. */
  readonly probabilities: boolean;
}

export interface Coloring {
  readonly colormap: ColormapName;
  readonly reversed: boolean;
  readonly norm: NormSettings;
  readonly shared: boolean;
}

/** One layer of a moving picture, and how its maps lie on the canvas. */
export interface LiveRequest {
  readonly path: string;
  readonly coloring: Coloring;
  readonly preparation: Preparation;
  /** Those to draw, in order. */
  readonly channels: readonly number[];
  readonly columns: number;
  /** Between maps, in the canvas' own pixels. */
  readonly gap: number;
  /** Pixels a value. */
  readonly scale: number;
  /** Where to draw; the first request brings it. */
  readonly canvas?: OffscreenCanvas;
}

export interface ExportRequest extends Coloring {
  readonly path: string;
  /** One channel, or all in `order`. */
  readonly channel: number | null;
  readonly order: readonly number[];
  readonly format: 'png' | 'svg' | 'npy';
}

export interface Progress {
  readonly phase: 'fetch' | 'weights';
  readonly loaded: number;
  readonly total: number;
}

/** An error as it crosses to the page: `code` is an ActivationLensError's, or 'unexpected'. */
export interface Failure {
  readonly code: string;
  readonly message: string;
}

export type ToWorker =
  | { [K in RequestKind]: { readonly id: number; readonly kind: K; readonly args: Requests[K]['args'] } }[RequestKind]
  | { readonly id: number; readonly kind: 'cancel' };

export type FromWorker =
  | { readonly id: number; readonly progress: Progress }
  | { readonly id: number; readonly result: Requests[RequestKind]['result'] }
  | { readonly id: number; readonly failure: Failure };
