import { colormaps } from 'activation-lens/colormaps';
import { colormapOf, GROUPS, isColormap } from '../colormaps';
import { byId, h } from '../dom';
import { NORMS, type NormName } from '../norms';
import type { Preparation, ValueRange } from '../protocol';
import { RESIZES, SORTS, type Sort, type Store, type View } from '../state';

/** Binds the menus and boxes of the page to the view. */
export function bindControls(store: Store): void {
  const colormap = byId<HTMLSelectElement>('colormap');
  for (const [label, names] of Object.entries(GROUPS)) {
    colormap.append(h('optgroup', { label }, ...names.map((name) => h('option', { value: name }, name))));
  }
  fill('norm', NORMS);
  fill('sort', SORTS);
  fill('resize', Object.fromEntries(RESIZES.map((name) => [name, name])));

  select('colormap', (value) => {
    if (isColormap(value)) store.set({ colormap: value });
  });
  select('norm', (value) => store.set({ norm: value as NormName }));
  select('sort', (value) => store.set({ sort: value as Sort }));
  select('resize', (value) => store.set({ resize: RESIZES.find((name) => name === value) ?? 'nearest' }));
  select('range', (value) => store.set({ range: value as ValueRange }));
  const tile = byId<HTMLInputElement>('tile');
  tile.addEventListener('input', () => store.set({ tile: Number(tile.value) }));
  const size = byId<HTMLInputElement>('size');
  size.addEventListener('change', () => {
    const value = Math.round(size.valueAsNumber);
    if (value >= 8 && value <= 2048) store.set({ size: value });
    else size.value = String(store.get().size);
  });
  for (const key of ['reversed', 'shared', 'hideDead'] as const) {
    const box = byId<HTMLInputElement>(key);
    box.addEventListener('change', () => store.set({ [key]: box.checked }));
  }

  const toggle = byId('controls-toggle');
  toggle.addEventListener('click', () => {
    const open = byId('controls').classList.toggle('open');
    toggle.setAttribute('aria-expanded', String(open));
  });

  store.on(['resize', 'colormap', 'reversed', 'norm', 'sort', 'tile', 'size', 'shared', 'hideDead'], reflect);
  reflect(store.get());
}

/** Shows how the picture is prepared, once a model says what it wants. */
export function showPreparation({ range, size }: Preparation, freeSize: boolean, note: string): void {
  byId<HTMLSelectElement>('range').value = range;
  byId<HTMLInputElement>('size').value = String(size);
  byId('size-field').hidden = !freeSize;
  const text = byId('input-note');
  text.textContent = note;
  text.hidden = note === '';
}

function reflect(view: View): void {
  for (const key of ['colormap', 'norm', 'sort', 'resize'] as const) byId<HTMLSelectElement>(key).value = view[key];
  for (const key of ['reversed', 'shared', 'hideDead'] as const) byId<HTMLInputElement>(key).checked = view[key];
  if (view.tile > 0) byId<HTMLInputElement>('tile').value = String(view.tile);
  swatch(view);
}

function swatch({ colormap, reversed }: View): void {
  const canvas = byId<HTMLCanvasElement>('swatch');
  const context = canvas.getContext('2d');
  if (!context) return;
  const { table, rows } = colormapOf(colormap in colormaps ? colormap : 'viridis', reversed);
  const pixels = context.createImageData(canvas.width, 1);
  for (let x = 0; x < canvas.width; x++) {
    const row = Math.floor((x / canvas.width) * rows);
    pixels.data.set(table.subarray(row * 4, row * 4 + 4), x * 4);
  }
  context.putImageData(pixels, 0, 0);
}

function fill(id: string, options: Readonly<Record<string, string>>): void {
  byId<HTMLSelectElement>(id).append(...Object.entries(options).map(([value, label]) => h('option', { value }, label)));
}

function select(id: string, set: (value: string) => void): void {
  const element = byId<HTMLSelectElement>(id);
  element.addEventListener('change', () => set(element.value));
}
