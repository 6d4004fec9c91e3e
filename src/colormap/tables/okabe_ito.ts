// Written by scripts/colormap/generate.py from matplotlib 3.11.2; do not edit. To write it again:
//   python -m pip install matplotlib==3.11.2 && python scripts/colormap/generate.py
import { packed } from '../table';

/** 8 colours; equal to `matplotlib.colormaps["okabe_ito"]` of matplotlib 3.11.2. */
export const okabe_ito = /* @__PURE__ */ packed('okabe_ito', 8, '.([++[24(G([--[++([4)[1/[4+[+/[6,[34[,3((U[6.[0,[13([3)');
