// npm run bench [-- --quick] [-- NAME-PART …]: times each case against its baseline, in pairs, and says whether its
// goal was reached. Results also go to test/bench/results/ as JSON.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { CASES } from './cases/index.mjs';
import { summarise, timePairs } from './pairs.mjs';
import { ROOT } from './processes.mjs';

const args = process.argv.slice(2);
const quick = args.includes('--quick');
const wanted = args.filter((arg) => arg !== '--quick');
const counts = { pairs: quick ? 5 : 11, warmUps: 2 };
const cases = CASES.filter(({ name }) => wanted.length === 0 || wanted.some((part) => name.includes(part)));
if (cases.length === 0) throw new Error(`no case has ${wanted.join(' or ')} in its name`);

const machine = { cpu: cpus()[0].model, cores: cpus().length, node: process.version, platform: process.platform };
console.log(`${machine.cpu}, ${machine.cores} cores, node ${machine.node}, ${machine.platform}`);
console.log(`${counts.pairs} pairs after ${counts.warmUps} warm-ups; milliseconds: median (min–max)\n`);
const columns = [48, 24, 24, 22, 0];
const row = (cells) =>
  console.log(
    cells
      .map((cell, column) => cell.padEnd(columns[column]))
      .join('')
      .trimEnd(),
  );
row(['case', 'cnnviz', 'baseline', 'ratio', 'goal']);

const folder = mkdtempSync(join(tmpdir(), 'cnnviz-bench-'));
const results = [];
try {
  for (const { name, goal, prepare } of cases) {
    const times = await timePairs(await prepare(folder), counts);
    const summary = summarise(times);
    const reached = summary.ratio.median <= goal;
    results.push({ name, goal, reached, ...summary, times });
    const { subjectMs, baselineMs, ratio } = summary;
    row([
      name,
      show(subjectMs, 1),
      show(baselineMs, 1),
      show(ratio, 2),
      `≤ ${goal}: ${reached ? 'reached' : 'MISSED'}`,
    ]);
  }
} finally {
  rmSync(folder, { recursive: true });
}

const resultsFolder = join(ROOT, 'test/bench/results');
mkdirSync(resultsFolder, { recursive: true });
const file = join(resultsFolder, `node-${process.versions.node}${quick ? '-quick' : ''}.json`);
writeFileSync(file, `${JSON.stringify({ machine, ...counts, results }, null, 2)}\n`);

function show({ median, min, max }, digits) {
  return `${median.toFixed(digits)} (${min.toFixed(digits)}–${max.toFixed(digits)})`;
}
