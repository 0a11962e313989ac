// npm run mutate -- [--seed 1] [--count 10] [--folder core,engine/conv2d] [--tests test/] [--minutes 600] [--cap 600] [--again] [--in FOLDER]
//
// Do the tests bite? A seeded sample of mutants (one operator, condition, constant or call changed), `--count` of each folder
// of src, made by StrykerJS. They are put into a copy of the project, sources and dist, each behind a switch: an environment
// variable, which the commands that tests start inherit. Stryker's own runners cannot be used: that for vitest does not see
// what those commands come to, and that for commands runs all tests for every mutant. So a first run without a mutant writes
// down which test file comes to which mutant, in whatever process; then each mutant runs those files, up to the first failure.
//
// A test that fails kills when it fails again, and its file passes without the mutant. A time-out, or a process that broke, counts
// only when the same files pass without the mutant right afterwards, in half the time: a busy machine is asked again, and at last
// the mutant is "not judged" and in no score.
// `--workers` mutants are judged at a time. A mutant has `--cap` seconds, and the run `--minutes`; test files that were not run for want of time are counted.
//
// What was found is kept in the copy (its place is printed): a run that was stopped goes on there, and `--again` runs
// survivors against tests that are new or changed since. Once src has changed, `--in` says which copy is meant.
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { allMutants, folderOf, openInstrumenter, placeMutants, sampleByFolder } from './mutants.mjs';
import { buildSandbox, copyTests, firstRun, makeSandbox, runWith, testFiles } from './sandbox.mjs';

const PROJECT = fileURLToPath(new URL('../../', import.meta.url)).replace(/\/$/, '');
const EQUIVALENTS = JSON.parse(readFileSync(new URL('equivalents.json', import.meta.url), 'utf8'));
/** Made by the build, texts. */
const NOT_OURS = ['src/engine/wasm/module.ts', 'src/draw/typeface-data.ts'];
/** Test files that run together: what takes this long when nothing fails, then twice as long, and so on. */
const FIRST_GROUP_MS = 10_000;
/** So many test files at a time: what they came to is kept. */
const FIRST_RUN_FILES = 24;
/** A machine may be busy; a mutant that hangs takes for ever. */
const PATIENCE = 4;
const START_MS = 60_000;
const ATTEMPTS = 3;

const { values } = parseArgs({
  options: {
    seed: { type: 'string', default: '1' },
    count: { type: 'string', default: '10' },
    folder: { type: 'string', default: '' },
    tests: { type: 'string', default: 'test/' },
    workers: { type: 'string', default: '1' },
    minutes: { type: 'string', default: '600' },
    cap: { type: 'string', default: '600' },
    in: { type: 'string' },
    again: { type: 'boolean', default: false },
  },
});
const wanted = values.folder === '' ? [''] : values.folder.split(',').map((folder) => `src/${folder}/`);
const say = (line) => process.stdout.write(`${line}\n`);

process.chdir(PROJECT);
const sources = readdirSync('src', { recursive: true })
  .map((name) => `src/${name.replaceAll('\\', '/')}`)
  .filter((path) => path.endsWith('.ts') && !NOT_OURS.includes(path))
  .sort()
  .map((path) => [path, readFileSync(path, 'utf8')]);
const settings = JSON.stringify([values.seed, values.count, values.folder, sources]);
const name = createHash('sha1').update(settings).digest('hex').slice(0, 12);
const sandbox = values.in ?? join(tmpdir(), `cnnviz-mutants-${name}`);
const stateFile = join(sandbox, 'state.json');

const state = existsSync(stateFile) ? JSON.parse(readFileSync(stateFile, 'utf8')) : await begin();
const save = () => writeFileSync(stateFile, JSON.stringify(state));
save();
say(`${state.mutants.length} mutants in ${sandbox}`);
if (values.again) copyTests(PROJECT, sandbox);
const hashes = testFiles(sandbox, values.tests.split(','));
await learnTests();
await judge();
report();

