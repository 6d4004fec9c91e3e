// Written by scripts/colormap/generate.py from matplotlib 3.11.2; do not edit. To write it again:
//   python -m pip install matplotlib==3.11.2 && python scripts/colormap/generate.py
import { packed } from '../table';

/** 9 colours; equal to `matplotlib.colormaps["Set1"]` of matplotlib 3.11.2. */
export const Set1 = /* @__PURE__ */ packed('Set1', 9, '.[+/[.6[12[47))[/3[/7[10[+,[74[2)[14[76)[/0.S[+0[07[1,[31([..@6[16');
