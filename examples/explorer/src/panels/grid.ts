import { type LayerColoring, paint } from '../coloring';
import { byId, h } from '../dom';
import { percent, short } from '../numbers';
import { channelOrder, MEASURES } from '../order';
import type { LayerView } from '../protocol';
import type { Store } from '../state';
import { describePlace, type Place, placeAt } from './place';
import { Roving } from './roving';

/** Milliseconds of a frame that painting may take. */
const BUDGET = 7;
/** Tiles made at once. */
const SLICE = 64;

/** Width of a tile that nobody has chosen, in CSS pixels: as wide as lets all be seen at once, within these. */
const [NARROW, WIDE] = [112, 208];
/** What a tile has around its map: a line of text, and the gap to the next. */
const [ACROSS, DOWN] = [12, 37];
/** CSS pixels between live maps. */
const LIVE_GAP = 8;
/** Milliseconds between two values of a moving picture that are read: while the pointer moves, and while it rests. */
const [ASK_MOVING, ASK_RESTING] = [100, 1000];
/** No WebGPU device promises a higher canvas. */
const LONGEST = 8192;

/** How live maps lie: `columns`, `gap` and `scale` for the renderer, the rest in CSS pixels within the grid. */
export interface LiveLayout {
  readonly columns: number;
  readonly gap: number;
  readonly scale: number;
  readonly channels: readonly number[];
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

/** The channels of the selected layer. A map is painted when it comes near the screen. */
export class Grid {
  private readonly list = byId('maps');
  private readonly note = byId('grid-note');
  private readonly readout = byId('readout');
  private readonly roving = new Roving(this.list, '.tile');
  private readonly observer: IntersectionObserver;
  private layer: LayerView | undefined;
  private coloring: LayerColoring | undefined;
  private tiles = new Map<number, HTMLButtonElement>();
  private readonly near = new Set<HTMLButtonElement>();
  private readonly waiting = new Set<HTMLButtonElement>();
  private building = 0;
  private live = false;
  /** Width of a tile in CSS pixels. */
  private tile = NARROW;
  /** What the pointer is on. */
  private pointed: Place | undefined;
  /** What was read last of a moving picture, and when. */
  private asked: { place: Place; at: number } | undefined;
  private liveRows = { of: 0, first: 0, last: 0 };
  /** The channels as they are shown. */
  order: readonly number[] = [];

  constructor(private readonly store: Store) {
    this.observer = new IntersectionObserver((entries) => this.seen(entries), { rootMargin: '300px' });
    this.list.addEventListener('click', ({ target }) => {
      const tile = (target as Element).closest<HTMLButtonElement>('.tile');
      if (tile) store.set({ channel: Number(tile.dataset.channel) });
    });
    this.list.addEventListener('pointermove', (event) => this.hover(event));
    this.list.addEventListener('pointerleave', () => this.forget());
    store.on(['sort', 'hideDead'], () => this.arrange());
    store.on(['tile'], () => this.resize());
    store.on(['channel'], () => this.mark());
    addEventListener('resize', () => this.resize());
    this.resize();
  }

  show(layer: LayerView, coloring: LayerColoring): void {
    const { path, maps, width, height } = this.layer ?? {};
    const same = path === layer.path && maps?.length === layer.maps.length && width === layer.width && height === layer.height;
    this.layer = layer;
    this.coloring = coloring;
    if (same) {
      // The same layer of another picture: tiles stay where they are, so that a moving picture can be followed.
      for (const tile of this.tiles.values()) this.describe(tile);
      this.repaint();
      this.summarize();
      if (this.pointed && !this.live) this.readout.textContent = describePlace(layer, this.pointed);
      return;
    }
    // What was pointed at is of another layer, and may be no place in this one.
    this.forget();
    this.list.style.setProperty('--ratio', `${layer.width} / ${layer.height}`);
    this.list.classList.toggle('single', layer.kind !== 'maps');
    this.arrange();
    this.resize();
  }

  /** Whether the maps are being drawn elsewhere, on a canvas under the tiles; see `liveLayout`. */
  setLive(live: boolean): void {
    if (this.live === live) return;
    this.live = live;
    this.list.classList.toggle('live', live);
    if (!live) {
      for (const property of ['grid-template-columns', 'grid-auto-rows', 'gap']) this.list.style.removeProperty(property);
    }
    this.summarize();
  }

  /** Of which place of `layer` the next frame's value is to be read; of none nearly always, for what is read slows the frames down. */
  wanted(layer: LayerView): Place | undefined {
    const { pointed, asked } = this;
    const now = performance.now();
    // Another layer may have been chosen while the frame was under way.
    if (!pointed || !this.live || this.layer !== layer) return undefined;
    if (asked && now - asked.at < (asked.place === pointed ? ASK_RESTING : ASK_MOVING)) return undefined;
    this.asked = { place: pointed, at: now };
    return pointed;
  }

  /** The value that was read there. */
  tell(place: Place, value: number): void {
    if (this.live && this.layer && this.pointed === place) this.readout.textContent = describePlace(this.layer, place, value);
  }

