// Written by scripts/colormap/generate.py from matplotlib 3.11.2; do not edit. To write it again:
//   python -m pip install matplotlib==3.11.2 && python scripts/colormap/generate.py
import { packed } from '../table';

/** 20 colours; equal to `matplotlib.colormaps["tab20"]` of matplotlib 3.11.2. */
export const tab20 = /* @__PURE__ */ packed('tab20', 20, '0[+6[2+))[-0[47[-+)[5/[/-[6/[//[+19[76[/)[0/[,1V[4+[66[/)[76[01[37[,)[,6[47[46[17[24[4/[66[1+[76[/)[0-[,1[0+[,3[1/WD[7([-0[63[-([5+[0-[--[1.[5/[/3[-3[76[/)[,,[6-[.)[+-');
