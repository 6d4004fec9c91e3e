/** The tables: one a run on the terminal, all of them in docs/conformance.md. */
import { readFileSync } from 'node:fs';
import { isBefore } from './versions.mjs';

const packageOf = (name) => JSON.parse(readFileSync(new URL(`../../node_modules/${name}/package.json`, import.meta.url), 'utf8')).version;

const SIGNS = { right: 'right', meant: 'differs, meant', refused: 'refused', wrong: 'WRONG', crashed: 'WRONG', skipped: 'not saved' };

/** What became of the files of one step, and what is not right. */
export function table({ name }, { entries, missing, failure }) {
  if (missing) return `${name}: not run, needs ${missing}`;
  const worst = Math.max(0, ...entries.filter(({ outcome }) => outcome === 'right').map((entry) => entry.worst ?? 0));
  const lines = entries
    .filter(({ outcome }) => outcome !== 'right' && outcome !== undefined)
    .map(
      ({ file, outcome, code, problem, reopened }) =>
        `  ${SIGNS[outcome]} ${file}: ${code ?? ''} ${String(problem).slice(0, 200)}${isOpened(reopened) ? '' : ' [nor does Keras reopen it]'}`,
    );
  return [`${name}: ${sum(entries)}; at most ${exponent(worst)}`, ...(failure ? [`  ${failure}`] : []), ...lines].join('\n');
}

function sum(entries) {
  const counts = new Map();
  for (const { outcome = 'skipped' } of entries) counts.set(outcome, (counts.get(outcome) ?? 0) + 1);
  return Object.keys(SIGNS)
    .filter((outcome) => counts.has(outcome))
    .map((outcome) => `${counts.get(outcome)} ${SIGNS[outcome]}`)
    .join(', ');
}

/** Others could not be saved by that Keras. */
const isCompared = ({ outcome }) => outcome !== undefined;
const wasMeasured = (result) => result !== undefined && !result.missing;
const isOpened = (reopened) => reopened === undefined || reopened === 'yes';
const exponent = (error) => (error === 0 ? '0' : error.toExponential(0));

