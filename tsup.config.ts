import { existsSync } from 'node:fs';
import { defineConfig } from 'tsup';

const entry = {
  index: 'src/index.ts',
  colormap: 'src/colormap/index.ts',
  colormaps: 'src/colormap/all.ts',
  webgpu: 'src/webgpu/index.ts',
  npy: 'src/npy/index.ts',
  'platform/node': 'src/platform/node.ts',
  'platform/browser': 'src/platform/browser.ts',
};

export default defineConfig({
  entry: Object.fromEntries(Object.entries(entry).filter(([, file]) => existsSync(file))),
  format: ['esm', 'cjs'],
  target: 'es2022',
  platform: 'neutral',
  // One class of error and one of every table, however many entries a program imports.
  splitting: true,
  treeshake: true,
  dts: true,
  clean: true,
  external: ['#platform', /^node:/, /^@tensorflow\//, '@napi-rs/canvas', 'webgpu', 'fflate'],
});
