import { readFile } from 'node:fs/promises';

const style = await readFile(new URL('page.css', import.meta.url), 'utf8');
const script = await readFile(new URL('page-script.js', import.meta.url), 'utf8');

/** One HTML document with everything in it: what the lesson saw. */
export function page(seen) {
  const { model, picture, layers } = seen;
  const maps = layers.reduce((sum, layer) => sum + layer.maps.length, 0);
  const title = `What the network ‘${model.name}’ sees in ${picture.name}`;
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${text(title)}</title>
<link rel="icon" href="data:,">
<style>
${style}</style>
<header>
<h1>${text(title)}</h1>
<p class="soft">One forward pass, ${layers.length} ${layers.length === 1 ? 'layer' : 'layers'}, ${maps} feature maps.</p>
</header>
<nav aria-label="Sections"><ul>
${['input', 'summary', 'figures', 'dead'].map((id) => `<li><a href="#${id}">${{ input: 'Input', summary: 'Model', figures: 'Figures', dead: 'Dead channels' }[id]}</a></li>`).join('\n')}
${layers.map(({ name }, i) => `<li><a href="#layer-${i}">${text(name)}</a></li>`).join('\n')}
</ul></nav>
<main>
${input(seen)}
<h2 id="summary">Model</h2>
<p>${text(model.file)}, written by ${text(model.producer)}. Its table, as Keras 2 prints it:</p>
<div class="scroll" tabindex="0" role="region" aria-label="Model summary"><pre>${text(seen.summary)}</pre></div>
<h2 id="figures">Figures</h2>
<p>Every map is coloured over its own range, from its smallest value (dark) to its largest (bright), with the colormap viridis.</p>
<div class="drawn">
${seen.figures.map(({ svg, caption, wide }) => `<figure${wide ? ' class="wide"' : ''}>${svg}<figcaption>${text(caption)}</figcaption></figure>`).join('\n')}
</div>
${dead(layers)}
<h2>Every channel</h2>
<p>Click a map to see it large; the arrow keys go on from there.${seen.note ? ` ${text(seen.note)}` : ''}</p>
${layers.map(layerMaps).join('\n')}
</main>
<footer>
<p>Computed by tfjs on ${text(seen.runtime.backend)}${seen.runtime.why ? ` (${text(seen.runtime.why)})` : ''}, drawn by activation-lens.
${text(seen.times.map(({ what, ms }) => `${what} ${Math.round(ms)} ms`).join(', '))}.</p>
</footer>
<dialog aria-label="One feature map"><img class="large" src="data:," alt=""><p></p><form method="dialog"><a href="data:,">Save as PNG</a><button>Close</button></form></dialog>
<script>
${script}</script>
</html>
`;
}

function input({ picture, model, prediction }) {
  return `<h2 id="input">Input</h2>
<div class="seen">
<figure><img class="input" src="${picture.src}" alt="${text(picture.alt)}"><figcaption>${text(picture.name)}, ${picture.width} x ${picture.height} pixels, as the model gets it: ${text(picture.shape)}, ${text(picture.range)}.</figcaption></figure>
<div>
<p class="soft">The model's answer</p>
${answer(prediction)}
<dl>
<dt>Model</dt><dd>${text(model.name)}</dd>
<dt>File</dt><dd>${text(model.file)}</dd>
<dt>Parameters</dt><dd>${model.parameters.toLocaleString('en')}</dd>
</dl>
</div>
</div>`;
}

function answer({ meaning, scores }) {
  if (scores.length === 1) return `<p class="answer">${number(scores[0].value)}</p><p>${text(meaning)}</p>`;
  const rows = scores.map(({ label, value }) => `<tr><th scope="row">${text(label)}</th><td class="number">${number(value)}</td></tr>`);
  return `<p>${text(meaning)}</p><table><tbody>${rows.join('')}</tbody></table>`;
}

function dead(layers) {
  const rows = layers.map(({ name, channels, dead: channelsDead }, i) => {
    const share = (channelsDead.length / channels) * 100;
    return `<tr><th scope="row"><a href="#layer-${i}">${text(name)}</a></th><td class="number">${channelsDead.length} of ${channels}</td>
<td><span class="meter" aria-hidden="true"><i style="width:${share.toFixed(1)}%"></i></span></td><td>${channelsDead.join(', ') || 'none'}</td></tr>`;
  });
  return `<h2 id="dead">Dead channels</h2>
<p>A channel is dead for this picture when its map holds nothing but one value: nothing in the picture moves it. On another picture it may wake.</p>
<div class="scroll" tabindex="0" role="region" aria-label="Dead channels per layer"><table>
<thead><tr><th scope="col">Layer</th><th scope="col" class="number">Dead</th><th scope="col"><span aria-hidden="true">Share</span></th><th scope="col">Channels</th></tr></thead>
<tbody>${rows.join('\n')}</tbody></table></div>`;
}

function layerMaps({ name, className, width, height, channels, maps }, i) {
  // Small maps need less room; no tile is smaller than a finger.
  const tile = Math.max(56, Math.min(112, width));
  const tiles = maps.map(
    (map) =>
      `<li${map.dead ? ' class="dead"' : ''}><button title="${map.dead ? `Dead: ${number(map.min)} everywhere` : `${number(map.min)} to ${number(map.max)}, mean ${number(map.mean)}`}"><img src="${map.src}" width="${width}" height="${height}" loading="lazy" alt="${text(name)}, channel ${map.channel}"></button></li>`,
  );
  const shown = maps.length < channels ? `the first ${maps.length} of ${channels} channels` : `${channels} channels`;
  return `<section aria-labelledby="layer-${i}">
<h3 id="layer-${i}">${text(name)}</h3>
<p class="soft">${text(className)}, ${shown} of ${width} x ${height}</p>
<ul class="maps" style="--tile:${tile}px">
${tiles.join('\n')}
</ul>
</section>`;
}

function number(value) {
  return Number.isFinite(value) ? String(Number(value.toPrecision(4))) : String(value);
}

function text(value) {
  return String(value).replace(/[&<>"]/g, (c) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' })[c]);
}
