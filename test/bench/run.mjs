// npm run bench [-- --quick] [-- --record] [-- --markdown] [-- NAME-PART …]: times each case and its peers in turn, in
// one run, and says whether each goal was reached. Results also go to test/bench/results/ as JSON; --record keeps them
// as test/bench/recorded.json, which later runs are compared with.
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { CASES } from './cases/index.mjs';
import { interleave, spread } from './interleave.mjs';
import { ROOT } from './processes.mjs';
import { stopPython } from './python-peer.mjs';

const FLAGS = ['--quick', '--record', '--markdown'];
const args = process.argv.slice(2);
const [quick, record, markdown] = FLAGS.map((flag) => args.includes(flag));
const wanted = args.filter((arg) => !FLAGS.includes(arg));
const effort = quick ? { seconds: 0.5, fewest: 3, warmUps: 2 } : { seconds: 3, fewest: 5, warmUps: 5 };
const cases = CASES.filter(({ name }) => wanted.length === 0 || wanted.some((part) => name.includes(part)));
if (cases.length === 0) throw new Error(`no case has ${wanted.join(' or ')} in its name`);
/** A ratio that fell by more than this share is called a regression. */
const REGRESSION = 0.15;

const machine = { cpu: cpus()[0].model, cores: cpus().length, node: process.version, platform: process.platform };
const recordedFile = join(ROOT, 'test/bench/recorded.json');
const recorded = existsSync(recordedFile) ? JSON.parse(readFileSync(recordedFile, 'utf8')).rows : [];
console.log(`${machine.cpu}, ${machine.cores} cores, node ${machine.node}, ${machine.platform}`);
console.log(
  'milliseconds: best, median (p10–p90) · ratio: how many times faster than the peer, by best and by median\n',
);

const columns = [36, 30, 12, 24, 30, 18, 0];
const cells = (texts) => texts.map((text, column) => String(text).padEnd(columns[column]));
const print = (texts) => console.log(markdown ? `| ${texts.join(' | ')} |` : cells(texts).join('').trimEnd());
if (markdown) {
  print(['case', 'cnnviz, ms', 'GFLOP/s', 'peer', 'its time, ms', 'cnnviz is faster by']);
  print(Array(6).fill('---'));
} else {
  print(['case', 'cnnviz', 'GFLOP/s', 'peer', 'its time', 'ratio', 'goal']);
}

const folder = mkdtempSync(join(tmpdir(), 'cnnviz-bench-'));
const rows = [];
const regressions = [];
try {
  for (const { name, prepare } of cases) {
    const { run, flops, algorithms, peers } = await prepare(folder);
    for (const { peer, goal, run: peerRun } of peers) {
      if (typeof peerRun === 'string') {
        print([name, '', '', peer, `skipped: ${peerRun}`, '']);
        continue;
      }
      const [own, other] = (await interleave([run, peerRun], effort)).map(spread);
      const ratio = { best: other.best / own.best, median: other.median / own.median };
      const gflops = flops ? flops / own.best / 1e6 : null;
      const reached = Math.max(ratio.best, ratio.median) >= goal;
      rows.push({ name, peer, goal, reached, ratio, gflops, algorithms, own, other });
      const before = recorded.find((row) => row.name === name && row.peer === peer);
      if (before && ratio.best < before.ratio.best * (1 - REGRESSION)) {
        regressions.push(`${name} against ${peer}: ${times(ratio.best)}, recorded ${times(before.ratio.best)}`);
      }
      if (markdown) {
        const [ownBest, otherBest] = [own, other].map(({ best }) => best.toFixed(best < 10 ? 2 : 1));
        print([name, ownBest, gflops?.toFixed(1) ?? '', peer, otherBest, times(ratio.best)]);
        continue;
      }
      const verdict = `≥ ${times(goal)}: ${reached ? 'reached' : 'MISSED'}`;
      print([
        name,
        show(own),
        gflops?.toFixed(1) ?? '',
        peer,
        show(other),
        `${times(ratio.best)}, ${times(ratio.median)}`,
        verdict,
      ]);
    }
  }
} finally {
  rmSync(folder, { recursive: true });
  stopPython();
}
console.log(
  regressions.length === 0 ? '\nno regression against the recorded table' : `\nREGRESSIONS\n${regressions.join('\n')}`,
);

const resultsFolder = join(ROOT, 'test/bench/results');
mkdirSync(resultsFolder, { recursive: true });
const document = `${JSON.stringify({ machine, ...effort, rows }, null, 2)}\n`;
writeFileSync(join(resultsFolder, `node-${process.versions.node}${quick ? '-quick' : ''}.json`), document);
if (record) writeFileSync(recordedFile, document);
process.exit(0);

function show({ best, median, p10, p90 }) {
  const digits = median < 10 ? 2 : 1;
  const [b, m, lo, hi] = [best, median, p10, p90].map((ms) => ms.toFixed(digits));
  return `${b}, ${m} (${lo}–${hi})`;
}

function times(ratio) {
  return `${ratio < 10 ? ratio.toFixed(2) : ratio.toFixed(0)}×`;
}
