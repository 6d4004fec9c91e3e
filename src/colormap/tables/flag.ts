// Written by scripts/colormap/generate.py from matplotlib 3.11.2; do not edit. To write it again:
//   python -m pip install matplotlib==3.11.2 && python scripts/colormap/generate.py
import { packed } from '../table';

/** 256 colours; equal to `matplotlib.colormaps["flag"]` of matplotlib 3.11.2. */
export const flag = /* @__PURE__ */ packed('flag', 256, '8)))))[./[7/[/0((((([-.[6.[0/-((((BDB8((((?CC=((((@DD>((((?CC?((((@DD@((((=CC?((((>DD@((((7ACA((((.BDB(((((ACA(((((BDD2((((ACA=((((@DB>((((?CC?((((@DD@((((?CC?((((>BD@((((;ACA((((4DDB(((((ACA(((((BDB,((((ACA9((((@DD>((((?CC=((((@DD@((((?CC?((((>DD@((((=CC?((((:BDB((((+([4([13S+M[05[5*:((((((((KC7)4@JN((((((((KE;+2@HL((((((((KE;/0<FN((((((((MI?1,:FL((((((((MIA3*8BJ0(((((((/IA7)4BJN((((((((KE9+2@JN((((((((ME;/0<FL((((((((KG?1,<FL((((((((MI?3*8DL((((((((9KC5(6BJL((((((((KC9+2@JN((((((((KE;-0>HN((((((((MG=/.:FL((((((((KI?3*:DL(((((([.2[72[/+)))))[.)[67[/6(((((ACC3((((BDB<((((?CA=((((@DD@((((?CC?((((@DD@((((=AC?((((>BDB((((1CCA(((((BDB(((((ACA-((((BDB8((((?CC=((((@DD>((((?CC?((((@DD@((((=CC?((((>DD@((((7ACA((((.BDB(((((ACA(((((BDD2((((ACA=((((@DB>((((?CC?((((@DD@((((?CC?((((>BD@((((;ACA((((4DDB(');
