// npm run bench [-- --quick] [-- --record] [-- --markdown] [-- NAME-PART …]: times each case and its peers in turn, in
// one run, compares what they computed, and says whether each goal was reached. Results also go to test/bench/results/ as
// JSON; --record keeps them as test/bench/recorded.json, which later runs are compared with. Exit 1: an output differs.
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { CASES } from './cases/index.mjs';
import { networkSummary } from './cases/torchvision.mjs';
import { stopChildren } from './child-peer.mjs';
import { interleave, spread } from './interleave.mjs';
import { ROOT } from './processes.mjs';
import { markdownReport, tableReport, times } from './report.mjs';

const FLAGS = ['--quick', '--record', '--markdown'];
const args = process.argv.slice(2);
const [quick, record, markdown] = FLAGS.map((flag) => args.includes(flag));
const wanted = args.filter((arg) => !FLAGS.includes(arg));
const effort = quick ? { seconds: 0.5, fewest: 3, warmUps: 2 } : { seconds: 3, fewest: 5, warmUps: 5 };
const cases = CASES.filter(({ name }) => wanted.length === 0 || wanted.some((part) => name.includes(part)));
if (cases.length === 0) throw new Error(`no case has ${wanted.join(' or ')} in its name`);
/** A ratio that fell by more than this share is called a regression. */
const REGRESSION = 0.15;
/** What two programs compute differs by less than this share of the largest value. */
const SAME = 1e-4;

const machine = { cpu: cpus()[0].model, cores: cpus().length, node: process.version, platform: process.platform };
const recordedFile = join(ROOT, 'test/bench/recorded.json');
const recorded = existsSync(recordedFile) ? JSON.parse(readFileSync(recordedFile, 'utf8')).rows : [];
const report = (markdown ? markdownReport : tableReport)(machine, ['npm run bench --', ...args].join(' '));

const folder = mkdtempSync(join(tmpdir(), 'cnnviz-bench-'));
const rows = [];
const regressions = [];
const wrong = [];
try {
  for (const one of cases) await measure(one);
} finally {
  rmSync(folder, { recursive: true });
  stopChildren();
}
report.end(rows, networkSummary(rows), regressions, wrong);

const resultsFolder = join(ROOT, 'test/bench/results');
mkdirSync(resultsFolder, { recursive: true });
const document = `${JSON.stringify({ machine, ...effort, rows }, null, 2)}\n`;
writeFileSync(join(resultsFolder, `node-${process.versions.node}${quick ? '-quick' : ''}.json`), document);
if (record) writeFileSync(recordedFile, document);
process.exit(wrong.length > 0 ? 1 : 0);

async function measure({ name, network, together = false, effort: own = {}, prepare }) {
  const prepared = await prepare(folder);
  if (typeof prepared === 'string') {
    report.skip(name, '', prepared);
    return;
  }
  const { run, output, flops, algorithms, values, peers, close } = prepared;
  const there = peers.filter(({ peer, run: peerRun }) => {
    if (typeof peerRun === 'string') report.skip(name, peer, peerRun);
    return typeof peerRun !== 'string';
  });
  const amount = quick
    ? { ...effort, warmUps: Math.min(effort.warmUps, own.warmUps ?? effort.warmUps) }
    : { ...effort, ...own };
  for (const group of together ? [there] : there.map((peer) => [peer])) {
    const differences = await Promise.all(group.map((peer) => differenceOf(output, peer.run)));
    const [mine, ...others] = (await interleave([run, ...group.map((peer) => peer.run)], amount)).map(spread);
    for (const [i, { peer, goal }] of group.entries()) {
      const [other, difference] = [others[i], differences[i]];
      const ratio = { best: other.best / mine.best, median: other.median / mine.median };
      const gflops = flops ? flops / mine.best / 1e6 : null;
      const nsAValue = values ? (mine.best * 1e6) / values.count : null;
      const isFast = goal === null || Math.max(ratio.best, ratio.median) >= goal;
      const reached = isFast && (nsAValue === null || nsAValue <= values.goal);
      const row = { name, network, peer, goal, reached, ratio, gflops, algorithms, own: mine, other, difference };
      rows.push(values ? { ...row, nsAValue, goalNs: values.goal } : row);
      report.row(rows.at(-1));
      // a NaN is no small difference
      if (difference !== null && !(difference <= SAME)) {
        const how = Number.isNaN(difference)
          ? 'holds NaN, has another size, or there are only zeros'
          : `differs by ${difference.toExponential(1)} of the largest value`;
        wrong.push(`${name}: the output beside that of ${peer} ${how}`);
      }
      const before = recorded.find((row) => row.name === name && row.peer === peer);
      if (before && ratio.best < before.ratio.best * (1 - REGRESSION)) {
        regressions.push(`${name} against ${peer}: ${times(ratio.best)}, recorded ${times(before.ratio.best)}`);
      }
    }
  }
  for (const { run: peerRun } of there) peerRun.close?.();
  close?.();
}

/** The largest difference between two outputs, as a share of the largest value; null where one of them gives none. */
async function differenceOf(output, peerRun) {
  if (!output || !peerRun.output) return null;
  const [own, other] = [await output(), await peerRun.output()];
  if (own.length !== other.length) return Number.NaN;
  let [most, largest] = [0, 0];
  for (let i = 0; i < own.length; i++) {
    const distance = Math.abs(own[i] - other[i]);
    if (!(distance <= most)) most = distance;
    largest = Math.max(largest, Math.abs(other[i]));
    if (Number.isNaN(most)) return most;
  }
  return most / largest;
}
