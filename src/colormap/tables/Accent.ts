// Written by scripts/colormap/generate.py from matplotlib 3.11.2; do not edit. To write it again:
//   python -m pip install matplotlib==3.11.2 && python scripts/colormap/generate.py
import { packed } from '../table';

/** 8 colours; equal to `matplotlib.colormaps["Accent"]` of matplotlib 3.11.2. */
export const Accent = /* @__PURE__ */ packed('Accent', 8, '-[76[0+-)[/([6**[5*[.5[2+[/7)[50[/*[2-[3+[76[-/[7+[45[17([0,[+7');
