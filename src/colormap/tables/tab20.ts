// Written by scripts/colormap/generate.py from matplotlib 3.11.2; do not edit. To write it again:
//   python -m pip install matplotlib==3.11.2 && python scripts/colormap/generate.py
import { packed } from '../table';

/** 20 colours; equal to `matplotlib.colormaps["tab20"]` of matplotlib 3.11.2. */
export const tab20 = /* @__PURE__ */ packed('tab20', 20, ',[+6[2+))BS[-)([5([-2[1+[/-[16[.,A.[,5[+/[47[-)[66[/)[76[01[-*X[27[,-[/)[-5[-60H4[-*[-.[04[,2[/6N[1/WD[7([7([33[+,[+4[55[1.[,.+2-[.0[..[4([01[2([+4');
