// Compiles scripts/colormap/kernel.as into src/colormap/kernel/simd.generated.ts: node scripts/colormap/kernel.mjs
import { readFileSync, writeFileSync } from 'node:fs';
import asc from 'assemblyscript/asc';

const { version } = JSON.parse(readFileSync(new URL('../../node_modules/assemblyscript/package.json', import.meta.url), 'utf8'));
const source = readFileSync(new URL('./kernel.as', import.meta.url), 'utf8');
const { error, stderr, binary } = await asc.compileString(source, {
  optimizeLevel: 3,
  shrinkLevel: 1,
  converge: true,
  noAssert: true,
  runtime: 'stub',
  enable: ['simd'],
  initialMemory: 1,
});
if (error) throw new Error(`${error.message}\n${stderr}`);
if (!WebAssembly.validate(binary)) throw new Error('The compiled module does not validate.');
writeFileSync(
  new URL('../../src/colormap/kernel/simd.generated.ts', import.meta.url),
  `// Written by scripts/colormap/kernel.mjs with AssemblyScript ${version} from scripts/colormap/kernel.as; do not edit. To write it again:
//   node scripts/colormap/kernel.mjs

/** The module's bytes in hexadecimal, which packs better than base64. */
export const KERNEL =
  '${Buffer.from(binary).toString('hex')}';
`,
);
console.log(`${binary.length} bytes`);
