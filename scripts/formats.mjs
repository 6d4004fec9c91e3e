// Writes docs/formats.md from the code that supports the layers and operations: node scripts/formats.mjs
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'esbuild';

const root = fileURLToPath(new URL('..', import.meta.url));
const folder = mkdtempSync(path.join(tmpdir(), 'activation-lens-formats-'));
const file = path.join(folder, 'tables.mjs');
await build({
  stdin: {
    contents:
      "export { supportedLayers } from './src/model/layers/index'; export { supportedOperations } from './src/model/operations/index';",
    resolveDir: root,
  },
  bundle: true,
  format: 'esm',
  platform: 'node',
  outfile: file,
  alias: { '#platform': path.join(root, 'src/platform/node.ts') },
  banner: { js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);" },
  logLevel: 'error',
});
const { supportedLayers, supportedOperations } = await import(pathToFileURL(file));
rmSync(folder, { recursive: true });
const layers = supportedLayers();
const { keras3, tensorflow } = supportedOperations();
const names = (list) => list.map((name) => `\`${name}\``).join(', ');

writeFileSync(
  path.join(root, 'docs/formats.md'),
  `---
title: Formats and layers
---

# Formats and layers

Written by \`scripts/formats.mjs\` from the tables in the code.

| file | versions | what is read |
| --- | --- | --- |
| HDF5 model (\`.h5\`, \`.hdf5\`) | Keras 1, 2, 3; \`tf.keras\` | architecture and weights; optimizer state is never read |
| zip (\`.keras\`) | Keras 2.12 to 2.15, Keras 3 | the same |
| HDF5 weights (\`save_weights\`, \`.weights.h5\`) | Keras 1, 2, 3 | weights, with the \`architecture\` given beside them |
| tfjs LayersModel (\`model.json\`) | tfjs, its converter | architecture and weights, quantized ones too |
| tfjs GraphModel (\`model.json\`) | tfjs converter | the graph's nodes are the layers |

Weights may be float16, bfloat16, float32, float64 or integers; everything is computed in float32.

## Layers

${layers.length} classes. "Keras" says which major versions have the class. A class that is not here can be added with \`customLayers\`
([Opening models](opening-models.md)).

| layer | Keras | |
| --- | --- | --- |
${layers.map(({ className, keras, remarks = '' }) => `| \`${className}\` | ${keras.join(', ')} | ${remarks} |`).join('\n')}

## Operations

Nodes of \`keras.ops\` (Keras 3), ${keras3.length}: ${names(keras3)}.

Functions of TensorFlow (Keras 2's \`TFOpLambda\` and \`SlicingOpLambda\`), ${tensorflow.length}: ${names(tensorflow)}.
`,
);