/** The page. Nothing in it depends on the machine but the last digits of the errors. */
export function report(suites, results, repeats, deviations) {
  const entries = Object.values(results).flatMap((result) => result?.entries ?? []);
  const compared = entries.filter(isCompared);
  const kerases = [...new Set(entries.map(({ keras }) => keras).filter(Boolean))].sort((a, b) => (isBefore(a, b) ? -1 : 1));
  return `---
title: Conformance
---

<!-- Written by scripts/conformance/run.mjs (npm run conformance). Do not edit. -->

# Conformance

Every model below was saved by Keras itself with random weights and random batch statistics, opened with this library as it was saved, and run on
the same input. **Every layer's output is compared, whole, with Keras' own**, and so are the list of layers (paths, class names, order), the
output shapes and the number of parameters. The figure is the largest difference in any layer relative to that layer's largest value; the limit is 1e-4.

With Keras ${kerases.join(', ')}; tfjs ${packageOf('@tensorflow/tfjs-core')} on wasm. Run it with \`npm run conformance\`
([how](../scripts/conformance/README.md)). "Measured at" is the last commit that had changed this library's sources then.

| | files | right | refused with a named error | differs on purpose | wrong | measured at |
| --- | ---: | ---: | ---: | ---: | ---: | --- |
${Object.values(suites)
  .map(({ title, steps }) => {
    const runs = steps.map(({ name }) => results[name]).filter(wasMeasured);
    return `| ${title} | ${counts(runs.flatMap((run) => run.entries)).join(' | ')} | ${commits(runs).join(', ')} |`;
  })
  .join('\n')}
| **all** | ${counts(entries)
    .map((n) => `**${n}**`)
    .join(' | ')} | |
${measuredElsewhere(suites, results)}${repeated(suites, repeats)}

${architectures('Architectures of keras.applications', [suites.architectures, suites.relatives], results)}
${kinds('One layer, or a few operations', suites.layers, results)}
${kinds('Structures', suites.structures, results)}
${kinds('Structures of earlier releases', suites.releases, results)}
${kinds('Layers of earlier releases', suites['release-layers'], results)}
${kinds('Files of older versions', suites.older, results)}
${kinds('Files of older versions, opened by later ones', suites.reopened, results)}
${notRight([...compared, ...repeats.flatMap((run) => run.entries.filter(isCompared).map((entry) => ({ ...entry, run })))])}
## Where this library means to differ

${deviations.map(({ reason }) => `- ${reason}`).join('\n')}
- Mixed-precision and half-precision policies are computed in float32, and compared with the same model in float32.

## Not run, or not to the end

${
  Object.values(suites)
    .flatMap(({ title, steps }) => {
      const left = steps.filter(({ name }) => results[name] === undefined).map(({ name }) => `\`${name}\``);
      const broken = steps
        .map(({ name }) => ({ name, ...results[name] }))
        .filter(({ missing, failure }) => missing || failure)
        .map(({ name, missing, failure }) => `- \`${name}\`: ${missing ? `needs ${missing}` : failure}`);
      return [...(left.length > 0 ? [`- ${title}: left out for want of time, ${left.join(', ')}`] : []), ...broken];
    })
    .join('\n') || '- Nothing was left out.'
}
- Cases that a version of Keras cannot build or save are no part of its counts.
`;
}

/** Files, right, refused, different on purpose, wrong. */
function counts(entries) {
  const of = (...outcomes) => entries.filter(({ outcome }) => outcomes.includes(outcome)).length;
  return [entries.filter(isCompared).length, of('right'), of('refused'), of('meant'), of('wrong', 'crashed')];
}

const momentOf = ({ measured }) => `${measured.commit} (${measured.date})`;
const commits = (runs) => unique(runs.map(momentOf));

/** Which steps were measured when, of suites that were not measured at once; the moment of most of them is not spelt out. */
function measuredElsewhere(suites, results) {
  const lines = Object.values(suites).flatMap(({ title, steps }) => {
    const runs = steps.filter(({ name }) => wasMeasured(results[name])).map(({ name }) => ({ name, ...results[name] }));
    const groups = commits(runs).map((moment) => ({
      moment,
      names: runs.filter((run) => momentOf(run) === moment).map(({ name }) => name),
    }));
    if (groups.length < 2) return [];
    const [most, ...others] = groups.sort((a, b) => b.names.length - a.names.length);
    const told = others.map(({ moment, names }) => `at ${moment} ${names.map((name) => `\`${name}\``).join(', ')}`);
    return [`- ${title}: ${told.join('; ')}; all others at ${most.moment}`];
  });
  return lines.length === 0 ? '' : `\nMeasured one by one:\n\n${lines.join('\n')}\n`;
}

/** The runs with other seeds and on other backends, one row for those of one suite that are alike. */
function repeated(suites, repeats) {
  if (repeats.length === 0) return '';
  const titled = repeats.map((run) => ({
    ...run,
    title: Object.values(suites).find(({ steps }) => steps.some(({ name }) => name === run.name)).title,
  }));
  const keyOf = ({ title, measured }) => `${title} | ${measured.seed} | ${measured.backend}`;
  const rows = unique(titled.map(keyOf)).map((key) => {
    const runs = titled.filter((run) => keyOf(run) === key);
    const entries = runs.flatMap((run) => run.entries);
    const worst = Math.max(0, ...entries.filter(({ outcome }) => outcome === 'right').map((entry) => entry.worst ?? 0));
    return `| ${key} | ${counts(entries).join(' | ')} | ${exponent(worst)} | ${commits(runs).join(', ')} |`;
  });
  return `
The same with other weights (and, where models are drawn at random, other models), and on another backend; these are in no other count:

| | seed | backend | files | right | refused | differs on purpose | wrong | largest error | measured at |
| --- | ---: | --- | ---: | ---: | ---: | ---: | ---: | ---: | --- |
${rows.join('\n')}
`;
}

function architectures(title, suites, results) {
  const entries = suites.flatMap(({ steps }) => steps).flatMap(({ name }) => results[name]?.entries ?? []);
  const columns = unique(entries.map(columnOf));
  const rows = unique(entries.map(({ case: name }) => name)).map((name) => {
    const own = entries.filter((entry) => entry.case === name);
    return `| ${[name, Math.max(...own.map(({ layers = 0 }) => layers)), ...columns.map((column) => cell(own.find((entry) => columnOf(entry) === column)))].join(' | ')} |`;
  });
  return `## ${title}

