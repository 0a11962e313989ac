import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Judged elsewhere (what the sources look like), or too slow for what they find. */
const LEFT_OUT = [
  'test/architecture.test.ts',
  'test/package.test.ts',
  'test/gallery.test.ts',
  'test/house/',
  'test/mutate/',
  'test/fuzz/',
  'test/soak/',
  'test/bench/',
  'test/first-use/mutations.test.ts',
];
const NOT_COPIED = ['.git', 'node_modules', 'src', 'test', 'coverage'];
/** What vitest says of a test that took too long. */
const TIME_IS_OVER = /(?:Test|Hook) timed out in \d+ms/;
const CONFIG = `import { defineConfig } from 'vitest/config';
export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    pool: 'forks',
    experimental: { fsModuleCache: true, fsModuleCachePath: '.vitest-cache' },
    execArgv: ['--max-old-space-size=2048'],
    testTimeout: 120_000,
    hookTimeout: 120_000,
    setupFiles: process.env.CNNVIZ_MUTANT_LISTS ? ['test/mutate/per-test-file.mjs'] : [],
  },
});
`;

/** A copy of the project whose sources, and whose dist, have every mutant of the sample in them. */
export function makeSandbox(project, sandbox, texts) {
  mkdirSync(sandbox, { recursive: true });
  for (const name of readdirSync(project)) {
    if (!NOT_COPIED.includes(name)) cpSync(join(project, name), join(sandbox, name), { recursive: true });
  }
  rmSync(join(sandbox, 'src'), { recursive: true, force: true });
  cpSync(join(project, 'src'), join(sandbox, 'src'), { recursive: true });
  for (const [path, text] of texts) writeFileSync(join(sandbox, path), text);
  if (!existsSync(join(sandbox, 'node_modules'))) {
    symlinkSync(join(project, 'node_modules'), join(sandbox, 'node_modules'), 'dir');
  }
  writeFileSync(join(sandbox, 'vitest.mutants.config.ts'), CONFIG);
  copyTests(project, sandbox);
}

/** The tests as they are now. */
export function copyTests(project, sandbox) {
  rmSync(join(sandbox, 'test'), { recursive: true, force: true });
  cpSync(join(project, 'test'), join(sandbox, 'test'), {
    recursive: true,
    filter: (path) => !path.includes('node_modules'),
  });
}

/** Test files whose paths begin so and a hash of each, without those that are left out. */
export function testFiles(sandbox, starts) {
  const names = readdirSync(join(sandbox, 'test'), { recursive: true }).map((name) => `test/${name}`);
  const files = names.filter(
    (name) =>
      name.endsWith('.test.ts') &&
      starts.some((start) => name.startsWith(start)) &&
      !LEFT_OUT.some((left) => name.startsWith(left)),
  );
  const hash = (name) =>
    createHash('sha1')
      .update(readFileSync(join(sandbox, name)))
      .digest('hex');
  return new Map(files.sort().map((name) => [name, hash(name)]));
}

/** The bundles alone: types and the WASM module are those of the project. @throws Error when they cannot be built */
export async function buildSandbox(sandbox) {
  const { code, output } = await run(['build.mjs', 'code'], sandbox, {}, 10 * 60_000);
  if (code !== 0) throw new Error(`the mutants cannot be built:\n${output}`);
}

/**
 * Runs every test file once, without a mutant.
 * @returns for each: whether it can be used, the tests in it that cannot, its time, and the mutants it comes to
 */
export async function firstRun(sandbox, files, workers) {
  const lists = join(sandbox, 'lists');
  rmSync(lists, { recursive: true, force: true });
  mkdirSync(lists);
  const env = { CNNVIZ_MUTANT_LISTS: lists, NODE_OPTIONS: `--require ${join(sandbox, 'test/mutate/hits.cjs')}` };
  const report = join(sandbox, 'first-run.json');
  const flags = ['--maxWorkers', `${workers}`, '--reporter', 'json', '--outputFile', report];
  await vitest(sandbox, [...flags, ...files], env, 3 * 3600_000);
  const { testResults } = JSON.parse(readFileSync(report, 'utf8'));
  return new Map(
    testResults.map(({ name, startTime, endTime, message, assertionResults }) => {
      const list = join(lists, encodeURIComponent(name));
      const ids = existsSync(list) ? [...new Set(readFileSync(list, 'utf8').trim().split('\n'))] : [];
      const failing = assertionResults.filter(({ status }) => status === 'failed').map(({ fullName }) => fullName);
      const passes = assertionResults.some(({ status }) => status === 'passed') && message === '';
      return [name.slice(sandbox.length + 1), { passes, failing, ms: Math.round(endTime - startTime), ids }];
    }),
  );
}

/**
 * Runs test files with one mutant switched on, or with none (null), up to the first failure.
 * @param without full names of tests that are not run
 * @returns how it ended: 'passed'; 'failed', a test expected something else; 'timeout', the time was over, that of all or of one
 *   test; 'broken', no test is named, as when the process had no memory left. And the test that failed, and the milliseconds
 */
export async function runWith(id, sandbox, files, without, timeoutMs) {
  const names = without.map((name) => name.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&'));
  const others = names.length === 0 ? [] : ['--testNamePattern', `^(?!(?:${names.join('|')})$)`];
  const flags = ['--maxWorkers', '1', '--bail', '1', '--reporter', 'dot', ...others];
  const env = { NO_COLOR: '1', ...(id === null ? {} : { __STRYKER_ACTIVE_MUTANT__: id }) };
  const started = Date.now();
  const { code, output } = await vitest(sandbox, [...flags, ...files], env, timeoutMs);
  const test = /^ FAIL {2}(.+)$/m.exec(output)?.[1] ?? null;
  return { end: endOf(code, test, output), test, ms: Date.now() - started };
}

function endOf(code, test, output) {
  if (code === 0) return 'passed';
  if (code === null || TIME_IS_OVER.test(output)) return 'timeout';
  return test === null ? 'broken' : 'failed';
}

function vitest(sandbox, args, env, timeoutMs) {
  const command = ['node_modules/vitest/vitest.mjs', 'run', '--config', 'vitest.mutants.config.ts', ...args];
  return run(command, sandbox, env, timeoutMs);
}

/** A Node process and all that it starts; `code` is null when the time is over, 'signal' when something else killed it. */
function run(args, cwd, env, timeoutMs) {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, args, { cwd, env: { ...process.env, ...env }, detached: true });
    let output = '';
    let isOver = false;
    const take = (chunk) => {
      output = (output + chunk).slice(-20_000);
    };
    child.stdout.on('data', take);
    child.stderr.on('data', take);
    const timer = setTimeout(() => {
      isOver = true;
      process.kill(-child.pid, 'SIGKILL');
    }, timeoutMs);
    child.on('error', reject);
    child.on('close', (code, signal) => {
      clearTimeout(timer);
      resolve({ code: isOver ? null : signal === null ? code : 'signal', output });
    });
  });
}
