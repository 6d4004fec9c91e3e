/**
 * Saves models with several versions of Keras, opens them with this library and compares every layer. Writes docs/conformance.md.
 *
 *     npm run conformance -- [--suite NAME]... [--only TEXT] [--seed N] [--each N] [--keep FOLDER] [--no-write]
 *
 * Needs Python (see environments.mjs); makes what environments it needs. Results of suites that are not run again are kept.
 */
import { execFile, execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { CACHE, environment, runPython } from './environments.mjs';
import { report, table } from './report.mjs';
import { deviations, suites } from './suites.mjs';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const { values: options } = parseArgs({
  options: {
    suite: { type: 'string', multiple: true, default: Object.keys(suites) },
    only: { type: 'string', default: '' },
    seed: { type: 'string', default: '1' },
    each: { type: 'string', default: '2' },
    keep: { type: 'string' },
    write: { type: 'boolean', default: true },
  },
  allowNegative: true,
});

if (!process.env.ACTIVATION_LENS_MODULE) {
  const tsup = path.join(ROOT, 'node_modules/tsup/dist/cli-default.js');
  execFileSync(process.execPath, [tsup, '--no-dts', '--silent'], { cwd: ROOT, stdio: ['ignore', 'ignore', 'inherit'] });
}
let bad = 0;
for (const name of options.suite) {
  if (!suites[name]) throw new Error(`No suite '${name}'. There are: ${Object.keys(suites).join(', ')}.`);
  for (const step of suites[name].steps) {
    if (!step.name.includes(options.only)) continue;
    const result = await runStep(step);
    bad += result.entries.filter(({ outcome }) => outcome === 'wrong' || outcome === 'crashed').length;
    save(step.name, result);
    console.log(table(step, result));
  }
}
if (options.write) {
  const results = Object.fromEntries(
    Object.values(suites)
      .flatMap(({ steps }) => steps)
      .map(({ name }) => [name, load(name)]),
  );
  writeFileSync(path.join(ROOT, 'docs', 'conformance.md'), report(suites, results, deviations));
  console.log('Wrote docs/conformance.md.');
}
process.exitCode = bad === 0 ? 0 : 1;

/** One run of a Python script and the comparison, in a temporary folder that is gone afterwards. */
async function runStep(step) {
  const where = environment(step.environment);
  if (where.missing) return { missing: where.missing, entries: [] };
  const folder = options.keep ? path.resolve(options.keep, step.name) : mkdtempSync(path.join(os.tmpdir(), 'activation-lens-'));
  try {
    const drawn = step.drawn ? ['--each', options.each] : [];
    const { status, said } = await runPython(where, step.script, [...step.args, '--out', folder, '--seed', options.seed, ...drawn]);
    if (!existsSync(path.join(folder, 'index.json')))
      return { missing: `a run of ${step.script}.py that ends well (${status}: ${said})`, entries: [] };
    const entries = (await compare(path.join(folder, 'index.json'))).map(judge);
    return { entries, seed: options.seed };
  } finally {
    if (!options.keep) rmSync(folder, { recursive: true, force: true });
  }
}

function compare(index) {
  const script = fileURLToPath(new URL('compare.mjs', import.meta.url));
  return new Promise((resolve, reject) => {
    execFile(process.execPath, [script, index], { maxBuffer: 1 << 28 }, (error, stdout, stderr) => {
      if (error) reject(new Error(`compare.mjs: ${stderr.slice(-2000)}`));
      else
        resolve(
          stdout
            .trim()
            .split('\n')
            .filter(Boolean)
            .map((line) => JSON.parse(line)),
        );
    });
  });
}

/** Marks what differs on purpose. */
function judge(entry) {
  const meant = deviations.find(({ case: name, before }) => name === entry.case && entry.keras < before);
  return meant && entry.outcome === 'wrong' ? { ...entry, outcome: 'meant', problem: meant.reason } : entry;
}

function save(name, result) {
  mkdirSync(path.join(CACHE, 'results'), { recursive: true });
  writeFileSync(path.join(CACHE, 'results', `${name}.json`), JSON.stringify(result));
}

function load(name) {
  const file = path.join(CACHE, 'results', `${name}.json`);
  return existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : undefined;
}
