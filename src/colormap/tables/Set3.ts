// Written by scripts/colormap/generate.py from matplotlib 3.11.2; do not edit. To write it again:
//   python -m pip install matplotlib==3.11.2 && python scripts/colormap/generate.py
import { packed } from '../table';

/** 12 colours; equal to `matplotlib.colormaps["Set3"]` of matplotlib 3.11.2. */
export const Set3 = /* @__PURE__ */ packed('Set3', 12, '4[6-)[0+1[77-[11/[,5[0/[./)[-1)[03[77[15[1/[,+[.-[,5[77QM[/)[11[,3[6,[-1[4,[5*[+-[,5[0-[/-[56');
