import { isColormap } from './colormaps';
import { NORMS, type NormName } from './norms';
import { DEFAULTS, RESIZES, SORTS, type Sort, type Store, type View } from './state';

/** The view as the part of the address after '#': what differs from the defaults, readable. */
export function toHash(view: View): string {
  const parameters = new URLSearchParams();
  for (const [key, value] of Object.entries(view)) {
    if (value === DEFAULTS[key as keyof View] || value === null) continue;
    parameters.set(key, value === true ? '1' : String(value));
  }
  return parameters.toString().replaceAll('%2F', '/').replaceAll('%3A', ':');
}

/** A view from an address; what is missing or makes no sense is the default. */
export function fromHash(hash: string): View {
  const given = new URLSearchParams(hash.replace(/^#/, ''));
  const text = (key: keyof View) => given.get(key) ?? '';
  const whole = (key: keyof View, least: number, most: number): number | null => {
    const value = Number(given.get(key) ?? Number.NaN);
    return Number.isInteger(value) && value >= least && value <= most ? value : null;
  };
  const one = <T extends string>(key: keyof View, names: readonly T[]): T | undefined => names.find((name) => name === text(key));
  const colormap = text('colormap');
  return {
    layer: text('layer'),
    channel: whole('channel', 0, 1e6),
    colormap: isColormap(colormap) ? colormap : DEFAULTS.colormap,
    reversed: text('reversed') === '1',
    norm: one('norm', Object.keys(NORMS) as NormName[]) ?? DEFAULTS.norm,
    shared: text('shared') === '1',
    sort: one('sort', Object.keys(SORTS) as Sort[]) ?? DEFAULTS.sort,
    hideDead: text('hideDead') === '1',
    tile: whole('tile', 40, 320) ?? DEFAULTS.tile,
    filter: text('filter'),
    range: one('range', ['unit', 'byte', 'tf', 'caffe', 'torch']) ?? 'auto',
    size: whole('size', 8, 2048) ?? DEFAULTS.size,
    resize: one('resize', RESIZES) ?? DEFAULTS.resize,
  };
}

/** Keeps address and view the same, in both directions. */
export function syncAddress(store: Store): void {
  const write = () => {
    const hash = toHash(store.get());
    history.replaceState(null, '', hash === '' ? location.pathname + location.search : `#${hash}`);
  };
  store.on(Object.keys(DEFAULTS) as (keyof View)[], write);
  addEventListener('hashchange', () => store.set(fromHash(location.hash)));
}