Largest relative error of any layer. In brackets: Keras itself cannot reopen that file.
${entries.some(({ rounding }) => rounding) ? ROUNDING : ''}
| | layers | ${columns.join(' | ')} |
| --- | ---: |${' ---: |'.repeat(columns.length)}
${rows.join('\n')}
`;
}

const ROUNDING = `With a star: these random weights make a network that multiplies rounding errors from block to block, and the limit is passed. The same
model was then run by Keras in float64: in every layer past the limit this library is no further from that than twice what Keras' own float32 is. The
figure is of the other layers.
`;

const columnOf = ({ keras, saved_by: savedBy, format }) =>
  `${savedBy ?? keras} ${format === 'weights' ? 'weights' : `.${format}`}${savedBy ? ` in ${keras}` : ''}`;

function cell(entry) {
  if (!entry || entry.outcome === undefined) return '';
  const text = entry.outcome === 'right' ? `${exponent(entry.worst ?? 0)}${entry.rounding ? '*' : ''}` : SIGNS[entry.outcome];
  return isOpened(entry.reopened) ? text : `(${text})`;
}

/** A row for each kind of case, a column for each Keras and format: how many are right, and the worst of them. */
function kinds(title, { steps }, results) {
  const entries = steps.flatMap(({ name }) => results[name]?.entries ?? []).filter(isCompared);
  if (entries.length === 0) return '';
  const columns = unique(entries.map(columnOf));
  const rows = unique(entries.map(({ kind }) => kind)).map((kind) => {
    const cells = columns.map((column) => {
      const own = entries.filter((entry) => entry.kind === kind && columnOf(entry) === column);
      if (own.length === 0) return '';
      const right = own.filter(({ outcome }) => outcome === 'right');
      const worst = Math.max(0, ...right.map((entry) => entry.worst ?? 0));
      const refusal = own[0].refused !== undefined;
      if (right.length === own.length)
        return refusal ? 'refused, as it must be' : own.length === 1 ? exponent(worst) : `${own.length}: ${exponent(worst)}`;
      return own.length === 1 ? cell(own[0]) : `${right.length} of ${own.length}: ${exponent(worst)}`;
    });
    return `| ${kind} | ${cells.join(' | ')} |`;
  });
  return `## ${title}

| | ${columns.join(' | ')} |
| --- |${' ---: |'.repeat(columns.length)}
${rows.join('\n')}
`;
}

function notRight(entries) {
  const list = entries.filter(({ outcome }) => outcome !== 'right' && outcome !== 'meant');
  if (list.length === 0) return '';
  const groups = new Map();
  for (const { kind, outcome, code, problem, reopened, run, case: name, ...entry } of list) {
    const text = `${SIGNS[outcome]}${code ? ` with \`${code}\`` : ''}: ${String(problem)
      .replace(/\S*[/\\](\S+\.(?:h5|keras))/g, '$1')
      .split('\n')[0]
      .slice(0, 220)}`;
    const key = `${kind ?? name}|${text.replace(/\d+/g, '#')}`;
    const group = groups.get(key) ?? { kind: kind ?? name, text, where: new Set(), opened: false };
    group.where.add(`${columnOf(entry)}${run ? ` (seed ${run.measured.seed} on ${run.measured.backend})` : ''}`);
    group.opened ||= isOpened(reopened);
    groups.set(key, group);
  }
  return `## What is not right, and why

| | saved by | |
| --- | --- | --- |
${[...groups.values()].map(({ kind, where, text, opened }) => `| ${kind} | ${[...where].join(', ')} | ${text.replaceAll('|', '\\|')}${opened ? '' : ' (Keras cannot reopen these files either.)'} |`).join('\n')}
`;
}

function unique(values) {
  return [...new Set(values)];
}
