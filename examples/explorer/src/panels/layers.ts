import { byId, h } from '../dom';
import { count, shape } from '../numbers';
import type { LayerRow } from '../protocol';
import type { Store } from '../state';
import { Roving } from './roving';

/** Rows made at once; a network of thousands of layers does not hold the page up. */
const SLICE = 100;

/** The list of layers: nested models are groups, indented. */
export class LayersPanel {
  private readonly list = byId('layers');
  private readonly filter = byId<HTMLInputElement>('filter');
  private readonly panel = this.list.closest('nav')!;
  private readonly roving: Roving;
  private rows = new Map<string, { readonly row: LayerRow; readonly button: HTMLButtonElement }>();
  private building = 0;
  private pause: ReturnType<typeof setTimeout> | undefined;

  constructor(private readonly store: Store) {
    this.roving = new Roving(this.list, '.layer', (target) => this.chooseSoon(target));
    this.list.addEventListener('click', ({ target }) => {
      const button = (target as Element).closest<HTMLElement>('.layer');
      if (!button) return;
      store.set({ layer: button.dataset.path ?? '', channel: null });
      this.open(false);
    });
    this.filter.value = store.get().filter;
    this.filter.addEventListener('input', () => store.set({ filter: this.filter.value }));
    store.on(['filter'], () => this.applyFilter());
    store.on(['layer'], () => this.mark());
    byId('layers-toggle').addEventListener('click', () => this.open(!this.panel.classList.contains('open')));
  }

  show(rows: readonly LayerRow[]): void {
    const turn = ++this.building;
    this.rows = new Map();
    this.list.replaceChildren();
    let groups: readonly string[] = [];
    const build = (start: number) => {
      if (turn !== this.building) return;
      const fragment = document.createDocumentFragment();
      for (const row of rows.slice(start, start + SLICE)) {
        const parents = row.path.split('/').slice(0, -1);
        const known = parents.findIndex((name, depth) => groups[depth] !== name);
        if (known >= 0) {
          for (let depth = known; depth < parents.length; depth++) {
            fragment.append(h('li', { class: 'group', style: `padding-left:${8 + depth * 14}px` }, `${parents[depth]!}/`));
          }
        }
        groups = parents;
        fragment.append(this.item(row, parents.length));
      }
      this.list.append(fragment);
      if (start + SLICE < rows.length) requestAnimationFrame(() => build(start + SLICE));
      else {
        this.applyFilter();
        this.mark();
      }
    };
    build(0);
  }

  private item(row: LayerRow, depth: number): HTMLLIElement {
    const name = row.path.split('/').at(-1)!;
    const button = h(
      'button',
      { type: 'button', class: 'layer', tabindex: -1, 'data-path': row.path, style: `--depth:${depth}`, title: row.path },
      h('span', { class: 'name' }, name),
      h('span', { class: 'minor' }, row.parameters > 0 ? `${row.className} · ${count(row.parameters)} params` : row.className),
      h('span', { class: 'minor right' }, shape(row.shape.slice(1))),
    );
    this.rows.set(row.path, { row, button });
    return h('li', {}, button);
  }

  private applyFilter(): void {
    const wanted = this.store.get().filter.trim().toLowerCase();
    if (this.filter.value.trim().toLowerCase() !== wanted) this.filter.value = this.store.get().filter;
    let shown = 0;
    for (const { row, button } of this.rows.values()) {
      const fits = wanted === '' || row.path.toLowerCase().includes(wanted) || row.className.toLowerCase().includes(wanted);
      button.parentElement!.hidden = !fits;
      if (fits) shown++;
    }
    for (const group of this.list.querySelectorAll<HTMLElement>('.group')) group.hidden = wanted !== '';
    byId('layer-count').textContent = wanted === '' ? String(this.rows.size) : `${shown} of ${this.rows.size}`;
    const stop = this.list.querySelector<HTMLElement>('.layer[tabindex="0"]');
    if (!stop || stop.closest('[hidden]')) this.roving.stop(this.list.querySelector('li:not([hidden]) .layer'));
  }

  private mark(): void {
    const { layer } = this.store.get();
    for (const current of this.list.querySelectorAll('[aria-current]')) current.removeAttribute('aria-current');
    const button = this.rows.get(layer)?.button;
    if (!button) return;
    button.setAttribute('aria-current', 'true');
    this.roving.stop(button);
    // Not scrollIntoView, which would scroll the page too.
    const { list } = this;
    const item = button.parentElement!;
    const top = item.offsetTop - list.offsetTop;
    if (top < list.scrollTop || top + item.offsetHeight > list.scrollTop + list.clientHeight) list.scrollTop = top - list.clientHeight / 3;
  }

  /** Arrow keys may run along the list faster than a network computes. */
  private chooseSoon(target: HTMLElement): void {
    clearTimeout(this.pause);
    this.pause = setTimeout(() => this.store.set({ layer: target.dataset.path ?? '', channel: null }), 150);
  }

  private open(open: boolean): void {
    this.panel.classList.toggle('open', open);
    byId('layers-toggle').setAttribute('aria-expanded', String(open));
  }
}