  /** Gives each tile a whole number of the screen's pixels, and tells where the maps of those on the screen, or near it, belong. */
  liveLayout({ width, height }: LayerView): LiveLayout {
    const { list } = this;
    const ratio = devicePixelRatio;
    const box = list.getBoundingClientRect();
    const gap = Math.round(LIVE_GAP * ratio);
    const room = Math.floor(box.width * ratio);
    const cells = Math.max(1, Math.floor((room + gap) / (this.tile * ratio + gap)));
    const across = Math.floor((room + gap) / cells) - gap;
    const columns = Math.min(cells, this.order.length);
    // The renderer rounds down: a little more, so that the width is none less.
    const scale = (across + 0.01) / width;
    const down = Math.max(1, Math.floor(height * scale));
    const px = (pixels: number) => `${pixels / ratio}px`;
    Object.assign(list.style, { gridTemplateColumns: `repeat(${columns}, ${px(across)})`, gridAutoRows: px(down), gap: px(gap) });

    const rows = Math.ceil(this.order.length / columns);
    const pitch = (down + gap) / ratio;
    const seen = [-box.top / pitch, (innerHeight - box.top) / pitch].map((row) => Math.max(0, Math.min(rows, row))) as [number, number];
    const drawn = this.liveRows;
    if (drawn.of !== rows || seen[0] < drawn.first || seen[1] > drawn.last) {
      const most = Math.max(1, Math.floor(LONGEST / (down + gap)));
      const spare = Math.max(0, Math.min(innerHeight / pitch, (most - (seen[1] - seen[0])) / 2 - 1));
      const first = Math.max(0, Math.floor(seen[0] - spare));
      this.liveRows = { of: rows, first, last: Math.min(rows, first + most, Math.ceil(seen[1] + spare)) };
    }
    const { first, last } = this.liveRows;
    const channels = this.order.slice(first * columns, last * columns);
    const size = (cells: number, cell: number) => (cells * (cell + gap) - gap) / ratio;
    return {
      columns,
      gap,
      scale,
      channels,
      top: first * pitch,
      width: size(Math.min(columns, channels.length), across),
      height: size(Math.ceil(channels.length / columns), down),
    };
  }

  recolor(coloring: LayerColoring): void {
    this.coloring = coloring;
    this.repaint();
    this.summarize();
  }

  /** Makes the tiles anew, in order. */
  private arrange(): void {
    const { layer } = this;
    if (!layer) return;
    const turn = ++this.building;
    this.order = channelOrder(this.store.get(), layer);
    this.observer.disconnect();
    this.near.clear();
    this.waiting.clear();
    this.tiles = new Map();
    this.list.replaceChildren();
    const build = (start: number) => {
      if (turn !== this.building) return;
      const fragment = document.createDocumentFragment();
      for (const channel of this.order.slice(start, start + SLICE)) fragment.append(this.item(channel));
      this.list.append(fragment);
      if (start + SLICE < this.order.length) requestAnimationFrame(() => build(start + SLICE));
      else this.mark();
    };
    build(0);
    this.summarize();
  }

  private item(channel: number): HTMLLIElement {
    // The size now, so that painting changes no layout; pixels are allocated then.
    const canvas = h('canvas', { width: this.layer!.width, height: this.layer!.height });
    const tile = h(
      'button',
      { type: 'button', class: 'tile', tabindex: this.tiles.size === 0 ? 0 : -1, 'data-channel': channel },
      canvas,
      h('span', { class: 'caption' }, h('b'), ' ', h('span')),
    );
    this.tiles.set(channel, tile);
    this.describe(tile);
    this.observer.observe(tile);
    return h('li', {}, tile);
  }

  private describe(tile: HTMLButtonElement): void {
    const layer = this.layer!;
    const channel = Number(tile.dataset.channel);
    const statistics = layer.statistics[channel]!;
    const { sort } = this.store.get();
    const dead = statistics.dead && layer.kind === 'maps';
    const value = sort === 'sparsity' ? percent(statistics.zeros) : short(MEASURES[sort](statistics));
    const number = layer.kind === 'maps' ? String(channel) : layer.kind === 'units' ? 'all units' : 'steps × channels';
    const fact = dead ? 'dead' : sort === 'index' ? '' : value;
    const [first, second] = tile.lastElementChild!.children;
    first!.textContent = number;
    second!.textContent = fact;
    tile.classList.toggle('dead', dead);
    const range = dead ? `all ${short(statistics.min)}` : `${short(statistics.min)} to ${short(statistics.max)}`;
    // What is seen, word for word, so that a voice can ask for it; and what it means.
    const meaning = fact === '' || dead ? fact : `${fact} ${{ index: '', mean: 'mean', max: 'maximum', sparsity: 'zeros' }[sort]}`;
    tile.setAttribute('aria-label', `${layer.kind === 'maps' ? 'Channel ' : ''}${`${number} ${meaning}`.trim()}, ${range}`);
  }

