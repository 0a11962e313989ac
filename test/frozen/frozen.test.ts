import { copyFileSync, cpSync, existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sha256 } from '../../src/io/hash.js';
import { cnnviz, IMAGES, inFolder } from '../cli/cnnviz.js';
import { FROZEN, type FrozenCommand } from './commands.js';

/**
 * What the commands gave when this was last stored: the pixels of pictures, the bytes of arrays, the documents of --json.
 * Moving code changes none of it; what changes on purpose is stored anew with `npm run freeze`, and CHANGELOG names it.
 */
const sharp = createRequire(import.meta.url)('sharp');
const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const STORE = join(ROOT, 'fixtures/expected/frozen.json');
const MODELS = ['networks/digits.txt', 'networks/digits.pth', 'onnx/lenet-16.onnx'];
const CLASSES =
  'brick.png,things\ncoffee.png,things\nplane.png,things\nchelsea.png,others\nrocket.jpg,others\nfive.png,others\n';
/** Keys whose values are times. */
const TIMES = /^(engineMs|ms|seconds|milliseconds)$/;
const storing = process.env.CNNVIZ_FREEZE === '1';

interface Frozen {
  readonly code: number | null;
  /** Each file the command made: what its pixels or numbers hash to. */
  readonly files: Readonly<Record<string, string>>;
  readonly document?: unknown;
}

const stored: Record<string, Frozen> = existsSync(STORE) ? JSON.parse(readFileSync(STORE, 'utf8')) : {};
const found: Record<string, Frozen> = {};

describe('what must not change while the code moves', () => {
  let folder = '';
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'cnnviz-frozen-'));
    cpSync(IMAGES, folder, { recursive: true });
    writeFileSync(join(folder, 'classes.csv'), CLASSES);
    for (const model of MODELS) copyFileSync(join(ROOT, 'fixtures/models', model), join(folder, model.split('/')[1]));
  });
  afterAll(async () => {
    await rm(folder, { recursive: true, force: true });
    if (storing) writeFileSync(STORE, `${JSON.stringify(found, null, 1)}\n`);
  });

  it('is a table of commands with names of their own, each stored', () => {
    const names = FROZEN.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
    if (!storing) expect(Object.keys(stored).sort()).toEqual([...names].sort());
  });

  it.each(FROZEN)('$name', async (command) => {
    const now = await freeze(command, folder);
    if (storing) found[command.name] = now;
    else expect(now).toEqual(stored[command.name]);
  });
});

/** Runs one command in a folder beside the fixtures and keeps what it made. */
async function freeze({ args, after = [], document }: FrozenCommand, fixtures: string): Promise<Frozen> {
  return inFolder(async (cwd) => {
    cpSync(fixtures, cwd, { recursive: true });
    for (const first of after) await cnnviz([...first], { cwd });
    const before = new Set(filesBelow(cwd));
    const { code, stdout, stderr } = await cnnviz([...args], { cwd });
    if (code !== 0 && code !== 1) throw new Error(`cnnviz ${args.join(' ')} exited ${code}: ${stderr}`);
    const files: Record<string, string> = {};
    for (const name of filesBelow(cwd)) if (!before.has(name)) files[name] = await contentHash(join(cwd, name));
    const sorted = Object.fromEntries(Object.entries(files).sort(([a], [b]) => (a < b ? -1 : 1)));
    return { code, files: sorted, ...(document ? { document: withoutTimes(JSON.parse(stdout)) } : {}) };
  });
}

function filesBelow(folder: string): string[] {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1));
}

/** Pixels of a picture, of all its frames; the first line of a manifest; bytes of everything else. */
async function contentHash(path: string): Promise<string> {
  if (path.endsWith('.jsonl')) return readFileSync(path, 'utf8').split('\n')[0];
  if (!/\.(png|gif|webp)$/.test(path)) return sha256(readFileSync(path));
  const image = sharp(path, { animated: true });
  const { depth } = await image.metadata();
  const { data, info } = await image.raw({ depth }).toBuffer({ resolveWithObject: true });
  return `${info.width}×${info.height}×${info.channels} ${depth} ${sha256(data)}`;
}

/** A document without what differs from run to run; long arrays of numbers as their hash. */
function withoutTimes(value: unknown): unknown {
  if (Array.isArray(value)) {
    if (value.length > 64 && value.every((item) => typeof item === 'number')) {
      return `${value.length} numbers ${sha256(new TextEncoder().encode(JSON.stringify(value)))}`;
    }
    return value.map(withoutTimes);
  }
  if (typeof value !== 'object' || value === null) return value;
  const kept = Object.entries(value).filter(([key]) => !TIMES.test(key));
  return Object.fromEntries(kept.map(([key, inner]) => [key, withoutTimes(inner)]));
}
