import { spawn, spawnSync } from 'node:child_process';
import { it } from 'vitest';
import { BIN, NODE } from './cnnviz.js';

/** `script` of util-linux; that of other systems takes other arguments. */
const present = spawnSync('script', ['--version'], { encoding: 'utf8' }).stdout?.includes('util-linux') ?? false;

/** A test that needs a pseudo-terminal: skipped where script of util-linux is not installed, but never in CI. */
export const withPty = process.env.CI === 'true' ? it : it.skipIf(!present);

export interface PtyRun {
  code: number | null;
  /** What a terminal would get, escape sequences and all; line ends are \n. */
  screen: string;
}

/** Runs the built command on a terminal of 256 colours that is so wide. */
export function onTerminal(
  args: readonly string[],
  { cwd, columns, env = {} }: { cwd: string; columns: number; env?: Record<string, string> },
): Promise<PtyRun> {
  const quoted = [NODE, BIN, ...args].map((word) => `'${word.replaceAll("'", "'\\''")}'`).join(' ');
  const child = spawn('script', ['-qec', `stty cols ${columns} rows 50; exec ${quoted}`, '/dev/null'], {
    cwd,
    // a CI, NO_COLOR or FORCE_COLOR of the machine would decide about colours
    env: { ...process.env, CI: undefined, NO_COLOR: undefined, FORCE_COLOR: undefined, TERM: 'xterm-256color', ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  return new Promise((resolve, reject) => {
    const out: Buffer[] = [];
    child.stdout.on('data', (chunk) => out.push(chunk));
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, screen: Buffer.concat(out).toString().replaceAll('\r\n', '\n') }));
  });
}

export const ESC = '\u001b';
const SEQUENCE = new RegExp(`${ESC}(?:\\[[\\d;?]*[A-Za-z]|[78])`, 'g');

/** A text as it is read: without its escape sequences. */
export function readable(text: string): string {
  return text.replace(SEQUENCE, '');
}

/** The escape sequences of a text, each once. */
export function sequencesOf(text: string): string[] {
  return [...new Set(text.match(SEQUENCE) ?? [])].map((sequence) => sequence.slice(1)).sort();
}

/** The lines without escape sequences; what was written over is gone. */
export function linesOf(text: string): string[] {
  return text
    .split('\n')
    .map((line) => readable(line).split('\r').at(-1)!)
    .filter((line) => line !== '');
}
