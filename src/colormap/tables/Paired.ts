// Written by scripts/colormap/generate.py from matplotlib 3.11.2; do not edit. To write it again:
//   python -m pip install matplotlib==3.11.2 && python scripts/colormap/generate.py
import { packed } from '../table';

/** 12 colours; equal to `matplotlib.colormaps["Paired"]` of matplotlib 3.11.2. */
export const Paired = /* @__PURE__ */ packed('Paired', 12, '0[3+[+6[13[..1[+1-)[.3[5,)[15[.+[7([,)[37[43[+,[0)[76[13[/2)[3*[+1[1/[63[-0[45[+0[56([-+[43[45[-(');
