/**
 * Saves models with several versions of Keras, opens them with this library and compares every layer. Writes docs/conformance.md.
 *
 *     npm run conformance -- [--suite NAME]... [--only TEXT] [--seed N] [--each N] [--backend NAME] [--minutes N] [--keep FOLDER] [--no-write]
 *
 * Needs Python (see environments.mjs); makes what environments it needs. Results of steps that are not run again are kept.
 * --only: the steps whose name contains the text. --minutes: what a step may take. --keep: leaves models and Keras' results there.
 * ACTIVATION_LENS_MODULE names another build of the library to compare; nothing is written then, for the page is about these sources.
 * A step that dies, or takes too long, is a row like any other; the run goes on. The exit status is 1 when something is wrong.
 */
import { execFile, execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { CACHE, environment, runPython, whyItEnded } from './environments.mjs';
import { report, table } from './report.mjs';
import { deviations, suites } from './suites.mjs';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
/** The run that the page's tables show. */
const PLAIN = { seed: '1', each: '2', backend: 'wasm' };
const { values: options } = parseArgs({
  options: {
    suite: { type: 'string', multiple: true, default: Object.keys(suites) },
    only: { type: 'string', default: '' },
    seed: { type: 'string', default: PLAIN.seed },
    each: { type: 'string', default: PLAIN.each },
    backend: { type: 'string', default: PLAIN.backend },
    minutes: { type: 'string', default: '30' },
    keep: { type: 'string' },
    write: { type: 'boolean', default: true },
  },
  allowNegative: true,
});
const write = options.write && !process.env.ACTIVATION_LENS_MODULE;
/** Milliseconds for one script or one comparison. */
const LIMIT = Number(options.minutes) * 60_000;
const RESULTS = path.join(CACHE, 'results');
/** Another seed or backend, or more draws: remembered beside the plain run. */
const { seed, each, backend } = options;
const again = Object.entries({ seed, each, backend }).flatMap(([name, value]) => (value === PLAIN[name] ? [] : [`${name}-${value}`]));

if (!process.env.ACTIVATION_LENS_MODULE) {
  const tsup = path.join(ROOT, 'node_modules/tsup/dist/cli-default.js');
  execFileSync(process.execPath, [tsup, '--no-dts', '--silent'], { cwd: ROOT, stdio: ['ignore', 'ignore', 'inherit'] });
}
const measured = { commit: commitOfSources(), date: new Date().toISOString().slice(0, 10), seed, backend };
let bad = 0;
for (const name of options.suite) {
  if (!suites[name]) throw new Error(`No suite '${name}'. There are: ${Object.keys(suites).join(', ')}.`);
  for (const step of suites[name].steps) {
    if (!step.name.includes(options.only)) continue;
    const start = performance.now();
    const result = await runStep(step);
    bad += result.entries.filter(({ outcome }) => outcome === 'wrong' || outcome === 'crashed').length;
    if (write) save(step, result);
    console.log(`${table(step, result)} [${Math.round((performance.now() - start) / 1000)} s]`);
  }
}
if (write) {
  const results = Object.fromEntries(allSteps().map(({ name }) => [name, load(`${name}.json`)]));
  writeFileSync(path.join(ROOT, 'docs', 'conformance.md'), report(suites, results, loadRepeats(), deviations));
  console.log('Wrote docs/conformance.md.');
}
process.exitCode = bad === 0 ? 0 : 1;

/** One run of a Python script and the comparison, in a temporary folder that is gone afterwards. */
async function runStep(step) {
  const where = environment(step.environment);
  if (where.missing) return { missing: where.missing, entries: [] };
  const folder = options.keep ? path.resolve(options.keep, step.name) : mkdtempSync(path.join(os.tmpdir(), 'activation-lens-'));
  try {
    const drawn = step.drawn ? ['--each', each] : [];
    const args = [...step.args, '--out', folder, '--seed', seed, ...drawn];
    const failure = await runPython(where, step.script, args, LIMIT);
    if (!existsSync(path.join(folder, 'index.json')))
      return { missing: `a run of ${step.script}.py that ends well (${failure})`, entries: [] };
    const opened = step.opener && (await reopen(step.opener, folder));
    if (opened?.missing) return { missing: opened.missing, entries: [] };
    const index = path.join(opened?.folder ?? folder, 'index.json');
    const entries = (await compare(index)).map((entry) => judge(step.name, entry));
    return { entries, measured, ...(failure && { failure: `${step.script}.py did not get to its end: ${failure}` }) };
  } finally {
    if (!options.keep) rmSync(folder, { recursive: true, force: true });
  }
}

/** What another Keras makes of the files in a folder; `{ folder }` with its results, or `{ missing }`. */
async function reopen(opener, from) {
  const where = environment(opener.environment);
  if (where.missing) return where;
  const folder = path.join(from, 'opened');
  const failure = await runPython(where, 'reopen', ['--library', opener.library, '--from', from, '--out', folder], LIMIT);
  return failure ? { missing: `a run of reopen.py that ends well (${failure})` } : { folder };
}

/** A file that ends the process is one row; the files after it are compared by another process. */
async function compare(index) {
  const all = JSON.parse(readFileSync(index, 'utf8'));
  const entries = [];
  while (entries.length < all.length) {
    const { lines, failure } = await compareFrom(index, entries.length);
    entries.push(...lines);
    if (failure === undefined || entries.length === all.length) break;
    const { layers, inputs, ...entry } = all[entries.length];
    entries.push({ ...entry, layers: layers?.length, outcome: 'crashed', problem: failure });
  }
  return entries;
}

function compareFrom(index, from) {
  const script = fileURLToPath(new URL('compare.mjs', import.meta.url));
  const args = [script, index, '--from', String(from), '--backend', backend];
  return new Promise((resolve) => {
    execFile(process.execPath, args, { maxBuffer: 1 << 28, timeout: LIMIT }, (error, stdout, stderr) => {
      // The last line may have been cut.
      const lines = stdout
        .split('\n')
        .slice(0, -1)
        .map((line) => JSON.parse(line));
      resolve({ lines, failure: error ? (whyItEnded(error, LIMIT) ?? stderr.slice(-500)) : undefined });
    });
  });
}

/** Marks what differs on purpose. */
function judge(step, entry) {
  const isMeant = ({ steps, case: name = entry.case, problem }) =>
    steps?.includes(step) && name === entry.case && problem.test(entry.problem);
  const meant = entry.outcome === 'wrong' && deviations.find(isMeant);
  return meant ? { ...entry, outcome: 'meant', problem: meant.reason } : entry;
}

/** The sources that are built, by the last commit that changed them; with a + when they were changed since. */
function commitOfSources() {
  const git = (...args) => execFileSync('git', args, { cwd: ROOT, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();
  const sources = ['--', 'src', 'package-lock.json'];
  try {
    return git('log', '-1', '--format=%h', ...sources) + (git('status', '--porcelain', ...sources) ? '+' : '');
  } catch {
    return 'no repository';
  }
}

function allSteps() {
  return Object.values(suites).flatMap(({ steps }) => steps);
}

function save({ name, drawn }, result) {
  mkdirSync(RESULTS, { recursive: true });
  const other = again.filter((text) => drawn || !text.startsWith('each'));
  const file = `${[name, ...other].join('@')}.json`;
  // A run that came to nothing does not take the place of one that did not; the page says when that was.
  if (result.missing && load(file)?.entries.length > 0) return;
  writeFileSync(path.join(RESULTS, file), JSON.stringify(result));
}

function load(file) {
  const found = path.join(RESULTS, file);
  return existsSync(found) ? JSON.parse(readFileSync(found, 'utf8')) : undefined;
}

/** What was run with other seeds, and on other backends. */
function loadRepeats() {
  const known = new Set(allSteps().map(({ name }) => name));
  const files = readdirSync(RESULTS).filter((file) => file.includes('@') && known.has(file.split('@')[0]));
  return files.sort().map((file) => ({ name: file.split('@')[0], ...load(file) }));
}
