import { type LayerColoring, paint } from '../coloring';
import { byId, h } from '../dom';
import { percent, short } from '../numbers';
import type { LayerView } from '../protocol';
import type { Store } from '../state';
import { colorbar } from './colorbar';
import { histogram } from './histogram';
import { describePlace, type Place, placeAt } from './place';

/** Beside the grid where there is room for it, over it where there is not. */
const WIDE = matchMedia('(min-width: 1240px)');

/** One channel, large: its colours' meaning, its values, and the same place in the picture. */
export class Detail {
  private readonly dialog = byId<HTMLDialogElement>('detail');
  private readonly map = byId<HTMLCanvasElement>('map');
  private readonly input = byId<HTMLCanvasElement>('map-input');
  private layer: LayerView | undefined;
  private coloring: LayerColoring | undefined;
  private cursor: Place | undefined;
  private opener: Element | null = null;

  /** @param order The channels as the grid shows them. */
  constructor(
    private readonly store: Store,
    private readonly order: () => readonly number[],
  ) {
    byId('close').addEventListener('click', () => this.leave());
    byId('previous').addEventListener('click', () => this.step(-1));
    byId('next').addEventListener('click', () => this.step(1));
    this.dialog.addEventListener('cancel', (event) => {
      event.preventDefault();
      this.leave();
    });
    this.dialog.addEventListener('keydown', (event) => this.key(event));
    this.map.addEventListener('pointermove', ({ clientX, clientY }) => this.point(placeAt(this.map, this.channel ?? 0, clientX, clientY)));
    this.map.addEventListener('pointerleave', () => this.point(undefined));
    this.map.addEventListener('blur', () => this.point(undefined));
    store.on(['channel', 'layer'], () => this.update());
    WIDE.addEventListener('change', () => {
      if (!this.dialog.open) return;
      this.dialog.close();
      this.reveal();
    });
  }

  show(layer: LayerView, coloring: LayerColoring): void {
    this.layer = layer;
    this.coloring = coloring;
    this.update();
  }

  /** The picture as the model gets it. */
  showPicture(picture: HTMLCanvasElement): void {
    this.input.width = picture.width;
    this.input.height = picture.height;
    this.input.getContext('2d')?.drawImage(picture, 0, 0);
  }

  private get channel(): number | null {
    return this.store.get().channel;
  }

  private update(): void {
    const { layer, coloring, channel } = this;
    const view = this.store.get();
    if (channel === null) {
      this.hide();
      return;
    }
    const data = layer?.path === view.layer ? layer.maps[channel] : undefined;
    const statistics = layer?.statistics[channel];
    if (!layer || !coloring || !data || !statistics) return;
    const single = layer.kind !== 'maps';
    byId('detail-heading').textContent = single ? layer.path : `Channel ${channel}`;
    const failure = paint(this.map, layer, channel, coloring);
    this.map.setAttribute(
      'aria-label',
      `${layer.path}, ${single ? 'all values' : `channel ${channel}`}, ${layer.width} by ${layer.height}`,
    );
    byId('map-caption').textContent = failure ?? `${layer.path} · ${layer.width} × ${layer.height}`;
    byId('colorbar').replaceChildren(...(failure ? [] : colorbar(data, coloring)));
    byId('input-figure').hidden = single;
    byId('histogram').replaceChildren(histogram(data, coloring));
    byId('statistics').replaceChildren(
      ...Object.entries({
        Minimum: short(statistics.min),
        Maximum: short(statistics.max),
        Mean: short(statistics.mean),
        'Std. deviation': short(statistics.std),
        Zeros: percent(statistics.zeros),
        State: statistics.dead ? 'dead: one value only' : 'alive',
      }).map(([name, value]) => h('div', {}, h('dt', {}, name), h('dd', {}, value))),
    );
    const order = this.order();
    for (const [id, step] of Object.entries({ previous: -1, next: 1 })) {
      byId<HTMLButtonElement>(id).disabled = order[order.indexOf(channel) + step] === undefined || order.indexOf(channel) < 0;
    }
    this.point(this.cursor && this.cursor.x < layer.width && this.cursor.y < layer.height ? { ...this.cursor, channel } : undefined);
    this.reveal();
  }

  private reveal(): void {
    document.querySelector('.layout')?.classList.add('with-detail');
    if (this.dialog.open) return;
    this.opener = document.activeElement;
    if (WIDE.matches) {
      this.dialog.show();
      // A panel beside the grid leaves the focus where the next arrow key wants it.
      if (this.opener instanceof HTMLElement && this.opener !== document.body) this.opener.focus({ preventScroll: true });
      else if (document.activeElement instanceof HTMLElement) document.activeElement.blur();
    } else this.dialog.showModal();
  }

  private hide(): void {
    document.querySelector('.layout')?.classList.remove('with-detail');
    if (this.dialog.open) this.dialog.close();
  }

  private leave(): void {
    const { channel, opener } = this;
    const inside = this.dialog.contains(document.activeElement);
    this.store.set({ channel: null });
    const tile = document.querySelector<HTMLElement>(`.tile[data-channel="${channel}"]`);
    if (inside || document.activeElement === document.body)
      (tile ?? (opener instanceof HTMLElement ? opener : null))?.focus({ preventScroll: true });
  }

  private step(by: number): void {
    const order = this.order();
    const next = order[order.indexOf(this.channel ?? -1) + by];
    if (next !== undefined) this.store.set({ channel: next });
  }

  private key(event: KeyboardEvent): void {
    if (event.key === 'Escape') {
      event.preventDefault();
      this.leave();
      return;
    }
    const { layer } = this;
    const [dx, dy] = (
      { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] } as Readonly<Record<string, readonly [number, number]>>
    )[event.key] ?? [0, 0];
    if (!layer || (dx === 0 && dy === 0)) return;
    event.preventDefault();
    if (event.target !== this.map) {
      this.step(dx + dy);
      return;
    }
    const by = event.shiftKey ? 10 : 1;
    const from = this.cursor ?? { x: Math.floor(layer.width / 2) - dx, y: Math.floor(layer.height / 2) - dy };
    const within = (value: number, size: number) => Math.max(0, Math.min(size - 1, value));
    this.point({ channel: this.channel ?? 0, x: within(from.x + dx * by, layer.width), y: within(from.y + dy * by, layer.height) });
  }

  /** Marks one value, and the same place of the picture. */
  private point(place: Place | undefined): void {
    this.cursor = place;
    const { layer } = this;
    const [value = '', ...where] = place && layer ? describePlace(layer, place).split(' · ').reverse() : [];
    byId('map-readout').replaceChildren(
      ...(value === '' ? [] : [where.reverse().join(' · '), h('span', { class: 'unseen' }, ' · '), h('b', {}, value)]),
    );
    for (const id of ['map-cursor', 'input-cursor']) {
      const mark = byId(id);
      mark.hidden = !place;
      if (!place || !layer) continue;
      const part = (value: number, size: number) => `${(value / size) * 100}%`;
      mark.style.left = part(place.x, layer.width);
      mark.style.top = part(place.y, layer.height);
      mark.style.width = part(1, layer.width);
      mark.style.height = part(1, layer.height);
    }
  }
}
