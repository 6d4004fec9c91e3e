// Written by scripts/colormap/generate.py from matplotlib 3.11.2; do not edit. To write it again:
//   python -m pip install matplotlib==3.11.2 && python scripts/colormap/generate.py
import { packed } from '../table';

/** 8 colours; equal to `matplotlib.colormaps["Set2"]` of matplotlib 3.11.2. */
export const Set2 = /* @__PURE__ */ packed('Set2', 8, '0[44/[6-Y[3+)[+-[11[/3[6-[37[63[,7[,5[//[11[3-[4,[.1[/1[20[-6[5/[11');
