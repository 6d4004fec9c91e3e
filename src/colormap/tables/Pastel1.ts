// Written by scripts/colormap/generate.py from matplotlib 3.11.2; do not edit. To write it again:
//   python -m pip install matplotlib==3.11.2 && python scripts/colormap/generate.py
import { packed } from '../table';

/** 9 colours; equal to `matplotlib.colormaps["Pastel1"]` of matplotlib 3.11.2. */
export const Pastel1 = /* @__PURE__ */ packed('Pastel1', 9, '*1[11[-5[-.[.,[,*Y+B[1/[.-[.6+K[.0)[,1[+,[2+[+1V*[+5WV[,([.2');
