// Written by scripts/colormap/generate.py from matplotlib 3.11.2; do not edit. To write it again:
//   python -m pip install matplotlib==3.11.2 && python scripts/colormap/generate.py
import { packed } from '../table';

/** 9 colours; equal to `matplotlib.colormaps["Pastel1"]` of matplotlib 3.11.2. */
export const Pastel1 = /* @__PURE__ */ packed('Pastel1', 9, '01[11[./[,++)[+--C[1/[.-Q[.1[,5)[,7[,3C[2+[+1[/-[+/[3+[./[0-OC');