  private mark(): void {
    const { channel } = this.store.get();
    for (const pressed of this.list.querySelectorAll('[aria-pressed]')) pressed.removeAttribute('aria-pressed');
    const tile = channel === null ? undefined : this.tiles.get(channel);
    tile?.setAttribute('aria-pressed', 'true');
    if (tile) this.roving.stop(tile);
  }

  private resize(): void {
    this.tile = this.store.get().tile || this.fitting();
    this.list.style.setProperty('--tile', `${this.tile}px`);
    byId<HTMLInputElement>('tile').value = String(this.tile);
  }

  /** The widest tile with which all of them are on the screen. */
  private fitting(): number {
    const { layer, order } = this;
    if (layer?.kind !== 'maps') return NARROW;
    const { top, width } = this.list.getBoundingClientRect();
    const height = innerHeight - (top + scrollY);
    for (let tile = WIDE; tile > NARROW; tile -= 8) {
      const columns = Math.max(1, Math.floor((width + ACROSS) / (tile + ACROSS)));
      const across = (width + ACROSS) / columns - ACROSS;
      if (Math.ceil(order.length / columns) * ((across * layer.height) / layer.width + DOWN) <= height) return tile;
    }
    return NARROW;
  }

  private summarize(): void {
    const { layer, coloring, note } = this;
    if (!layer) return;
    this.list.dataset.drawn = this.live ? 'live' : coloring?.sheet ? 'webgpu' : 'canvas';
    if (layer.kind === 'none') {
      note.textContent = `This layer gives ${layer.shape.length === 0 ? 'a single number' : `an array of ${layer.shape.join(' × ')}`}: there is no picture of that.`;
      return;
    }
    const dead = layer.kind === 'maps' ? layer.statistics.filter((one) => one.dead).length : 0;
    const all = layer.statistics.length;
    const what =
      layer.kind === 'maps'
        ? `${all} ${all === 1 ? 'channel' : 'channels'}`
        : layer.kind === 'units'
          ? `${layer.shape[1]} units, one cell each`
          : `${layer.height} steps × ${layer.width} channels`;
    const parts = [what];
    if (dead > 0) parts.push(`${dead} dead (one value only)`);
    if (this.order.length < all) parts.push(`${this.order.length} shown`);
    if (this.live) parts.push('live, drawn on the GPU');
    else if (this.store.get().shared) {
      const limits = coloring && !coloring.failure ? coloring.norm.limits(layer.maps[0]!) : undefined;
      if (limits) parts.push(`colours from ${short(limits.vmin)} to ${short(limits.vmax)} in all`);
    } else if (all > 1) parts.push('each has its own range of colours');
    note.textContent = coloring?.failure ?? `${parts.join(' · ')}.`;
  }

  private seen(entries: readonly IntersectionObserverEntry[]): void {
    for (const { target, isIntersecting } of entries) {
      const tile = target as HTMLButtonElement;
      if (!isIntersecting) {
        this.near.delete(tile);
        continue;
      }
      this.near.add(tile);
      if (!tile.dataset.painted) this.enqueue(tile);
    }
  }

  private repaint(): void {
    for (const tile of this.tiles.values()) delete tile.dataset.painted;
    for (const tile of this.near) this.enqueue(tile);
  }

  private enqueue(tile: HTMLButtonElement): void {
    if (this.waiting.size === 0) requestAnimationFrame(() => this.work());
    this.waiting.add(tile);
  }

  private work(): void {
    const end = performance.now() + BUDGET;
    for (const tile of this.waiting) {
      this.waiting.delete(tile);
      const failure = paint(tile.querySelector('canvas')!, this.layer!, Number(tile.dataset.channel), this.coloring!);
      tile.dataset.painted = 'yes';
      if (failure) tile.title = failure;
      else tile.removeAttribute('title');
      if (performance.now() > end) break;
    }
    if (this.waiting.size > 0) requestAnimationFrame(() => this.work());
  }

  private forget(): void {
    this.pointed = undefined;
    this.readout.hidden = true;
  }

  private hover(event: PointerEvent): void {
    const canvas = (event.target as Element).closest('.tile')?.querySelector('canvas');
    const channel = Number(canvas?.parentElement?.dataset.channel);
    const place: Place | undefined = canvas ? placeAt(canvas, channel, event.clientX, event.clientY) : undefined;
    this.readout.hidden = !place || !this.layer;
    if (!place || !this.layer) {
      this.pointed = undefined;
      return;
    }
    const same = this.pointed?.channel === channel && this.pointed.x === place.x && this.pointed.y === place.y;
    // On a moving picture the value comes with one of the next frames; until then the last one stays where the pointer is on it still.
    if (!same || !this.live) {
      this.pointed = place;
      this.readout.textContent = describePlace(this.layer, place, this.live ? null : undefined);
    }
    const { offsetWidth, offsetHeight } = this.readout;
    const x = Math.max(8, Math.min(event.clientX + 14, innerWidth - offsetWidth - 8));
    const y = event.clientY + 18 + offsetHeight > innerHeight ? event.clientY - offsetHeight - 10 : event.clientY + 18;
    this.readout.style.transform = `translate(${Math.round(x)}px, ${Math.round(y)}px)`;
  }
}
