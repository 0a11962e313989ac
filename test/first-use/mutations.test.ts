import { spawn } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { BIN, cnnviz, NODE } from '../cli/cnnviz.js';
import { type Measured, warmProcess } from '../cli/warm-process.js';
import { mutatedCommand, writeFiles } from './command-grammar.js';

/** All of them where nobody waits; else a part, of which each command has some. CNNVIZ_SEED=n runs one again, CNNVIZ_FIRST_SEED=n others. */
const COUNT = process.env.CI ? 200 : 120;
const ONLY = process.env.CNNVIZ_SEED;
const FIRST = Number(process.env.CNNVIZ_FIRST_SEED ?? 0);
const SEEDS = ONLY === undefined ? Array.from({ length: COUNT }, (_, i) => FIRST + i) : [Number(ONLY)];

const CPU_SECONDS = 5;
const MEGABYTES = 600;
/** A guard against hanging; the measure is the processor's time. */
const HANG_MS = 40_000;
/** One in so many runs as users run it; all others first in a process that is warm already, at a tenth of the time. */
const COLD_EVERY = 5;
const MEASURE = fileURLToPath(new URL('./measure-process.cjs', import.meta.url));
const quoted = (arg: string) => (/^[\w./:=-]+$/.test(arg) ? arg : `'${arg.replaceAll("'", "'\\''")}'`);

let home = '';
let files = '';

beforeAll(async () => {
  home = mkdtempSync(join(tmpdir(), 'cnnviz-mutations-'));
  files = join(home, 'files');
  mkdirSync(files);
  writeFiles(files);
  const made = [
    ['conv', 'bars.png', '-k', 'edge3x3', '-o', 'map.png'],
    [
      'head',
      'train',
      '--csv',
      'labels.csv',
      '--features',
      'net.yaml',
      '--init',
      'seed:1',
      '--holdout',
      '0',
      '-o',
      'my.head',
    ],
  ];
  for (const args of made) expect(await cnnviz(args, { cwd: files }), args.join(' ')).toMatchObject({ code: 0 });
});

afterAll(() => rmSync(home, { recursive: true, force: true }));

/** Does something in a copy of the files. */
async function inCopy<T>(seed: number, use: (folder: string) => Promise<T>): Promise<T> {
  const folder = join(home, `run-${seed}`);
  cpSync(files, folder, { recursive: true });
  try {
    return await use(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Runs a command in a process of its own. Worker processes are measured too: time in all, memory of the largest. */
async function measure(seed: number, args: readonly string[], folder: string): Promise<Measured> {
  const measures = join(home, `measures-${seed}`);
  mkdirSync(measures);
  const env = {
    ...process.env,
    FORCE_COLOR: undefined,
    CNNVIZ_MEASURES: measures,
    NODE_OPTIONS: `--require ${MEASURE}`,
  };
  const child = spawn(NODE, [BIN, ...args], {
    cwd: folder,
    env,
    stdio: ['ignore', 'ignore', 'pipe'],
    timeout: HANG_MS,
    killSignal: 'SIGKILL',
  });
  const chunks: Buffer[] = [];
  child.stderr.on('data', (chunk) => chunks.push(chunk));
  const code = await new Promise<number | string | null>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (exit, signal) => resolve(exit ?? signal));
  });
  const used = readdirSync(measures).map((name) => JSON.parse(readFileSync(join(measures, name), 'utf8')));
  return {
    code,
    stderr: Buffer.concat(chunks).toString(),
    cpuSeconds: used.reduce((sum, { cpuSeconds }) => sum + cpuSeconds, 0),
    megabytes: used.reduce((most, { megabytes }) => Math.max(most, megabytes), 0),
  };
}

/**
 * What a command line did that none may do. A refusal (2, 3, 4) is what is wrong, what to do, and a note at most; where
 * inputs failed (1) each of them has its two lines.
 */
function faultsOf({ code, stderr, cpuSeconds, megabytes }: Measured, args: readonly string[]): string[] {
  const lines = stderr.split('\n').filter(Boolean);
  const most = code === 0 ? Number.POSITIVE_INFINITY : code === 1 ? 3 + 2 * args.length : 3;
  return [
    ...([0, 1, 2, 3, 4].includes(code as number) ? [] : [`exit ${code}`]),
    ...(lines.length > most ? [`${lines.length} lines`] : []),
    ...(lines.some((line) => line.length > 620) ? ['a line of more than 620 letters'] : []),
    ...(cpuSeconds > CPU_SECONDS ? [`${cpuSeconds.toFixed(1)} s`] : []),
    ...(megabytes > MEGABYTES ? [`${megabytes.toFixed(0)} MB`] : []),
    ...(cpuSeconds === 0 ? ['not measured'] : []),
  ];
}

it(`${SEEDS.length} changed command lines are carried out or refused in short, in time and memory`, {
  timeout: 20 * 60_000,
}, async () => {
  const failures: string[] = [];
  const left = [...SEEDS];
  const work = async () => {
    const warm = warmProcess(HANG_MS);
    for (let seed = left.shift(); seed !== undefined; seed = left.shift()) {
      const args = mutatedCommand(seed).filter((arg) => !arg.includes('\0'));
      if (seed % COLD_EVERY > 0 && ONLY === undefined) {
        const quick = await inCopy(seed, (folder) => warm.run(args, folder));
        // what looks wrong is judged by a process that nothing else has run in
        if (quick !== null && faultsOf(quick, args).length === 0) continue;
        if (quick !== null && quick.megabytes > MEGABYTES) warm.end();
      }
      const measured = await inCopy(seed, (folder) => measure(seed, args, folder));
      const faults = faultsOf(measured, args);
      if (faults.length > 0) {
        failures.push(
          `CNNVIZ_SEED=${seed}: ${faults.join(', ')}\n  cnnviz ${args.map(quoted).join(' ')}\n  ${measured.stderr.slice(0, 400)}`,
        );
      }
    }
    warm.end();
  };
  await Promise.all([work(), work()]);
  expect(failures.join('\n')).toBe('');
});
