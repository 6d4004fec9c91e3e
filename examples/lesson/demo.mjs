// The whole lesson on one model and one picture:  npm run demo  or  npm run demo -- MODEL IMAGE [--scale 1] [--out FOLDER]
import { mkdir, rm, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { ActivationLensError, createExtractor, encodePNG, loadModel, summarize } from 'activation-lens';
import { answerOf } from './answer.mjs';
import { drawFigures } from './figures.mjs';
import { inputOptions, pixelsOf, readPicture } from './input.mjs';
import { drawLayer, mapsPerLayer } from './layers.mjs';
import { page } from './page.mjs';

const here = (name) => fileURLToPath(new URL(name, import.meta.url));
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { out: { type: 'string', default: 'out/lesson' }, scale: { type: 'string' } },
});
const [modelFile = here('faces.h5'), imageFile = here('astronaut.jpg')] = positionals;
const out = values.out;
const times = [{ what: 'start', ms: performance.now() }];

/** Does one step of the lesson and says on the terminal how long it took. */
async function step(what, work, say = () => '') {
  const started = performance.now();
  const result = await work();
  times.push({ what, ms: performance.now() - started });
  console.log(`${what.padEnd(8)}${`${Math.round(times.at(-1).ms)} ms`.padStart(9)}  ${say(result)}`);
  return result;
}

async function lesson() {
  console.log(`start   ${`${Math.round(times[0].ms)} ms`.padStart(9)}  Node ${process.version}, the library imported`);
  const { size } = await stat(modelFile).catch(() => ({ size: 0 }));
  const model = await step(
    'open',
    () => loadModel(modelFile),
    (opened) => `${path.basename(modelFile)}, ${(size / 1e6).toFixed(1)} MB, ${opened.format}, ${opened.producer}`,
  );
  const { backend, attempts } = model.runtime;
  const why = attempts.filter(({ outcome }) => outcome === 'rejected').map((attempt) => `not ${attempt.backend}: ${attempt.reason}`);
  console.log(`${''.padEnd(17)}  tfjs computes on ${backend}${why.length > 0 ? ` (${why.join(' ')})` : ''}`);
  const summary = summarize(model, { style: 'keras2' });
  console.log(`\n${summary}\n`);

  const options = inputOptions(model, values.scale);
  const { image, input } = await step(
    'picture',
    () => readPicture(imageFile, options),
    (read) => `${path.basename(imageFile)} as ${read.image.width} x ${read.image.height}, values ${options.range}`,
  );
  const prediction = await step(
    'predict',
    () => answerOf(model, input, modelFile === here('faces.h5')),
    (answer) => answer.line,
  );
  const extractor = createExtractor(model);
  const activations = await step(
    'extract',
    () => extractor.run(input),
    ({ size: layers }) => `one forward pass, ${layers} layers`,
  );

  await rm(out, { recursive: true, force: true });
  await mkdir(path.join(out, 'layers'), { recursive: true });
  const most = mapsPerLayer(activations);
  const layers = await step(
    'maps',
    () => Promise.all([...activations].map((activation, i) => drawLayer(activation, i, out, most))),
    (drawn) => `${drawn.reduce((sum, { maps }) => sum + maps.length, 0)} maps of ${drawn.length} layers in ${path.join(out, 'maps')}`,
  );
  for (const { name, channels, dead } of layers) {
    console.log(`${''.padEnd(17)}  ${name}: ${dead.length} of ${channels} channels dead${dead.length > 0 ? ` (${dead.join(', ')})` : ''}`);
  }
  const figures = await step(
    'figures',
    () => drawFigures(activations, out),
    (drawn) => drawn.map(({ file }) => file).join(', '),
  );

  await step(
    'page',
    async () => {
      const png = await encodePNG(pixelsOf(image));
      await writeFile(path.join(out, 'input.png'), png);
      await writeFile(path.join(out, 'summary.txt'), `${summary}\n`);
      const html = page({
        model: {
          name: model.name,
          file: path.basename(modelFile),
          producer: model.producer,
          parameters: model.layers.reduce((sum, { parameters }) => sum + parameters, 0),
        },
        picture: {
          name: path.basename(imageFile),
          width: image.width,
          height: image.height,
          shape: input.shape.join(' x '),
          range: `values ${options.range}`,
          src: `data:image/png;base64,${Buffer.from(png).toString('base64')}`,
          alt: modelFile === here('faces.h5') && positionals.length === 0 ? 'A smiling astronaut before a flag' : 'The input picture',
        },
        runtime: { backend, why: why.join(' ') },
        note: Number.isFinite(most) ? `The page shows at most ${most} of a layer; every channel is in the files under layers/.` : '',
        summary,
        prediction,
        layers,
        figures,
        times,
      });
      await writeFile(path.join(out, 'index.html'), html);
      return html.length;
    },
    (length) => `${path.join(out, 'index.html')}, ${(length / 1e6).toFixed(1)} MB, everything in it`,
  );
  activations.dispose();
  input.dispose();
  model.dispose();
  console.log(`\n${Math.round(performance.now())} ms since the process began. Open ${path.join(out, 'index.html')}`);
}

await lesson().catch((error) => {
  if (!(error instanceof ActivationLensError)) throw error;
  console.error(`\n${error.code}: ${error.message}`);
  process.exitCode = 1;
});
