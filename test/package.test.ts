import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ensureDist, ROOT } from './dist';

interface Manifest {
  version: string;
  exports: Record<string, string | Record<string, Record<string, string>>>;
  peerDependencies: Record<string, string>;
  peerDependenciesMeta: Record<string, { optional: boolean }>;
  dependencies: Record<string, string>;
  scripts: Record<string, string>;
}

/** The tarball as a user gets it, unpacked into an empty project. */
describe('the packed tarball', () => {
  let project = '';
  const home = () => join(project, 'node_modules', 'activation-lens');
  const manifest = () => JSON.parse(readFileSync(join(home(), 'package.json'), 'utf8')) as Manifest;

  beforeAll(async () => {
    await ensureDist();
    project = mkdtempSync(join(tmpdir(), 'activation-lens-'));
    mkdirSync(home(), { recursive: true });
    const packed = execFileSync('npm', ['pack', '--ignore-scripts', '--json', '--pack-destination', project], {
      cwd: ROOT,
      encoding: 'utf8',
    });
    const [{ filename }] = JSON.parse(packed) as [{ filename: string }];
    execFileSync('tar', ['xzf', join(project, filename), '-C', home(), '--strip-components=1']);
  }, 180_000);

  afterAll(() => {
    rmSync(project, { recursive: true, force: true });
  });

  /** Runs a module in a fresh Node in the project; whatever it writes to stderr fails the test. */
  const run = (code: string, type: 'module' | 'commonjs' = 'module') => {
    const result = execFileSync(process.execPath, ['--input-type', type, '--eval', `${code}`], {
      cwd: project,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    return result.trim();
  };

  const link = (...packages: string[]) => {
    for (const name of packages) {
      const target = join(project, 'node_modules', name);
      if (existsSync(target)) continue;
      mkdirSync(join(target, '..'), { recursive: true });
      symlinkSync(join(ROOT, 'node_modules', name), target);
    }
  };

  it('holds what the manifest promises, and no sources, tests or fixtures', () => {
    const { exports } = manifest();
    for (const target of Object.values(exports)) {
      const files = typeof target === 'string' ? [target] : Object.values(target).map((condition) => condition.default!);
      for (const file of files) expect(existsSync(join(home(), file)), file).toBe(true);
    }
    for (const name of ['src', 'test', 'examples', 'bench', 'docs']) expect(existsSync(join(home(), name)), name).toBe(false);
    expect(existsSync(join(home(), 'LICENSE'))).toBe(true);
  });

  it('has tfjs only as peers, and optional all but core and layers', () => {
    const { dependencies, peerDependencies, peerDependenciesMeta } = manifest();
    expect(Object.keys(dependencies).filter((name) => name.startsWith('@tensorflow/'))).toEqual([]);
    const needed = Object.keys(peerDependencies).filter((name) => !peerDependenciesMeta[name]?.optional);
    expect(needed).toEqual(['@tensorflow/tfjs-core', '@tensorflow/tfjs-layers']);
  });

  it('colours with nothing else installed', () => {
    const code =
      'const image = colorize({ width: 2, height: 1, data: new Float32Array([0, 1]) }, { colormap: viridis }); console.log([...image.data].join())';
    const expected = '68,1,84,255,253,231,36,255';
    expect(run(`import { colorize, viridis } from 'activation-lens/colormap'; ${code}`)).toBe(expected);
    expect(run(`const { colorize, viridis } = require('activation-lens/colormap'); ${code}`, 'commonjs')).toBe(expected);
    expect(run("import { colormaps } from 'activation-lens/colormaps'; console.log(Object.keys(colormaps).length)")).toBe('91');
  });

  it('opens a model and extracts, as ES module and CommonJS, with one class of error', () => {
    link(
      '@tensorflow/tfjs-core',
      '@tensorflow/tfjs-layers',
      '@tensorflow/tfjs-backend-wasm',
      'fflate',
      '@napi-rs/canvas',
      '@types/seedrandom',
      'seedrandom',
      'long',
    );
    const file = JSON.stringify(join(ROOT, 'test/fixtures/models/sequential-keras3.keras'));
    const body = `
      const model = await loadModel(${file});
      const input = tf.zeros([1, 9, 9, 2]);
      const activations = await createExtractor(model).run(input);
      const error = await loadModel('absent.h5').catch((error) => error);
      console.log(model.runtime.backend, activations.size, activations.get(0).shape.join('x'), error instanceof ActivationLensError, error.code);`;
    const expected = 'wasm 4 1x7x7x3 true format';
    const names = '{ loadModel, createExtractor, ActivationLensError }';
    expect(run(`import ${names} from 'activation-lens'; import * as tf from '@tensorflow/tfjs-core'; ${body}`)).toBe(expected);
    expect(
      run(
        `const ${names} = require('activation-lens'); const tf = require('@tensorflow/tfjs-core'); (async () => {${body}})()`,
        'commonjs',
      ),
    ).toBe(expected);
  }, 60_000);
});
