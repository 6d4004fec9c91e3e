// Runs the benchmarks beside this file: node bench/run.mjs [NAME ...] [--json FILE]
//
// A benchmark is bench/NAME.mjs with `export const title` and `export async function run(note)`, which gives rows
// `{ group, name, ms: { best, median, runs }, values?, counts? }`; the first row of a group is what the others are compared with.
// Prints a table, then one line of JSON (into FILE as well, with --json).
import { readdirSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';

const given = process.argv.slice(2);
const file = given.includes('--json') ? given.splice(given.indexOf('--json'), 2)[1] : undefined;
const skip = new Set(['run', 'harness']);
const all = readdirSync(new URL('.', import.meta.url))
  .filter((name) => name.endsWith('.mjs'))
  .map((name) => name.slice(0, -4))
  .filter((name) => !skip.has(name))
  .sort();
for (const name of given) if (!all.includes(name)) throw new Error(`There is no benchmark '${name}'; there are ${all.join(', ')}.`);

const result = {
  date: new Date().toISOString(),
  node: process.version,
  processor: `${cpus()[0]?.model.trim() ?? 'unknown'} x ${cpus().length}`,
  benchmarks: {},
};
for (const name of given.length > 0 ? given : all) {
  const { title, run } = await import(`./${name}.mjs`);
  const notes = [];
  console.log(`\n${title}`);
  const rows = await run((text) => {
    notes.push(text);
    console.log(`  (${text})`);
  });
  result.benchmarks[name] = { title, notes, rows };
  print(rows);
}
console.log(`\n${JSON.stringify(result)}`);
if (file !== undefined) writeFileSync(file, `${JSON.stringify(result, null, 2)}\n`);

function print(rows) {
  for (const group of new Set(rows.map((row) => row.group))) {
    const own = rows.filter((row) => row.group === group);
    const [base] = own;
    const counts = [...new Set(own.flatMap((row) => Object.keys(row.counts ?? {})))];
    const table = [['', 'best ms', 'median ms', 'M values/s', 'times as long', ...counts]];
    for (const { name, ms, values, counts: counted } of own) {
      table.push([
        name,
        ms.best.toFixed(2),
        ms.median.toFixed(2),
        values === undefined ? '' : (values / ms.best / 1000).toFixed(1),
        `${(ms.best / base.ms.best).toFixed(2)} / ${(ms.median / base.ms.median).toFixed(2)}`,
        ...counts.map((count) => String(counted?.[count] ?? '')),
      ]);
    }
    const widths = table[0].map((_, column) => Math.max(...table.map((cells) => cells[column].length)));
    console.log(`\n  ${group}`);
    for (const cells of table) {
      console.log(`    ${cells.map((cell, i) => (i === 0 ? cell.padEnd(widths[i]) : cell.padStart(widths[i]))).join('  ')}`);
    }
  }
}
