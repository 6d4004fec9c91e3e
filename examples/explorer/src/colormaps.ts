import { type Colormap, reversed } from 'activation-lens';
import { type ColormapName, colormaps } from 'activation-lens/colormaps';

/** Every colormap, in matplotlib's own groups. */
export const GROUPS: Readonly<Record<string, readonly ColormapName[]>> = {
  'Perceptually uniform': ['viridis', 'plasma', 'inferno', 'magma', 'cividis'],
  Sequential: words('Greys Grays Purples Blues Greens Oranges Reds YlOrBr YlOrRd OrRd PuRd RdPu BuPu GnBu PuBu YlGnBu PuBuGn BuGn YlGn'),
  'Sequential, more': words(
    'binary gist_yarg gist_yerg gist_gray gist_grey gray grey bone pink spring summer autumn winter cool Wistia hot afmhot gist_heat copper',
  ),
  Diverging: words('PiYG PRGn BrBG PuOr RdGy RdBu RdYlBu RdYlGn Spectral coolwarm bwr seismic berlin managua vanimo'),
  Cyclic: words('twilight twilight_shifted hsv'),
  Qualitative: words('Pastel1 Pastel2 Paired Accent Dark2 okabe_ito Set1 Set2 Set3 tab10 tab20 tab20b tab20c'),
  Miscellaneous: words(
    'flag prism ocean gist_earth terrain gist_stern gnuplot gnuplot2 CMRmap cubehelix brg gist_rainbow rainbow jet turbo nipy_spectral gist_ncar',
  ),
};

function words(text: string): ColormapName[] {
  return text.split(' ') as ColormapName[];
}

export function isColormap(name: string): name is ColormapName {
  return Object.hasOwn(colormaps, name);
}

const turned = new Map<ColormapName, Colormap>();

/** The same object each time: the library remembers what it derives from one. */
export function colormapOf(name: ColormapName, backwards: boolean): Colormap {
  if (!backwards) return colormaps[name];
  const known = turned.get(name) ?? reversed(colormaps[name]);
  turned.set(name, known);
  return known;
}