async function begin() {
  const instrument = await openInstrumenter();
  const everywhere = await allMutants(
    instrument,
    sources.filter(([path]) => wanted.some((start) => path.startsWith(start))),
  );
  const sample = sampleByFolder(everywhere, values.seed, Number(values.count));
  const { texts, placed } = await placeMutants(instrument, sources, sample);
  say(`${everywhere.length} mutants in all; building ${placed.length} of them`);
  makeSandbox(PROJECT, sandbox, texts);
  await buildSandbox(sandbox);
  return { mutants: placed.map((mutant) => ({ ...mutant, ran: {}, verdict: null, by: null })), tests: {} };
}

/** Which mutants each test file comes to; only of files that are new or changed. */
async function learnTests() {
  const unknown = [...hashes].filter(([path, hash]) => state.tests[path]?.hash !== hash).map(([path]) => path);
  for (let i = 0; i < unknown.length; i += FIRST_RUN_FILES) {
    const some = unknown.slice(i, i + FIRST_RUN_FILES);
    say(`a first run without a mutant, ${i} of ${unknown.length}: ${some[0]} …`);
    const learnt = await firstRun(sandbox, some, Number(values.workers));
    for (const [path, found] of learnt) state.tests[path] = { ...found, hash: hashes.get(path) };
    save();
  }
  for (const path of Object.keys(state.tests)) if (!hashes.has(path)) delete state.tests[path];
  for (const [path, { passes, failing }] of Object.entries(state.tests)) {
    if (!passes) say(`left out, it fails without a mutant: ${path}`);
    else for (const name of failing) say(`left out, it fails without a mutant: ${path}: ${name}`);
  }
}

async function judge() {
  const end = Date.now() + Number(values.minutes) * 60_000;
  const open = state.mutants.filter(({ verdict }) => verdict !== 'killed' && verdict !== 'timeout');
  const work = async () => {
    for (let mutant = open.shift(); mutant && Date.now() < end; mutant = open.shift()) await judgeOne(mutant);
  };
  await Promise.all(Array.from({ length: Number(values.workers) }, work));
}

async function judgeOne(mutant) {
  mutant.equivalent = equivalence(mutant);
  if (mutant.equivalent) return;
  const groups = groupsFor(mutant);
  if (mutant.verdict !== null && groups.length === 0) return;
  let verdict = Object.values(state.tests).some(({ ids }) => ids.includes(mutant.id)) ? 'survived' : 'unreached';
  const started = Date.now();
  mutant.notRun = groups.flat().length;
  for (const group of groups) {
    if (Date.now() - started > Number(values.cap) * 1000) break;
    const { end, test } = await believedRun(mutant.id, group);
    if (end === 'doubtful') {
      verdict = null;
      break;
    }
    for (const path of group) mutant.ran[path] = state.tests[path].hash;
    mutant.notRun -= group.length;
    if (end === 'passed') continue;
    mutant.by = test ?? group.join(' ');
    verdict = end === 'timeout' ? 'timeout' : 'killed';
    break;
  }
  mutant.verdict = verdict;
  save();
  say(`${(verdict ?? 'not judged').padEnd(10)} ${place(mutant)}${mutant.by === null ? '' : `  by ${mutant.by}`}`);
}

/** How test files end with a mutant; 'doubtful' when they do not pass in good time without it either. */
async function believedRun(id, group) {
  const without = group.flatMap((path) => state.tests[path].failing);
  let ms = group.reduce((sum, path) => sum + state.tests[path].ms, 0);
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const limitMs = START_MS + PATIENCE * ms;
    const found = await runWith(id, sandbox, group, without, limitMs);
    if (found.end === 'passed') return found;
    if (found.end === 'failed') {
      if (await failsByItself(id, found.test, without, limitMs)) return found;
      continue;
    }
    const bare = await runWith(null, sandbox, group, without, limitMs);
    if (bare.end === 'passed' && bare.ms < limitMs / 2) return found;
    ms = Math.max(ms, bare.ms);
  }
  return { end: 'doubtful', test: null };
}

