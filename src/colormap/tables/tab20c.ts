// Written by scripts/colormap/generate.py from matplotlib 3.11.2; do not edit. To write it again:
//   python -m pip install matplotlib==3.11.2 && python scripts/colormap/generate.py
import { packed } from '../table';

/** 20 colours; equal to `matplotlib.colormaps["tab20c"]` of matplotlib 3.11.2. */
export const tab20c = /* @__PURE__ */ packed('tab20c', 20, '![.*:5=79U([.0FS5[67[7.=([5.[23?=[73[23G=[5*[0+U*[15[14?1[6,[2-?3[50[23?=[0-[30C.HJ(8[7.[6(.([./[,4-1[5*[01?=');
