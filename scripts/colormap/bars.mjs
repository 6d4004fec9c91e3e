// Draws every colormap as a bar with the library itself: docs/images/colormaps/NAME.png, and the tables between the `bars` marks of
// docs/colormaps.md. Run it after a colormap or a group changed: node scripts/colormap/bars.mjs
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { PNG } from 'pngjs';

const ROOT = new URL('../../', import.meta.url);
const WIDTH = 256;
const HEIGHT = 16;

/** matplotlib's groups, in its own order (gallery/color/colormap_reference), and the other names for grey. */
export const GROUPS = {
  'perceptually-uniform': 'viridis plasma inferno magma cividis',
  sequential: 'Greys Purples Blues Greens Oranges Reds YlOrBr YlOrRd OrRd PuRd RdPu BuPu GnBu PuBu YlGnBu PuBuGn BuGn YlGn',
  'sequential-2': 'binary gist_yarg gist_gray gray bone pink spring summer autumn winter cool Wistia hot afmhot gist_heat copper',
  diverging: 'PiYG PRGn BrBG PuOr RdGy RdBu RdYlBu RdYlGn Spectral coolwarm bwr seismic berlin managua vanimo',
  cyclic: 'twilight twilight_shifted hsv',
  qualitative: 'Pastel1 Pastel2 Paired Accent okabe_ito Dark2 Set1 Set2 Set3 tab10 tab20 tab20b tab20c',
  miscellaneous:
    'flag prism ocean gist_earth terrain gist_stern gnuplot gnuplot2 CMRmap cubehelix brg gist_rainbow rainbow jet turbo nipy_spectral gist_ncar',
  'other-names': 'Grays grey gist_grey gist_yerg',
};

/** A bar's pixels: the values 0, 1, ... from left to right, once a row of the picture. */
export function bar(library, colormap) {
  const data = Float32Array.from({ length: WIDTH * HEIGHT }, (_, i) => (i % WIDTH) / (WIDTH - 1));
  return library.colorize({ width: WIDTH, height: HEIGHT, data }, { colormap });
}

export async function main() {
  const { outputFiles } = await build({
    stdin: {
      contents: "export * from './src/colormap/index'; export { colormaps } from './src/colormap/all';",
      resolveDir: fileURLToPath(ROOT),
    },
    bundle: true,
    format: 'esm',
    write: false,
  });
  const library = await import(`data:text/javascript;base64,${Buffer.from(outputFiles[0].contents).toString('base64')}`);
  const left = new Set(Object.keys(library.colormaps));
  const page = new URL('docs/colormaps.md', ROOT);
  let text = readFileSync(page, 'utf8');
  mkdirSync(new URL('docs/images/colormaps/', ROOT), { recursive: true });
  for (const [group, names] of Object.entries(GROUPS)) {
    const rows = names.split(' ').map((name) => {
      left.delete(name);
      const colormap = library.colormaps[name];
      const { data } = bar(library, colormap);
      const png = new PNG({ width: WIDTH, height: HEIGHT, colorType: 2 });
      png.data = Buffer.from(data);
      writeFileSync(new URL(`docs/images/colormaps/${name}.png`, ROOT), PNG.sync.write(png, { colorType: 2, deflateLevel: 9 }));
      return `| \`${name}\` | ![${name}](images/colormaps/${name}.png) | ${colormap.rows} |`;
    });
    const marked = new RegExp(`(<!-- bars ${group} -->\n).*?(<!-- end -->)`, 's');
    if (!marked.test(text)) throw new Error(`docs/colormaps.md has no place for the group ${group}`);
    text = text.replace(marked, `$1\n| name | | colours |\n| --- | --- | --- |\n${rows.join('\n')}\n\n$2`);
  }
  if (left.size > 0) throw new Error(`in no group: ${[...left].join(', ')}`);
  writeFileSync(page, text);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await main();
