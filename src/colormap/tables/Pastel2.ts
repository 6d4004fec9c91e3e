// Written by scripts/colormap/generate.py from matplotlib 3.11.2; do not edit. To write it again:
//   python -m pip install matplotlib==3.11.2 && python scripts/colormap/generate.py
import { packed } from '../table';

/** 8 colours; equal to `matplotlib.colormaps["Pastel2"]` of matplotlib 3.11.2. */
export const Pastel2 = /* @__PURE__ */ packed('Pastel2', 8, '+[11-[.1[0*U[.0-[++[+3[.-[--W[-([+2X[-)[.-[2/WV[+2[/+W.');
