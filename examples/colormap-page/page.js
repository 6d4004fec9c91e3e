import { centeredNorm, cividis, colorize, magma, normalize, percentileNorm, RdBu, reversed, viridis } from 'activation-lens/colormap';

const width = 320;
const height = 180;
const data = Float32Array.from({ length: width * height }, (_, i) => {
  const x = (i % width) / 20 - 8;
  const y = Math.floor(i / width) / 20 - 4.5;
  return Math.sin(x * x + y * y) / (1 + (x * x + y * y) / 8);
});

const colormaps = { viridis, magma, cividis, RdBu: reversed(RdBu) };
const norms = { linear: normalize(), 'centred on zero': centeredNorm(), '2nd to 98th percentile': percentileNorm() };

const element = (id) => document.getElementById(id);
for (const [id, choices] of Object.entries({ colormap: colormaps, norm: norms })) {
  element(id).append(...Object.keys(choices).map((name) => new Option(name)));
  element(id).addEventListener('change', draw);
}
draw();

function draw() {
  const norm = norms[element('norm').value];
  const image = colorize({ width, height, data }, { colormap: colormaps[element('colormap').value], norm });
  element('picture')
    .getContext('2d')
    .putImageData(new ImageData(image.data, width, height), 0, 0);
  const { vmin, vmax } = norm.limits(data);
  element('limits').textContent = `The first colour is ${vmin.toFixed(3)}, the last ${vmax.toFixed(3)}.`;
}
