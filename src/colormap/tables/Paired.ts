// Written by scripts/colormap/generate.py from matplotlib 3.11.2; do not edit. To write it again:
//   python -m pip install matplotlib==3.11.2 && python scripts/colormap/generate.py
import { packed } from '../table';

/** 12 colours; equal to `matplotlib.colormaps["Paired"]` of matplotlib 3.11.2. */
export const Paired = /* @__PURE__ */ packed('Paired', 12, '1[3+[+6[13[..1[+1-)[.3[//[+7)[.+[7([,)[37[43[+,[0)[76[13[56[7)[7,[+1[1/[63[-0[45[+0[56([-+[1)[+-[4+');
