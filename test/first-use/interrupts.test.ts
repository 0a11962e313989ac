import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { DenseRows } from '../../src/engine/training/dense-rows.js';
import { hiddenObjective, softmaxObjective } from '../../src/engine/training/objective.js';
import { encodeGif } from '../../src/io/encode-animation.js';
import { BIN, IMAGES, inFolder, NODE } from '../cli/cnnviz.js';

/** A command with a module loaded in front of it; how it ended, once `act` has done something to it as it says a word. */
async function withPreload(text: string, args: string[], cwd: string, act: (child: ChildProcess) => void) {
  const folder = mkdtempSync(join(tmpdir(), 'cnnviz-preload-'));
  try {
    const preload = join(folder, 'preload.cjs');
    writeFileSync(preload, text);
    const child = spawn(NODE, ['--require', preload, BIN, ...args], { cwd, stdio: ['ignore', 'ignore', 'pipe'] });
    child.stderr.once('data', () => act(child));
    return await new Promise((resolve) => child.on('close', (code, by) => resolve([code, by])));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Keeps the one thread busy for a minute, as a large layer would, once the command has begun. */
const BUSY = `
const begun = () => process.stdout.listenerCount('error') > 0;
const wait = () => (begun() ? work() : setImmediate(wait));
const work = () => {
  require('node:fs').writeSync(2, 'busy');
  for (const end = Date.now() + 60000; Date.now() < end; );
};
setImmediate(wait);
`;

/** Gets Ctrl-C while a picture is being written: in front of its first byte. */
const INTERRUPTED_WRITE = `
const fs = require('node:fs');
const { writeSync } = fs;
fs.writeSync = (file, bytes, ...rest) => {
  if (file > 2) process.kill(process.pid, 'SIGINT');
  return writeSync(file, bytes, ...rest);
};
require('node:module').syncBuiltinESMExports();
`;

/** How often work pauses. */
function pausesOf(work: Generator<null, number>): number {
  let pauses = 0;
  while (!work.next().done) pauses++;
  return pauses;
}

describe('a signal', () => {
  const rocket = `${IMAGES}rocket.jpg`;
  it.each([
    ['SIGINT', ['animate', rocket, '-k', 'edge3x3', '-o', 'steps.gif']],
    ['SIGTERM', ['animate', rocket, '-k', 'edge3x3', '-o', 'steps.webp']],
    ['SIGINT', ['head', 'train', IMAGES, '--features', 'alexnet', '--init', 'seed:1', '-o', 'my.head']],
    ['SIGTERM', ['head', 'train', IMAGES, '--features', 'alexnet', '--init', 'seed:1', '-o', 'my.head']],
    ['SIGHUP', ['conv', rocket, '-k', 'edge3x3', '-o', 'y.npy']],
    ['SIGINT', ['explain', rocket, '-k', 'edge3x3', '--at', '9,9']],
  ] as const)('%s ends a command whose thread is busy, and leaves no file: %s', (signal, args) =>
    inFolder(async (cwd) => {
      expect(await withPreload(BUSY, [...args], cwd, (child) => child.kill(signal))).toEqual([null, signal]);
      expect(readdirSync(cwd)).toEqual([]);
    }),
  );

  it('while a file is written leaves no part of it', () =>
    inFolder(async (cwd) => {
      const args = ['conv', `${IMAGES}five.png`, '-k', 'edge3x3', '-o', 'y.npy'];
      expect(await withPreload(INTERRUPTED_WRITE, args, cwd, () => {})).toEqual([null, 'SIGINT']);
      expect(readdirSync(cwd).filter((name) => name.endsWith('.tmp'))).toEqual([]);
    }));

  it('is let through within one evaluation of a large loss, with and without a hidden layer', () => {
    const [n, D, K] = [12, 3000, 4000];
    const objectives = [softmaxObjective, hiddenObjective].map((objective) => {
      const rows = new DenseRows(n, D, K);
      const labels = Int32Array.from({ length: n }, (_, i) => i % 2);
      return objective(
        { rows, labels, classes: objective === hiddenObjective ? 2 : K, weights: new Float64Array(n).fill(1) },
        1,
      );
    });
    for (const objective of objectives) {
      const at = new Float64Array(objective.size);
      expect(pausesOf(objective.evaluate(at, new Float64Array(objective.size)))).toBeGreaterThan(0);
    }
  });

  it('is let through between the frames of a GIF', async () => {
    let pauses = 0;
    const image = { width: 2, height: 1, channels: 3, depth: 8, data: new Uint8Array(6) } as const;
    const frames = Array.from({ length: 5 }, () => ({ image, delayMs: 20 }));
    await encodeGif(frames, '{}', () => {
      pauses++;
      return undefined;
    });
    expect(pauses).toBeGreaterThanOrEqual(5);
  });
});
