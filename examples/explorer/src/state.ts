import type { Interpolation } from 'activation-lens';
import type { ColormapName } from 'activation-lens/colormaps';
import type { NormName } from './norms';
import type { ValueRange } from './protocol';

export const SORTS = { index: 'Channel', mean: 'Mean', max: 'Maximum', sparsity: 'Sparsity (zeros)' } as const;
export type Sort = keyof typeof SORTS;

/** Everything that a person chose: what the address of the page holds. */
export interface View {
  readonly layer: string;
  readonly channel: number | null;
  readonly colormap: ColormapName;
  readonly reversed: boolean;
  readonly norm: NormName;
  readonly shared: boolean;
  readonly sort: Sort;
  readonly hideDead: boolean;
  /** Width of a tile in CSS pixels; 0: as wide as lets all be seen at once. */
  readonly tile: number;
  readonly filter: string;
  /** 'auto': what the model's layers suggest. */
  readonly range: ValueRange | 'auto';
  readonly size: number;
  readonly resize: Interpolation;
}

export const RESIZES: readonly Interpolation[] = ['nearest', 'bilinear', 'bicubic', 'box', 'hamming', 'lanczos'];

export const DEFAULTS: View = {
  layer: '',
  channel: null,
  colormap: 'viridis',
  reversed: false,
  norm: 'linear',
  shared: false,
  sort: 'index',
  hideDead: false,
  tile: 0,
  filter: '',
  range: 'auto',
  size: 224,
  // As Keras' load_img.
  resize: 'nearest',
};

type Key = keyof View;
type Listener = (view: View, changed: ReadonlySet<Key>) => void;

/** The view, and who wants to know when it changes. */
export class Store {
  private view: View;
  private readonly listeners: { readonly keys: readonly Key[]; readonly run: Listener }[] = [];

  constructor(initial: View) {
    this.view = initial;
  }

  get(): View {
    return this.view;
  }

  set(patch: Partial<View>): void {
    const before = this.view;
    const changed = new Set((Object.keys(patch) as Key[]).filter((key) => patch[key] !== before[key]));
    if (changed.size === 0) return;
    this.view = { ...before, ...patch };
    for (const { keys, run } of this.listeners) if (keys.some((key) => changed.has(key))) run(this.view, changed);
  }

  /** Calls `run` after one of these keys has changed. */
  on(keys: readonly Key[], run: Listener): void {
    this.listeners.push({ keys, run });
  }
}
