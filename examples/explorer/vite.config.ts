import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';

const at = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

/** The library straight from its sources, so that an edit there shows here at once. Your own app needs none of these aliases. */
const sources: Readonly<Record<string, string>> = {
  'activation-lens': 'index.ts',
  'activation-lens/colormap': 'colormap/index.ts',
  'activation-lens/colormaps': 'colormap/all.ts',
  'activation-lens/npy': 'npy/index.ts',
  'activation-lens/webgpu': 'webgpu/index.ts',
  '#platform': 'platform/browser.ts',
};

export default defineConfig({
  // Relative addresses: the built page works from any folder.
  base: './',
  assetsInclude: ['**/*.h5'],
  resolve: {
    alias: Object.entries(sources).map(([name, file]) => ({ find: new RegExp(`^${name}$`), replacement: at(`../../src/${file}`) })),
  },
  worker: { format: 'es' },
  // The worker imports these when it runs; found only then, they would make the page load twice.
  optimizeDeps: { include: ['webgpu', 'webgl', 'wasm', 'cpu'].map((name) => `@tensorflow/tfjs-backend-${name}`) },
  server: { fs: { allow: [at('../..')] } },
  build: {
    target: 'es2022',
    chunkSizeWarningLimit: 2000,
    // The page says which file is open: its name stays its own.
    rollupOptions: {
      output: {
        assetFileNames: ({ names }) => (names[0]?.endsWith('.h5') ? 'assets/[hash]/[name][extname]' : 'assets/[name]-[hash][extname]'),
      },
    },
  },
});
