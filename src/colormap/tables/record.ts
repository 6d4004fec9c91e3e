// Written by scripts/colormap/generate.py from matplotlib 3.11.2; do not edit. To write it again:
//   python -m pip install matplotlib==3.11.2 && python scripts/colormap/generate.py
import { Accent } from './Accent';
import { afmhot } from './afmhot';
import { autumn } from './autumn';
import { berlin } from './berlin';
import { binary } from './binary';
import { Blues } from './Blues';
import { bone } from './bone';
import { BrBG } from './BrBG';
import { brg } from './brg';
import { BuGn } from './BuGn';
import { BuPu } from './BuPu';
import { bwr } from './bwr';
import { cividis } from './cividis';
import { CMRmap } from './CMRmap';
import { cool } from './cool';
import { coolwarm } from './coolwarm';
import { copper } from './copper';
import { cubehelix } from './cubehelix';
import { Dark2 } from './Dark2';
import { flag } from './flag';
import { gist_earth } from './gist_earth';
import { gist_gray } from './gist_gray';
import { gist_grey } from './gist_grey';
import { gist_heat } from './gist_heat';
import { gist_ncar } from './gist_ncar';
import { gist_rainbow } from './gist_rainbow';
import { gist_stern } from './gist_stern';
import { gist_yarg } from './gist_yarg';
import { gist_yerg } from './gist_yerg';
import { GnBu } from './GnBu';
import { gnuplot } from './gnuplot';
import { gnuplot2 } from './gnuplot2';
import { gray } from './gray';
import { Grays } from './Grays';
import { Greens } from './Greens';
import { grey } from './grey';
import { Greys } from './Greys';
import { hot } from './hot';
import { hsv } from './hsv';
import { inferno } from './inferno';
import { jet } from './jet';
import { magma } from './magma';
import { managua } from './managua';
import { nipy_spectral } from './nipy_spectral';
import { ocean } from './ocean';
import { okabe_ito } from './okabe_ito';
import { Oranges } from './Oranges';
import { OrRd } from './OrRd';
import { Paired } from './Paired';
import { Pastel1 } from './Pastel1';
import { Pastel2 } from './Pastel2';
import { pink } from './pink';
import { PiYG } from './PiYG';
import { plasma } from './plasma';
import { PRGn } from './PRGn';
import { prism } from './prism';
import { PuBu } from './PuBu';
import { PuBuGn } from './PuBuGn';
import { PuOr } from './PuOr';
import { PuRd } from './PuRd';
import { Purples } from './Purples';
import { rainbow } from './rainbow';
import { RdBu } from './RdBu';
import { RdGy } from './RdGy';
import { RdPu } from './RdPu';
import { RdYlBu } from './RdYlBu';
import { RdYlGn } from './RdYlGn';
import { Reds } from './Reds';
import { seismic } from './seismic';
import { Set1 } from './Set1';
import { Set2 } from './Set2';
import { Set3 } from './Set3';
import { Spectral } from './Spectral';
import { spring } from './spring';
import { summer } from './summer';
import { tab10 } from './tab10';
import { tab20 } from './tab20';
import { tab20b } from './tab20b';
import { tab20c } from './tab20c';
import { terrain } from './terrain';
import { turbo } from './turbo';
import { twilight } from './twilight';
import { twilight_shifted } from './twilight_shifted';
import { vanimo } from './vanimo';
import { viridis } from './viridis';
import { winter } from './winter';
import { Wistia } from './Wistia';
import { YlGn } from './YlGn';
import { YlGnBu } from './YlGnBu';
import { YlOrBr } from './YlOrBr';
import { YlOrRd } from './YlOrRd';

/** The name of a colormap of matplotlib, without `_r`. */
export type ColormapName =
  | 'Accent'
  | 'afmhot'
  | 'autumn'
  | 'berlin'
  | 'binary'
  | 'Blues'
  | 'bone'
  | 'BrBG'
  | 'brg'
  | 'BuGn'
  | 'BuPu'
  | 'bwr'
  | 'cividis'
  | 'CMRmap'
  | 'cool'
  | 'coolwarm'
  | 'copper'
  | 'cubehelix'
  | 'Dark2'
  | 'flag'
  | 'gist_earth'
  | 'gist_gray'
  | 'gist_grey'
  | 'gist_heat'
  | 'gist_ncar'
  | 'gist_rainbow'
  | 'gist_stern'
  | 'gist_yarg'
  | 'gist_yerg'
  | 'GnBu'
  | 'gnuplot'
  | 'gnuplot2'
  | 'gray'
  | 'Grays'
  | 'Greens'
  | 'grey'
  | 'Greys'
  | 'hot'
  | 'hsv'
  | 'inferno'
  | 'jet'
  | 'magma'
  | 'managua'
  | 'nipy_spectral'
  | 'ocean'
  | 'okabe_ito'
  | 'Oranges'
  | 'OrRd'
  | 'Paired'
  | 'Pastel1'
  | 'Pastel2'
  | 'pink'
  | 'PiYG'
  | 'plasma'
  | 'PRGn'
  | 'prism'
  | 'PuBu'
  | 'PuBuGn'
  | 'PuOr'
  | 'PuRd'
  | 'Purples'
  | 'rainbow'
  | 'RdBu'
  | 'RdGy'
  | 'RdPu'
  | 'RdYlBu'
  | 'RdYlGn'
  | 'Reds'
  | 'seismic'
  | 'Set1'
  | 'Set2'
  | 'Set3'
  | 'Spectral'
  | 'spring'
  | 'summer'
  | 'tab10'
  | 'tab20'
  | 'tab20b'
  | 'tab20c'
  | 'terrain'
  | 'turbo'
  | 'twilight'
  | 'twilight_shifted'
  | 'vanimo'
  | 'viridis'
  | 'winter'
  | 'Wistia'
  | 'YlGn'
  | 'YlGnBu'
  | 'YlOrBr'
  | 'YlOrRd'
  ;

/** All of them by name. */
export const record = {
  Accent,
  afmhot,
  autumn,
  berlin,
  binary,
  Blues,
  bone,
  BrBG,
  brg,
  BuGn,
  BuPu,
  bwr,
  cividis,
  CMRmap,
  cool,
  coolwarm,
  copper,
  cubehelix,
  Dark2,
  flag,
  gist_earth,
  gist_gray,
  gist_grey,
  gist_heat,
  gist_ncar,
  gist_rainbow,
  gist_stern,
  gist_yarg,
  gist_yerg,
  GnBu,
  gnuplot,
  gnuplot2,
  gray,
  Grays,
  Greens,
  grey,
  Greys,
  hot,
  hsv,
  inferno,
  jet,
  magma,
  managua,
  nipy_spectral,
  ocean,
  okabe_ito,
  Oranges,
  OrRd,
  Paired,
  Pastel1,
  Pastel2,
  pink,
  PiYG,
  plasma,
  PRGn,
  prism,
  PuBu,
  PuBuGn,
  PuOr,
  PuRd,
  Purples,
  rainbow,
  RdBu,
  RdGy,
  RdPu,
  RdYlBu,
  RdYlGn,
  Reds,
  seismic,
  Set1,
  Set2,
  Set3,
  Spectral,
  spring,
  summer,
  tab10,
  tab20,
  tab20b,
  tab20c,
  terrain,
  turbo,
  twilight,
  twilight_shifted,
  vanimo,
  viridis,
  winter,
  Wistia,
  YlGn,
  YlGnBu,
  YlOrBr,
  YlOrRd,
};
