// Written by scripts/colormap/generate.py from matplotlib 3.11.2; do not edit. To write it again:
//   python -m pip install matplotlib==3.11.2 && python scripts/colormap/generate.py
import { packed } from '../table';

/** 20 colours; equal to `matplotlib.colormaps["tab20b"]` of matplotlib 3.11.2. */
export const tab20b = /* @__PURE__ */ packed('tab20b', 20, 'Y[/*[2,[5.[4/[4.[6/[1-[.+[6/[0-YY[7/[2-[-+Y[7.[3-[.+[,+[/.[20[54[4+[7*[33[.)[,1[52[4+[03[.1[/0[1*[4*[5+[0*[2*[52[4+[7*[31[.)[,+[/*[2,[5.[4/[.*[/*[2,[5/[/*[1,[5.[4/[6.[5/[0-[-+');
