import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type WarmProcess, warmProcess } from './warm-process.js';

export const BIN = fileURLToPath(new URL('../../bin/cnnviz.js', import.meta.url));
export const IMAGES = fileURLToPath(new URL('../../fixtures/images/', import.meta.url));

/** The Node that runs the commands: CI names older and newer ones. */
export const NODE = process.env.CNNVIZ_NODE ?? process.execPath;

export interface Run {
  code: number | null;
  signal: NodeJS.Signals | null;
  stdout: string;
  stderr: string;
  bytes: Buffer;
}

interface How {
  cwd?: string;
  stdin?: Uint8Array | string;
  env?: Record<string, string>;
}

/** A command that hangs this long ends its test. */
const HANG_MS = 300_000;

/** Read when a command runs, not when its process starts. */
const READ_LATE = ['CI', 'GITHUB_ACTIONS', 'CNNVIZ_CACHE', 'TORCH_HOME'];

let warm: WarmProcess | null = null;
let before: Promise<unknown> = Promise.resolve();

/**
 * Runs the built command in `cwd` and waits for its end. What depends on a process of its own, an input stream, an
 * environment, another Node, gets one; all others of a test file share one, one after another: starting Node takes ten
 * times as long as most of them.
 */
export function cnnviz(args: string[], how: How = {}): Promise<Run> {
  const { cwd = process.cwd(), stdin, env = {} } = how;
  const needsOwn = stdin !== undefined || Object.keys(env).some((name) => !READ_LATE.includes(name));
  if (needsOwn || process.env.CNNVIZ_NODE) return cnnvizAlone(args, how);
  warm ??= warmProcess(HANG_MS);
  const run = before.then(() => warm!.run(args, cwd, env));
  before = run;
  return run.then((answer) => {
    if (answer === null) throw new Error(`cnnviz ${args.join(' ')}: it hung, or ended the process`);
    const { code, stdout, stderr, base64 } = answer;
    return { code: code as number, signal: null, stdout, stderr, bytes: Buffer.from(base64, 'base64') };
  });
}

/** The same in a process of its own, as a user starts it. */
export function cnnvizAlone(args: string[], { cwd, stdin, env = {} }: How = {}): Promise<Run> {
  return new Promise((resolve, reject) => {
    // what decides about colours and updates is said by the test, not by where it runs
    const own = { ...process.env, FORCE_COLOR: undefined, CI: undefined, GITHUB_ACTIONS: undefined, ...env };
    const child = spawn(NODE, [BIN, ...args], { cwd, env: own });
    const out: Buffer[] = [];
    const err: Buffer[] = [];
    child.stdout.on('data', (chunk) => out.push(chunk));
    child.stderr.on('data', (chunk) => err.push(chunk));
    child.on('error', reject);
    child.on('close', (code, signal) => {
      const bytes = Buffer.concat(out);
      resolve({ code, signal, stdout: bytes.toString(), stderr: Buffer.concat(err).toString(), bytes });
    });
    child.stdin.on('error', () => {});
    child.stdin.end(stdin ?? '');
  });
}

/** A folder of its own for `use`, gone afterwards. */
export async function inFolder<T>(use: (folder: string) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'cnnviz-test-'));
  try {
    return await use(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
