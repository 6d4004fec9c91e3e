// What the benchmarks share: the library bundled from its source, a stopwatch, a Python, the lesson's maps.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'esbuild';

const root = fileURLToPath(new URL('..', import.meta.url));

/** Imports some code of the repository as a bundler would make it for Node; `resolveDir` is the repository's root. */
export async function bundle(code, options = {}) {
  const folder = options.outfile ? undefined : mkdtempSync(path.join(tmpdir(), 'activation-lens-bench-'));
  const outfile = options.outfile ?? path.join(folder, 'bundle.mjs');
  await build({
    stdin: { contents: code, resolveDir: root },
    bundle: true,
    format: 'esm',
    platform: 'node',
    target: 'es2022',
    logLevel: 'error',
    ...options,
    outfile,
  });
  const module = await import(pathToFileURL(outfile));
  if (folder) rmSync(folder, { recursive: true });
  return module;
}

/** The same for code of the tests, which finds its files from where it lies, and packages from here. `of` is the file that counts as that. */
export async function bundleTests(code, of) {
  const outfile = path.join(root, `node_modules/.cache/activation-lens/bench-${path.basename(of, '.ts')}.mjs`);
  const define = { 'import.meta.url': JSON.stringify(pathToFileURL(path.join(root, of)).href) };
  return bundle(code, { packages: 'external', outfile, define });
}

/**
 * Milliseconds of one call, over at least `seconds` and `least` calls after some to warm up. The best is what the machine can do when
 * nothing else runs; the median is what it did.
 */
export async function measure(call, { seconds = 1, least = 5, warmUp = 2 } = {}) {
  for (let i = 0; i < warmUp; i++) await call();
  const times = [];
  const end = performance.now() + seconds * 1000;
  while (times.length < least || performance.now() < end) {
    const start = performance.now();
    await call();
    times.push(performance.now() - start);
  }
  return summary(times);
}

export function summary(times) {
  const sorted = [...times].sort((a, b) => a - b);
  return { best: sorted[0], median: sorted[sorted.length >> 1], runs: sorted.length };
}

/** A Python that can import all of `modules`: ACTIVATION_LENS_PYTHON, or python3. Undefined, with the reason noted, where there is none. */
export function findPython(modules, note) {
  const command = process.env.ACTIVATION_LENS_PYTHON ?? 'python3';
  try {
    const versions = modules.map((name) => `print('${name}', ${name}.__version__)`).join('\n');
    const said = execFileSync(command, ['-c', `import ${modules.join(', ')}\n${versions}`], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    return { command, versions: said.trim().split('\n').join(', ') };
  } catch {
    note(`no Python with ${modules.join(' and ')} (set ACTIVATION_LENS_PYTHON): its rows are left out`);
    return undefined;
  }
}

/** mulberry32: numbers in [0, 1), the same ones for the same seed. */
export function random(seed) {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Height, width and channels of the lesson's eight activations. */
export const LESSON = [
  [148, 148, 32],
  [74, 74, 32],
  [72, 72, 64],
  [36, 36, 64],
  [34, 34, 128],
  [17, 17, 128],
  [15, 15, 128],
  [7, 7, 128],
];

/** The lesson's eight activations, `[1, height, width, channels]`; random ones of the same shapes where its files are not at hand. */
export function lessonActivations(note) {
  const folder = path.join(root, '../shared/lesson/expected');
  if (existsSync(folder)) {
    return readdirSync(folder)
      .filter((name) => /^\d_.*\.npy$/.test(name) && !name.includes('_ch'))
      .sort()
      .map((name) => readNPY(path.join(folder, name)));
  }
  note('the lesson is not at ../shared/lesson: random activations of its shapes instead');
  const next = random(1);
  return LESSON.map(([height, width, channels]) => {
    const dead = Array.from({ length: channels }, () => next() < 0.2);
    const data = Float32Array.from({ length: height * width * channels }, (_, i) => (dead[i % channels] ? 0 : Math.max(0, next() - 0.4)));
    return { data, shape: [1, height, width, channels] };
  });
}

function readNPY(file) {
  const bytes = readFileSync(file);
  const start = 10 + bytes.readUInt16LE(8);
  const shape = /'shape': \(([^)]*)\)/.exec(bytes.toString('latin1', 10, start))[1];
  return {
    data: new Float32Array(Uint8Array.from(bytes.subarray(start)).buffer),
    shape: shape
      .split(',')
      .filter((size) => size.trim())
      .map(Number),
  };
}
