import {
  boundaryNorm,
  centeredNorm,
  coolwarm,
  figure,
  funcNorm,
  imageAxes,
  logNorm,
  normalize,
  percentileNorm,
  powerNorm,
  symLogNorm,
  twoSlopeNorm,
  viridis,
} from 'activation-lens';

/** The difference of two maps, and its magnitude, under every norm, with the colorbar that goes with it. compare.py has the same. */
export function everyColorbar(one, other) {
  const signed = { ...one, data: one.data.map((value, i) => value - other.data[i]) };
  const positive = { ...signed, data: signed.data.map((value) => Math.abs(value) + 1e-3) };
  const axes = [
    ['normalize', positive, normalize(), viridis],
    ['logNorm', positive, logNorm(), viridis],
    ['powerNorm, gamma 0.5', positive, powerNorm({ gamma: 0.5 }), viridis],
    ['percentileNorm, 2 to 98', positive, percentileNorm(), viridis],
    ['funcNorm, cube root', positive, funcNorm({ forward: Math.cbrt, inverse: (y) => y ** 3 }), viridis],
    ['centeredNorm', signed, centeredNorm(), coolwarm],
    ['twoSlopeNorm', signed, twoSlopeNorm({ vcenter: 0 }), coolwarm],
    ['symLogNorm, linthresh 0.01', signed, symLogNorm({ linthresh: 0.01 }), coolwarm],
    ['boundaryNorm', signed, boundaryNorm({ boundaries: [-0.5, -0.1, -0.02, 0.02, 0.1, 0.5] }), coolwarm],
    ['logNorm, 0.03 to 0.4', positive, logNorm({ vmin: 0.03, vmax: 0.4 }), viridis],
  ].map(([title, map, norm, colormap]) => imageAxes({ title, map, norm, colormap, ticks: 'bottom', colorbar: true, dead: false }));
  return figure({ columns: 5, figsize: [20, 8], dpi: 60, axes });
}
