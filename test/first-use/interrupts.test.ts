import { spawn } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { DenseRows } from '../../src/engine/training/dense-rows.js';
import { hiddenObjective } from '../../src/engine/training/hidden-objective.js';
import { softmaxObjective } from '../../src/engine/training/softmax-objective.js';
import { encodeGif } from '../../src/io/encode-animation.js';
import { BIN, IMAGES, inFolder, NODE } from '../cli/cnnviz.js';

/** Sends the signal when the command first says something about its progress; gives how it ended. */
function interrupted(args: string[], cwd: string, signal: NodeJS.Signals): Promise<[number | null, string | null]> {
  const child = spawn(NODE, [BIN, ...args], { cwd, stdio: ['ignore', 'ignore', 'pipe'] });
  child.stderr.once('data', () => child.kill(signal));
  return new Promise((resolve) => child.on('close', (code, by) => resolve([code, by])));
}

/** How often work pauses. */
function pausesOf(work: Generator<null, number>): number {
  let pauses = 0;
  while (!work.next().done) pauses++;
  return pauses;
}

describe('a signal', () => {
  it.each(['SIGINT', 'SIGTERM'] as const)(
    'ends animate while it draws or encodes, and leaves no file: %s',
    (signal) =>
      inFolder(async (cwd) => {
        const args = ['animate', `${IMAGES}rocket.jpg`, '-k', 'edge3x3', '--seconds', '60', '-o', 'steps.gif'];
        expect(await interrupted(args, cwd, signal)).toEqual([null, signal]);
        expect(readdirSync(cwd)).toEqual([]);
      }),
    60_000,
  );

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
    await encodeGif(frames, () => {
      pauses++;
      return undefined;
    });
    expect(pauses).toBeGreaterThanOrEqual(5);
  });
});