/** Whether the file of a test that failed passes without the mutant, and fails with it again, in the same test. */
async function failsByItself(id, test, without, limitMs) {
  const [file] = test.split(' > ');
  const bare = await runWith(null, sandbox, [file], without, limitMs);
  return bare.end === 'passed' && (await runWith(id, sandbox, [file], without, limitMs)).test === test;
}

/** The test files that come to a mutant and have not passed with it: those of its own folder first, then quick ones. */
function groupsFor(mutant) {
  const words = mutant.file.replace(/\.ts$/, '').split('/').slice(1);
  const nearness = (path) => {
    const parts = path.replace('.test.ts', '').split('/').slice(1);
    const differs = words.findIndex((word, i) => parts[i] !== word);
    return differs === -1 ? words.length : differs;
  };
  const open = Object.entries(state.tests)
    .filter(([path, { passes, ids, hash }]) => passes && ids.includes(mutant.id) && mutant.ran[path] !== hash)
    .map(([path, { ms }]) => ({ path, ms, near: nearness(path) }))
    .sort((a, b) => b.near - a.near || a.ms - b.ms);
  const groups = [];
  let most = FIRST_GROUP_MS;
  let used = Number.POSITIVE_INFINITY;
  for (const { path, ms } of open) {
    if (used + ms > most) {
      if (groups.length > 0) most *= 2;
      groups.push([]);
      used = 0;
    }
    groups.at(-1).push(path);
    used += ms;
  }
  return groups;
}

function equivalence(mutant) {
  // of equal changes of one line the nth, from 1
  const nth = mutant.key.split('\n').at(-1);
  const same = (one) =>
    one.file === mutant.file &&
    one.code === mutant.code &&
    one.old === mutant.old &&
    one.new === mutant.new &&
    String(one.nth ?? 1) === nth;
  return EQUIVALENTS.find(same)?.why ?? null;
}

function place({ file, line, old, new: changed }) {
  const short = (text) => text.replace(/\s+/g, ' ').slice(0, 100);
  return `${file}:${line}  ${short(old)}  ->  ${short(changed)}`;
}

function report() {
  const judged = state.mutants.filter(({ verdict, equivalent }) => verdict !== null && !equivalent);
  const folders = [...new Set(judged.map(({ file }) => folderOf(file)))].sort();
  say(`\nseed ${values.seed}: ${judged.length} of ${state.mutants.length} mutants judged`);
  say('folder       mutants  killed  timeout  survived  unreached   score');
  for (const folder of [...folders, '']) {
    const own = judged.filter(({ file }) => folder === '' || folderOf(file) === folder);
    const count = (verdict) => own.filter((one) => one.verdict === verdict).length;
    const counts = ['killed', 'timeout', 'survived', 'unreached'].map(count);
    const cells = [own.length, ...counts].map((n, i) => String(n).padStart([7, 8, 9, 10, 11][i]));
    say(
      `${(folder || 'all').padEnd(13)}${cells.join('')}  ${((100 * (counts[0] + counts[1])) / own.length).toFixed(0).padStart(5)}%`,
    );
  }
  for (const verdict of ['survived', 'unreached']) {
    const own = judged.filter((one) => one.verdict === verdict);
    if (own.length > 0)
      say(
        `\n${verdict}:\n${own.map((mutant) => `  ${place(mutant)}${mutant.notRun > 0 ? ` (${mutant.notRun} test files not run)` : ''}`).join('\n')}`,
      );
  }
  const equivalents = state.mutants.filter(({ equivalent }) => equivalent);
  if (equivalents.length > 0)
    say(`\nequivalent:\n${equivalents.map((one) => `  ${place(one)}: ${one.equivalent}`).join('\n')}`);
}
