// Written by scripts/colormap/generate.py from matplotlib 3.11.2; do not edit. To write it again:
//   python -m pip install matplotlib==3.11.2 && python scripts/colormap/generate.py
import { packed } from '../table';

/** 8 colours; equal to `matplotlib.colormaps["Dark2"]` of matplotlib 3.11.2. */
export const Dark2 = /* @__PURE__ */ packed('Dark2', 8, '0[+.[,5[62Y[44[++[3+[44[4+[36[6([-*[3+[21[64[44[66,[11[63[+4,[+2[44');
