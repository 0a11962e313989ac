import { type ChildProcess, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import sharp from 'sharp';
import { BIN, NODE } from '../cli/cnnviz.js';
import { seeded } from '../random.js';

/** `npm run faults` sets it: more rounds, more images. */
export const LONG = process.env.CNNVIZ_FAULTS === 'long';

/** Processes and their open files are looked up in /proc. */
export const hasProc = existsSync('/proc/self/fd');

/** `count` small noisy PNGs, 000.png …, in a new folder. */
export async function makeImages(folder: string, count: number, [width, height] = [64, 48]): Promise<void> {
  mkdirSync(folder, { recursive: true });
  const random = seeded(7);
  for (let i = 0; i < count; i++) {
    const data = Uint8Array.from({ length: width * height * 3 }, () => Math.floor(random() * 256));
    const png = await sharp(data, { raw: { width, height, channels: 3 } })
      .png()
      .toBuffer();
    writeFileSync(join(folder, `${String(i).padStart(4, '0')}.png`), png);
  }
}

export interface Running {
  readonly child: ChildProcess;
  readonly ended: Promise<{ code: number | null; signal: string | null; stdout: string; stderr: string }>;
}

/** Starts the built command without waiting for it. */
export function start(args: readonly string[], cwd: string, env: Record<string, string> = {}): Running {
  const own = { ...process.env, FORCE_COLOR: undefined, CI: undefined, GITHUB_ACTIONS: undefined, ...env };
  const child = spawn(NODE, [BIN, ...args], { cwd, env: own });
  const [out, err]: [Buffer[], Buffer[]] = [[], []];
  child.stdout.on('data', (chunk) => out.push(chunk));
  child.stderr.on('data', (chunk) => err.push(chunk));
  const ended = new Promise<Awaited<Running['ended']>>((resolve) => {
    child.on('close', (code, signal) => {
      resolve({ code, signal, stdout: Buffer.concat(out).toString(), stderr: Buffer.concat(err).toString() });
    });
  });
  return { child, ended };
}

/** The processes a process has started. */
export function childrenOf(pid: number): number[] {
  try {
    return readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ').filter(Boolean).map(Number);
  } catch {
    return [];
  }
}

/** Whether a process does anything yet: one that nobody has waited for is no longer alive. */
export function isAlive(pid: number): boolean {
  try {
    return !/\) [ZX] /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return false;
  }
}

export async function until<T>(look: () => T | null | undefined | false, limitMs = 30_000): Promise<T> {
  for (let waited = 0; waited < limitMs; waited += 10) {
    const seen = look();
    if (seen) return seen;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  throw new Error(`waited ${limitMs} ms in vain for ${look}`);
}

/** Every file below a folder with the hash of its bytes. */
export function contentsOf(folder: string): Record<string, string> {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  const entries = files.map(({ parentPath, name }) => {
    const path = join(parentPath, name);
    return [relative(folder, path), createHash('sha256').update(readFileSync(path)).digest('hex')] as const;
  });
  return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)));
}

export function pngsIn(folder: string): string[] {
  return existsSync(folder) ? readdirSync(folder).filter((name) => name.endsWith('.png')) : [];
}

/** A PNG is whole when it begins and ends as one. */
export function isWhole(path: string): boolean {
  const bytes = readFileSync(path);
  return bytes.subarray(1, 4).toString() === 'PNG' && bytes.subarray(-8, -4).toString() === 'IEND';
}

/** Files that nobody but a dead process wanted. */
export function leftovers(folder: string): string[] {
  const names = readdirSync(folder, { recursive: true }) as string[];
  return names.filter((name) => name.endsWith('.tmp') || name.endsWith('.lock'));
}

export function modifiedAt(path: string): number {
  return statSync(path).mtimeMs;
}
