// Written by scripts/colormap/generate.py from matplotlib 3.11.2; do not edit. To write it again:
//   python -m pip install matplotlib==3.11.2 && python scripts/colormap/generate.py
import { packed } from '../table';

/** 10 colours; equal to `matplotlib.colormaps["tab10"]` of matplotlib 3.11.2. */
export const tab10 = /* @__PURE__ */ packed('tab10', 10, ')[+6[+7[-2[23[0+7[26[4/[/2[3.[668[,*[7)[0(I[,*8[/4*[1/[3,[+4/[5-[6+[66[0-[31[2-');
